// The paths of the older servers as a whole: who may, and the words and forms of their answers.

#include <gtest/gtest.h>

#include "host/api/legacy/legacy_records.hpp"
#include "tests/host/api/legacy_fixture.hpp"

namespace oa::host {
namespace {

namespace json = boost::json;
using access::Scope;
using test_api::Api;
using test_api::Ask;
using test_api::LegacyTest;

TEST(LegacyOffTest, IsNotThereUnlessItIsSwitchedOn) {
    const test::TemporaryFolder folder;
    Api api{folder.path()};
    for (const std::string target :
         {"/", "/health", "/execute?WORKFLOW=job", "/workflows", "/workflows/job",
          "/workflows/job/history", "/executions/x", "/stats", "/api/workflows",
          "/api/wallet/status", "/api/stats", "/ws/job"}) {
        EXPECT_EQ(api.ask({.target = target}).status, 404) << target;
    }
}

// Reviewed by hand: whoever changes who may do what changes this, too.
TEST_F(LegacyTest, WhoMayDoWhat) {
    std::string table;
    for (const Route& route : api.routes) {
        if (route.tag != "legacy") {
            continue;
        }
        const Scope scope = route.access.scope().value();
        table += std::string(route.method) + ' ' + std::string(route.path) + ' ' +
                 std::string(access::to_string(scope)) +
                 (route.audit.empty() ? "" : ", on record") + '\n';
        Ask ask{.method = std::string(route.method), .target = {}};
        for (const std::string_view segment : segments_of(route.path)) {
            ask.target += '/' + std::string(is_variable(segment) ? "some" : segment);
        }
        EXPECT_EQ(api.ask(ask, "").status, 401) << route.operation;
        const Scope other = scope == Scope::Secrets ? Scope::Edit : Scope::Secrets;
        EXPECT_EQ(api.ask(ask, api.token({other})).status, 403) << route.operation;
    }
    EXPECT_EQ(table, R"(GET / read
GET /health read
GET /workflows read
GET /workflows/{workflow} read
GET /workflows/{workflow}/history read
GET /executions/{execution} read
GET /stats read
GET /execute run, on record
POST /execute run, on record
GET /api/workflows read
GET /api/workflows/{workflow} read
GET /api/workflows/{workflow}/status read
GET /api/workflows/{workflow}/results read
GET /api/workflows/{workflow}/history read
GET /api/workflows/{workflow}/graph read
GET /api/executions/{execution} read
GET /api/stats read
POST /api/workflows/upload edit, on record
POST /api/workflows/{workflow}/execute run, on record
GET /ws/{workflow} read
GET /api/wallet/status secrets
POST /api/wallet/load secrets, on record
POST /api/wallet/create secrets, on record
GET /api/wallet/secrets secrets
POST /api/wallet/secret/add secrets, on record
POST /api/wallet/secret/delete secrets, on record
POST /api/wallet/unload secrets, on record
)");
}

TEST_F(LegacyTest, AreDescribedWithTheOthers) {
    std::size_t described = 0;
    const json::object description = get("/api/v1/openapi.json");
    for (const auto& path : description.at("paths").as_object()) {
        described += path.value().as_object().size();
    }
    EXPECT_EQ(described, api.routes.size());
}

TEST_F(LegacyTest, LeavesTheRootToWhoHasIt) {
    Routes routes{api.routes.begin(), api.routes.begin() + 1};
    routes.front().method = "GET";
    routes.front().path = "/";
    legacy::LegacyRoutes{api.house.library,
                         api.house.runs,
                         api.house.engine,
                         api.wallet,
                         api.house.live,
                         *api.open,
                         api.house.timers,
                         api.house.clock,
                         nullptr,
                         1,
                         "1"}
        .add_to(routes);
    EXPECT_NO_THROW(Router{routes});
}

TEST(LegacyRecords, TellsHowARunIsInTheirWords) {
    RunSummary run;
    const auto word = [&](core::RunStatus status) {
        run.status = status;
        return legacy::status_of(run);
    };
    EXPECT_EQ(word(core::RunStatus::Queued), "queued");
    EXPECT_EQ(word(core::RunStatus::Running), "running");
    EXPECT_EQ(word(core::RunStatus::Succeeded), "completed");
    EXPECT_EQ(word(core::RunStatus::Cancelled), "cancelled");
    EXPECT_EQ(word(core::RunStatus::Failed), "failed");
    run.failure = "unrecoverable";
    EXPECT_EQ(word(core::RunStatus::Failed), "error");
    EXPECT_TRUE(legacy::duration_of(run).is_null());
}

TEST(LegacyRecords, WritesTimesAsPythonDoes) {
    ::setenv("TZ", "UTC-2", 1);
    ::tzset();
    const core::WallTime time{std::chrono::seconds(1'700'000'000) + std::chrono::microseconds(7)};
    EXPECT_EQ(legacy::local_time(time), "2023-11-15T00:13:20.000007");
    ::unsetenv("TZ");
    ::tzset();
}

}  // namespace
}  // namespace oa::host
