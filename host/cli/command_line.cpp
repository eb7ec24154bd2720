#include <map>

#include <CLI/CLI.hpp>

#include "host/cli/options.hpp"
#include "host/cli/version.hpp"

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

std::optional<GraphFormat> graph_format_from(std::string_view name) {
    static const std::map<std::string_view, GraphFormat> names{{"text", GraphFormat::Text},
                                                               {"mermaid", GraphFormat::Mermaid},
                                                               {"dot", GraphFormat::Dot},
                                                               {"json", GraphFormat::Json}};
    const auto found = names.find(name);
    return found == names.end() ? std::nullopt : std::optional(found->second);
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

void add_inputs(CLI::App& app, RunOptions& options) {
    app.add_option_function<std::vector<std::string>>(
           "-i,--input",
           [&options](const std::vector<std::string>& texts) {
               for (const std::string& text : texts) {
                   const std::size_t equals = text.find('=');
                   if (equals == std::string::npos || equals == 0) {
                       throw CLI::ValidationError("--input",
                                                  "'" + text + "' is not of the form NAME=VALUE");
                   }
                   options.inputs.emplace_back(text.substr(0, equals), text.substr(equals + 1));
               }
           },
           "An input of the workflow; may be repeated")
        ->type_name("NAME=VALUE")
        ->expected(1)
        ->take_all();
    app.add_option("--inputs", options.inputs_file,
                   "File with a JSON object of inputs; - for standard input")
        ->type_name("FILE.json");
}

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
    add_inputs(*run_app, run);
    run_app->add_flag("--json", run.json, "Print one JSON document on standard output");
    run_app->add_flag("--dry-run", run.dry_run, "Check everything and show the plan; run nothing");
    run_app
        ->add_option("--max-parallel", run.max_parallel,
                     "Tasks at one time, over the document's own number (16)")
        ->check(CLI::Range(1, 1000))
        ->type_name("N");

    ValidateOptions validate;
    CLI::App* validate_app = app.add_subcommand("validate", "Check workflow documents");
    validate_app->add_option("files", validate.files, "Workflow documents")
        ->required()
        ->type_name("FILE");
    validate_app->add_flag("--json", validate.json, "Print the findings as JSON");

    GraphOptions graph;
    std::optional<GraphFormat> graph_format;
    CLI::App* graph_app = app.add_subcommand("graph", "Show the flow of a workflow");
    graph_app->add_option("file", graph.file, "Workflow document")->required()->type_name("FILE");
    add_choice<GraphFormat>(*graph_app, "-f,--format", graph_format, graph_format_from,
                            "text|mermaid|dot|json", "Output format (text)");

    CLI::App* plugin_app = app.add_subcommand("plugin", "Look at plug-ins");
    plugin_app->require_subcommand(1);
    plugin_app->fallthrough();
    PluginListOptions list;
    CLI::App* list_app = plugin_app->add_subcommand("list", "List all plug-ins that were found");
    list_app->add_flag("--json", list.json, "Print JSON");
    PluginDescribeOptions describe;
    CLI::App* describe_app =
        plugin_app->add_subcommand("describe", "Describe a module or one of its functions");
    describe_app->add_option("name", describe.name, "MODULE or MODULE.FUNCTION")
        ->required()
        ->type_name("NAME");
    describe_app->add_flag("--json", describe.json, "Print JSON");

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
    CommandLine line;
    line.global = std::move(global);
    if (run_app->parsed()) {
        line.command = std::move(run);
    } else if (validate_app->parsed()) {
        line.command = std::move(validate);
    } else if (graph_app->parsed()) {
        line.command = std::move(graph);
    } else if (list_app->parsed()) {
        line.command = list;
    } else if (describe_app->parsed()) {
        line.command = std::move(describe);
    } else {
        line.command = version;
    }
    return line;
}

}  // namespace oa::host
