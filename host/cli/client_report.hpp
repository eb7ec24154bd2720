#pragma once

#include <functional>
#include <ostream>
#include <string>

#include "host/cli/options.hpp"
#include "host/client/outage.hpp"

namespace oa::host {

/// Does something with a host, and tells what goes wrong: what was asked wrongly (Usage), what the
/// run or the host does not do now (RunFailed), a host that is not there or that lets nobody in
/// (PluginTrouble).
[[nodiscard]] ExitStatus with_errors_told(std::ostream& err,
                                          const std::function<ExitStatus()>& work);

/// Tells notes of a host, each in a line.
[[nodiscard]] client::Notes notes_to(std::ostream& err);

/// What finds the same host again: " --server URL", or empty where nobody had to name it.
[[nodiscard]] std::string address_of(const ServerChoice& choice);

}  // namespace oa::host
