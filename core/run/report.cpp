#include "core/run/report.hpp"

#include <array>
#include <cstdio>
#include <ctime>

#include <boost/json.hpp>

namespace oa::core {

namespace json = boost::json;

std::string format_time(WallTime time) {
    const auto since_epoch =
        std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
    const auto seconds = static_cast<std::time_t>(since_epoch / 1000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                  parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                  parts.tm_min, parts.tm_sec, static_cast<int>(since_epoch % 1000));
    return text.data();
}

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
