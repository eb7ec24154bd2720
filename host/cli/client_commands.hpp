#pragma once

#include <optional>
#include <ostream>

#include "host/cli/options.hpp"

namespace oa::host {

/// Carries a command out that is about a service: oa login, logout, start, logs, events, and oa
/// runs where a service is named and no store. Nothing: it is another command.
[[nodiscard]] std::optional<ExitStatus> execute_as_client(const Command& command,
                                                          std::ostream& out,
                                                          std::ostream& err);

}  // namespace oa::host
