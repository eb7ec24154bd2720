#include <filesystem>
#include <string>
#include <vector>

#include "tests/plugins/notify/notify_fixture.hpp"
#include "tests/plugins/support/cancelling.hpp"
#include "tests/plugins/support/footprint.hpp"
#include "tests/support/subprocess.hpp"

namespace oa::test {
namespace {

TEST(NotifyModuleTest, DescribesEveryFunction) {
    const PluginHarness plugin{OA_PLUGIN_FILE};
    EXPECT_EQ(joined(plugin.check_descriptor()), "");
    EXPECT_EQ(plugin.function_names().size(), 13U);
}

TEST_F(ChatTest, WritesToTelegram) {
    answer("bot1:geheim", 200, {{"ok", true}, {"result", {{"message_id", 7}}}});
    const Reply reply = post("telegram", {{"token", "1:geheim"},
                                          {"chat_id", Json::array({"@a", -5})},
                                          {"text", "a & b + #c"},
                                          {"parse_mode", "HTML"},
                                          {"silent", true},
                                          {"base_url", base}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json["messages"], Json::array({{{"chat_id", "@a"}, {"message_id", 7}},
                                                   {{"chat_id", "-5"}, {"message_id", 7}}}));
    const std::vector<Json> seen = requests();
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_EQ(seen[0]["method"], Json("POST"));
    EXPECT_EQ(seen[0]["path"], Json("/bot1:geheim/sendMessage"));
    EXPECT_EQ(Json::parse(seen[0]["body"].as_string()), Json({{"chat_id", "@a"},
                                                              {"text", "a & b + #c"},
                                                              {"parse_mode", "HTML"},
                                                              {"disable_notification", true}}));
}

TEST_F(ChatTest, KeepsTheTokenOfTelegramToItself) {
    answer("bot1:geheim", 401, {{"ok", false}, {"description", "Unauthorized"}});
    const Json params{{"token", "1:geheim"}, {"chat_id", "1"}, {"text", "x"}, {"base_url", base}};
    EXPECT_EQ(post("telegram", params).status, OA_UNAUTHENTICATED);
    Json down = params;
    down["base_url"] = "https://localhost:" + std::to_string(refusing_port());
    EXPECT_EQ(post("telegram", down).status, OA_UNAVAILABLE);
    Json odd = params;
    odd["token"] = "1/../geheim";
    EXPECT_EQ(post("telegram", odd).pointer, "/token");
}

TEST_F(ChatTest, WritesToSlackByAWebhook) {
    const Reply reply = post("slack", {{"webhook_url", url("/services/geheim")},
                                       {"text", "Hi"},
                                       {"blocks", Json::array({{{"type", "divider"}}})}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(requests().back()["path"], Json("/services/geheim"));
    EXPECT_EQ(last_body(),
              Json({{"text", "Hi"}, {"blocks", Json::array({{{"type", "divider"}}})}}));
    answer("gone", 404, "no_service");
    const Reply gone = post("slack", {{"webhook_url", url("/gone/geheim")}, {"text", "Hi"}});
    EXPECT_EQ(gone.status, OA_NOT_FOUND) << gone.message;
    EXPECT_EQ(post("slack", {{"text", "Hi"}}).pointer, "/webhook_url");
}

TEST_F(ChatTest, WritesToSlackByABot) {
    answer("chat.postMessage", 200, {{"ok", true}, {"channel", "C1"}, {"ts", "17.5"}});
    const Json params{
        {"token", "xoxb-geheim"}, {"channel", "#a"}, {"text", "Hi"}, {"base_url", base}};
    const Reply reply = post("slack", params);
    EXPECT_EQ(reply.json, Json({{"sent", true}, {"channel", "C1"}, {"message_id", "17.5"}}))
        << reply.message;
    EXPECT_EQ(requests().back()["headers"]["authorization"], Json("Bearer xoxb-geheim"));
    const std::vector<std::pair<std::string, int>> errors{{"invalid_auth", OA_UNAUTHENTICATED},
                                                          {"channel_not_found", OA_NOT_FOUND},
                                                          {"not_in_channel", OA_PERMISSION},
                                                          {"ratelimited", OA_EXHAUSTED},
                                                          {"something_new", OA_PRECONDITION}};
    for (const auto& [word, status] : errors) {
        answer("chat.postMessage", 200, {{"ok", false}, {"error", word}});
        EXPECT_EQ(post("slack", params).status, status) << word;
    }
}

TEST_F(ChatTest, WritesToTeams) {
    const Reply reply = post(
        "teams", {{"webhook_url", url("/hook/geheim")}, {"title", "Backup"}, {"text", "done"}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    const Json card = last_body()["attachments"].at(0);
    EXPECT_EQ(card["contentType"], Json("application/vnd.microsoft.card.adaptive"));
    EXPECT_EQ(card["content"]["body"].at(0)["text"], Json("Backup"));
    EXPECT_EQ(card["content"]["body"].at(1)["text"], Json("done"));
    EXPECT_EQ(post("teams", {{"webhook_url", url("/hook/x")}, {"card", {{"type", "AdaptiveCard"}}}})
                  .status,
              OA_OK);
    EXPECT_EQ(last_body()["attachments"].at(0)["content"], Json({{"type", "AdaptiveCard"}}));
    EXPECT_EQ(post("teams", {{"webhook_url", url("/hook/x")}}).pointer, "/text");
}

TEST_F(ChatTest, WritesToDiscord) {
    answer("api", 200, {{"id", "99"}});
    const Reply reply =
        post("discord", {{"webhook_url", url("/api/geheim")}, {"text", "Hi @everyone"}});
    EXPECT_EQ(reply.json, Json({{"sent", true}, {"message_id", "99"}})) << reply.message;
    EXPECT_EQ(requests().back()["path"], Json("/api/geheim?wait=true"));
    EXPECT_EQ(last_body(), Json({{"content", "Hi @everyone"},
                                 {"allowed_mentions", {{"parse", Json::array()}}}}));
    EXPECT_EQ(
        post("discord", {{"webhook_url", url("/api/x")}, {"text", "@here"}, {"mentions", true}})
            .status,
        OA_OK);
    EXPECT_FALSE(last_body().contains("allowed_mentions"));
    answer("api", 429, {{"message", "slow down"}}, {{"Retry-After", "3"}});
    const Reply limited = post("discord", {{"webhook_url", url("/api/geheim")}, {"text", "Hi"}});
    EXPECT_EQ(limited.status, OA_EXHAUSTED);
    EXPECT_EQ(limited.retry_after_ms, 3000U);
}

TEST_F(ChatTest, SignsWebhooks) {
    const Reply reply = post("webhook", {{"url", url("/hook")},
                                         {"json", {{"order", 7}}},
                                         {"headers", {{"X-Kind", "order"}}},
                                         {"secret", "key"}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json,
              Json({{"sent", true}, {"status", 200}, {"body", "{}"}, {"json", Json::object()}}));
    const Json seen = requests().back();
    EXPECT_EQ(seen["body"], Json(R"({"order":7})"));
    EXPECT_EQ(seen["headers"]["x-kind"], Json("order"));
    const auto hmac = [](const std::string& data) {
        const ProcessResult made =
            run_program({"/usr/bin/openssl", "dgst", "-sha256", "-hmac", "key", "-r"},
                        {.environment = {}, .input = data, .folder = {}});
        return made.out.substr(0, made.out.find(' '));
    };
    EXPECT_EQ(seen["headers"]["x-signature-256"], Json("sha256=" + hmac(R"({"order":7})")));
    const Reply timed = post("webhook", {{"url", url("/hook")},
                                         {"method", "PUT"},
                                         {"body", "plain"},
                                         {"secret", "key"},
                                         {"signature_header", "X-Sign"},
                                         {"signature_prefix", ""},
                                         {"timestamp_header", "X-Time"}});
    ASSERT_EQ(timed.status, OA_OK) << timed.message;
    const Json put = requests().back();
    EXPECT_EQ(put["method"], Json("PUT"));
    EXPECT_EQ(put["headers"]["x-sign"],
              Json(hmac(put["headers"]["x-time"].as_string() + ".plain")));
}

TEST_F(ChatTest, RefusesWhatIsNoWebhook) {
    const auto pointer = [this](Json changes) {
        changes["url"] = changes["url"].is_null() ? Json(url("/hook")) : changes["url"];
        const Reply reply = post("webhook", changes);
        EXPECT_EQ(reply.status, OA_INVALID_PARAMS) << reply.message;
        return reply.pointer;
    };
    EXPECT_EQ(pointer({{"body", "x"}, {"url", "ftp://example.com"}}), "/url");
    EXPECT_EQ(pointer(Json::object()), "/json");
    EXPECT_EQ(pointer({{"body", "x"}, {"json", 1}}), "/json");
    EXPECT_EQ(pointer({{"body", "x"}, {"headers", {{"A", "b\r\nC: d"}}}}), "/headers");
    EXPECT_EQ(pointer({{"body", "x"}, {"headers", {{"Host", "b"}}}}), "/headers");
    EXPECT_TRUE(requests().empty());
}

TEST_F(ChatTest, GoesNowhereElse) {
    answer("moved", 307, "", {{"Location", url("/elsewhere")}});
    const Reply moved = post("webhook", {{"url", url("/moved/geheim")}, {"body", "x"}});
    EXPECT_EQ(moved.status, OA_PRECONDITION) << moved.message;
    EXPECT_EQ(requests().size(), 1U);
    EXPECT_EQ(run("webhook", {{"url", url("/hook")}, {"body", "x"}}).status, OA_UNAUTHENTICATED);
    PluginHarness strict{OA_PLUGIN_FILE, {{"network", {{"deny", Json::array({"loopback"})}}}}};
    EXPECT_EQ(strict.run("webhook", {{"url", url("/hook")}, {"body", "x"}}).status, OA_PERMISSION);
    EXPECT_EQ(requests().size(), 1U);
}

TEST_F(ChatTest, DoesNotWaitForEver) {
    const Reply late =
        post("webhook", {{"url", url("/hang/geheim")}, {"body", "x"}, {"request_timeout", 0.2}});
    EXPECT_EQ(late.status, OA_DEADLINE) << late.message;
    const std::size_t before = requests().size();
    const CancelledCall cancelled = run_and_cancel(
        plugin, "webhook", {{"url", url("/hang/x")}, {"body", "x"}, {"ca_file", certificate.file}},
        [&](const FakeCall&) { return requests().size() > before; });
    EXPECT_EQ(cancelled.reply.status, OA_CANCELLED);
    EXPECT_LT(cancelled.taken.count(), 1000);
}

TEST_F(ChatTest, LeavesNothingBehind) {
    const Json strange{{"url", url("/hook")}, {"body", "x"}};
    Json known = strange;
    known["ca_file"] = certificate.file;
    expect_nothing_left("notify, webhook", OA_PLUGIN_FILE, [&](PluginHarness& fresh, int /*i*/) {
        EXPECT_EQ(fresh.run("webhook", known).status, OA_OK);
        EXPECT_EQ(fresh.run("webhook", strange).status, OA_UNAUTHENTICATED);
    });
}

}  // namespace
}  // namespace oa::test
