#pragma once

#include <ostream>

#include "host/cli/options.hpp"
#include "host/cli/workbench.hpp"

namespace oa::host {

struct RunCommandResult {
    ExitStatus status = ExitStatus::Ok;
    /// Threads are still inside functions that ignored their cancellation: the process must end
    /// without tearing anything down.
    bool threads_left_behind = false;
};

/// oa run.
[[nodiscard]] RunCommandResult run(const RunOptions& options,
                                   const Workbench& workbench,
                                   std::ostream& out);

}  // namespace oa::host
