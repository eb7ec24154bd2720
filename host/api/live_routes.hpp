#pragma once

#include <functional>

#include "host/api/api_call.hpp"
#include "host/api/open_answers.hpp"
#include "host/api/route.hpp"
#include "host/service/live_events.hpp"
#include "host/service/run_service.hpp"

namespace oa::host {

/// The routes whose answers may stay open: events and logs. All is borrowed.
struct LiveRoutes {
    RunService& runs;
    LiveEvents& live;
    OpenAnswers& open;
    /// Whether whoever was let in may still be: what he came by has not ended.
    std::function<bool(const Caller& caller)> is_valid;

    void add_to(Routes& routes) const;
};

}  // namespace oa::host
