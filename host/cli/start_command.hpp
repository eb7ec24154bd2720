#pragma once

#include <ostream>

#include "host/cli/options.hpp"

namespace oa::host {

/// `oa start`: starts a run in a service and prints its id, or how it ended where it waits for
/// that. Ctrl-C ends the waiting, and not the run.
[[nodiscard]] ExitStatus start_run(const StartOptions& options,
                                   std::ostream& out,
                                   std::ostream& err);

}  // namespace oa::host
