#pragma once

#include <functional>

#include "host/access/token_book.hpp"
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
    /// Whether whoever was let in may still be: the token is there and has not expired.
    std::function<bool(const access::Principal& principal)> is_valid;

    void add_to(Routes& routes) const;
};

}  // namespace oa::host
