#include "host/client/api_client.hpp"

#include <gtest/gtest.h>

#include "tests/host/client/scripted_host.hpp"

namespace oa::test {
namespace {

namespace json = boost::json;
using host::client::ApiClient;
using host::client::ApiError;
using host::client::NotReached;

const std::string good = ScriptedHost::answer("200 OK", "application/json", R"({"a": 1})");

std::string problem(const std::string& status, const std::string& body) {
    return ScriptedHost::answer(status, "application/problem+json", body);
}

TEST(ApiClient, ShowsItsToken) {
    ScriptedHost host({good});
    EXPECT_EQ(ApiClient(host.access()).get("/api/v1/x?y=1"), (json::object{{"a", 1}}));
    const std::string head = host.requests().at(0);
    EXPECT_EQ(head.rfind("GET /api/v1/x?y=1 HTTP/1.1\r\n", 0), 0U) << head;
    EXPECT_NE(head.find("\r\nAuthorization: Bearer oat_token\r\n"), std::string::npos) << head;
}

TEST(ApiClient, AsksAgainWhatMayBeAskedAgainWhenTheConnectionBreaks) {
    ScriptedHost host({"", "", good});
    EXPECT_EQ(ApiClient(host.access()).get("/").at("a").as_int64(), 1);
    EXPECT_EQ(host.requests().size(), 3U);
}

TEST(ApiClient, GivesUpWhenTheConnectionBreaksThreeTimes) {
    ScriptedHost host({"", "", "", good});
    EXPECT_THROW(static_cast<void>(ApiClient(host.access()).get("/")), NotReached);
}

TEST(ApiClient, DoesNotRepeatWhatMayHaveBeenDone) {
    ScriptedHost host({"", good});
    ApiClient client(host.access());
    EXPECT_THROW(client.send({.method = "POST", .target = "/", .body = {}, .fields = {}}),
                 NotReached);
    EXPECT_EQ(host.requests().size(), 1U);
}

TEST(ApiClient, AsksAHostAgainThatIsBusy) {
    ScriptedHost host(
        {problem("503 Service Unavailable", "{}"), problem("429 Too Many Requests", "{}"), good});
    EXPECT_EQ(ApiClient(host.access()).get("/").at("a").as_int64(), 1);
}

TEST(ApiClient, TellsAllThatTheHostSays) {
    ScriptedHost host(
        {problem("422 Unprocessable Content",
                 R"({"code": "invalid_inputs", "detail": "two are wrong", "hint": "look",
            "errors": [{"message": "takes a number", "pointer": "/inputs/a", "hint": "give 1"},
                       {"message": "no such function", "file": "a.yaml", "line": 3, "column": 5}]})")});
    try {
        static_cast<void>(ApiClient(host.access()).get("/"));
        FAIL();
    } catch (const ApiError& error) {
        EXPECT_EQ(error.status(), 422);
        EXPECT_EQ(error.code(), "invalid_inputs");
        EXPECT_STREQ(error.what(), "two are wrong");
        EXPECT_EQ(error.hint(), "look");
        EXPECT_EQ(error.errors(), (std::vector<std::string>{"/inputs/a: takes a number; give 1",
                                                            "a.yaml:3:5: no such function"}));
    }
}

TEST(ApiClient, TellsThatSomethingElseAnswers) {
    ScriptedHost page({ScriptedHost::answer("200 OK", "text/html", "<html>")});
    EXPECT_THROW(static_cast<void>(ApiClient(page.access()).get("/")), ApiError);
    ScriptedHost refusal({ScriptedHost::answer("404 Not Found", "text/html", "<html>")});
    try {
        static_cast<void>(ApiClient(refusal.access()).get("/"));
        FAIL();
    } catch (const ApiError& error) {
        EXPECT_EQ(error.status(), 404);
        EXPECT_STREQ(error.what(), "the answer is 404, and says no more");
    }
}

}  // namespace
}  // namespace oa::test
