#include "host/cli/remote_run.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/wall_time.hpp"
#include "host/store/log_lines.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

/// Empty for null, and for what is not there.
std::string text_at(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

template <typename Number>
Number number_at(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_number() ? value->to_number<Number>() : Number{};
}

std::optional<core::WallTime> time_at(const json::object& object, std::string_view key) {
    const std::string text = text_at(object, key);
    return text.empty() ? std::nullopt : core::parse_time(text);
}

core::RunStatus run_status_at(const json::object& object) {
    const std::string text = text_at(object, "status");
    if (const auto status = core::run_status_from(text)) {
        return *status;
    }
    throw std::runtime_error("the host tells of a run with the status '" + text +
                             "', which this program does not know; it may be older than the host");
}

core::TaskStatus task_status_at(const json::object& object) {
    using Status = core::TaskStatus;
    const std::string text = text_at(object, "status");
    for (const Status status :
         {Status::Running, Status::Succeeded, Status::Failed, Status::Skipped, Status::Cancelled}) {
        if (core::to_string(status) == text) {
            return status;
        }
    }
    return Status::Pending;
}

std::optional<core::Failure> failure_at(const json::object& object) {
    const json::value* error = object.if_contains("error");
    if (error == nullptr || !error->is_object()) {
        return std::nullopt;
    }
    return core::Failure{.code = text_at(error->get_object(), "code"),
                         .message = text_at(error->get_object(), "message")};
}

core::TaskReport task_from(const json::object& object) {
    core::TaskReport task;
    task.name = text_at(object, "name");
    task.status = task_status_at(object);
    task.attempts = number_at<std::uint32_t>(object, "attempts");
    if (object.contains("elements") && task.status > core::TaskStatus::Running) {
        task.elements = number_at<std::uint32_t>(object, "elements");  // else: how many ended?
        task.elements_ended = *task.elements;
    }
    task.started_at = time_at(object, "started_at");
    task.duration = core::Milliseconds(number_at<std::int64_t>(object, "duration_ms"));
    task.failure = failure_at(object);
    return task;
}

RecordedWait wait_from(const json::object& approval) {
    RecordedWait wait;
    if (const json::value& element = approval.at("element"); element.is_number()) {
        wait.element = element.to_number<std::uint32_t>();
    }
    wait.plan.kind = core::Wait::Kind::Approval;
    wait.plan.message = text_at(approval, "message");
    wait.plan.until = time_at(approval, "until");
    for (const json::value& name : approval.at("by").as_array()) {
        wait.plan.by.emplace_back(name.as_string());
    }
    wait.unanswered.reset();
    wait.since = time_at(approval, "since").value_or(core::WallTime{});
    return wait;
}

/// "deploy[2]": the name and the element.
std::pair<std::string, std::optional<std::uint32_t>> split_label(std::string_view label) {
    const std::size_t bracket = label.rfind('[');
    if (bracket == std::string_view::npos || !label.ends_with(']')) {
        return {std::string(label), std::nullopt};
    }
    const std::string number(label.substr(bracket + 1, label.size() - bracket - 2));
    if (number.empty() || number.find_first_not_of("0123456789") != std::string::npos) {
        return {std::string(label), std::nullopt};
    }
    return {std::string(label.substr(0, bracket)), static_cast<std::uint32_t>(std::stoul(number))};
}

/// Puts a wait where it belongs: `path` leads through tasks that run workflows, "deploy[2]/ask".
void place(RecordedRun& run, std::string_view path, RecordedWait wait) {
    const std::size_t slash = path.find('/');
    const bool is_within = slash != std::string_view::npos;
    const auto [name, element] = is_within
                                     ? split_label(path.substr(0, slash))
                                     : std::pair{std::string(path), std::optional<std::uint32_t>()};
    std::vector<core::TaskReport>& tasks = run.report.tasks;
    const auto found =
        std::find_if(tasks.begin(), tasks.end(),
                     [&name = name](const core::TaskReport& task) { return task.name == name; });
    const auto index = static_cast<std::size_t>(found - tasks.begin());
    if (found == tasks.end()) {
        core::TaskReport task;
        task.name = name;
        task.status = core::TaskStatus::Running;
        tasks.push_back(std::move(task));
        run.tasks.emplace_back();
    }
    if (!is_within) {
        run.tasks[index].waits.push_back(std::move(wait));
        return;
    }
    RecordedRun inner;
    inner.report.status = core::RunStatus::Running;
    place(inner, path.substr(slash + 1), std::move(wait));
    run.tasks[index].runs.push_back({element, std::make_shared<RecordedRun>(std::move(inner))});
}

}  // namespace

RunSummary summary_from(const json::object& object) {
    RunSummary run;
    run.id = text_at(object, "id");
    run.workflow = text_at(object, "workflow");
    run.status = run_status_at(object);
    run.is_paused = object.at("paused").as_bool();
    run.waits = number_at<std::uint32_t>(object, "waits");
    run.attempt = number_at<std::uint32_t>(object, "attempt");
    run.retry_of = text_at(object, "retry_of");
    run.retry_from = text_at(object, "retry_from");
    run.parent_run_id = text_at(object, "parent");
    run.trigger = text_at(object, "trigger");
    run.priority = number_at<std::int32_t>(object, "priority");
    run.key = text_at(object, "key");
    run.created = time_at(object, "created_at").value_or(core::WallTime{});
    run.started = time_at(object, "started_at");
    run.ended = time_at(object, "ended_at");
    if (run.started &&
        run.ended) {  // times are told to the millisecond, and so a difference is not
        run.ended =
            *run.started + core::Milliseconds(number_at<std::int64_t>(object, "duration_ms"));
    }
    if (const std::optional<core::Failure> failure = failure_at(object)) {
        run.failure = failure->code;
        run.failure_message = failure->message;
    }
    return run;
}

RecordedRun recorded_from(const json::object& object, const json::object& tasks) {
    const RunSummary summary = summary_from(object);
    RecordedRun run;
    run.report.id = summary.id;
    run.report.workflow = summary.workflow;
    run.report.status = summary.status;
    run.report.started_at = summary.started.value_or(summary.created);
    run.report.duration = core::Milliseconds(number_at<std::int64_t>(object, "duration_ms"));
    run.report.failure = failure_at(object);
    if (const json::value* outputs = object.if_contains("outputs");
        outputs != nullptr && outputs->is_object()) {
        run.report.outputs = outputs->get_object();
    }
    if (const json::value* inputs = object.if_contains("inputs");
        inputs != nullptr && inputs->is_object()) {
        run.inputs = inputs->get_object();
    }
    if (const json::value* list = tasks.if_contains("tasks")) {
        for (const json::value& task : list->as_array()) {
            run.report.tasks.push_back(task_from(task.as_object()));
            run.tasks.emplace_back();
        }
    }
    if (const json::value* approvals = object.if_contains("approvals")) {
        for (const json::value& approval : approvals->as_array()) {
            place(run, approval.at("task").as_string(), wait_from(approval.as_object()));
        }
    }
    return run;
}

core::LogLine line_from(const json::object& object) {
    core::LogLine line;
    line.at = time_at(object, "at").value_or(core::WallTime{});
    line.task = text_at(object, "task");
    line.message = text_at(object, "message");
    const std::string word = text_at(object, "level");
    for (const auto level : {core::TaskLogLevel::Trace, core::TaskLogLevel::Debug,
                             core::TaskLogLevel::Warn, core::TaskLogLevel::Error}) {
        if (word == word_of(level)) {
            line.level = level;
        }
    }
    if (const json::value* fields = object.if_contains("fields")) {
        line.fields = core::write_json(*fields);
    }
    return line;
}

}  // namespace oa::host
