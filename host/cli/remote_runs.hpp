#pragma once

#include <ostream>
#include <string>

#include "host/cli/options.hpp"
#include "host/client/api_client.hpp"

namespace oa::host {

/// The id that a person means by the beginning of it, or by "last". Throws std::invalid_argument,
/// which tells what there is, and what the client throws.
[[nodiscard]] std::string remote_run_id(client::ApiClient& client, const std::string& given);

/// `oa runs` of a service: as of a store, as far as the API tells it.
[[nodiscard]] ExitStatus remote_runs(const RunsOptions& options,
                                     std::ostream& out,
                                     std::ostream& err);

}  // namespace oa::host
