#pragma once

#include <ostream>

#include "host/cli/options.hpp"
#include "host/plugin/plugin_registry.hpp"

namespace oa::host {

/// Tells which module a name stands for and why, then everything that lies on the search path, in
/// its order, and what became of each file. A name that stands for none is told on `problems`, with
/// the nearest known one: PluginTrouble.
ExitStatus print_plugin_why(const PluginWhyOptions& options,
                            const PluginRegistry& registry,
                            std::ostream& out,
                            std::ostream& problems);

}  // namespace oa::host
