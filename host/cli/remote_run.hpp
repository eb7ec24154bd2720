#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "core/port/journal.hpp"
#include "host/engine/recorded_report.hpp"
#include "host/store/run_summary.hpp"

// What the API tells of runs, as the stores tell it. All throw std::exception where that is not
// what docs/api.md says.
namespace oa::host {

[[nodiscard]] RunSummary summary_from(const boost::json::object& run);
/// Of a run with its `approvals`; `tasks` is the answer to `/tasks`, or empty. Waits for a time are
/// not told.
[[nodiscard]] RecordedRun recorded_from(const boost::json::object& run,
                                        const boost::json::object& tasks);
[[nodiscard]] core::LogLine line_from(const boost::json::object& line);

}  // namespace oa::host
