#include "host/cli/runs_commands.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

#include <boost/json.hpp>
#include <unistd.h>

#include "core/json/json.hpp"
#include "core/run/report.hpp"
#include "host/cli/run_house.hpp"
#include "host/cli/runs_control.hpp"
#include "host/cli/summary.hpp"
#include "host/cli/terminal.hpp"
#include "host/engine/recorded_report.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

constexpr std::uint32_t lines_at_once = 1'000;

core::RunStatus status_named(const std::string& word) {
    for (const core::RunStatus status :
         {core::RunStatus::Queued, core::RunStatus::Running, core::RunStatus::Succeeded,
          core::RunStatus::Failed, core::RunStatus::Cancelled}) {
        if (core::to_string(status) == word) {
            return status;
        }
    }
    throw std::invalid_argument("'" + word + "' is no status of a run");
}

/// What a person calls it: a run that is paused or waits is running, to the engine.
std::string state_of(const RunSummary& run) {
    if (run.status == core::RunStatus::Running && run.is_paused) {
        return "paused";
    }
    if (run.status == core::RunStatus::Running && run.waits > 0) {
        return "waiting";
    }
    return std::string(core::to_string(run.status));
}

std::string time_text(core::WallTime time) {
    std::string text = core::format_time(time);
    text.resize(19);  // to the second
    text[10] = ' ';
    return text;
}

std::string duration_text(const RunSummary& run) {
    if (!run.started || !run.ended) {
        return "-";
    }
    const auto took = std::chrono::duration_cast<core::Milliseconds>(*run.ended - *run.started);
    return core::format_duration(std::max(took, core::Milliseconds{0}));  // the clock was set back
}

json::value time_or_null(const std::optional<core::WallTime>& time) {
    return time ? json::value(core::format_time(*time)) : json::value();
}

json::object to_json(const RunSummary& run) {
    json::object object;
    object["id"] = run.id;
    object["workflow"] = run.workflow;
    object["status"] = std::string(core::to_string(run.status));
    object["paused"] = run.is_paused;
    object["waits"] = run.waits;
    object["attempt"] = run.attempt;
    object["retry_of"] = run.retry_of.empty() ? json::value() : json::value(run.retry_of);
    object["trigger"] = run.trigger;
    object["priority"] = run.priority;
    object["key"] = run.key.empty() ? json::value() : json::value(run.key);
    object["created_at"] = core::format_time(run.created);
    object["started_at"] = time_or_null(run.started);
    object["ended_at"] = time_or_null(run.ended);
    object["error"] =
        run.failure
            ? json::value(json::object{{"code", *run.failure}, {"message", run.failure_message}})
            : json::value();
    return object;
}

ExitStatus list(const RunsOptions& options, const StoreReader& store, std::ostream& out) {
    RunQuery query;
    query.workflow = options.workflow;
    query.limit = options.limit;
    if (options.status) {
        query.status = status_named(*options.status);
    }
    const RunPage page = store.list(query);
    if (options.json) {
        json::array runs;
        for (const RunSummary& run : page.runs) {
            runs.push_back(to_json(run));
        }
        out << core::write_json(runs, core::JsonStyle::Indented) << '\n';
        return ExitStatus::Ok;
    }
    if (page.runs.empty()) {
        out << "there are no such runs\n";
        return ExitStatus::Ok;
    }
    std::vector<std::array<std::string, 5>> rows{{"RUN", "WORKFLOW", "STATUS", "CREATED", "TOOK"}};
    for (const RunSummary& run : page.runs) {
        rows.push_back({run.id, printable(run.workflow), state_of(run), time_text(run.created),
                        duration_text(run)});
    }
    std::array<std::size_t, 5> widths{};
    for (const auto& row : rows) {
        for (std::size_t column = 0; column < row.size(); ++column) {
            widths.at(column) = std::max(widths.at(column), columns_of(row.at(column)));
        }
    }
    for (const auto& row : rows) {
        for (std::size_t column = 0; column + 1 < row.size(); ++column) {
            out << row.at(column)
                << std::string(widths.at(column) - columns_of(row.at(column)) + 2, ' ');
        }
        out << row.back() << '\n';
    }
    if (page.next) {
        out << "there are more; --limit N shows them\n";
    }
    return ExitStatus::Ok;
}

void print_task(const core::TaskReport& task, std::size_t width, std::ostream& out) {
    std::string name = printable(task.name);
    out << "  " << name << std::string(width - columns_of(name) + 2, ' ')
        << core::to_string(task.status);
    if (task.started_at && task.status > core::TaskStatus::Running) {
        out << " in " << core::format_duration(task.duration);
    }
    if (task.elements) {
        out << ", " << task.elements_ended << " of " << *task.elements << " elements";
    }
    if (task.attempts > 1) {
        out << ", " << task.attempts << " attempts";
    }
    if (task.failure && task.status != core::TaskStatus::Succeeded) {
        out << ": " << printable(task.failure->message);
    }
    out << '\n';
}

void print_run(const RunSummary& run, std::ostream& out) {
    out << "run       " << run.id;
    if (!run.retry_of.empty()) {
        out << " (attempt " << run.attempt << ", does " << run.retry_of << " again)";
    }
    out << "\nworkflow  " << printable(run.workflow) << "\nstatus    " << state_of(run);
    if (run.failure) {
        out << ": " << *run.failure << ": " << printable(run.failure_message);
    }
    out << "\ncreated   " << time_text(run.created);
    if (!run.trigger.empty()) {
        out << " by " << run.trigger;
    }
    if (run.started && run.ended) {
        out << "\ntook      " << duration_text(run);
    }
    out << '\n';
}

ExitStatus show(const RunsOptions& options,
                const Workbench& workbench,
                const StoreReader& store,
                std::ostream& out) {
    const std::string id = run_id_of(store, options.ids.front());
    const RunSummary run = store.find(id).value();
    const std::optional<std::string> bundle = store.documents(run.documents);
    if (!bundle) {
        throw std::runtime_error("the workflow of the run " + id + " is not in the store");
    }
    const LoadedWorkflow loaded = load_bundle(*bundle, workbench);
    const std::vector<core::JournalRecord> records = store.load(id);
    const core::RunReport report = report_of(*loaded.workflow, records);
    const auto* created = std::get_if<core::RunCreated>(&records.front().entry);
    if (options.json) {
        json::object object = core::to_json(report);
        json::object all = to_json(run);
        for (const auto& member : object.at("run").as_object()) {
            all.emplace(member.key(), member.value());
        }
        all["inputs"] = created->inputs;
        object["run"] = std::move(all);
        out << core::write_json(object, core::JsonStyle::Indented) << '\n';
        return ExitStatus::Ok;
    }
    print_run(run, out);
    if (!created->inputs.empty()) {
        out << "inputs    " << core::write_json(created->inputs) << '\n';
    }
    std::size_t width = 0;
    for (const core::TaskReport& task : report.tasks) {
        width = std::max(width, columns_of(printable(task.name)));
    }
    for (const core::TaskReport& task : report.tasks) {
        print_task(task, width, out);
    }
    for (const auto& output : report.outputs) {
        out << "  " << printable(output.key()) << " = " << core::write_json(output.value()) << '\n';
    }
    return ExitStatus::Ok;
}

std::string_view level_name(core::TaskLogLevel level) {
    constexpr std::array<std::string_view, 5> names{"TRACE", "DEBUG", "INFO", "WARN", "ERROR"};
    return names.at(static_cast<std::size_t>(level));
}

void print_line(const StoredLine& stored, bool as_json, std::ostream& out) {
    const core::LogLine& line = stored.line;
    if (as_json) {
        json::object object{{"at", core::format_time(line.at)},
                            {"task", line.task},
                            {"level", std::string(level_name(line.level))},
                            {"message", line.message}};
        if (!line.fields.empty()) {
            object["fields"] = core::parse_json(line.fields);
        }
        out << core::write_json(object) << '\n';
        return;
    }
    out << core::format_time(line.at) << ' ' << level_name(line.level) << ' '
        << (line.task.empty() ? "" : printable(line.task) + ": ") << printable(line.message);
    if (!line.fields.empty()) {
        out << ' ' << printable(line.fields);
    }
    out << '\n';
}

// Of the run, and then of the runs within it.
void print_lines(const RunsOptions& options,
                 const StoreReader& store,
                 const std::string& id,
                 std::ostream& out) {
    std::uint64_t after = 0;
    for (;;) {
        const std::vector<StoredLine> lines = store.lines(id, after, lines_at_once);
        for (const StoredLine& line : lines) {
            if (!options.log_task || line.line.task == *options.log_task) {
                print_line(line, options.json, out);
            }
            after = line.sequence;
        }
        if (lines.size() < lines_at_once) {
            break;
        }
    }
    RunQuery within;
    within.parent_run_id = id;
    within.limit = 100'000;
    RunPage page = store.list(within);
    std::reverse(page.runs.begin(), page.runs.end());
    for (const RunSummary& run : page.runs) {
        print_lines(options, store, run.id, out);
    }
}

ExitStatus look(const RunsOptions& options, const Workbench& workbench, std::ostream& out) {
    const StoreReader store(store_settings(options.data, std::nullopt, workbench.config).folder);
    switch (options.action) {
        case RunsOptions::Action::List: return list(options, store, out);
        case RunsOptions::Action::Show: return show(options, workbench, store, out);
        default: break;
    }
    print_lines(options, store, run_id_of(store, options.ids.front()), out);
    return ExitStatus::Ok;
}

}  // namespace

std::string run_id_of(const StoreReader& store, const std::string& given) {
    if (given == "last") {
        const RunPage page = store.list({.limit = 1});
        if (page.runs.empty()) {
            throw std::invalid_argument("there are no runs in the store");
        }
        return page.runs.front().id;
    }
    const std::vector<std::string> ids = store.resolve(given, 2);
    if (ids.empty()) {
        throw std::invalid_argument("there is no run whose id begins with '" + given +
                                    "'; oa runs list shows them");
    }
    if (ids.size() > 1 && ids.front() != given) {
        throw std::invalid_argument("the ids of several runs begin with '" + given +
                                    "'; give more of it");
    }
    return ids.front();
}

RunCommandResult runs(const RunsOptions& options,
                      const Workbench& workbench,
                      std::ostream& out,
                      std::ostream& err) {
    try {
        if (options.action <= RunsOptions::Action::Logs) {
            return {look(options, workbench, out)};
        }
        return control_runs(options, workbench, out, err);
    } catch (const std::invalid_argument& error) {
        err << "oa: " << error.what() << '\n';
        return {ExitStatus::Usage};
    } catch (const std::exception& error) {
        err << "oa: " << error.what() << '\n';
        return {ExitStatus::PluginTrouble};
    }
}

}  // namespace oa::host
