#pragma once

#include <filesystem>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "core/port/task_invoker.hpp"
#include "host/cli/options.hpp"
#include "host/log/logger.hpp"
#include "host/plugin/plugin_registry.hpp"

namespace oa::host {

// The commands for plug-in authors. Results go to `out`, what went wrong to `problems`.

/// Writes a project and tells what to type next.
[[nodiscard]] ExitStatus plugin_new(const PluginNewOptions& options,
                                    std::ostream& out,
                                    std::ostream& problems);

/// Runs one function of the only module of a registry, whose services hold options.config.
/// RunFailed when it fails; Ctrl-C cancels it. Ends the process itself when a call that was
/// cancelled does not come back.
[[nodiscard]] ExitStatus plugin_run(const PluginRunOptions& options,
                                    const PluginRegistry& registry,
                                    core::TaskInvoker& invoker,
                                    Logger& logger,
                                    std::ostream& out,
                                    std::ostream& problems);

/// The same command again, under gdb. Returns only when that cannot be had.
[[nodiscard]] ExitStatus plugin_run_in_debugger(const PluginRunOptions& options,
                                                const GlobalOptions& global,
                                                std::ostream& problems);

/// Runs the examples of a plug-in in worker processes: findings, each a sentence.
using IsolationTrial = std::function<std::vector<std::string>(const std::filesystem::path& file)>;

/// RunFailed when a check of severity error failed. Without `isolation` that check is not run.
[[nodiscard]] ExitStatus plugin_check(const PluginCheckOptions& options,
                                      const IsolationTrial& isolation,
                                      std::ostream& out,
                                      std::ostream& problems);

/// Such a trial: each example whose outcome depends on its parameters alone is run by `invoker`,
/// whose functions are those of `registry`.
[[nodiscard]] std::vector<std::string> try_examples(const PluginRegistry& registry,
                                                    core::TaskInvoker& invoker);

[[nodiscard]] ExitStatus plugin_dev(const PluginDevOptions& options,
                                    std::ostream& out,
                                    std::ostream& problems);

}  // namespace oa::host
