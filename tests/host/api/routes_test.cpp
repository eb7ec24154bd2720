// What is declared of all routes: who may, and what is described.

#include <set>

#include <gtest/gtest.h>

#include "host/api/openapi.hpp"
#include "tests/host/api/api_fixture.hpp"

namespace oa::host {
namespace {

namespace json = boost::json;
using access::Scope;
using test_api::Api;
using test_api::Ask;

struct RoutesTest : testing::Test {
    test::TemporaryFolder folder;
    Api api{folder.path()};

    static std::string target_of(const Route& route) {
        std::string target;
        for (const std::string_view segment : segments_of(route.path)) {
            target += '/';
            target += is_variable(segment) ? std::string_view("some") : segment;
        }
        return target;
    }
    static Ask ask_of(const Route& route) {
        Ask ask{.method = std::string(route.method), .target = target_of(route)};
        if (route.body) {
            ask.body = "{}";
            ask.type = route.body->content_type;
        }
        if (route.operation == "openEvents") {
            ask.fields.push_back({"Upgrade", "websocket"});
        }
        return ask;
    }
};

// Reviewed by hand: whoever changes who may do what changes this, too.
TEST_F(RoutesTest, WhoMayDoWhat) {
    std::string table;
    for (const Route& route : api.routes) {
        const auto scope = route.access.scope();
        table += std::string(route.method) + ' ' + std::string(route.path) + ' ' +
                 std::string(scope ? access::to_string(*scope) : "open") + '\n';
    }
    EXPECT_EQ(table, R"(POST /api/v1/workflows/{workflow}/runs run
GET /api/v1/runs read
GET /api/v1/runs/{run} read
DELETE /api/v1/runs/{run} edit
GET /api/v1/runs/{run}/tasks read
POST /api/v1/runs/{run}/cancel run
POST /api/v1/runs/{run}/pause run
POST /api/v1/runs/{run}/resume run
POST /api/v1/runs/{run}/retry run
POST /api/v1/runs/{run}/tasks/{task}/approve run
POST /api/v1/runs/{run}/tasks/{task}/reject run
GET /api/v1/workflows read
POST /api/v1/workflows edit
POST /api/v1/workflows/validate read
POST /api/v1/workflows/reload edit
GET /api/v1/workflows/{workflow} read
PUT /api/v1/workflows/{workflow} edit
DELETE /api/v1/workflows/{workflow} edit
GET /api/v1/workflows/{workflow}/graph read
GET /api/v1/workflows/{workflow}/versions read
GET /api/v1/runs/{run}/events read
GET /api/v1/runs/{run}/logs read
GET /api/v1/events read
GET /api/v1/tokens admin
POST /api/v1/tokens admin
DELETE /api/v1/tokens/{token} admin
POST /api/v1/session open
GET /api/v1/session read
DELETE /api/v1/session read
GET /livez open
GET /readyz read
GET /metrics read
GET /api/v1/version read
GET /api/v1/plugins read
GET /api/v1/plugins/{module} read
POST /api/v1/plugins/reload admin
GET /api/v1/wallet secrets
POST /api/v1/wallet/unlock secrets
POST /api/v1/wallet/lock secrets
GET /api/v1/wallet/secrets secrets
PUT /api/v1/wallet/secrets/{secret} secrets
DELETE /api/v1/wallet/secrets/{secret} secrets
GET /api/v1/stats read
GET /api/v1/audit admin
POST /api/v1/backup admin
GET /api/v1/openapi.json read
)");
}

// Every route for everybody, with a token in the header, in a cookie, and in the handshake of a
// WebSocket: nobody gets further than the table says.
TEST_F(RoutesTest, NobodyGetsFurtherThanHeMay) {
    struct Role {
        std::string name;
        access::ScopeSet scopes;
    };
    const std::vector<Role> roles{
        {"nobody", {}},          {"read", {Scope::Read}},       {"run", {Scope::Run}},
        {"edit", {Scope::Edit}}, {"secrets", {Scope::Secrets}}, {"admin", {Scope::Admin}}};
    std::size_t cases = 0;
    for (const Role& role : roles) {
        const std::string token = role.scopes.empty() ? "" : api.token(role.scopes);
        std::string cookie;
        std::string csrf;
        if (!token.empty()) {
            const auto signed_in = api.policy.sign_in(token, "127.0.0.1");
            const auto& session = std::get<access::SignedIn>(signed_in);
            cookie = "oa_session=" + std::string(session.cookie.reveal());
            csrf = session.csrf_token;
        }
        for (const Route& route : api.routes) {
            const auto scope = route.access.scope();
            const bool may = !scope || role.scopes.allows(*scope);
            const std::vector<std::vector<HttpFields::Field>> ways =
                token.empty() ? std::vector<std::vector<HttpFields::Field>>{{}}
                              : std::vector<std::vector<HttpFields::Field>>{
                                    {{"Authorization", "Bearer " + token}},
                                    {{"Cookie", cookie},
                                     {"X-CSRF-Token", csrf},
                                     {"Origin", "http://localhost:8080"}},
                                    {{"Sec-WebSocket-Protocol", "oa, oa.token." + token},
                                     {"Upgrade", "websocket"}}};
            for (const auto& way : ways) {
                Ask ask = ask_of(route);
                ask.fields.insert(ask.fields.end(), way.begin(), way.end());
                const HttpAdmission admission = api.application->admit(Api::request(ask));
                const int status = admission.refusal ? admission.refusal->status : 200;
                ++cases;
                // A token in a subprotocol counts for the handshake of a WebSocket alone.
                const bool is_handshake_elsewhere =
                    !way.empty() && way.back().name == "Upgrade" && route.operation != "openEvents";
                if (may && !is_handshake_elsewhere) {
                    EXPECT_EQ(status, 200) << role.name << ' ' << route.operation;
                } else if (!may) {
                    EXPECT_EQ(status, token.empty() ? 401 : 403)
                        << role.name << ' ' << route.operation;
                }
            }
        }
    }
    std::printf("%zu routes, %zu roles, %zu cases: as declared\n", api.routes.size(), roles.size(),
                cases);
}

TEST_F(RoutesTest, NoSpellingOfAPathOpensIt) {
    for (const std::string target :
         {"/livez/", "/livez/x", "/x/livez", "/LIVEZ", "/livez;x", "/api/v1/runs/livez",
          "/api/v1/tokens/livez", "/api/v1/tokens/", "/api/v1/session/", "/api/v1//tokens",
          "/api/v1/Tokens", "/api/v1/tokens.", "/api/v1/tokens;/session"}) {
        Ask ask{.target = target};
        const HttpResponse response = api.ask(ask, "");
        EXPECT_TRUE(response.status == 404 || response.status == 401 || response.status == 405)
            << target << ' ' << response.status;
    }
}

TEST_F(RoutesTest, EveryRouteIsDescribed) {
    const json::object document = openapi_document(api.routes, "1.2.3");
    std::set<std::string> operations;
    std::size_t described = 0;
    for (const auto& path : document.at("paths").as_object()) {
        for (const auto& method : path.value().as_object()) {
            const json::object& operation = method.value().as_object();
            EXPECT_TRUE(
                operations.insert(std::string(operation.at("operationId").as_string())).second);
            EXPECT_FALSE(operation.at("summary").as_string().empty());
            ++described;
        }
    }
    EXPECT_EQ(described, api.routes.size());
    const json::object& schemas = document.at("components").at("schemas").as_object();
    for (const Route& route : api.routes) {
        std::set<std::string_view> in_path;
        for (const std::string_view segment : segments_of(route.path)) {
            if (is_variable(segment)) {
                in_path.insert(segment.substr(1, segment.size() - 2));
            }
        }
        for (const RouteParameter& parameter : route.parameters) {
            if (parameter.in == RouteParameter::In::Path) {
                EXPECT_EQ(in_path.erase(parameter.name), 1U) << route.operation;
            }
        }
        EXPECT_TRUE(in_path.empty()) << route.operation;
        EXPECT_FALSE(route.answers.empty()) << route.operation;
        for (const RouteAnswer& answer : route.answers) {
            EXPECT_TRUE(answer.schema.empty() || schemas.contains(answer.schema))
                << route.operation << ' ' << answer.schema;
        }
        if (route.body && !route.body->schema.empty()) {
            EXPECT_TRUE(schemas.contains(route.body->schema)) << route.operation;
        }
        // Whoever changes something is put on record.
        const bool is_question = route.method == "GET" || route.operation == "validateWorkflow";
        EXPECT_EQ(route.audit.empty(), is_question) << route.operation;
    }
}

}  // namespace
}  // namespace oa::host
