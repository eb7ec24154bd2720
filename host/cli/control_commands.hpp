#pragma once

#include <iosfwd>

#include "host/cli/options.hpp"
#include "host/config/config.hpp"
#include "host/control/control_server.hpp"
#include "host/log/logger.hpp"
#include "host/plugin/plugin_host.hpp"

namespace oa::host {

/// What a running host answers: {"command": "reload"} looks at its plug-ins again.
[[nodiscard]] ControlHandler make_control_handler(PluginHost& plugins, Logger& logger);

/// Asks running hosts to look at their plug-ins again, and prints what each of them says.
[[nodiscard]] ExitStatus reload_plugins(const PluginReloadOptions& options,
                                        const Config& config,
                                        std::ostream& out,
                                        std::ostream& problems);

[[nodiscard]] boost::json::object to_json(const ReloadReport& report);

}  // namespace oa::host
