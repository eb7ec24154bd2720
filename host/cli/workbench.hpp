#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/secret/masker.hpp"
#include "core/workflow/reader.hpp"
#include "host/cli/options.hpp"
#include "host/cli/plugin_stack.hpp"
#include "host/config/config.hpp"
#include "host/document/workflow_files.hpp"
#include "host/engine/system_clock.hpp"
#include "host/log/logger.hpp"
#include "host/plugin/plugin_registry.hpp"
#include "host/service/diagnostics_json.hpp"

namespace oa::host {

/// What every command works with, built from the configuration and the command line.
struct Workbench {
    Config config;
    std::shared_ptr<core::Masker> masker;  ///< of every secret that anything in this process used
    std::unique_ptr<core::Secret> wallet_password;  ///< taken out of the environment; may be null
    std::unique_ptr<Logger> logger;
    std::unique_ptr<SystemClock> clock;
    std::unique_ptr<PluginStack> stack;
    std::shared_ptr<const PluginRegistry> plugins;  ///< the snapshot that the command works with
};

/// Where plug-ins are looked for, and what is offered to them, where that is not for the
/// configuration to say.
struct PluginChoice {
    PluginSearch search;
    std::string config = "{}";  ///< of every module, a JSON object
};

/// File, environment and flags. What is wrong is among its diagnostics.
[[nodiscard]] ConfigResult read_configuration(const GlobalOptions& options);

/// Reads the configuration and the trust policy, and finds the plug-ins. Prints what is wrong with
/// both itself.
[[nodiscard]] std::variant<Workbench, ExitStatus> make_workbench(
    const GlobalOptions& options, std::optional<PluginChoice> choice = {});

/// What every plug-in is offered. The logger outlives them.
[[nodiscard]] HostServices host_services(Logger& logger);

/// The search path: --plugins, OA_PLUGINS, the configuration, beside the program.
[[nodiscard]] PluginSearch plugin_search(const GlobalOptions& options, const Config& config);

/// The text of a file ("-": standard input), or why it cannot be had. Reads no more than a document
/// may have, plus one byte.
[[nodiscard]] std::variant<std::string, core::Diagnostic> read_document(const std::string& file,
                                                                        std::size_t bytes_max);

/// What a document may cost, by the configuration.
[[nodiscard]] core::ReadOptions read_options(const Config& config);

struct LoadedWorkflow {
    std::shared_ptr<const core::Workflow> workflow;  ///< null when there are errors
    core::Diagnostics diagnostics;
    std::vector<core::SecretUse> secrets;  ///< that have to be there
    std::string bundle;                    ///< of DocumentBundle: the document and all that it runs
    ExitStatus status = ExitStatus::Ok;  ///< Usage when there is no such file, InvalidWorkflow when
                                         ///< there are errors
};

/// Checks a workflow document whose text is at hand. `name` is what findings call it, and its
/// folder is where it looks for other workflows; `reach` is what absolute paths may lead to.
[[nodiscard]] LoadedWorkflow check_workflow(
    std::string_view text,
    const std::string& name,
    const Workbench& workbench,
    WorkflowFiles::Reach reach = WorkflowFiles::Reach::Anywhere);

/// The same for documents that were kept with a run. Throws std::runtime_error when they cannot be
/// read or have errors, which it tells.
[[nodiscard]] LoadedWorkflow load_bundle(std::string_view bundle, const Workbench& workbench);

/// Reads and checks a workflow document.
[[nodiscard]] LoadedWorkflow load_workflow(const std::string& file, const Workbench& workbench);

/// Writes diagnostics to standard error, one a line.
void print_diagnostics(const core::Diagnostics& diagnostics);

/// A warning for each plug-in that was found and not taken, with the reason and the fix.
void report_refused_plugins(const Workbench& workbench);

}  // namespace oa::host
