#pragma once

#include <ostream>

#include "host/cli/options.hpp"
#include "host/cli/run_command.hpp"
#include "host/cli/workbench.hpp"

namespace oa::host {

/// The commands of `oa runs` that change something. Where a host has the store, it is told; else
/// this process takes up the runs that are meant and works on them until they end. Throws what the
/// store throws, and std::invalid_argument for what makes no sense.
[[nodiscard]] RunCommandResult control_runs(const RunsOptions& options,
                                            const Workbench& workbench,
                                            std::ostream& out,
                                            std::ostream& err);

}  // namespace oa::host
