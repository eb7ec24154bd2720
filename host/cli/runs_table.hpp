#pragma once

#include <ostream>
#include <vector>

#include "host/cli/terminal.hpp"
#include "host/engine/recorded_report.hpp"
#include "host/store/run_summary.hpp"

namespace oa::host {

/// A run with what it waits for.
struct ListedRun {
    RunSummary summary;
    RecordedRun recorded;  ///< read where the run may wait alone
    bool waits = false;
    bool is_unknown = false;  ///< it cannot be read what it waits for
};

/// The last column is left out where it is empty, and cut to fit a terminal.
void print_table(const std::vector<ListedRun>& runs, const Terminal& terminal, std::ostream& out);
/// As an array.
void print_json(const std::vector<ListedRun>& runs, std::ostream& out);

}  // namespace oa::host
