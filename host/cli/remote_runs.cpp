#include "host/cli/remote_runs.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <unistd.h>

#include "core/json/json.hpp"
#include "host/cli/client_report.hpp"
#include "host/cli/remote_log.hpp"
#include "host/cli/remote_run.hpp"
#include "host/cli/runs_show.hpp"
#include "host/cli/runs_table.hpp"
#include "host/cli/runs_text.hpp"
#include "host/cli/server_login.hpp"
#include "host/cli/terminal.hpp"
#include "host/engine/execution_id.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

using Action = RunsOptions::Action;
using client::ApiClient;
using client::url_encoded;

constexpr std::size_t id_size = 26;
constexpr std::uint32_t page_max = 1'000;
constexpr std::size_t pages_max = 20;  // to look for the beginning of an id in

std::string target_of(const std::string& run) {
    return "/api/v1/runs/" + url_encoded(run);
}

ListedRun listed(const json::object& run, ApiClient& client) {
    ListedRun found;
    found.summary = summary_from(run);
    found.waits = found.summary.status == core::RunStatus::Running && found.summary.waits > 0;
    if (found.waits) {
        found.recorded = recorded_from(client.get(target_of(found.summary.id)), {});
    }
    return found;
}

ExitStatus list(const RunsOptions& options,
                ApiClient& client,
                std::ostream& out,
                std::ostream& notes) {
    std::string query;
    if (options.workflow) {
        query += "&workflow=" + url_encoded(*options.workflow);
    }
    if (options.status) {
        query += "&status=" + url_encoded(*options.status);
    }
    std::vector<ListedRun> runs;
    std::optional<std::string> next = "";
    while (next && runs.size() < options.limit) {
        const auto rest = options.limit - static_cast<std::uint32_t>(runs.size());
        const json::object page =
            client.get("/api/v1/runs?limit=" + std::to_string(std::min(rest, page_max)) + query +
                       (next->empty() ? "" : "&cursor=" + url_encoded(*next)));
        for (const json::value& run : page.at("runs").as_array()) {
            runs.push_back(listed(run.as_object(), client));
        }
        const json::value& cursor = page.at("next");
        next = cursor.is_null() ? std::nullopt : std::optional<std::string>(cursor.as_string());
    }
    if (options.json) {
        print_json(runs, out);
        return ExitStatus::Ok;
    }
    if (runs.empty()) {
        const bool is_all = !options.workflow && !options.status;
        out << (is_all ? "the host has no runs\n" : "there are no such runs\n");
        return ExitStatus::Ok;
    }
    print_table(runs, inspect_terminal(STDOUT_FILENO), out);
    if (next) {
        notes << "there are more; --limit N shows them\n";
    }
    return ExitStatus::Ok;
}

ExitStatus show(const RunsOptions& options,
                const std::string& run,
                ApiClient& client,
                std::ostream& out) {
    json::object detail = client.get(target_of(run));
    json::object tasks = client.get(target_of(run) + "/tasks");
    const RunSummary summary = summary_from(detail);
    const RecordedRun recorded = recorded_from(detail, tasks);
    if (!options.json) {
        print_run(summary, recorded, address_of(options.server), false, out);
        return ExitStatus::Ok;
    }
    json::object document;
    json::value outputs = detail.at("outputs");
    detail.erase("outputs");
    detail.erase("approvals");
    const bool waits = !waits_in(recorded).empty() || summary.waits > 0;
    detail["state"] = state_of(summary, waits && !summary.ended);
    detail["waits"] = to_json(waits_in(recorded));
    document["run"] = std::move(detail);
    document["tasks"] = std::move(tasks.at("tasks"));
    document["outputs"] = std::move(outputs);
    out << core::write_json(document, core::JsonStyle::Indented) << '\n';
    return ExitStatus::Ok;
}

/// The approval that is meant.
json::object choose(const RunsOptions& options, const std::string& run, ApiClient& client) {
    const json::object detail = client.get(target_of(run));
    const json::value* open = detail.if_contains("approvals");
    std::vector<json::object> fitting;
    std::string names;
    if (open != nullptr) {
        for (const json::value& one : open->as_array()) {
            const json::object& approval = one.as_object();
            const std::string task(approval.at("task").as_string());
            std::optional<std::uint32_t> element;
            if (approval.at("element").is_number()) {
                element = approval.at("element").to_number<std::uint32_t>();
            }
            names += (names.empty() ? "" : ", ") + numbered(task, element);
            if ((options.task.empty() || options.task == task) &&
                (!options.element || options.element == element)) {
                fitting.push_back(approval);
            }
        }
    }
    if (names.empty()) {
        throw std::invalid_argument("the run waits for no approval");
    }
    if (fitting.empty()) {
        throw std::invalid_argument("no task '" + options.task +
                                    "' waits for an approval; those that do: " + names);
    }
    if (fitting.size() > 1) {
        throw std::invalid_argument("several tasks wait for an approval, so say which: " + names);
    }
    return fitting.front();
}

/// What is done then, for people.
std::string answer(const RunsOptions& options, const std::string& run, ApiClient& client) {
    const bool approved = options.action == Action::Approve;
    const json::object approval = choose(options, run, client);
    const std::string task(approval.at("task").as_string());
    json::object body{{"comment", options.reason}};
    std::optional<std::uint32_t> element;
    if (approval.at("element").is_number()) {
        element = approval.at("element").to_number<std::uint32_t>();
        body["element"] = *element;
    }
    static_cast<void>(client.send({.method = "POST",
                                   .target = target_of(run) + "/tasks/" + url_encoded(task) +
                                             (approved ? "/approve" : "/reject"),
                                   .body = body,
                                   .fields = {}}));
    return numbered(task, element) + (approved ? " is approved" : " is rejected");
}

std::string retry(const RunsOptions& options,
                  const std::string& run,
                  ApiClient& client,
                  json::object& done) {
    json::object body{{"from", options.all ? "start" : options.from.empty() ? "failed" : "task"}};
    if (!options.from.empty()) {
        body["task"] = options.from;
    }
    const json::object started = client.send(
        {.method = "POST", .target = target_of(run) + "/retry", .body = body, .fields = {}});
    done["run"] = started.at("id");
    return "the run " + std::string(started.at("id").as_string()) + " does it again";
}

/// `word` is that of the API: cancel, pause, resume.
void tell_run(const std::string& word,
              const RunsOptions& options,
              const std::string& run,
              ApiClient& client) {
    client::ApiRequest request{
        .method = "POST", .target = target_of(run) + '/' + word, .body = {}, .fields = {}};
    if (!options.reason.empty()) {
        request.body = json::object{{"reason", options.reason}};
    }
    static_cast<void>(client.send(request));
}

ExitStatus control(const RunsOptions& options,
                   const std::string& run,
                   ApiClient& client,
                   std::ostream& out) {
    if (!options.by.empty()) {
        throw std::invalid_argument("--by is not for a service, whose token says who you are");
    }
    json::object done;
    std::string words;
    switch (options.action) {
        case Action::Cancel:
            tell_run("cancel", options, run, client);
            words = "the run " + run + " is told to stop";
            break;
        case Action::Pause:
            tell_run("pause", options, run, client);
            words = "the run " + run + " starts nothing until it is resumed";
            break;
        case Action::Resume:
            tell_run("resume", options, run, client);
            words = "the run " + run + " goes on";
            break;
        case Action::Retry: words = retry(options, run, client, done); break;
        default: words = answer(options, run, client);
    }
    done["done"] = words;
    out << (options.json ? core::write_json(done, core::JsonStyle::Indented) : words) << '\n';
    return ExitStatus::Ok;
}

}  // namespace

std::string remote_run_id(ApiClient& client, const std::string& given) {
    if (given.size() == id_size) {
        return given;
    }
    const bool is_last = given == "last";
    std::vector<std::string> ids;
    std::string cursor;
    for (std::size_t page_number = 0; page_number < pages_max && ids.size() < 2; ++page_number) {
        const json::object page =
            client.get("/api/v1/runs?limit=" + std::to_string(is_last ? 1 : page_max) +
                       (cursor.empty() ? "" : "&cursor=" + url_encoded(cursor)));
        for (const json::value& run : page.at("runs").as_array()) {
            std::string id(run.at("id").as_string());
            if (is_last) {
                return id;
            }
            if (id.rfind(given, 0) == 0) {
                ids.push_back(id);
            }
        }
        if (page.at("next").is_null()) {
            break;
        }
        cursor = std::string(page.at("next").as_string());
    }
    if (is_last) {
        throw std::invalid_argument("the host has no runs");
    }
    if (ids.empty()) {
        throw std::invalid_argument("there is no run whose id begins with '" + given +
                                    "'; oa runs list shows them");
    }
    if (ids.size() > 1) {
        throw std::invalid_argument("the ids of several runs begin with '" + given + "', such as " +
                                    ids[0] + " and " + ids[1] + "; give more of it");
    }
    return ids.front();
}

ExitStatus remote_runs(const RunsOptions& options, std::ostream& out, std::ostream& err) {
    return with_errors_told(err, [&] {
        ApiClient client(find_server(options.server));
        if (options.action == Action::List) {
            return list(options, client, out, err);
        }
        const std::string run = remote_run_id(client, options.ids.front());
        switch (options.action) {
            case Action::Show: return show(options, run, client, out);
            case Action::Logs: return print_remote_log(options, run, client, out, err);
            default: return control(options, run, client, out);
        }
    });
}

}  // namespace oa::host
