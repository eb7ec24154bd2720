#pragma once

#include <ostream>

#include "host/cli/options.hpp"
#include "host/cli/workbench.hpp"

namespace oa::host {

/// oa validate. As text, every finding of every file goes to `err`, and a line for each file that
/// is fine to `out`; all other formats go to `out`. `err` is standard error where it is a terminal.
[[nodiscard]] ExitStatus validate(const ValidateOptions& options,
                                  const Workbench& workbench,
                                  std::ostream& out,
                                  std::ostream& err);

/// oa graph.
[[nodiscard]] ExitStatus graph(const GraphOptions& options,
                               const Workbench& workbench,
                               std::ostream& out);

}  // namespace oa::host
