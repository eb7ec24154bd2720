#include "host/cli/plugin_kit.hpp"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <exception>
#include <filesystem>
#include <random>
#include <stdexcept>

#include <boost/json.hpp>
#include <unistd.h>

#include "core/json/json.hpp"
#include "host/cli/interrupt.hpp"
#include "host/cli/terminal.hpp"
#include "host/kit/check/check_report.hpp"
#include "host/kit/check/check_runner.hpp"
#include "host/kit/command.hpp"
#include "host/kit/dev_loop.hpp"
#include "host/kit/function_run.hpp"
#include "host/kit/project_template.hpp"

namespace oa::host {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::size_t columns_max = 100;

// What to type next.
std::vector<std::string> next_steps(const std::string& language, const std::string& name) {
    const std::string plugin = "build/" + name + ".so";
    const std::string run = "oa plugin run " + plugin + " greet --params @examples/greet.json";
    if (language == "rust") {
        return {"cargo test --offline", "./build.sh", "oa plugin check " + plugin, run};
    }
    return {"cmake -S . -B build && cmake --build build",
            "ctest --test-dir build --output-on-failure", "oa plugin check " + plugin, run};
}

/// The text in quotes, where a shell would take it apart.
std::string shell_word(const std::string& text) {
    const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view("/._-+@%").find(c) != std::string_view::npos;
    });
    if (plain) {
        return text;
    }
    std::string out = "'";
    for (const char c : text) {
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return out + "'";
}

ExitStatus print_run(const PluginRunOptions& options,
                     const FunctionRun& run,
                     std::ostream& out,
                     std::ostream& problems) {
    const auto& failure = run.outcome.failure;
    if (options.json) {
        out << core::write_json(to_json(run), core::JsonStyle::Indented) << '\n';
    } else if (failure) {
        const bool colours = inspect_terminal(STDERR_FILENO).colours;
        problems << paint("failed: " + printable(failure->code), Colour::Red, colours) << ": "
                 << printable(failure->message) << '\n';
    } else {
        out << core::write_json(run.outcome.output, core::JsonStyle::Indented) << '\n';
    }
    out.flush();
    return failure ? ExitStatus::RunFailed : ExitStatus::Ok;
}

CheckLevel to_level(PluginCheckOptions::Level level) {
    switch (level) {
        case PluginCheckOptions::Level::Quick: return CheckLevel::Quick;
        case PluginCheckOptions::Level::Standard: return CheckLevel::Standard;
        case PluginCheckOptions::Level::Strict: break;
    }
    return CheckLevel::Strict;
}

void print_reports(CheckFormat format, const std::vector<CheckReport>& reports, std::ostream& out) {
    if (format == CheckFormat::Json) {
        json::array files;
        for (const CheckReport& report : reports) {
            files.push_back(to_json(report));
        }
        out << core::write_json(json::object{{"files", std::move(files)}},
                                core::JsonStyle::Indented)
            << '\n';
    } else if (format == CheckFormat::JUnit) {
        write_junit(out, reports);
    }
}

/// Whether what a function does depends on its parameters alone, by its own account.
bool reaches_outside(const LoadedFunction& function) {
    return (function.flags & (OA_F_NETWORK | OA_F_FILESYSTEM | OA_F_PROCESSES)) != 0;
}

/// What an example promises and what it gives, when these differ.
std::string broken_promise(const json::object& example, const core::Outcome& outcome) {
    const auto* error = example.if_contains("error");
    const auto* output = example.if_contains("output");
    const std::string expected =
        error != nullptr && error->is_string() ? std::string(error->get_string()) : "";
    const std::string given = outcome.failure ? outcome.failure->code : "";
    if (given != expected) {
        return (given.empty() ? "succeeds"
                              : "fails with " + given + " (" + outcome.failure->message + ")") +
               (expected.empty() ? "" : " instead of failing with " + expected);
    }
    if (output != nullptr && given.empty() && *output != outcome.output) {
        return "gives " + core::write_json(outcome.output).substr(0, 200) + " instead of " +
               core::write_json(*output).substr(0, 200);
    }
    return {};
}

}  // namespace

ExitStatus plugin_new(const PluginNewOptions& options, std::ostream& out, std::ostream& problems) {
    if (const auto problem = find_project_problem(options.id, options.language)) {
        problems << "oa: " << printable(*problem) << '\n';
        return ExitStatus::Usage;
    }
    const std::string name = name_from_id(options.id);
    const fs::path folder = options.folder.value_or(name);
    std::vector<fs::path> files;
    try {
        files = write_project(options.id, options.language, folder);
    } catch (const std::runtime_error& error) {
        problems << "oa: " << printable(error.what()) << '\n';
        return ExitStatus::Usage;
    }
    out << "Wrote " << files.size() << " files of module " << name << " (" << options.id << ") to "
        << printable(folder.string()) << "\n\nNext:\n  cd " << shell_word(folder.string()) << '\n';
    for (const auto& command : next_steps(options.language, name)) {
        out << "  " << command << '\n';
    }
    out << "\n`oa plugin dev` there builds and checks again whenever you save.\n";
    return ExitStatus::Ok;
}

ExitStatus plugin_run(const PluginRunOptions& options,
                      const PluginRegistry& registry,
                      core::TaskInvoker& invoker,
                      Logger& logger,
                      std::ostream& out,
                      std::ostream& problems) {
    const LoadedFunction* function = nullptr;
    json::object params;
    try {
        params = read_params(options.params, "parameters");
        static_cast<void>(read_params(options.config, "configuration"));
    } catch (const std::runtime_error& error) {
        problems << "oa: " << printable(error.what()) << '\n';
        return ExitStatus::Usage;
    }
    try {
        function = &find_function(registry, options.file.string(), options.function);
    } catch (const std::runtime_error& error) {
        problems << "oa: " << printable(error.what()) << '\n';
        return ExitStatus::PluginTrouble;
    }
    FunctionCall call(*function, params, invoker, logger);
    std::atomic<int> interrupted{0};
    const InterruptGuard guard(1, [&](int signal) {
        interrupted = signal;
        logger.write(LogLevel::Warn,
                     function->function + ": asked to stop; once more leaves at once");
        call.cancel();
    });
    const ExitStatus status = print_run(options, call.run(), out, problems);
    return interrupted != 0 ? static_cast<ExitStatus>(128 + interrupted) : status;
}

ExitStatus plugin_run_in_debugger(const PluginRunOptions& options,
                                  const GlobalOptions& global,
                                  std::ostream& problems) {
    std::string params;
    try {
        // Standard input will be the debugger's.
        params = core::write_json(read_params(options.params, "parameters"));
    } catch (const std::runtime_error& error) {
        problems << "oa: " << printable(error.what()) << '\n';
        return ExitStatus::Usage;
    }
    // Sources are named relative to the project, which is mostly the folder above.
    const fs::path folder = fs::absolute(options.file).parent_path();
    std::vector<std::string> command{"gdb",
                                     "-q",
                                     "--directory=" + folder.string(),
                                     "--directory=" + folder.parent_path().string(),
                                     "-ex",
                                     "set breakpoint pending on",
                                     "-ex",
                                     "break oa_module_entry_v1",
                                     "-ex",
                                     "run",
                                     "--args",
                                     fs::read_symlink("/proc/self/exe").string(),
                                     "plugin",
                                     "run",
                                     options.file.string(),
                                     options.function,
                                     "--params",
                                     params,
                                     "--config",
                                     options.config};
    if (global.config_file) {
        command.insert(std::find(command.begin(), command.end(), "plugin"),
                       {"--config", global.config_file->string()});
    }
    problems << "gdb stops in oa_module_entry_v1, where the plug-in is loaded and not yet used.\n"
                "Set breakpoints there by name or line (`break plugin.cpp:20`), then `continue`.\n";
    problems.flush();
    become_command(command);
    problems << "oa: gdb cannot be started: " << std::strerror(errno)
             << "; install it, or attach another debugger\n";
    return ExitStatus::RunFailed;
}

ExitStatus plugin_check(const PluginCheckOptions& options,
                        const IsolationTrial& isolation,
                        std::ostream& out,
                        std::ostream& problems) {
    CheckSettings settings;
    settings.level = to_level(options.level);
    settings.only = options.only;
    settings.in_process = options.in_process;
    settings.seed = options.seed.value_or(std::random_device{}());
    settings.isolation = isolation;
    if (const auto unknown = unknown_checks(options.only); !unknown.empty()) {
        problems << "oa: there is no check '" << printable(unknown.front())
                 << "'; docs/plugin-check.md lists them\n";
        return ExitStatus::Usage;
    }
    for (const fs::path& file : options.files) {
        std::error_code error;
        if (!fs::exists(file, error)) {
            problems << "oa: " << printable(file.string()) << " does not exist\n";
            return ExitStatus::Usage;
        }
    }
    const Terminal terminal = inspect_terminal(STDOUT_FILENO);
    std::vector<CheckReport> reports;
    for (const fs::path& file : options.files) {
        CheckTextReport text(out, {terminal.colours, std::min(terminal.columns, columns_max)});
        if (options.format == CheckFormat::Text) {
            out << (reports.empty() ? "" : "\n");
            text.begin(printable(file.string()), module_of_file(file), settings.level);
            settings.on_result = [&text](const CheckResult& result) { text.add(result); };
        }
        reports.push_back(check_plugin(file, settings));
        if (options.format == CheckFormat::Text) {
            text.end(reports.back());
        }
    }
    print_reports(options.format, reports, out);
    out.flush();
    return std::any_of(reports.begin(), reports.end(),
                       [](const auto& report) { return report.count(CheckSeverity::Error) != 0; })
               ? ExitStatus::RunFailed
               : ExitStatus::Ok;
}

std::vector<std::string> try_examples(const PluginRegistry& registry, core::TaskInvoker& invoker) {
    std::vector<std::string> out;
    for (const RefusedPlugin& refused : registry.refused()) {
        out.push_back("the file " + refused.reason);
    }
    Logger silent(LogLevel::Off, LogFormat::Text);
    for (const LoadedModule* const module : registry.modules()) {
        for (const auto& function : module->functions()) {
            if (reaches_outside(*function)) {
                continue;
            }
            for (const auto& value : function->examples) {
                const json::object& example = value.get_object();
                const auto* params = example.if_contains("params");
                FunctionCall call(*function,
                                  params != nullptr && params->is_object() ? params->get_object()
                                                                           : json::object{},
                                  invoker, silent);
                const auto problem = broken_promise(example, call.run().outcome);
                if (!problem.empty()) {
                    out.push_back(
                        printable(function->function + " with " +
                                  core::write_json(params == nullptr ? json::value{} : *params) +
                                  " " + problem));
                }
            }
        }
    }
    return out;
}

ExitStatus plugin_dev(const PluginDevOptions& options, std::ostream& out, std::ostream& problems) {
    DevSettings settings;
    settings.folder = options.folder;
    settings.once = options.once;
    settings.colours = inspect_terminal(STDOUT_FILENO).colours;
    settings.trial = [&options](const fs::path& plugin) -> std::vector<std::string> {
        if (options.function.empty()) {
            return {"plugin", "check", "--quick", plugin.string()};
        }
        return {"plugin", "run", plugin.string(), options.function, "--params", options.params};
    };
    switch (develop(settings, out, problems)) {
        case DevEnd::Ok: return ExitStatus::Ok;
        case DevEnd::Failed: return ExitStatus::RunFailed;
        case DevEnd::NoProject: return ExitStatus::Usage;
        case DevEnd::Interrupted: break;
    }
    return ExitStatus::Interrupted;
}

}  // namespace oa::host
