#pragma once

#include <ostream>

#include "host/cli/options.hpp"
#include "host/cli/run_command.hpp"
#include "host/cli/workbench.hpp"

namespace oa::host {

/// oa runs.
[[nodiscard]] RunCommandResult runs(const RunsOptions& options,
                                    const Workbench& workbench,
                                    std::ostream& out,
                                    std::ostream& err);

}  // namespace oa::host
