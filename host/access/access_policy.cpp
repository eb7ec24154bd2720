#include "host/access/access_policy.hpp"

#include <utility>

#include "host/access/request_fields.hpp"

namespace oa::host::access {
namespace {

Refusal unauthorized(std::string reason, std::string token_id = {}) {
    return {.status = 401,
            .code = "unauthorized",
            .detail = "show a token that counts: Authorization: Bearer oat_...",
            .reason = std::move(reason),
            .token_id = std::move(token_id)};
}

Refusal forbidden(std::string code, std::string detail) {
    return {.status = 403, .code = std::move(code), .detail = std::move(detail)};
}

/// What cannot change anything.
bool is_safe(std::string_view method) {
    return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

}  // namespace

std::variant<Admission, Refusal> AccessPolicy::decide(RouteAccess route,
                                                      const Credentials& shown) const {
    if (auto refusal = refuse_place(shown)) {
        return std::move(*refusal);
    }
    const std::optional<Scope> needed = route.scope();
    if (!needed) {
        return Admission{};
    }
    std::variant<Admission, Refusal> found = find_out_who(shown);
    const auto* admission = std::get_if<Admission>(&found);
    if (admission != nullptr && !admission->who->scopes.allows(*needed)) {
        Refusal refusal =
            forbidden("scope", "the token does not have the scope " +
                                   std::string(to_string(*needed)) + ", which this needs");
        refusal.token_id = admission->who->token_id;
        return refusal;
    }
    return found;
}

/// Where it goes, and which page sent it.
std::optional<Refusal> AccessPolicy::refuse_place(const Credentials& shown) const {
    if (!shown.host) {
        return Refusal{.status = 400, .code = "host", .detail = "the request names no host"};
    }
    if (!parts_.origins.allows_host(*shown.host)) {
        return Refusal{.status = 421,
                       .code = "host",
                       .detail =
                           "this host does not go by the name in the field Host; names that "
                           "it has beside localhost are configured"};
    }
    if (shown.origin && !parts_.origins.is_same(*shown.origin, *shown.host) &&
        !parts_.origins.allows_cross(*shown.origin)) {
        return forbidden("origin", "pages from elsewhere may not use this host");
    }
    return std::nullopt;
}

std::variant<Admission, Refusal> AccessPolicy::find_out_who(const Credentials& shown) const {
    const auto of_protocol = shown.is_web_socket && shown.web_socket_protocols
                                 ? protocol_token(*shown.web_socket_protocols)
                                 : std::nullopt;
    if (shown.authorization && of_protocol) {
        return Refusal{.status = 400,
                       .code = "credentials",
                       .detail = "the request shows two tokens; show one"};
    }
    if (shown.authorization || of_protocol) {
        const auto token = shown.authorization ? bearer_token(*shown.authorization) : of_protocol;
        auto found = by_token(token.value_or(""), shown.peer);
        if (auto* refusal = std::get_if<Refusal>(&found)) {
            return std::move(*refusal);
        }
        return Admission{.who = std::get<Principal>(std::move(found))};
    }
    const auto cookie =
        shown.cookie ? session_cookie(*shown.cookie, parts_.origins.is_https()) : std::nullopt;
    return cookie ? by_session(*cookie, shown) : unauthorized("none");
}

std::variant<Principal, Refusal> AccessPolicy::by_token(std::string_view token,
                                                        std::string_view peer) const {
    // Who shows a token that counts is let in, whatever others from there have tried: nobody
    // guesses 256 bits, and one behind the same address must not be shut out by them.
    auto found = parts_.tokens.authenticate(token, parts_.clock.wall());
    if (const auto* refused = std::get_if<TokenRefusal>(&found)) {
        if (const auto rest = parts_.limiter.wait(peer, parts_.clock.now())) {
            return Refusal{.status = 429,
                           .code = "too_many_failures",
                           .detail = "too many tokens that do not count were shown; try again in " +
                                     std::to_string(rest->count()) + " s",
                           .retry_after = rest};
        }
        parts_.limiter.note_failure(peer, parts_.clock.now());
        return unauthorized(std::string(to_string(refused->fault)), refused->token_id);
    }
    return std::get<Principal>(std::move(found));
}

// A cookie that does not count is no sign-in that failed: pages that are left open have them.
std::variant<Admission, Refusal> AccessPolicy::by_session(std::string_view cookie,
                                                          const Credentials& shown) const {
    const bool is_same = shown.origin && parts_.origins.is_same(*shown.origin, *shown.host);
    const bool must_say = shown.is_web_socket || !is_safe(shown.method);
    if (!is_same && (must_say || shown.origin)) {
        return forbidden("origin", "only a page of this host may use its session");
    }
    const auto token_id = parts_.sessions.use(cookie, parts_.clock.now());
    if (!token_id) {
        return unauthorized("session");
    }
    auto who = parts_.tokens.principal_of(*token_id, parts_.clock.wall());
    if (!who) {
        parts_.sessions.end_those_of(*token_id);
        return unauthorized("session of a token that has ended", *token_id);
    }
    if (!is_safe(shown.method) &&
        !(shown.csrf_token && is_csrf_token_for(cookie, *shown.csrf_token))) {
        return forbidden("csrf", "the field X-CSRF-Token is not that of the session");
    }
    return Admission{.who = std::move(who), .cookie = cookie, .session = session_of(cookie)};
}

std::variant<SignedIn, Refusal> AccessPolicy::sign_in(std::string_view token,
                                                      std::string_view peer) const {
    auto found = by_token(token, peer);
    if (auto* refusal = std::get_if<Refusal>(&found)) {
        return std::move(*refusal);
    }
    auto& who = std::get<Principal>(found);
    auto cookie = parts_.sessions.sign_in(who.token_id, parts_.clock.now());
    if (!cookie) {
        return Refusal{.status = 503,
                       .code = "too_many_sessions",
                       .detail = "too many are signed in; try again later"};
    }
    std::string csrf_token = csrf_token_for(cookie->reveal());
    return SignedIn{std::move(who), std::move(*cookie), std::move(csrf_token)};
}

bool AccessPolicy::still_admits(const std::string& token_id,
                                const std::optional<Hash>& session) const {
    return parts_.tokens.principal_of(token_id, parts_.clock.wall()) &&
           (!session || parts_.sessions.is_open(*session, parts_.clock.now()));
}

}  // namespace oa::host::access
