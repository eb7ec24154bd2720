#include "host/service/run_json.hpp"

#include <chrono>
#include <optional>

#include <boost/json.hpp>

#include "core/wall_time.hpp"
#include "host/service/json_values.hpp"

namespace oa::host {

namespace json = boost::json;

json::object to_json(const RunSummary& run) {
    json::object object;
    object["id"] = run.id;
    object["workflow"] = run.workflow;
    object["status"] = core::to_string(run.status);
    object["paused"] = run.is_paused;
    object["waits"] = run.waits;
    object["attempt"] = run.attempt;
    object["retry_of"] = text_or_null(run.retry_of);
    object["retry_from"] = text_or_null(run.retry_from);
    object["parent"] = text_or_null(run.parent_run_id);
    object["trigger"] = text_or_null(run.trigger);
    object["priority"] = run.priority;
    object["key"] = text_or_null(run.key);
    object["created_at"] = core::format_time(run.created);
    object["started_at"] = time_or_null(run.started);
    object["ended_at"] = time_or_null(run.ended);
    object["duration_ms"] = run.started && run.ended
                                ? json::value(std::chrono::duration_cast<std::chrono::milliseconds>(
                                                  *run.ended - *run.started)
                                                  .count())
                                : json::value();
    object["error"] =
        run.failure
            ? json::value(json::object{{"code", *run.failure}, {"message", run.failure_message}})
            : json::value();
    return object;
}

json::object to_json(const OpenApproval& approval) {
    return {{"task", approval.task},
            {"element", approval.element ? json::value(*approval.element) : json::value()},
            {"message", approval.message},
            {"by", json::array(approval.by.begin(), approval.by.end())},
            {"since", core::format_time(approval.since)},
            {"until", time_or_null(approval.until)}};
}

}  // namespace oa::host
