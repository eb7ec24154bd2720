#pragma once

#include <filesystem>
#include <iosfwd>

#include "host/cli/options.hpp"

namespace oa::host {

/// `oa store check|backup|restore|export|salvage` on the store in `folder`. All but restore only
/// read it, beside a host that uses it. Status 1: something is damaged, and what it is has been
/// told; 2: no such store, run or file; 4: the store cannot be used, or a copy not be written.
[[nodiscard]] ExitStatus store(const StoreOptions& options,
                               const std::filesystem::path& folder,
                               std::ostream& out,
                               std::ostream& problems);

}  // namespace oa::host
