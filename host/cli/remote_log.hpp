#pragma once

#include <ostream>
#include <string>

#include "host/cli/options.hpp"
#include "host/client/api_client.hpp"

namespace oa::host {

/// `oa runs logs` and `oa logs` of a run of a service. With `follow` until the run has ended, also
/// when the host is started anew meanwhile; Ctrl-C ends it. Throws what the client throws.
[[nodiscard]] ExitStatus print_remote_log(const RunsOptions& options,
                                          const std::string& run,
                                          client::ApiClient& client,
                                          std::ostream& out,
                                          std::ostream& notes);

}  // namespace oa::host
