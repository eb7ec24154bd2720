#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/port/clock.hpp"
#include "core/secret/secret.hpp"
#include "host/access/failure_limiter.hpp"
#include "host/access/origin_rules.hpp"
#include "host/access/scope.hpp"
#include "host/access/sessions.hpp"
#include "host/access/token_book.hpp"

namespace oa::host::access {

/// What a route asks of those who come. Every route says it where it is made: there is no default,
/// and no route is open because of what its path looks like.
class RouteAccess {
public:
    /// For whoever comes, known or not.
    [[nodiscard]] static constexpr RouteAccess open_to_all() { return RouteAccess(std::nullopt); }
    [[nodiscard]] static constexpr RouteAccess needs(Scope scope) { return RouteAccess(scope); }

    [[nodiscard]] constexpr std::optional<Scope> scope() const { return scope_; }

private:
    constexpr explicit RouteAccess(std::optional<Scope> scope) : scope_(scope) {}

    std::optional<Scope> scope_;  // nothing: open
};

/// What a request shows, as its fields have it; nothing: there is no such field. Borrowed. A field
/// that a request has twice is the caller's to refuse.
struct Credentials {
    std::string_view peer;  ///< the address that it came from
    std::string_view method;
    bool is_web_socket = false;
    std::optional<std::string_view> host;
    std::optional<std::string_view> origin;
    std::optional<std::string_view> authorization;
    std::optional<std::string_view> cookie;
    std::optional<std::string_view> csrf_token;            ///< X-CSRF-Token
    std::optional<std::string_view> web_socket_protocols;  ///< Sec-WebSocket-Protocol
};

/// Why a request is not let in.
struct Refusal {
    int status = 401;    ///< 400, 401, 403, 421, 429 or 503
    std::string code;    ///< for programs: "unauthorized"
    std::string detail;  ///< a sentence for people; tells nothing of tokens
    std::optional<std::chrono::seconds> retry_after = {};
    std::string reason = {};    ///< for the audit log, never for the client: "expired"
    std::string token_id = {};  ///< the same: as it was shown
};

/// Who was let in.
struct Admission {
    std::optional<Principal> who;  ///< nothing: the route is open to all
    /// The cookie that it came by, borrowed: csrf_token_for() it is what its page needs.
    std::optional<std::string_view> cookie = {};
    std::optional<Hash> session = {};  ///< the same by its name; nothing: it came by a token
};

struct SignedIn {
    Principal who;
    core::Secret cookie;
    std::string csrf_token;
};

/// The one place where it is decided who may do what, for every route, method and transport. It
/// looks at memory alone and never waits. What it is made of is borrowed. Thread safe.
class AccessPolicy {
public:
    struct Parts {
        TokenBook& tokens;
        Sessions& sessions;
        FailureLimiter& limiter;
        const OriginRules& origins;
        const core::Clock& clock;
    };
    explicit AccessPolicy(Parts parts) : parts_(parts) {}

    [[nodiscard]] std::variant<Admission, Refusal> decide(RouteAccess route,
                                                          const Credentials& shown) const;
    /// Whether it is the origin of a page elsewhere that may use the host with a token.
    [[nodiscard]] bool allows_cross(std::string_view origin) const {
        return parts_.origins.allows_cross(origin);
    }
    /// A session for a token. decide() has let the request in, by a route that is open to all.
    [[nodiscard]] std::variant<SignedIn, Refusal> sign_in(std::string_view token,
                                                          std::string_view peer) const;
    /// For an open WebSocket or stream, now and then: whether what it came in by has not ended.
    [[nodiscard]] bool still_admits(const std::string& token_id,
                                    const std::optional<Hash>& session) const;

private:
    [[nodiscard]] std::optional<Refusal> refuse_place(const Credentials& shown) const;
    [[nodiscard]] std::variant<Principal, Refusal> by_token(std::string_view token,
                                                            std::string_view peer) const;
    [[nodiscard]] std::variant<Admission, Refusal> by_session(std::string_view cookie,
                                                              const Credentials& shown) const;
    [[nodiscard]] std::variant<Admission, Refusal> find_out_who(const Credentials& shown) const;

    Parts parts_;
};

}  // namespace oa::host::access
