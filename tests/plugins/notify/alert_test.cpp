#include <string>

#include "tests/plugins/notify/notify_fixture.hpp"

namespace oa::test {
namespace {

struct AlertTest : ChatTest {
    Json channel(const std::string& type, const std::string& path) {
        const char* const address = type == "webhook" ? "url" : "webhook_url";
        return {{"type", type}, {address, url(path)}, {"ca_file", certificate.file}};
    }
};

TEST_F(AlertTest, GoesIntoTheLogWithoutChannels) {
    EXPECT_EQ(joined(plugin.run_examples("alert")), "");
    const Reply reply =
        run("alert", {{"message", "full"}, {"severity", "critical"}, {"title", "Disk"}});
    ASSERT_EQ(reply.logs.size(), 1U);
    EXPECT_EQ(reply.logs.front().message, "[CRITICAL] Disk: full");
    EXPECT_EQ(reply.logs.front().level, OA_LOG_ERROR);
}

TEST_F(AlertTest, GoesToAllChannels) {
    Json slack = channel("slack", "/slack/geheim");
    slack["name"] = "ops";
    const Reply reply =
        run("alert", {{"message", "the disk is full"},
                      {"severity", "error"},
                      {"title", "Backup"},
                      {"channels", Json::array({slack, channel("teams", "/teams/geheim"),
                                                channel("webhook", "/hook/geheim")})}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json["delivered"].at(0),
              Json({{"channel", 0}, {"type", "slack"}, {"name", "ops"}}));
    EXPECT_EQ(reply.json["delivered"].size(), 3U);
    const auto seen = requests();
    EXPECT_EQ(Json::parse(seen.at(0)["body"].as_string())["text"],
              Json("[ERROR] Backup: the disk is full"));
    EXPECT_NE(seen.at(1)["body"].as_string().find("[ERROR] Backup"), std::string::npos);
    EXPECT_EQ(Json::parse(seen.at(2)["body"].as_string()),
              Json({{"severity", "error"}, {"title", "Backup"}, {"message", "the disk is full"}}));
}

TEST_F(AlertTest, TellsWhichChannelsFailed) {
    answer("broken", 503, "no");
    const Reply some =
        run("alert", {{"message", "x"},
                      {"channels", Json::array({channel("slack", "/broken/geheim"),
                                                channel("discord", "/fine/geheim")})}});
    EXPECT_EQ(some.status, OA_UNAVAILABLE) << some.message;
    EXPECT_EQ(some.retry, OA_RETRY_NO);  // one of them knows already
    EXPECT_EQ(some.json["delivered"].size(), 1U);
    EXPECT_EQ(some.json["failed"].at(0)["channel"], Json(0));
    const Reply none = run(
        "alert", {{"message", "x"}, {"channels", Json::array({channel("slack", "/broken/x")})}});
    EXPECT_EQ(none.status, OA_UNAVAILABLE);
    EXPECT_EQ(none.retry, OA_RETRY_YES);
}

TEST_F(AlertTest, StopsAtTheFirstThatWorks) {
    answer("broken", 503, "no");
    const Reply reply =
        run("alert",
            {{"message", "x"},
             {"mode", "first"},
             {"channels", Json::array({channel("slack", "/broken/x"), channel("slack", "/fine/x"),
                                       channel("slack", "/fine/y")})}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(requests().size(), 2U);
    EXPECT_EQ(reply.json["failed"].size(), 1U);
    EXPECT_EQ(reply.json["delivered"].at(0)["channel"], Json(1));
}

TEST_F(AlertTest, PointsToWhatIsWrong) {
    EXPECT_EQ(run("alert", {{"message", "x"}, {"severity", "bad"}}).pointer, "/severity");
    EXPECT_EQ(run("alert", {{"message", "x"}, {"mode", "some"}}).pointer, "/mode");
    const Reply wrong =
        run("alert", {{"message", "x"}, {"channels", Json::array({{{"type", "pigeon"}}})}});
    EXPECT_EQ(wrong.status, OA_INVALID_PARAMS);
    EXPECT_NE(wrong.json["failed"].at(0)["error"].as_string().find("type is none of"),
              std::string::npos);
}

struct AlertMailTest : MailTest {};

TEST_F(AlertMailTest, GoesByEmail) {
    Json channel = params();
    channel["type"] = "email";
    channel["subject"] = nullptr;
    channel["text"] = nullptr;
    const Reply reply = run("alert", {{"message", "the disk is full\non db1"},
                                      {"severity", "warning"},
                                      {"channels", Json::array({channel})}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_NE(mail(1)["content"].as_string().find("Subject: [WARNING] the disk is full\r\n"),
              std::string::npos);
}

}  // namespace
}  // namespace oa::test
