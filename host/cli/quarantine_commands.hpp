#pragma once

#include <cstddef>
#include <iosfwd>

#include "host/cli/options.hpp"
#include "host/isolation/quarantine.hpp"

namespace oa::host {

/// Lists the plug-in files that are not called any more, or only in a process of their own; or
/// forgets what one of them did. What is wrong goes to `problems`: PluginTrouble.
[[nodiscard]] ExitStatus plugin_quarantine(const PluginQuarantineOptions& options,
                                           isolation::Quarantine& quarantine,
                                           std::ostream& out,
                                           std::ostream& problems,
                                           std::size_t columns);

}  // namespace oa::host
