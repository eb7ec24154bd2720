#pragma once

#include <iosfwd>

#include "host/cli/options.hpp"
#include "host/store/store_reader.hpp"

namespace oa::host {

/// `oa runs logs`: what the tasks of a run said, and those of the runs within it, in the order of
/// time. With `follow` it goes on until the run has ended, beside the host that works on it;
/// Ctrl-C ends it, with the status of an interruption. What is about the run goes to `notes`.
/// Throws what the store throws; std::invalid_argument when there is no such run.
[[nodiscard]] ExitStatus print_logs(const RunsOptions& options,
                                    const StoreReader& store,
                                    std::ostream& out,
                                    std::ostream& notes);

}  // namespace oa::host
