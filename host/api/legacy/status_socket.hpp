#pragma once

#include "host/api/legacy/legacy_call.hpp"
#include "host/api/legacy/legacy_routes.hpp"

namespace oa::host::legacy {

/// Makes a WebSocket of the call, for the workflow that its path names, which need not be there.
///
/// From the host: {"type": "status_update", "execution_id", "status", "results"} whenever something
/// has happened in a run of the workflow, at most four times a second for a run, and as the answer
/// to the text `get_status`, of the latest run then; {"type": "status_update", "status":
/// "never_executed"} where there is none. Other texts of the client are ignored.
void open_status_socket(const Call& call, const LegacyRoutes& on);

}  // namespace oa::host::legacy
