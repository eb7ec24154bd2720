#include "host/cli/run_command.hpp"

#include <atomic>
#include <csignal>
#include <future>
#include <iostream>
#include <utility>

#include <boost/json.hpp>
#include <unistd.h>

#include "core/json/json.hpp"
#include "core/workflow/graph.hpp"
#include "core/workflow/inputs.hpp"
#include "host/cli/control_commands.hpp"
#include "host/cli/given_inputs.hpp"
#include "host/cli/interrupt.hpp"
#include "host/cli/run_house.hpp"
#include "host/cli/run_view.hpp"
#include "host/cli/secret_sources.hpp"
#include "host/cli/summary.hpp"
#include "host/engine/ulid.hpp"
#include "host/wallet/process_memory.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

// With --json standard output holds one document whatever happens.
void print_findings_as_json(const core::Diagnostics& diagnostics, std::ostream& out) {
    json::array findings;
    for (const core::Diagnostic& diagnostic : diagnostics) {
        findings.push_back(to_json(diagnostic));
    }
    json::object document;
    document["run"] = nullptr;
    document["tasks"] = json::array{};
    document["outputs"] = json::object{};
    document["findings"] = std::move(findings);
    out << core::write_json(document, core::JsonStyle::Indented) << '\n';
}

ExitStatus refuse(const RunOptions& options,
                  const core::Diagnostics& diagnostics,
                  ExitStatus status,
                  std::ostream& out) {
    print_diagnostics(diagnostics);
    if (options.json) {
        print_findings_as_json(diagnostics, out);
    }
    return status;
}

ExitStatus status_of(const core::RunReport& report, int signal) {
    switch (report.status) {
        case core::RunStatus::Succeeded: return ExitStatus::Ok;
        case core::RunStatus::Cancelled:
            return signal != 0 ? static_cast<ExitStatus>(128 + signal) : ExitStatus::RunFailed;
        case core::RunStatus::Queued:
        case core::RunStatus::Running:
        case core::RunStatus::Failed: break;
    }
    return ExitStatus::RunFailed;
}

std::unique_ptr<RunHouse> open_house(const RunOptions& options, const Workbench& workbench) {
    if (!options.data) {
        return std::make_unique<RunHouse>(workbench, std::nullopt);
    }
    return std::make_unique<RunHouse>(
        workbench, store_settings(options.data, options.durability, workbench.config));
}

// Once it is: from then on it will end, whatever becomes of this process.
std::function<void(const core::JournalFailure*)> say_where_it_is_kept(const std::string& id,
                                                                      const RunOptions& options) {
    return [words = options.json ? "" : "run " + id + " is kept in " + *options.data + '\n'](
               const core::JournalFailure* failure) {
        if (failure == nullptr) {
            std::cerr << words;
        }
    };
}

// Starts a run and waits for its end; Ctrl-C cancels it.
RunCommandResult follow(RunRequest request,
                        RunHouse& house,
                        const RunOptions& options,
                        const Workbench& workbench,
                        std::ostream& out) {
    const std::string id = request.run_id;
    const unsigned patience = does_something_finally(*request.workflow) ? 2 : 1;
    auto end = std::make_shared<std::promise<core::RunReport>>();  // outlives its setting
    request.on_end = [end](const core::RunReport& report, const json::object& /*variables*/) {
        end->set_value(report);
    };
    const std::unique_ptr<ControlServer> control = open_control(workbench, house);
    std::atomic<int> interrupted{0};
    RunCommandResult result;
    const InterruptGuard guard(patience, [&](int signal) {
        interrupted = signal;
        house.engine().cancel(
            id, signal == SIGINT ? "interrupted by Ctrl-C" : "interrupted by SIGTERM");
    });
    house.engine().submit(std::move(request));
    const core::RunReport report = end->get_future().get();
    if (options.json) {
        out << core::write_json(to_json(report), core::JsonStyle::Indented) << '\n';
    } else {
        print_summary(report, inspect_terminal(STDOUT_FILENO), out);
    }
    out.flush();
    result.status = status_of(report, interrupted);
    return result;
}

}  // namespace

RunCommandResult run(const RunOptions& options, const Workbench& workbench, std::ostream& out) {
    if (options.file == "-" && options.inputs_file == "-") {
        const core::Diagnostics twice{
            about("--inputs", "standard input is the workflow already; give a file")};
        return {refuse(options, twice, ExitStatus::Usage, out)};
    }
    LoadedWorkflow loaded = load_workflow(options.file, workbench);
    if (!loaded.workflow) {
        return {refuse(options, loaded.diagnostics, loaded.status, out)};
    }
    print_diagnostics(loaded.diagnostics);  // warnings

    core::Diagnostics problems;
    core::BoundInputs inputs = core::bind_inputs(
        *loaded.workflow,
        given_inputs(options.inputs, options.inputs_file, *loaded.workflow, problems));
    if (!problems.empty()) {
        return {refuse(options, problems, ExitStatus::Usage, out)};
    }
    for (const core::InputProblem& problem : inputs.problems) {
        problems.push_back(about(
            loaded.workflow->file, "the input '" + problem.input + "' " + problem.message,
            problem.missing ? "give it with --input " + problem.input + "=..." : problem.hint));
    }
    if (!problems.empty()) {
        return {refuse(options, problems, ExitStatus::Usage, out)};
    }
    if (options.dry_run) {
        if (options.json) {
            out << core::write_json(core::graph_json(*loaded.workflow), core::JsonStyle::Indented)
                << '\n';
        } else {
            out << core::graph_text(*loaded.workflow);
        }
        return {ExitStatus::Ok};
    }
    std::optional<SecretSources> secrets;
    if (!loaded.secrets.empty()) {  // before there are threads: it may ask for a password
        forbid_core_dumps();
        try {
            secrets.emplace(options.wallet, workbench);
            secrets->open_for(loaded.secrets);
        } catch (const std::exception& error) {
            return {
                refuse(options, {about("secrets", error.what())}, ExitStatus::PluginTrouble, out)};
        }
    }
    std::unique_ptr<RunHouse> house;
    RunRequest request{.workflow = loaded.workflow,
                       .inputs = std::move(inputs.values),
                       .run_id = {},
                       .settings = run_settings(workbench.config),
                       .trigger = "cli"};
    try {
        house = open_house(options, workbench);
        request.run_id = make_ulid(house->clock().wall());
        request.documents = house->keep(loaded);
    } catch (const std::exception& error) {
        return {refuse(options, {about("store", error.what())}, ExitStatus::PluginTrouble, out)};
    }
    request.settings.max_parallel_forced = options.max_parallel;
    request.sink = make_run_sink(workbench, options.json);
    house->open(secrets ? &*secrets : nullptr);
    if (house->store() != nullptr) {
        request.on_accepted = say_where_it_is_kept(request.run_id, options);
    }
    RunCommandResult result;
    try {
        result = follow(std::move(request), *house, options, workbench, out);
    } catch (const core::TemplateError& error) {
        return {refuse(options, {about("concurrency.key", error.what(), error.hint())},
                       ExitStatus::InvalidWorkflow, out)};
    }
    house->tidy_up();
    if (house->has_threads_left_behind()) {
        // What those threads may still touch must stay: the caller ends the process at once.
        result.threads_left_behind = true;
        static_cast<void>(house.release());
    }
    return result;
}

}  // namespace oa::host
