#include "host/cli/workbench.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <utility>

#include <boost/json.hpp>
#include <unistd.h>

#include "host/cli/config_flags.hpp"
#include "host/cli/module_configs.hpp"
#include "host/cli/terminal.hpp"
#include "host/document/document_bundle.hpp"
#include "host/document/document_file.hpp"
#include "host/plugin/schema_extension.hpp"
#include "host/wallet/password_source.hpp"

namespace oa::host {

namespace fs = std::filesystem;

namespace {

std::optional<std::string> environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

class PluginLogToLogger final : public PluginLog {
public:
    explicit PluginLogToLogger(Logger& logger) : logger_(logger) {}
    void log(std::string_view module,
             core::TaskLogLevel level,
             std::string_view message,
             std::string_view fields) override {
        boost::json::object all{{"module", module}};
        if (!fields.empty()) {
            all["fields"] = fields;
        }
        logger_.write(static_cast<LogLevel>(level), message, all);
    }
    [[nodiscard]] bool wants(core::TaskLogLevel level) const override {
        return logger_.wants(static_cast<LogLevel>(level));
    }

private:
    Logger& logger_;
};

core::Diagnostic problem(const std::string& file, std::string message) {
    core::Diagnostic diagnostic;
    diagnostic.file = file;
    diagnostic.message = std::move(message);
    return diagnostic;
}

/// Prints errors, or logs the warnings where there are no errors. Whether there are none.
bool tell(const core::Diagnostics& problems, Logger& logger) {
    if (core::has_errors(problems)) {
        print_diagnostics(problems);
        return false;
    }
    for (const core::Diagnostic& warning : problems) {
        logger.write(LogLevel::Warn, to_string(warning));
    }
    return true;
}

}  // namespace

PluginSearch plugin_search(const GlobalOptions& options, const Config& config) {
    PluginSearch search;
    const auto add = [&](const fs::path& path, const char* origin) {
        search.places.push_back({.path = fs::absolute(path).lexically_normal(), .origin = origin});
    };
    for (const fs::path& path : options.plugins) {
        add(path, "--plugins");
    }
    for (const fs::path& path : config.plugins_from_environment) {
        add(path, "OA_PLUGINS");
    }
    for (const fs::path& path : config.plugins) {
        add(path, "config");
    }
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    if (!error) {
        const fs::path root = program.parent_path().parent_path();
        // In a build tree and in an installed one.
        for (const fs::path& path : {root / "plugins", root / "lib" / "oa" / "plugins"}) {
            search.places.push_back({.path = path,
                                     .origin = "beside the program",
                                     .presence = PluginPlace::Presence::Optional,
                                     .bundled = true});
        }
    }
    return search;
}

HostServices host_services(Logger& logger) {
    HostServices services;
    services.log = std::make_shared<PluginLogToLogger>(logger);
    services.extensions = {schema_extension()};
    return services;
}

ConfigResult read_configuration(const GlobalOptions& options) {
    ConfigResult read = read_config(options.config_file, environment);
    take_flags(options, read.config);
    return read;
}

std::variant<Workbench, ExitStatus> make_workbench(const GlobalOptions& options,
                                                   std::optional<PluginChoice> choice) {
    ConfigResult read = read_configuration(options);
    if (has_errors(read.diagnostics)) {
        for (const core::Diagnostic& diagnostic : read.diagnostics) {
            std::cerr << to_string(diagnostic) << '\n';
        }
        return ExitStatus::Usage;
    }
    Workbench workbench;
    workbench.config = std::move(read.config);
    workbench.masker = std::make_shared<core::Masker>();
    workbench.logger = std::make_unique<Logger>(workbench.config.log_level,
                                                workbench.config.log_format, workbench.masker);
    for (const core::Diagnostic& warning : read.diagnostics) {
        workbench.logger->write(LogLevel::Warn, to_string(warning));
    }
    if (auto password = take_from_environment("OA_WALLET_PASSWORD")) {
        workbench.wallet_password = std::make_unique<core::Secret>(*std::move(password));
    }
    HostServices services = host_services(*workbench.logger);
    const auto configs = std::make_shared<const ModuleConfigs>(workbench.config);
    services.config = [configs](const ModuleInfo& module) { return configs->of(module); };
    if (choice) {
        services.config = [text = choice->config](const ModuleInfo&) { return text; };
    }
    workbench.clock = std::make_unique<SystemClock>();
    auto stack =
        PluginStack::make(choice ? choice->search : plugin_search(options, workbench.config),
                          workbench.config, services, *workbench.clock);
    if (const auto* problems = std::get_if<core::Diagnostics>(&stack)) {
        print_diagnostics(*problems);
        return ExitStatus::Usage;
    }
    workbench.stack = std::move(std::get<std::unique_ptr<PluginStack>>(stack));
    workbench.plugins = workbench.stack->plugins().current();
    if (!choice && !tell(configs->check(*workbench.plugins), *workbench.logger)) {
        return ExitStatus::Usage;
    }
    return workbench;
}

core::ReadOptions read_options(const Config& config) {
    core::ReadOptions limits;
    const core::ReadOptions standard;
    limits.tasks_max = config.max_tasks;
    limits.yaml.bytes_max = std::size_t{config.max_document_mib} << 20U;
    // A document that may be larger may also have more nodes.
    limits.yaml.nodes_max = std::max(
        standard.yaml.nodes_max * std::max<std::size_t>(limits.tasks_max / standard.tasks_max, 1),
        limits.yaml.bytes_max / standard.yaml.bytes_max * standard.yaml.nodes_max);
    return limits;
}

std::variant<std::string, core::Diagnostic> read_document(const std::string& file,
                                                          std::size_t bytes_max) {
    auto text = read_document_file(file, bytes_max);
    if (const auto* missing = std::get_if<DocumentProblem>(&text)) {
        return problem(file, missing->message);
    }
    return std::get<std::string>(std::move(text));
}

namespace {

LoadedWorkflow read_with(std::string_view text,
                         const std::string& name,
                         const core::WorkflowSource& source,
                         const Workbench& workbench) {
    core::ReadOptions options = read_options(workbench.config);
    options.workflows = &source;
    // What is there now: a service changes it while others read.
    core::ReadResult read = core::read_workflow(
        text, name,
        std::shared_ptr<const core::FunctionCatalog>(workbench.stack->plugins().current()),
        options);
    LoadedWorkflow loaded;
    loaded.diagnostics = std::move(read.diagnostics);
    loaded.secrets = std::move(read.secrets);
    loaded.workflow = std::move(read.workflow);
    if (!loaded.workflow) {
        loaded.status = ExitStatus::InvalidWorkflow;
    }
    return loaded;
}

}  // namespace

LoadedWorkflow check_workflow(std::string_view text,
                              const std::string& name,
                              const Workbench& workbench,
                              WorkflowFiles::Reach reach) {
    const WorkflowFiles files(name, read_options(workbench.config).yaml.bytes_max, {}, reach);
    DocumentBundle bundle(name, std::string(text));
    LoadedWorkflow loaded = read_with(text, name, RecordingSource(files, bundle), workbench);
    if (loaded.workflow) {
        loaded.bundle = bundle.text();
    }
    return loaded;
}

LoadedWorkflow load_bundle(std::string_view text, const Workbench& workbench) {
    const DocumentBundle bundle(text);
    LoadedWorkflow loaded = read_with(bundle.document(), bundle.file(), bundle, workbench);
    if (loaded.workflow) {
        return loaded;
    }
    for (const core::Diagnostic& diagnostic : loaded.diagnostics) {
        if (diagnostic.severity == core::Severity::Error) {
            throw std::runtime_error("its workflow cannot be read any more: " +
                                     to_string(diagnostic));
        }
    }
    throw std::runtime_error("its workflow cannot be read any more");
}

LoadedWorkflow load_workflow(const std::string& file, const Workbench& workbench) {
    auto text = read_document(file, read_options(workbench.config).yaml.bytes_max);
    if (auto* missing = std::get_if<core::Diagnostic>(&text)) {
        LoadedWorkflow loaded;
        loaded.status = ExitStatus::Usage;
        loaded.diagnostics.push_back(std::move(*missing));
        return loaded;
    }
    return check_workflow(std::get<std::string>(text), file == "-" ? "standard input" : file,
                          workbench);
}

void print_diagnostics(const core::Diagnostics& diagnostics) {
    const Terminal terminal = inspect_terminal(STDERR_FILENO);
    for (const core::Diagnostic& diagnostic : diagnostics) {
        const Colour colour =
            diagnostic.severity == core::Severity::Error ? Colour::Red : Colour::Yellow;
        std::cerr << paint(printable(to_string(diagnostic)), colour, terminal.colours) << '\n';
    }
}

void report_refused_plugins(const Workbench& workbench) {
    for (const RefusedPlugin& refused : workbench.plugins->refused()) {
        std::string text =
            "plug-in " + refused.file.string() + " (" + refused.origin + ") " + refused.reason;
        if (!refused.fix.empty()) {
            text += "; " + refused.fix;
        }
        workbench.logger->write(LogLevel::Warn, text);
    }
}

}  // namespace oa::host
