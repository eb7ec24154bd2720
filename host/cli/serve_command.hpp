#pragma once

#include <iosfwd>

#include "host/cli/options.hpp"
#include "host/cli/run_command.hpp"
#include "host/cli/workbench.hpp"

namespace oa::host {

/// Works as a service until SIGTERM or SIGINT: takes up what a host before left open, offers the
/// workflows of a folder, and answers the API. SIGHUP reads workflows, plug-ins and certificates
/// anew.
[[nodiscard]] RunCommandResult serve(const ServeOptions& options,
                                     Workbench& workbench,
                                     std::ostream& out,
                                     std::ostream& err);

}  // namespace oa::host
