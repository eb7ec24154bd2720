#pragma once

#include <filesystem>
#include <iosfwd>

#include "host/cli/options.hpp"

namespace oa::host {

/// `oa audit list|verify` on the audit log `log`, or on the files that were named. Both only read,
/// beside hosts that write. Status 1: it is not what was written, and which lines are not has been
/// told; 2: there is no such file; 4: it cannot be read.
[[nodiscard]] ExitStatus audit(const AuditOptions& options,
                               const std::filesystem::path& log,
                               std::ostream& out,
                               std::ostream& problems);

}  // namespace oa::host
