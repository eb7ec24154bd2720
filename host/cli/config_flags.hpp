#pragma once

#include "host/cli/options.hpp"
#include "host/config/config.hpp"

// What stands on the command line overrules the rest.
namespace oa::host {

void take_flags(const GlobalOptions& options, Config& config);
/// All but what opens the wallet, which a process keeps to itself.
void take_flags(const ServeOptions& options, Config& config);

}  // namespace oa::host
