#include "host/api/legacy/legacy_records.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>

#include <boost/json.hpp>

#include "core/nearest.hpp"
#include "core/run/report.hpp"
#include "host/api/event_stream.hpp"

namespace oa::host::legacy {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::uint32_t history_max = 100;
constexpr std::uint32_t lines_max = 1'000;
constexpr std::string_view id_prefix = "wf_";
constexpr std::string_view other_prefix = "flask_";

double seconds(std::chrono::system_clock::duration time) {
    return std::chrono::duration<double>(time).count();
}

/// As Python's `value or None`.
json::value or_null(const json::value& value) {
    const bool is_false = value.is_null() || (value.is_bool() && !value.get_bool()) ||
                          (value.is_number() && value.to_number<double>() == 0.0) ||
                          (value.is_string() && value.get_string().empty()) ||
                          (value.is_array() && value.get_array().empty()) ||
                          (value.is_object() && value.get_object().empty());
    return is_false ? json::value() : value;
}

std::string_view word_of(core::TaskStatus status) {
    return status == core::TaskStatus::Succeeded ? "success" : core::to_string(status);
}

ServiceError no_such(const std::string& what, const WorkflowLibrary& library) {
    std::vector<std::string> names;
    for (const WorkflowLibrary::Entry& entry : library.list()) {
        names.push_back(entry->name);
    }
    return {ServiceError::Kind::NotFound, "no_such_workflow",
            "there is no workflow '" + what + "' in " + library.folder().string(),
            core::did_you_mean(what, names)};
}

template <class Is>
WorkflowLibrary::Entry first_of(const std::vector<WorkflowLibrary::Entry>& entries, Is is_it) {
    const auto found = std::find_if(entries.begin(), entries.end(), is_it);
    return found == entries.end() ? nullptr : *found;
}

}  // namespace

// ----- runs -----

std::string local_time(core::WallTime time) {
    const auto micros =
        std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch()).count();
    const auto whole = static_cast<std::time_t>(micros / 1'000'000);
    std::tm parts{};
    localtime_r(&whole, &parts);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%06d",
                  parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                  parts.tm_min, parts.tm_sec, static_cast<int>(micros % 1'000'000));
    return text.data();
}

json::value local_time(const std::optional<core::WallTime>& time) {
    return time ? json::value(local_time(*time)) : json::value();
}

std::string_view status_of(const RunSummary& run) {
    switch (run.status) {
        case core::RunStatus::Queued: return "queued";
        case core::RunStatus::Running: return "running";
        case core::RunStatus::Succeeded: return "completed";
        case core::RunStatus::Cancelled: return "cancelled";
        case core::RunStatus::Failed: break;
    }
    const bool is_of_host = run.failure == "interrupted" || run.failure == "unrecoverable" ||
                            run.failure == "storage_error";
    return is_of_host ? "error" : "failed";
}

bool is_success(const RunSummary& run) {
    return run.status == core::RunStatus::Succeeded;
}

json::value duration_of(const RunSummary& run) {
    return run.started && run.ended ? json::value(seconds(*run.ended - *run.started))
                                    : json::value();
}

json::value error_of(const RunSummary& run) {
    return run.failure ? json::value(run.failure_message) : json::value();
}

json::object results_of(const RunService& runs, const std::string& run) {
    json::object results;
    for (const core::TaskReport& task : runs.report(run).tasks) {
        if (!task.started_at) {
            continue;
        }
        results[task.name] = json::object{
            {"task_name", task.name},
            {"status", word_of(task.status)},
            {"output", or_null(core::output_of(task))},
            {"error", task.failure ? json::value(task.failure->message) : json::value()},
            {"duration", seconds(task.duration)},
            {"timestamp", local_time(*task.started_at)}};
    }
    return results;
}

json::object execution_json(const RunService& runs, const RunSummary& run) {
    return {{"execution_id", run.id},
            {"workflow_id", workflow_id(run.workflow)},
            {"status", status_of(run)},
            {"started_at", local_time(run.started)},
            {"completed_at", local_time(run.ended)},
            {"duration", duration_of(run)},
            {"error", error_of(run)},
            {"results", results_of(runs, run.id)}};
}

std::vector<std::string> log_of(const RunService& runs, const std::string& run) {
    std::vector<std::string> lines;
    for (const StoredLine& line : runs.store().lines(run, 0, lines_max)) {
        lines.push_back(line_text(line));
        lines.back().pop_back();  // its end
    }
    return lines;
}

std::vector<RunSummary> runs_of(const RunService& runs, const std::string& workflow) {
    RunQuery query;
    query.workflow = workflow;
    query.limit = history_max;
    return runs.store().list(query).runs;
}

std::optional<RunSummary> latest_of(const RunService& runs, const std::string& workflow) {
    RunQuery query;
    query.workflow = workflow;
    query.limit = 1;
    std::vector<RunSummary> found = runs.store().list(query).runs;
    return found.empty() ? std::nullopt : std::optional<RunSummary>(std::move(found.front()));
}

// ----- workflows -----

std::string workflow_id(std::string_view name) {
    return std::string(id_prefix) + std::string(name);
}

WorkflowLibrary::Entry find_workflow(const WorkflowLibrary& library, const std::string& id) {
    const std::vector<WorkflowLibrary::Entry> entries = library.list();
    for (const std::string_view prefix : {id_prefix, other_prefix}) {
        if (!id.starts_with(prefix)) {
            continue;
        }
        const std::string_view rest = std::string_view(id).substr(prefix.size());
        if (auto found = first_of(entries, [&](const auto& e) { return e->name == rest; })) {
            return found;
        }
        if (auto found = first_of(entries, [&](const auto& e) { return e->file.stem() == rest; })) {
            return found;
        }
    }
    if (auto found = first_of(entries, [&](const auto& e) { return e->name == id; })) {
        return found;
    }
    throw no_such(id, library);
}

WorkflowLibrary::Entry find_document(const WorkflowLibrary& library, const std::string& file) {
    const std::vector<WorkflowLibrary::Entry> entries = library.list();
    // Compared with what the library has, and never opened: so nothing else is ever reached.
    const fs::path wanted = (library.folder() / file).lexically_normal();
    if (auto found = first_of(
            entries, [&](const auto& e) { return e->file.lexically_normal() == wanted; })) {
        return found;
    }
    if (auto found = first_of(entries, [&](const auto& e) { return e->name == file; })) {
        return found;
    }
    throw no_such(file, library);
}

json::object workflow_json(const LibraryWorkflow& workflow) {
    const core::Workflow* const read = workflow.checked.workflow.get();
    return {{"id", workflow_id(workflow.name)},
            {"name", workflow.name},
            {"task_count", read != nullptr ? read->tasks.size() : 0},
            {"created_at", local_time(workflow.changed)},
            {"tags",
             read != nullptr ? json::array(read->tags.begin(), read->tags.end()) : json::array()}};
}

json::object workflow_detail_json(const LibraryWorkflow& workflow, std::size_t executions) {
    json::object object = workflow_json(workflow);
    object["filepath"] = workflow.file.string();
    object["description"] =
        workflow.checked.workflow && !workflow.checked.workflow->description.empty()
            ? json::value(workflow.checked.workflow->description)
            : json::value();
    object["executions_count"] = executions;
    return object;
}

}  // namespace oa::host::legacy
