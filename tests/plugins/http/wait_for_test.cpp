#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "tests/plugins/http/http_fixture.hpp"
#include "tests/plugins/support/cancelling.hpp"
#include "tests/plugins/support/open_files.hpp"
#include "tests/support/http_server.hpp"

namespace oa::test {
namespace {

using oa::Json;

struct HttpWaitForTest : HttpFixture {
    Reply wait_for(const std::string& url, Json params = Json::object()) {
        params["url"] = url;
        if (!params.contains("interval")) {
            params["interval"] = "10ms";
        }
        if (!params.contains("timeout")) {
            params["timeout"] = "20s";
        }
        return http.run("wait_for", params);
    }
    /// Of an answer that does not change.
    Reply once(Json params) {
        params["interval"] = "1h";  // there is no second attempt
        return wait_for(server.url("/ready/once/0"), std::move(params));
    }
};

TEST_F(HttpWaitForTest, AsksUntilTheAnswerIsThere) {
    const Reply reply = wait_for(server.url("/ready/a/3"));
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json["attempts"], Json(4));
    EXPECT_EQ(reply.json["status"], Json(200));
    EXPECT_GE(reply.json["waited_ms"].as_int(), 30);
    EXPECT_EQ(reply.json["body"], Json("{\"state\": \"up\", \"list\": [1, null]}"));
}

TEST_F(HttpWaitForTest, ReadsEveryCondition) {
    const auto good = [&](Json params) { return once(std::move(params)).status == OA_OK; };
    EXPECT_TRUE(good({{"status", 200}}));
    EXPECT_TRUE(good({{"status", Json::array({201, 200})}}));
    EXPECT_FALSE(good({{"status", 204}}));
    EXPECT_TRUE(good({{"body_contains", "\"up\""}}));
    EXPECT_FALSE(good({{"body_contains", "down"}}));
    EXPECT_TRUE(good({{"body_matches", "state.{4}up"}}));
    EXPECT_FALSE(good({{"body_matches", "^up"}}));
    EXPECT_TRUE(good({{"json_pointer", "/state"}, {"json_equals", "up"}}));
    EXPECT_FALSE(good({{"json_pointer", "/state"}, {"json_equals", "down"}}));
    EXPECT_TRUE(good({{"json_pointer", "/state"}}));
    EXPECT_FALSE(good({{"json_pointer", "/none"}}));
    EXPECT_TRUE(good({{"json_pointer", "/list/0"}, {"json_equals", 1.0}}));
    EXPECT_FALSE(good({{"json_pointer", "/list/1"}}));
    EXPECT_TRUE(good({{"json_pointer", "/list/1"}, {"json_equals", nullptr}}));
    EXPECT_FALSE(good({{"json_pointer", "/list/2"}}));
    EXPECT_FALSE(good({{"json_pointer", "/list/00"}}));
    EXPECT_TRUE(good({{"json_equals", {{"list", Json::array({1, nullptr})}, {"state", "up"}}}}));
    // All of them at once.
    EXPECT_FALSE(good({{"body_contains", "up"}, {"json_pointer", "/state"}, {"json_equals", 5}}));
}

TEST_F(HttpWaitForTest, TellsWhatIsWrongWithTheCondition) {
    EXPECT_EQ(once({{"body_matches", "("}}).pointer, "/body_matches");
    EXPECT_EQ(once({{"json_pointer", "state"}}).pointer, "/json_pointer");
    EXPECT_EQ(once({{"json_pointer", "/a~2"}}).pointer, "/json_pointer");
    EXPECT_EQ(once({{"method", "POST"}}).pointer, "/method");
}

TEST_F(HttpWaitForTest, TellsTheLastAnswerWhenItIsLate) {
    const Reply reply = wait_for(server.url("/ready/late/1000"), {{"timeout", "50ms"}});
    EXPECT_EQ(reply.status, OA_DEADLINE);
    EXPECT_EQ(reply.retry, OA_RETRY_NO);
    EXPECT_NE(reply.message.find("503 Starting"), std::string::npos) << reply.message;
    EXPECT_NE(reply.message.find("50 ms (timeout)"), std::string::npos) << reply.message;
    EXPECT_EQ(reply.details["status"], Json(503));
    EXPECT_EQ(reply.json["body"], Json("not yet")) << "the output is there";
    const Reply value = once({{"json_pointer", "/state"}, {"json_equals", "down"}});
    EXPECT_NE(value.message.find("another value at '/state'"), std::string::npos) << value.message;
}

TEST_F(HttpWaitForTest, WaitsForAServerThatIsNotThereYet) {
    const std::string nobody = "http://127.0.0.1:" + std::to_string(refusing_port()) + "/";
    const Reply down = wait_for(nobody, {{"timeout", "60ms"}});
    EXPECT_EQ(down.status, OA_DEADLINE);
    EXPECT_NE(down.message.find("connection refused"), std::string::npos) << down.message;
    EXPECT_NE(down.message.find("attempts"), std::string::npos) << down.message;
    const Reply slow =
        wait_for(server.url("/hang"), {{"timeout", "300ms"}, {"request_timeout", "100ms"}});
    EXPECT_EQ(slow.status, OA_DEADLINE);
    EXPECT_NE(slow.message.find("took longer than its limit"), std::string::npos) << slow.message;
}

TEST_F(HttpWaitForTest, DoesNotWaitForWhatCannotPass) {
    const HttpServer nginx;
    EXPECT_EQ(wait_for(nginx.expired()).status, OA_UNAUTHENTICATED);
    EXPECT_EQ(wait_for("http://169.254.169.254/").status, OA_PERMISSION);
    EXPECT_EQ(wait_for(server.url("/zip/2000"), {{"max_bytes", 1000}}).status, OA_EXHAUSTED);
    EXPECT_EQ(
        wait_for(nginx.tls("/none"), {{"ca_file", nginx.authority()}, {"status", 404}}).status,
        OA_OK);
}

TEST_F(HttpWaitForTest, EndsWithinASecondOfBeingCancelled) {
    const Json pausing{
        {"url", server.url("/ready/never/1000")}, {"interval", "1h"}, {"timeout", "2h"}};
    const CancelledCall between = run_and_cancel(
        http, "wait_for", pausing, [this](const FakeCall&) { return seen("never").size() == 1; });
    EXPECT_EQ(between.reply.status, OA_CANCELLED) << between.reply.message;
    EXPECT_LT(between.taken, std::chrono::seconds(1));
    const CancelledCall asking =
        run_and_cancel(http, "wait_for", {{"url", server.url("/hang")}},
                       [](const FakeCall& call) { return call.has_callbacks(); });
    EXPECT_EQ(asking.reply.status, OA_CANCELLED) << asking.reply.message;
    EXPECT_LT(asking.taken, std::chrono::seconds(1));
}

TEST_F(HttpWaitForTest, AThousandAttemptsLeaveNothingBehind) {
    ASSERT_EQ(wait_for(server.url("/ready/warm/2")).status, OA_OK);
    const std::size_t files = open_files();
    const Reply reply = wait_for(server.url("/ready/many/1000"), {{"timeout", "2m"}});
    EXPECT_EQ(reply.json["attempts"], Json(1001)) << reply.message;
    EXPECT_EQ(open_files(), files);
}

}  // namespace
}  // namespace oa::test
