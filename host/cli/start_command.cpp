#include "host/cli/start_command.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <utility>

#include <boost/json.hpp>
#include <unistd.h>

#include "core/json/json.hpp"
#include "core/workflow/workflow.hpp"
#include "host/cli/client_report.hpp"
#include "host/cli/given_inputs.hpp"
#include "host/cli/interrupt.hpp"
#include "host/cli/remote_run.hpp"
#include "host/cli/run_event_text.hpp"
#include "host/cli/server_login.hpp"
#include "host/cli/summary.hpp"
#include "host/cli/terminal.hpp"
#include "host/cli/workbench.hpp"
#include "host/client/api_client.hpp"
#include "host/client/run_event_stream.hpp"
#include "host/engine/ulid.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

using client::ApiClient;
using client::url_encoded;

/// No more than the names and the types of its inputs.
core::Workflow inputs_of(const std::string& name, ApiClient& client) {
    const json::object detail = client.get("/api/v1/workflows/" + url_encoded(name));
    core::Workflow workflow;
    for (const json::value& declared : detail.at("inputs").as_array()) {
        core::Input input;
        input.name = std::string(declared.at("name").as_string());
        if (const json::value& type = declared.at("type"); type.is_string()) {
            input.type = std::string(type.get_string());
        }
        workflow.inputs.push_back(std::move(input));
    }
    return workflow;
}

/// The run.
json::object start(const StartOptions& options, json::object inputs, ApiClient& client) {
    // With a key of its own it can be asked again when the connection breaks.
    const std::string key =
        options.idempotency_key.value_or("oa-" + make_ulid(std::chrono::system_clock::now()));
    return client.send({.method = "POST",
                        .target = "/api/v1/workflows/" + url_encoded(options.workflow) + "/runs",
                        .body = json::object{{"inputs", std::move(inputs)}},
                        .fields = {{"Idempotency-Key", key}},
                        .may_repeat = true});
}

ExitStatus tell_end(const StartOptions& options,
                    const std::string& id,
                    ApiClient& client,
                    std::ostream& out) {
    const std::string target = "/api/v1/runs/" + url_encoded(id);
    json::object detail = client.get(target);
    json::object tasks = client.get(target + "/tasks");
    const RecordedRun run = recorded_from(detail, tasks);
    if (options.json) {
        json::object document;
        json::value outputs = std::move(detail.at("outputs"));
        detail.erase("outputs");
        document["run"] = std::move(detail);
        document["tasks"] = std::move(tasks.at("tasks"));
        document["outputs"] = std::move(outputs);
        out << core::write_json(document, core::JsonStyle::Indented) << '\n';
    } else {
        print_summary(run.report, inspect_terminal(STDOUT_FILENO), out);
    }
    return run.report.status == core::RunStatus::Succeeded ? ExitStatus::Ok : ExitStatus::RunFailed;
}

ExitStatus wait_for_end(const StartOptions& options,
                        const std::string& id,
                        ApiClient& client,
                        std::ostream& out,
                        std::ostream& err) {
    client::Interruption interruption;
    std::atomic<int> interrupted{0};
    const InterruptGuard guard(1, [&](int signal) {
        interrupted = signal;
        interruption.raise();
    });
    const bool has_ended = client::RunEventStream(client, interruption, id)
                               .follow(
                                   [&](const json::object& event) {
                                       if (options.follow) {
                                           err << event_text(event, false) << std::endl;
                                       }
                                   },
                                   notes_to(err));
    if (has_ended) {
        return tell_end(options, id, client, out);
    }
    const std::string address = address_of(options.server);
    err << "the run " << id << " goes on; look at it with oa runs show " << id << address
        << ", stop it with oa runs cancel " << id << address << '\n';
    return static_cast<ExitStatus>(128 + interrupted);
}

}  // namespace

ExitStatus start_run(const StartOptions& options, std::ostream& out, std::ostream& err) {
    return with_errors_told(err, [&] {
        ApiClient client(find_server(options.server));
        core::Workflow declared;
        if (!options.inputs.empty()) {
            declared = inputs_of(options.workflow, client);
        }
        core::Diagnostics problems;
        json::object inputs = given_inputs(options.inputs, options.inputs_file, declared, problems);
        if (!problems.empty()) {
            print_diagnostics(problems);
            return ExitStatus::Usage;
        }
        const json::object run = start(options, std::move(inputs), client);
        const std::string id(run.at("id").as_string());
        if (options.wait || options.follow) {
            err << "run " << id << " has been accepted" << std::endl;
            return wait_for_end(options, id, client, out, err);
        }
        out << (options.json ? core::write_json(run, core::JsonStyle::Indented) : id) << '\n';
        return ExitStatus::Ok;
    });
}

}  // namespace oa::host
