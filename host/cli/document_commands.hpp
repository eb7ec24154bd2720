#pragma once

#include <ostream>

#include "host/cli/options.hpp"
#include "host/cli/workbench.hpp"

namespace oa::host {

/// oa validate: every finding of every file on standard error, a line for each file that is fine on
/// `out`.
[[nodiscard]] ExitStatus validate(const ValidateOptions& options,
                                  const Workbench& workbench,
                                  std::ostream& out);

/// oa graph.
[[nodiscard]] ExitStatus graph(const GraphOptions& options,
                               const Workbench& workbench,
                               std::ostream& out);

}  // namespace oa::host
