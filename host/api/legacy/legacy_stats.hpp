#pragma once

#include <boost/json/object.hpp>

#include "host/api/legacy/legacy_routes.hpp"

namespace oa::host::legacy {

/// {"workflows", "executions", "system"}: the newest hundred runs that have ended are the history,
/// as the older servers kept.
[[nodiscard]] boost::json::object stats_json(const LegacyRoutes& on);

}  // namespace oa::host::legacy
