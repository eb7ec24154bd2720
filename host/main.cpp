#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include <boost/json.hpp>
#include <unistd.h>

#include "core/json/json.hpp"
#include "host/cli/audit_commands.hpp"
#include "host/cli/client_commands.hpp"
#include "host/cli/config_command.hpp"
#include "host/cli/control_commands.hpp"
#include "host/cli/document_commands.hpp"
#include "host/cli/expr_command.hpp"
#include "host/cli/options.hpp"
#include "host/cli/out_of_memory.hpp"
#include "host/cli/plugin_commands.hpp"
#include "host/cli/plugin_kit.hpp"
#include "host/cli/plugin_why.hpp"
#include "host/cli/quarantine_commands.hpp"
#include "host/cli/run_command.hpp"
#include "host/cli/runs_commands.hpp"
#include "host/cli/schema_command.hpp"
#include "host/cli/serve_command.hpp"
#include "host/cli/store_commands.hpp"
#include "host/cli/terminal.hpp"
#include "host/cli/trust_commands.hpp"
#include "host/cli/version.hpp"
#include "host/cli/wallet_commands.hpp"
#include "host/cli/workbench.hpp"
#include "host/kit/check/check_runner.hpp"
#include "host/plugin/in_process_invoker.hpp"
#include "host/wallet/process_memory.hpp"

namespace oa::host {
namespace {

/// A workbench whose only plug-in is a file.
std::variant<Workbench, ExitStatus> make_workbench_for(const std::filesystem::path& file,
                                                       const std::string& config,
                                                       const GlobalOptions& global) {
    PluginChoice choice;
    choice.search.places.push_back(
        {.path = std::filesystem::absolute(file).lexically_normal(), .origin = "command line"});
    choice.config = config;
    return make_workbench(global, std::move(choice));
}

ExitStatus run_plugin_file(const PluginRunOptions& options, const GlobalOptions& global) {
    if (options.debugger) {
        return plugin_run_in_debugger(options, global, std::cerr);
    }
    auto made = make_workbench_for(options.file, options.config, global);
    if (const auto* status = std::get_if<ExitStatus>(&made)) {
        return *status;
    }
    const Workbench& workbench = std::get<Workbench>(made);
    InProcessInvoker in_process;
    core::TaskInvoker& invoker = options.place == RunPlace::Worker
                                     ? workbench.stack->worker_invoker()
                                     : static_cast<core::TaskInvoker&>(in_process);
    return plugin_run(options, *workbench.plugins, invoker, *workbench.logger, std::cout,
                      std::cerr);
}

std::vector<std::filesystem::path> bundled_folders(const Workbench& workbench) {
    std::vector<std::filesystem::path> out;
    for (const PluginPlace& place : workbench.plugins->search().places) {
        if (place.bundled) {
            out.push_back(place.path);
        }
    }
    return out;
}

/// What holds around a worker process of a module or a file.
ExitStatus describe_sandbox(const PluginDescribeOptions& options, const Workbench& workbench) {
    const LoadedModule* module = workbench.plugins->find_module(options.name);
    const std::filesystem::path file =
        module != nullptr ? module->source().load_from : std::filesystem::absolute(options.name);
    try {
        const auto report = core::parse_json(workbench.stack->sandbox_report(file));
        std::cout << core::write_json(report, core::JsonStyle::Indented) << '\n';
        return ExitStatus::Ok;
    } catch (const PluginRefused& why) {
        std::cerr << "oa: " << file.string() << ' ' << why.reason()
                  << (why.fix().empty() ? "" : "; " + why.fix()) << '\n';
        return ExitStatus::PluginTrouble;
    }
}

ExitStatus check_plugins(const PluginCheckOptions& options, const GlobalOptions& global) {
    const IsolationTrial trial =
        [&global](const std::filesystem::path& file) -> std::vector<std::string> {
        auto made = make_workbench_for(file, "{}", global);
        if (std::holds_alternative<ExitStatus>(made)) {
            return {"the configuration of this machine cannot be used"};
        }
        const Workbench& workbench = std::get<Workbench>(made);
        return try_examples(*workbench.plugins, workbench.stack->worker_invoker());
    };
    return plugin_check(options, trial, std::cout, std::cerr);
}

/// Commands that need neither a configuration nor the plug-ins of the search path.
std::optional<ExitStatus> execute_alone(const CommandLine& line) {
    if (const auto* version = std::get_if<VersionOptions>(&line.command)) {
        return print_version(*version, std::cout);
    }
    if (const auto* options = std::get_if<ConfigOptions>(&line.command)) {
        return print_config(*options, line.global, std::cout, std::cerr);
    }
    if (const auto* options = std::get_if<ExprOptions>(&line.command)) {
        return evaluate_expression(*options, inspect_terminal(STDOUT_FILENO).is_terminal, std::cout,
                                   std::cerr);
    }
    if (const auto status = execute_as_client(line.command, std::cout, std::cerr)) {
        return *status;
    }
    if (const auto* options = std::get_if<PluginNewOptions>(&line.command)) {
        return plugin_new(*options, std::cout, std::cerr);
    }
    if (const auto* options = std::get_if<PluginCheckOptions>(&line.command)) {
        return check_plugins(*options, line.global);
    }
    if (const auto* options = std::get_if<PluginCheckChildOptions>(&line.command)) {
        run_check_child(options->file, options->check, options->seed, options->report);
    }
    if (const auto* options = std::get_if<PluginDevOptions>(&line.command)) {
        return plugin_dev(*options, std::cout, std::cerr);
    }
    if (const auto* options = std::get_if<PluginRunOptions>(&line.command)) {
        return run_plugin_file(*options, line.global);
    }
    if (const auto* options = std::get_if<PluginKeygenOptions>(&line.command)) {
        return plugin_keygen(*options, std::cout, std::cerr);
    }
    if (const auto* options = std::get_if<PluginSignOptions>(&line.command)) {
        return plugin_sign(*options, std::cout, std::cerr);
    }
    return std::nullopt;
}

// Threads that are still inside functions would be torn down with the process.
ExitStatus leave(const RunCommandResult& result, const Workbench& workbench) {
    if (result.threads_left_behind) {
        workbench.stack->quarantine().leave_process();
        std::cout.flush();
        std::_Exit(static_cast<int>(result.status));
    }
    return result.status;
}

ExitStatus execute(const CommandLine& line) {
    if (const auto status = execute_alone(line)) {
        return *status;
    }
    auto made = make_workbench(line.global);
    if (const auto* status = std::get_if<ExitStatus>(&made)) {
        return *status;
    }
    Workbench& workbench = std::get<Workbench>(made);
    if (const auto* options = std::get_if<PluginListOptions>(&line.command)) {
        return print_plugin_list(*options, workbench, std::cout);
    }
    if (const auto* options = std::get_if<PluginWhyOptions>(&line.command)) {
        return print_plugin_why(*options, *workbench.plugins, std::cout, std::cerr);
    }
    if (const auto* options = std::get_if<PluginVerifyOptions>(&line.command)) {
        return plugin_verify(*options, std::cout, std::cerr, workbench.config.trust_policy,
                             bundled_folders(workbench));
    }
    if (const auto* options = std::get_if<WalletOptions>(&line.command)) {
        protect_process_memory();
        return wallet(*options, workbench, std::cout, std::cerr);
    }
    if (const auto* options = std::get_if<StoreOptions>(&line.command)) {
        return store(*options, options->data.value_or(workbench.config.data_folder), std::cout,
                     std::cerr);
    }
    if (const auto* options = std::get_if<AuditOptions>(&line.command)) {
        return audit(*options, workbench.config.audit_file, std::cout, std::cerr);
    }
    if (const auto* options = std::get_if<PluginReloadOptions>(&line.command)) {
        return reload_plugins(*options, workbench.config, std::cout, std::cerr);
    }
    if (const auto* options = std::get_if<PluginQuarantineOptions>(&line.command)) {
        return plugin_quarantine(*options, workbench.stack->quarantine(), std::cout, std::cerr,
                                 inspect_terminal(STDOUT_FILENO).columns);
    }
    report_refused_plugins(workbench);
    if (const auto* options = std::get_if<RunOptions>(&line.command)) {
        return leave(run(*options, workbench, std::cout), workbench);
    }
    if (const auto* options = std::get_if<ServeOptions>(&line.command)) {
        return leave(serve(*options, workbench, std::cout, std::cerr), workbench);
    }
    if (const auto* options = std::get_if<RunsOptions>(&line.command)) {
        return leave(runs(*options, workbench, std::cout, std::cerr), workbench);
    }
    if (const auto* options = std::get_if<ValidateOptions>(&line.command)) {
        return validate(*options, workbench, std::cout, std::cerr);
    }
    if (const auto* options = std::get_if<GraphOptions>(&line.command)) {
        return graph(*options, workbench, std::cout);
    }
    if (const auto* options = std::get_if<SchemaOptions>(&line.command)) {
        return print_schema(*options, *workbench.plugins, std::cout, std::cerr);
    }
    if (const auto* options = std::get_if<PluginDescribeOptions>(&line.command)) {
        if (options->sandbox) {
            return describe_sandbox(*options, workbench);
        }
        return describe_plugin(*options, workbench, std::cout);
    }
    return ExitStatus::Usage;
}

}  // namespace
}  // namespace oa::host

int main(int argc, char** argv) {
    using oa::host::ExitStatus;
    oa::host::end_in_order_when_out_of_memory();
    try {
        const auto parsed = oa::host::parse_command_line(argc, argv);
        if (const auto* status = std::get_if<ExitStatus>(&parsed)) {
            return static_cast<int>(*status);
        }
        return static_cast<int>(oa::host::execute(std::get<oa::host::CommandLine>(parsed)));
    } catch (const std::exception& error) {
        std::cerr << "oa: " << error.what() << '\n';
    } catch (...) {
        std::cerr << "oa: an error of an unknown kind\n";
    }
    return static_cast<int>(ExitStatus::RunFailed);
}
