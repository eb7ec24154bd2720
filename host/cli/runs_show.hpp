#pragma once

#include <iosfwd>

#include "host/cli/options.hpp"
#include "host/cli/runs_reader.hpp"

namespace oa::host {

/// `oa runs show`: how a run went or how far it is, the runs within it, what they wait for, and how
/// to answer. Throws what the store throws; std::invalid_argument when there is no such run.
void show_run(const RunsOptions& options,
              const Workbench& workbench,
              const StoreReader& store,
              std::ostream& out);

/// For people. `address` is what a command needs to find the run again, such as " --data FOLDER".
void print_run(const RunSummary& summary,
               const RecordedRun& run,
               const std::string& address,
               bool has_no_host,
               std::ostream& out);

}  // namespace oa::host
