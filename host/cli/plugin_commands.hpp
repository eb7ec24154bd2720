#pragma once

#include <cstddef>
#include <ostream>

#include "host/cli/options.hpp"
#include "host/plugin/plugin_registry.hpp"

namespace oa::host {

struct Workbench;

/// The modules that were found, then the files that were refused, each with its reason and what to
/// do about it.
ExitStatus print_plugin_list(const PluginListOptions& options,
                             const PluginRegistry& registry,
                             std::ostream& out,
                             std::size_t columns);

/// A module, or one function of it ("http", "http.get", by any of their names). An unknown name is
/// told on `problems`, with the nearest known one: PluginTrouble.
ExitStatus describe_plugin(const PluginDescribeOptions& options,
                           const PluginRegistry& registry,
                           std::ostream& out,
                           std::ostream& problems,
                           std::size_t columns);

/// The same for the command line: as wide as the terminal, problems on standard error.
ExitStatus print_plugin_list(const PluginListOptions& options,
                             const Workbench& workbench,
                             std::ostream& out);
ExitStatus describe_plugin(const PluginDescribeOptions& options,
                           const Workbench& workbench,
                           std::ostream& out);

}  // namespace oa::host
