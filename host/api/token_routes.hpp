#pragma once

#include "core/port/clock.hpp"
#include "host/access/access_policy.hpp"
#include "host/api/route.hpp"

namespace oa::host {

/// The routes of tokens, and of signing in with one. All is borrowed.
struct TokenRoutes {
    access::TokenBook& tokens;
    access::Sessions& sessions;
    const access::AccessPolicy& policy;
    const core::Clock& clock;
    bool is_https = false;
    std::chrono::seconds session_lifetime = access::SessionSettings().lifetime;

    void add_to(Routes& routes) const;
};

}  // namespace oa::host
