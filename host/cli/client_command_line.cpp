#include "host/cli/client_command_line.hpp"

#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "host/cli/input_options.hpp"

namespace oa::host {

struct ClientCommandLine::Commands {
    explicit Commands(CLI::App& app)
        : login_app(*app.add_subcommand("login", "Keep the address of a service and a token")),
          logout_app(*app.add_subcommand("logout", "Forget the address and the token")),
          start_app(*app.add_subcommand("start", "Start a run of a workflow of a service")),
          logs_app(*app.add_subcommand("logs", "Print what the tasks of a run of a service said")),
          events_app(*app.add_subcommand("events", "Show what happens in a service, as it does")) {}

    CLI::App& login_app;
    CLI::App& logout_app;
    CLI::App& start_app;
    CLI::App& logs_app;
    CLI::App& events_app;
    LoginOptions login = {};
    StartOptions start = {};
    RunsOptions logs = {};
    EventsOptions events = {};
};

CLI::Option* add_server(CLI::App& app, ServerChoice& choice) {
    app.add_option("--ca", choice.ca_file,
                   "PEM file with the authority of the service's certificate (the system's)")
        ->type_name("FILE");
    return app
        .add_option("--server", choice.url,
                    "The service (OA_SERVER); its token is OA_TOKEN, or that of oa login")
        ->type_name("URL");
}

void add_log_options(CLI::App& app, RunsOptions& options) {
    app.add_option("--task", options.log_task,
                   "Of this task alone; of a run within the run: OUTER/NAME")
        ->type_name("NAME");
    app.add_flag("-f,--follow", options.follow, "Go on until the run has ended; Ctrl-C ends it");
}

ClientCommandLine::ClientCommandLine(CLI::App& app) : commands_(std::make_unique<Commands>(app)) {
    Commands& all = *commands_;
    all.login_app.add_option("url", all.login.url, "Such as https://oa.example")
        ->required()
        ->type_name("URL");
    all.login_app
        .add_option("--token-file", all.login.token_file,
                    "File with the token; - for standard input (asked for on the terminal)")
        ->type_name("FILE");
    all.login_app
        .add_option("--ca", all.login.ca_file,
                    "PEM file with the authority of the service's certificate (the system's)")
        ->type_name("FILE");

    StartOptions& start = all.start;
    all.start_app.add_option("workflow", start.workflow, "Its name")
        ->required()
        ->type_name("WORKFLOW");
    add_inputs(all.start_app, start.inputs, start.inputs_file);
    all.start_app.add_flag("--wait", start.wait, "Wait for its end; Ctrl-C leaves it running");
    all.start_app.add_flag("--follow", start.follow, "The same, and show what happens");
    all.start_app
        .add_option("--idempotency-key", start.idempotency_key,
                    "Of one key there is one run, however often it is started")
        ->type_name("KEY");
    all.start_app.add_flag("--json", start.json, "Print JSON");
    add_server(all.start_app, start.server);

    all.logs.action = RunsOptions::Action::Logs;
    all.logs.needs_server = true;
    all.logs_app
        .add_option_function<std::string>(
            "run", [&ids = all.logs.ids](const std::string& id) { ids = {id}; },
            "The run's id, or how it begins; `last`: the newest")
        ->required()
        ->type_name("RUN");
    add_log_options(all.logs_app, all.logs);
    all.logs_app.add_flag("--json", all.logs.json, "Print JSON, a line for each");
    add_server(all.logs_app, all.logs.server);

    CLI::Option* const run =
        all.events_app
            .add_option("--run", all.events.run, "Of this run alone, from its beginning to its end")
            ->type_name("RUN");
    all.events_app.add_option("--workflow", all.events.workflow, "Of runs of this workflow alone")
        ->excludes(run)
        ->type_name("NAME");
    all.events_app.add_flag("--json", all.events.json, "Print JSON, a line for each");
    add_server(all.events_app, all.events.server);
}

ClientCommandLine::~ClientCommandLine() = default;

std::optional<Command> ClientCommandLine::parsed() {
    Commands& all = *commands_;
    if (all.login_app.parsed()) {
        return std::move(all.login);
    }
    if (all.logout_app.parsed()) {
        return LogoutOptions{};
    }
    if (all.start_app.parsed()) {
        return std::move(all.start);
    }
    if (all.logs_app.parsed()) {
        return std::move(all.logs);
    }
    if (all.events_app.parsed()) {
        return std::move(all.events);
    }
    return std::nullopt;
}

}  // namespace oa::host
