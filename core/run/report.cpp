#include "core/run/report.hpp"

#include <boost/json.hpp>

namespace oa::core {

namespace json = boost::json;

json::value to_json(const std::optional<Failure>& failure) {
    if (!failure) {
        return nullptr;
    }
    return json::object{
        {"code", failure->code}, {"message", failure->message}, {"retryable", failure->retryable}};
}

const json::value& output_of(const TaskReport& report) {
    static const json::value none;
    return report.output ? *report.output : none;
}

json::object to_json(const RunReport& report) {
    json::array tasks;
    tasks.reserve(report.tasks.size());
    for (const TaskReport& task : report.tasks) {
        json::object item;
        item["name"] = task.name;
        item["status"] = std::string(to_string(task.status));
        item["attempts"] = task.attempts;
        if (task.elements) {
            item["elements"] = *task.elements;
        }
        item["started_at"] =
            task.started_at ? json::value(format_time(*task.started_at)) : json::value(nullptr);
        item["duration_ms"] = task.duration.count();
        item["output"] = output_of(task);
        item["error"] = to_json(task.failure);
        if (task.sub_run) {
            item["run"] = to_json(*task.sub_run);
        }
        tasks.push_back(std::move(item));
    }
    json::object run;
    run["id"] = report.id;
    run["workflow"] = report.workflow;
    run["status"] = std::string(to_string(report.status));
    run["started_at"] = format_time(report.started_at);
    run["duration_ms"] = report.duration.count();
    run["error"] = to_json(report.failure);

    json::object document;
    document["run"] = std::move(run);
    document["tasks"] = std::move(tasks);
    document["outputs"] = report.outputs;
    return document;
}

}  // namespace oa::core
