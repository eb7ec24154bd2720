#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "host/engine/recorded_report.hpp"
#include "host/store/run_summary.hpp"

// How `oa runs` calls what a store tells of runs.
namespace oa::host {

/// To the second, in UTC and without saying so: "2026-01-31 23:59:59".
[[nodiscard]] std::string time_text(core::WallTime time);
/// From its start to its end; "-" where it has none of them.
[[nodiscard]] std::string duration_text(const RunSummary& run);

/// What a person calls it: a run that is paused or waits is running, to the engine.
[[nodiscard]] std::string state_of(const RunSummary& run, bool is_waiting);

/// "approval: Deploy?", "2026-01-31 23:59:59 UTC".
[[nodiscard]] std::string what_for(const RecordedWait& wait);
/// Of an approval: "grace or group:ops may answer until 2026-01-31 23:59:59 UTC; then it fails".
[[nodiscard]] std::string who_may_answer(const RecordedWait& wait);

[[nodiscard]] boost::json::object to_json(const RunSummary& run);
/// [{"task", "element", "kind", "since", "until", "message", "by", "default"}]; the last three of
/// approvals alone.
[[nodiscard]] boost::json::array to_json(const std::vector<PlacedWait>& waits);

/// As one word for a shell, in quotes where it needs them.
[[nodiscard]] std::string shell_word(std::string_view text);

}  // namespace oa::host
