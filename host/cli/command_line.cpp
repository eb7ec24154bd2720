#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <CLI/CLI.hpp>

#include "host/cli/audit_command_line.hpp"
#include "host/cli/client_command_line.hpp"
#include "host/cli/input_options.hpp"
#include "host/cli/options.hpp"
#include "host/cli/runs_command_line.hpp"
#include "host/cli/store_command_line.hpp"
#include "host/cli/version.hpp"
#include "host/cli/wallet_command_line.hpp"

namespace oa::host {

namespace {

// CLI11's own text for a wrong choice lists numbers of enumerators; these checks name the words.
template <typename Enum>
CLI::Option* add_choice(CLI::App& app,
                        const std::string& name,
                        std::optional<Enum>& target,
                        std::optional<Enum> (*parse)(std::string_view),
                        const std::string& choices,
                        const std::string& description) {
    return app
        .add_option_function<std::string>(
            name,
            [&target, parse, name, choices](const std::string& text) {
                target = parse(text);
                if (!target) {
                    throw CLI::ValidationError(name, "'" + text + "' is not one of " + choices);
                }
            },
            description)
        ->type_name(choices);
}

template <typename Enum>
std::optional<Enum> choice_from(std::string_view name,
                                const std::map<std::string_view, Enum>& names) {
    const auto found = names.find(name);
    return found == names.end() ? std::nullopt : std::optional(found->second);
}

std::optional<GraphFormat> graph_format_from(std::string_view name) {
    return choice_from<GraphFormat>(name, {{"text", GraphFormat::Text},
                                           {"mermaid", GraphFormat::Mermaid},
                                           {"dot", GraphFormat::Dot},
                                           {"json", GraphFormat::Json}});
}

std::optional<ValidateFormat> validate_format_from(std::string_view name) {
    return choice_from<ValidateFormat>(name, {{"text", ValidateFormat::Text},
                                              {"json", ValidateFormat::Json},
                                              {"sarif", ValidateFormat::Sarif},
                                              {"github", ValidateFormat::Github}});
}

std::optional<DescribeFormat> describe_format_from(std::string_view name) {
    return choice_from<DescribeFormat>(name, {{"text", DescribeFormat::Text},
                                              {"json", DescribeFormat::Json},
                                              {"md", DescribeFormat::Markdown},
                                              {"html", DescribeFormat::Html}});
}

std::optional<CheckFormat> check_format_from(std::string_view name) {
    return choice_from<CheckFormat>(
        name,
        {{"text", CheckFormat::Text}, {"json", CheckFormat::Json}, {"junit", CheckFormat::JUnit}});
}

void add_global(CLI::App& app, GlobalOptions& options) {
    app.add_option("--config", options.config_file,
                   "Configuration file (default: oa.yaml in ~/.config/oa or /etc/oa)")
        ->type_name("FILE");
    app.add_option("--plugins", options.plugins,
                   "Folder or file with plug-ins, before all others; may be repeated")
        ->type_name("PATH")
        ->expected(1)
        ->take_all();
    add_choice<LogLevel>(app, "--log-level", options.log_level, log_level_from,
                         "trace|debug|info|warn|error|off", "Least level of log lines (info)");
    add_choice<LogFormat>(app, "--log-format", options.log_format, log_format_from, "text|json",
                          "Form of log lines on standard error (text)");
}

void add_validate(CLI::App& app, ValidateOptions& options, std::optional<ValidateFormat>& format) {
    app.add_option("files", options.files, "Workflow documents; - for standard input")
        ->required()
        ->type_name("FILE");
    add_choice<ValidateFormat>(app, "-f,--format", format, validate_format_from,
                               "text|json|sarif|github", "Output format (text)");
    app.add_flag_function(
        "--json", [&format](std::int64_t) { format = ValidateFormat::Json; },
        "The same as --format json");
    app.add_flag_function(
        "--context,!--no-context", [&options](std::int64_t count) { options.context = count > 0; },
        "Show the line of each finding, or not (shown on a terminal)");
    app.add_flag("--deny-warnings", options.deny_warnings, "Exit with status 3 for warnings too");
    add_wallet_access(app, "--wallet", "Also check that the secrets are in this wallet",
                      options.wallet);
    app.add_option("--stdin-name", options.stdin_name, "What findings call standard input")
        ->type_name("FILE");
}

void add_depth(CLI::App& app, GraphOptions& options) {
    constexpr std::uint32_t depth_max = 32;
    CLI::Option* depth =
        app.add_option("--depth", options.depth, "Draw sub-workflows too, so many levels of them")
            ->check(CLI::Range(0U, depth_max))
            ->type_name("N");
    app.add_flag_function(
           "--expand", [&options](std::int64_t) { options.depth = depth_max; },
           "Draw sub-workflows too, all levels")
        ->excludes(depth);
}

CLI::App* add_expr(CLI::App& app, ExprOptions& options) {
    CLI::App* expr = app.add_subcommand("expr", "Evaluate an expression of the language");
    expr->add_option("expression", options.expression, "The expression; - for standard input")
        ->required()
        ->type_name("EXPRESSION");
    expr->add_option("-b,--bindings", options.bindings,
                     "JSON or YAML file whose fields are the variables; - for standard input")
        ->type_name("FILE");
    expr->add_flag("-r,--raw", options.raw, "Print a string as it is, without quotes");
    expr->add_flag("--json", options.json, "Print value or error as one JSON document");
    return expr;
}

void add_serve(CLI::App* serve, ServeOptions& options) {
    serve
        ->add_option("--data", options.data,
                     "Folder of the store (OA_DATA, or `data` in the state folder)")
        ->type_name("FOLDER");
    serve
        ->add_option("--durability", options.durability,
                     "What a power failure may cost: full, normal or none (full)")
        ->type_name("full|normal|none");
    serve
        ->add_option("--workflows", options.workflows,
                     "Folder of the workflows (OA_WORKFLOWS_DIR, or `workflows` beside the store)")
        ->type_name("FOLDER");
    serve->add_option("--listen", options.listen, "Address (OA_LISTEN, or 127.0.0.1)")
        ->type_name("ADDRESS");
    serve->add_option("--port", options.port, "Port; 0 for any that is free (OA_PORT, or 8080)")
        ->check(CLI::Range(0U, 65'535U))
        ->type_name("PORT");
    add_wallet_access(*serve, "--wallet", "Wallet that has the secrets of workflows",
                      options.wallet);
}

CLI::App* add_config(CLI::App& app, ConfigOptions& options) {
    CLI::App* config =
        app.add_subcommand("config", "Show what is set, and where each value comes from");
    config
        ->add_option("settings", options.settings,
                     "Whole names, or their beginnings such as server (all)")
        ->type_name("SETTING");
    config->add_flag("--set", options.set_only, "Without what nobody has set");
    config->add_flag("--json", options.json, "Print JSON");
    add_serve(config, options.flags);
    return config;
}

/// `oa plugin ...`: declares the commands, then tells which of them was typed.
class PluginCommands {
public:
    explicit PluginCommands(CLI::App& app)
        : app_(*app.add_subcommand("plugin", "Find, write, check and sign plug-ins")) {
        app_.require_subcommand(1);
        app_.fallthrough();
        add_lookup();
        add_making();
        add_check();
        add_trust();
        add_upkeep();
    }
    PluginCommands(const PluginCommands&) = delete;
    PluginCommands& operator=(const PluginCommands&) = delete;

    /// The command that was typed, after the arguments have been parsed.
    [[nodiscard]] std::optional<Command> parsed() {
        for (const Entry& entry : entries_) {
            if (entry.app->parsed()) {
                return entry.take();
            }
        }
        return std::nullopt;
    }

private:
    struct Entry {
        CLI::App* app;
        std::function<Command()> take;
    };

    /// A command with its options, which live as long as this object.
    template <typename Options>
    CLI::App& add(const char* name, const char* description, Options& options) {
        CLI::App* app = app_.add_subcommand(name, description);
        entries_.push_back({app, [&options] { return Command(std::move(options)); }});
        return *app;
    }

    void add_lookup() {
        add("list", "List all plug-ins that were found", list_)
            .add_flag("--json", list_.json, "Print JSON");

        CLI::App& describe = add("describe", "Describe a module, a function or a file", describe_);
        describe
            .add_option("name", describe_.name,
                        "MODULE, MODULE.FUNCTION, or a FILE.so, of which no code is run")
            ->required()
            ->type_name("NAME");
        add_choice<DescribeFormat>(describe, "-f,--format", describe_format_, describe_format_from,
                                   "text|json|md|html", "Output format (text)");
        describe.add_flag_function(
            "--json", [this](std::int64_t) { describe_format_ = DescribeFormat::Json; },
            "The same as --format json");
        describe.add_flag("--load", describe_.load,
                          "A file: load it too and compare its manifest with what it says");
        describe.add_flag("--sandbox", describe_.sandbox,
                          "Show what holds around its worker process");
        entries_.back().take = [this] {
            describe_.format = describe_format_.value_or(DescribeFormat::Text);
            return Command(std::move(describe_));
        };

        CLI::App& why = add("why", "Tell why a module comes from where it does", why_);
        why.add_option("name", why_.name, "MODULE, its id, or MODULE@VERSION")
            ->required()
            ->type_name("NAME");
        why.add_flag("--json", why_.json, "Print JSON");
    }

    void add_making() {
        CLI::App& fresh = add("new", "Write a project for a new plug-in", new_);
        fresh
            .add_option("id", new_.id, "Its id, such as com.acme.greeter; the module is 'greeter'")
            ->required()
            ->type_name("ID");
        fresh.add_option("-l,--lang", new_.language, "Language: c, cpp or rust (cpp)")
            ->type_name("c|cpp|rust");
        fresh.add_option("--folder", new_.folder, "Where to write it (./MODULE)")
            ->type_name("FOLDER");

        CLI::App& run = add("run", "Run one function of a plug-in file", run_);
        run.add_option("file", run_.file, "The plug-in")->required()->type_name("FILE.so");
        run.add_option("function", run_.function, "The function")
            ->required()
            ->type_name("FUNCTION");
        add_params(run, run_.params);
        run.add_option("--config", run_.config, "Configuration of the module, a JSON object ({})")
            ->type_name("JSON");
        run.add_flag_function(
            "--worker", [this](std::int64_t) { run_.place = RunPlace::Worker; },
            "Run it in a worker process");
        run.add_flag("--gdb", run_.debugger, "Run it under gdb, stopped in the entry function");
        run.add_flag("--json", run_.json, "Print the whole outcome as JSON");

        CLI::App& dev = add("dev", "Rebuild and try a plug-in whenever its sources change", dev_);
        dev.add_option("folder", dev_.folder, "Folder of the project (.)")->type_name("FOLDER");
        dev.add_option("--run", dev_.function,
                       "Function to run after each build, instead of quick checks")
            ->type_name("FUNCTION");
        add_params(dev, dev_.params);
        dev.add_flag("--once", dev_.once, "Build and try it once, then end");
    }

    static void add_params(CLI::App& app, std::string& params) {
        app.add_option("-p,--params", params,
                       "Parameters: a JSON object, @FILE, or @- for standard input ({})")
            ->type_name("JSON");
    }

    void add_check() {
        CLI::App& check = add("check", "Check that a plug-in keeps the contract", check_);
        check.add_option("files", check_.files, "Plug-ins")->required()->type_name("FILE.so");
        using Level = PluginCheckOptions::Level;
        CLI::Option* quick = check.add_flag_function(
            "--quick", [this](std::int64_t) { check_.level = Level::Quick; },
            "Only what takes less than a second");
        check
            .add_flag_function(
                "--strict", [this](std::int64_t) { check_.level = Level::Strict; },
                "Everything, as before a release")
            ->excludes(quick);
        check.add_option("--only", check_.only, "Only this check, such as OA204; may be repeated")
            ->type_name("ID")
            ->expected(1)
            ->take_all();
        check.add_flag("--in-process", check_.in_process,
                       "Check in this process, for a debugger; a crash ends it");
        check.add_option("--seed", check_.seed, "Seed of the generated parameters")->type_name("N");
        add_choice<CheckFormat>(check, "-f,--format", check_format_, check_format_from,
                                "text|json|junit", "Output format (text)");
        entries_.back().take = [this] {
            check_.format = check_format_.value_or(CheckFormat::Text);
            return Command(std::move(check_));
        };

        CLI::App& child = add("check-child", "One check, for `check`", child_);
        child.group("");  // not shown
        child.add_option("file", child_.file)->required();
        child.add_option("check", child_.check)->required();
        child.add_option("--seed", child_.seed);
        child.add_option("--report", child_.report)->required();
    }

    void add_trust() {
        add("keygen", "Make a key pair to sign plug-ins with", keygen_)
            .add_option("key", keygen_.private_key,
                        "File for the private key; the public one gets .pub behind its name")
            ->required()
            ->type_name("FILE");

        CLI::App& sign = add("sign", "Sign a plug-in", sign_);
        sign.add_option("file", sign_.file, "The plug-in; the signature gets .sig behind its name")
            ->required()
            ->type_name("FILE.so");
        sign.add_option("-k,--key", sign_.private_key, "The private key")
            ->required()
            ->type_name("FILE");

        CLI::App& verify = add("verify", "Check the signature of a plug-in", verify_);
        verify.add_option("file", verify_.file, "The plug-in")->required()->type_name("FILE.so");
        verify
            .add_option("-k,--key", verify_.public_key,
                        "The public key; without it the trust policy decides")
            ->type_name("FILE");
        verify.add_flag("--json", verify_.json, "Print JSON");
    }

    void add_upkeep() {
        add("quarantine", "List the plug-ins that are not run any more", quarantine_)
            .add_flag("--json", quarantine_.json, "Print JSON");

        release_.action = PluginQuarantineOptions::Action::Release;
        CLI::App& release = add("release", "Let a plug-in out of the quarantine", release_);
        release.add_option("name", release_.name, "MODULE, or the start of the file's hash")
            ->required()
            ->type_name("NAME");
        release.add_flag("--json", release_.json, "Print JSON");

        CLI::App& reload = add("reload", "Let running hosts load changed plug-ins", reload_);
        reload.add_option("--pid", reload_.pid, "Only this host (all of this user's)")
            ->type_name("PID");
        reload.add_flag("--json", reload_.json, "Print JSON");
    }

    CLI::App& app_;
    std::vector<Entry> entries_;

    PluginListOptions list_;
    PluginDescribeOptions describe_;
    std::optional<DescribeFormat> describe_format_;
    PluginWhyOptions why_;
    PluginNewOptions new_;
    PluginRunOptions run_;
    PluginCheckOptions check_;
    std::optional<CheckFormat> check_format_;
    PluginCheckChildOptions child_;
    PluginDevOptions dev_;
    PluginKeygenOptions keygen_;
    PluginSignOptions sign_;
    PluginVerifyOptions verify_;
    PluginQuarantineOptions quarantine_;
    PluginQuarantineOptions release_;
    PluginReloadOptions reload_;
};

}  // namespace

std::variant<CommandLine, ExitStatus> parse_command_line(int argc, const char* const* argv) {
    CLI::App app{"Open Automator: runs YAML workflows on plug-ins", "oa"};
    app.require_subcommand(1);
    app.fallthrough();
    app.set_version_flag("--version", version_line());
    app.get_formatter()->column_width(34);
    app.failure_message(CLI::FailureMessage::simple);

    GlobalOptions global;
    add_global(app, global);

    RunOptions run;
    CLI::App* run_app = app.add_subcommand("run", "Run a workflow");
    run_app->add_option("file", run.file, "Workflow document; - for standard input")
        ->required()
        ->type_name("FILE");
    add_inputs(*run_app, run.inputs, run.inputs_file);
    run_app->add_flag("--json", run.json, "Print one JSON document on standard output");
    run_app->add_flag("--dry-run", run.dry_run, "Check everything and show the plan; run nothing");
    run_app
        ->add_option("--max-parallel", run.max_parallel,
                     "Tasks at one time, over the document's own number (16)")
        ->check(CLI::Range(1, 1000))
        ->type_name("N");
    run_app
        ->add_option("--data", run.data,
                     "Keep the run in a store in this folder, so that it goes on after a crash")
        ->type_name("FOLDER");
    run_app
        ->add_option("--durability", run.durability,
                     "What a power failure may cost that store (full: nothing)")
        ->check(CLI::IsMember({"full", "normal", "none"}).description(""))
        ->needs("--data")
        ->type_name("full|normal|none");
    add_wallet_access(*run_app, "--wallet",
                      "Where ${WALLET:...} reads (OA_WALLET_FILE, or `wallet` in the state folder)",
                      run.wallet);

    ValidateOptions validate;
    CLI::App* validate_app = app.add_subcommand("validate", "Check workflow documents");
    std::optional<ValidateFormat> validate_format;
    add_validate(*validate_app, validate, validate_format);

    GraphOptions graph;
    std::optional<GraphFormat> graph_format;
    CLI::App* graph_app = app.add_subcommand("graph", "Show the flow of a workflow");
    graph_app->add_option("file", graph.file, "Workflow document")->required()->type_name("FILE");
    add_choice<GraphFormat>(*graph_app, "-f,--format", graph_format, graph_format_from,
                            "text|mermaid|dot|json", "Output format (text)");
    add_depth(*graph_app, graph);

    SchemaOptions schema;
    CLI::App* schema_app =
        app.add_subcommand("schema", "Print a JSON Schema of workflow documents, for editors");
    schema_app->add_option("-o,--output", schema.output, "Write it to a file")->type_name("FILE");

    ExprOptions expr;
    CLI::App* expr_app = add_expr(app, expr);

    ServeOptions serve;
    CLI::App* serve_app = app.add_subcommand("serve", "Run workflows as a service, with an API");
    add_serve(serve_app, serve);
    ConfigOptions config;
    CLI::App* config_app = add_config(app, config);
    RunsCommandLine runs(app);
    ClientCommandLine client(app);
    WalletCommandLine wallet(app);
    StoreCommandLine store(app);
    AuditCommandLine audit(app);
    PluginCommands plugin(app);

    VersionOptions version;
    CLI::App* version_app = app.add_subcommand("version", "Print the version");
    version_app->add_flag("--json", version.json, "Print JSON");

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int status = app.exit(error);
        return status == 0 ? ExitStatus::Ok : ExitStatus::Usage;
    }

    graph.format = graph_format.value_or(GraphFormat::Text);
    validate.format = validate_format.value_or(ValidateFormat::Text);
    CommandLine line;
    line.global = std::move(global);
    if (run_app->parsed()) {
        line.command = std::move(run);
    } else if (validate_app->parsed()) {
        line.command = std::move(validate);
    } else if (graph_app->parsed()) {
        line.command = std::move(graph);
    } else if (schema_app->parsed()) {
        line.command = std::move(schema);
    } else if (expr_app->parsed()) {
        line.command = std::move(expr);
    } else if (serve_app->parsed()) {
        line.command = std::move(serve);
    } else if (config_app->parsed()) {
        line.command = std::move(config);
    } else if (auto of_runs = runs.parsed()) {
        line.command = *std::move(of_runs);
    } else if (auto of_client = client.parsed()) {
        line.command = *std::move(of_client);
    } else if (auto typed = wallet.parsed()) {
        line.command = *std::move(typed);
    } else if (auto looked_after = store.parsed()) {
        line.command = *std::move(looked_after);
    } else if (auto looked_up = audit.parsed()) {
        line.command = *std::move(looked_up);
    } else if (auto command = plugin.parsed()) {
        line.command = *std::move(command);
    } else {
        line.command = version;
    }
    return line;
}

}  // namespace oa::host
