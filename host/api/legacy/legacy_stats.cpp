#include "host/api/legacy/legacy_stats.hpp"

#include <algorithm>

#include <boost/json.hpp>

namespace oa::host::legacy {

namespace json = boost::json;

json::object stats_json(const LegacyRoutes& on) {
    RunQuery query;
    query.statuses = {core::RunStatus::Succeeded, core::RunStatus::Failed,
                      core::RunStatus::Cancelled};
    const std::vector<RunSummary> ended = on.runs.store().list(query).runs;
    const auto count = [&](core::RunStatus status) {
        return std::count_if(ended.begin(), ended.end(),
                             [&](const RunSummary& run) { return run.status == status; });
    };
    const std::size_t running = on.engine.running();
    json::object stats;
    stats["workflows"] = json::object{{"total", on.library.list().size()}};
    stats["executions"] = json::object{
        {"total_executions", running + on.engine.waiting() + ended.size()},
        {"active_executions", running},
        {"completed_executions", count(core::RunStatus::Succeeded)},
        {"failed_executions", count(core::RunStatus::Failed)},
        {"history_size", ended.size()},
        {"max_concurrent", on.max_runs},
        {"available_slots", on.max_runs - std::min<std::size_t>(running, on.max_runs)}};
    stats["system"] = json::object{{"wallet_loaded", on.wallet.state().is_open},
                                   {"max_concurrent_jobs", on.max_runs}};
    return stats;
}

}  // namespace oa::host::legacy
