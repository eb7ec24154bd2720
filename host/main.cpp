#include <cstdlib>
#include <exception>
#include <iostream>
#include <variant>

#include "host/cli/document_commands.hpp"
#include "host/cli/options.hpp"
#include "host/cli/plugin_commands.hpp"
#include "host/cli/run_command.hpp"
#include "host/cli/version.hpp"
#include "host/cli/workbench.hpp"

namespace oa::host {
namespace {

ExitStatus execute(const CommandLine& line) {
    if (const auto* version = std::get_if<VersionOptions>(&line.command)) {
        return print_version(*version, std::cout);
    }
    auto made = make_workbench(line.global);
    if (const auto* status = std::get_if<ExitStatus>(&made)) {
        return *status;
    }
    const Workbench& workbench = std::get<Workbench>(made);
    if (const auto* options = std::get_if<PluginListOptions>(&line.command)) {
        return print_plugin_list(*options, workbench, std::cout);
    }
    report_refused_plugins(workbench);
    if (const auto* options = std::get_if<RunOptions>(&line.command)) {
        const RunCommandResult result = run(*options, workbench, std::cout);
        if (result.threads_left_behind) {
            std::cout.flush();
            std::_Exit(static_cast<int>(result.status));
        }
        return result.status;
    }
    if (const auto* options = std::get_if<ValidateOptions>(&line.command)) {
        return validate(*options, workbench, std::cout);
    }
    if (const auto* options = std::get_if<GraphOptions>(&line.command)) {
        return graph(*options, workbench, std::cout);
    }
    return describe_plugin(std::get<PluginDescribeOptions>(line.command), workbench, std::cout);
}

}  // namespace
}  // namespace oa::host

int main(int argc, char** argv) {
    using oa::host::ExitStatus;
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
