#pragma once

#include <boost/json/object.hpp>

#include "host/engine/approval.hpp"
#include "host/store/run_summary.hpp"

namespace oa::host {

/// A run as the command line and the API show it: the schema "Run" of the API.
[[nodiscard]] boost::json::object to_json(const RunSummary& run);
[[nodiscard]] boost::json::object to_json(const OpenApproval& approval);

}  // namespace oa::host
