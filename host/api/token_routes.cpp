#include "host/api/token_routes.hpp"

#include <utility>

#include <boost/json.hpp>

#include "core/wall_time.hpp"
#include "host/access/request_fields.hpp"
#include "host/api/api_call.hpp"
#include "host/api/common_parameters.hpp"
#include "host/service/json_values.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

using Call = std::shared_ptr<ApiCall>;
using In = RouteParameter::In;

json::array words_of(const access::ScopeSet& scopes) {
    json::array words;
    const std::string text = to_string(scopes);
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(' ', begin), text.size());
        words.emplace_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return words;
}

json::object to_json(const access::TokenInfo& token) {
    return {{"id", token.id},
            {"name", token.name},
            {"scopes", words_of(token.scopes)},
            {"created_at", core::format_time(token.created)},
            {"expires_at", time_or_null(token.expires)},
            {"last_used_at", time_or_null(token.last_used)},
            {"revoked_at", time_or_null(token.revoked)},
            {"created_by", token.created_by}};
}

void list(const Call& call, const TokenRoutes& on) {
    json::array tokens;
    for (const access::TokenInfo& token : on.tokens.list()) {
        tokens.push_back(to_json(token));
    }
    call->answer(200, json::object{{"tokens", std::move(tokens)}});
}

void create(const Call& call, const TokenRoutes& on) {
    access::NewToken wanted;
    wanted.name = call->text_member("name");
    std::string scopes;
    for (const json::value& scope : call->member("scopes")->as_array()) {
        scopes += std::string(scope.as_string()) + ' ';
    }
    wanted.scopes = access::parse_scopes(scopes);
    wanted.lifetime = std::chrono::days(call->member("days")->to_number<int>());
    wanted.created_by = call->principal().name;
    const access::CreatedToken made = on.tokens.create(wanted, on.clock.wall());
    json::object answer = to_json(made.info);
    answer["token"] = made.text.reveal();
    HttpFields fields;
    fields.add("Cache-Control", "no-store");
    call->answer(201, answer, std::move(fields));
}

void revoke(const Call& call, const TokenRoutes& on) {
    switch (on.tokens.revoke(call->at("token"), on.clock.wall(), call->flag("force"))) {
        case access::Revocation::Done: break;
        case access::Revocation::NoSuchToken:
            throw ApiProblem(
                404, "no_such_token",
                "there is no token '" + call->at("token") + "', or it was revoked before");
        case access::Revocation::LastAdmin:
            throw ApiProblem(409, "last_admin",
                             "it is the last token with the scope admin: nobody could make others",
                             "make another one first, or say 'force=true'");
    }
    on.sessions.end_those_of(call->at("token"));
    call->done();
}

void sign_in(const Call& call, const TokenRoutes& on) {
    auto outcome = on.policy.sign_in(call->text_member("token"), call->request().peer);
    if (const auto* refusal = std::get_if<access::Refusal>(&outcome)) {
        throw problem_of(*refusal);
    }
    const auto& signed_in = std::get<access::SignedIn>(outcome);
    HttpFields fields;
    fields.add("Set-Cookie", access::set_session_cookie(signed_in.cookie.reveal(), on.is_https,
                                                        on.session_lifetime));
    fields.add("Cache-Control", "no-store");
    call->answer(
        201,
        json::object{{"csrf", signed_in.csrf_token},
                     {"name", signed_in.who.name},
                     {"scopes", words_of(signed_in.who.scopes)},
                     {"expires_at", core::format_time(on.clock.wall() + on.session_lifetime)}},
        std::move(fields));
}

void sign_out(const Call& call, const TokenRoutes& on) {
    const auto cookie =
        access::session_cookie(call->request().fields.find("Cookie").value_or(""), on.is_https);
    if (cookie) {
        on.sessions.sign_out(*cookie);
    }
    HttpResponse response{.status = 204};
    response.fields.add("Set-Cookie", access::clear_session_cookie(on.is_https));
    call->answer(std::move(response));
}

void who_am_i(const Call& call, const TokenRoutes& on) {
    const auto cookie =
        access::session_cookie(call->request().fields.find("Cookie").value_or(""), on.is_https);
    json::object answer{{"name", call->principal().name},
                        {"scopes", words_of(call->principal().scopes)}};
    answer["csrf"] = cookie ? json::value(access::csrf_token_for(*cookie)) : json::value();
    HttpFields fields;
    fields.add("Cache-Control", "no-store");
    call->answer(200, answer, std::move(fields));
}

}  // namespace

void TokenRoutes::add_to(Routes& routes) const {
    const TokenRoutes services = *this;
    const auto with = [&](auto function) {
        return [services, function](const Call& call) { function(call, services); };
    };
    routes.push_back(
        {.method = "GET",
         .path = "/api/v1/tokens",
         .operation = "listTokens",
         .tag = "admin",
         .summary = "List the tokens",
         .access = needs(access::Scope::Admin),
         .answers = {{200, "All that are kept; never what is secret of them.", "TokenList"}},
         .handler = with(list)});
    routes.push_back({.method = "POST",
                      .path = "/api/v1/tokens",
                      .operation = "createToken",
                      .tag = "admin",
                      .summary = "Make a token",
                      .access = needs(access::Scope::Admin),
                      .audit = "token.created",
                      .body = RouteBody{.description = "What it is for.", .schema = "NewToken"},
                      .answers = {{201, "The token, this once.", "CreatedToken"}},
                      .handler = with(create)});
    routes.push_back(
        {.method = "DELETE",
         .path = "/api/v1/tokens/{token}",
         .operation = "revokeToken",
         .tag = "admin",
         .summary = "Revoke a token",
         .description = "Its sessions end, and what is open with it is closed within "
                        "seconds.",
         .access = needs(access::Scope::Admin),
         .audit = "token.revoked",
         .parameters = {{In::Path, "token", "The id of a token.",
                         R"({"type": "string", "maxLength": 64})"},
                        {In::Query, "force", "Even if it is the last one with the scope admin.",
                         R"({"type": "boolean"})"}},
         .answers = {{204, "It counts for nothing from now on.", {}, {}}},
         .handler = with(revoke)});
    routes.push_back({.method = "POST",
                      .path = "/api/v1/session",
                      .operation = "signIn",
                      .tag = "session",
                      .summary = "Sign a browser in with a token",
                      .access = access::RouteAccess::open_to_all(),
                      .audit = "session.begun",
                      .body = RouteBody{.description = "The token.",
                                        .schema = "SignIn",
                                        .kind = RouteBody::Kind::Own,
                                        .bytes_max = 4096},
                      .answers = {{201, "The cookie `oa_session` is set.", "Session"}},
                      .handler = with(sign_in)});
    routes.push_back(
        {.method = "GET",
         .path = "/api/v1/session",
         .operation = "getSession",
         .tag = "session",
         .summary = "Who one is",
         .access = needs(access::Scope::Read),
         .answers = {{200, "Name and scopes; `csrf` is null but for a session.", "WhoAmI"}},
         .handler = with(who_am_i)});
    routes.push_back({.method = "DELETE",
                      .path = "/api/v1/session",
                      .operation = "signOut",
                      .tag = "session",
                      .summary = "End a session",
                      .access = needs(access::Scope::Read),
                      .audit = "session.ended",
                      .answers = {{204, "It has ended.", {}, {}}},
                      .handler = with(sign_out)});
}

}  // namespace oa::host
