#include <string>

#include "tests/plugins/notify/notify_fixture.hpp"

namespace oa::test {
namespace {

/// oa-notify of version 3: names, parameters, `input`, outputs.
struct OlderNotifyTest : ChatTest {
    Reply telegram(Json params) {
        params["tokenid"] = "1:geheim";
        params["base_url"] = base;
        return post("oa-notify.sendtelegramnotify", std::move(params));
    }
};

TEST_F(OlderNotifyTest, IsFoundByItsOldNames) {
    const std::vector<std::pair<std::string, std::string>> names{
        {"oa-notify.sendtelegramnotify", "notify.telegram"},
        {"oa-notify.sendmailbygmail", "notify.email"},
        {"oanotify.send_email", "notify.email"},
        {"oa-notify.formatmessage", "notify.format"},
        {"oanotify.formatmessage", "notify.format"},
        {"oanotify.sendtelegramnotify", "notify.telegram"},
        {"oanotify.sendmailbygmail", "notify.email"},
        {"oanotify.send_alert", "notify.alert"},
        {"oa-notify.send", "notify.alert"},
        {"oa-notify.send_slack", "notify.slack"}};
    for (const auto& [name, successor] : names) {
        const oa_function& function = plugin.function(name);
        ASSERT_NE(function.deprecated, nullptr) << name;
        EXPECT_EQ(function.deprecated->replace_with, successor);
    }
}

TEST_F(OlderNotifyTest, WritesToTelegram) {
    answer("bot1:geheim", 200, {{"ok", true}, {"result", {{"message_id", 7}}}});
    const Reply reply = telegram({{"chatid", Json::array({"1", 2})}, {"message", "\xC3\xA4 & b"}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json["total_chats"], Json(2));
    EXPECT_EQ(reply.json["successful"], Json(2));
    EXPECT_EQ(reply.json["failed"], Json(0));
    EXPECT_EQ(reply.json["message_length"], Json(5));
    EXPECT_EQ(reply.json["successful_chats"].at(0)["chat_id"], Json("1"));
    EXPECT_EQ(last_body()["parse_mode"], Json("Markdown"));
    EXPECT_EQ(last_body()["text"], Json("\xC3\xA4 & b"));
    EXPECT_EQ(telegram({{"chatid", "1"}, {"input", {{"content", "of input"}}}}).status, OA_OK);
    EXPECT_EQ(last_body()["text"], Json("of input"));
    EXPECT_EQ(telegram({{"chatid", "1"}, {"input", {{"rows", 5}}}}).status, OA_OK);
    EXPECT_EQ(last_body()["text"], Json("{\n  \"rows\": 5\n}"));
    EXPECT_EQ(telegram({{"chatid", "1"}}).pointer, "/message");
}

TEST_F(OlderNotifyTest, TellsWhichChatsFailed) {
    answer("bot1:geheim", 400, {{"ok", false}, {"description", "chat not found"}});
    const Reply reply = telegram({{"chatid", "1"}, {"message", "x"}});
    EXPECT_EQ(reply.status, OA_UNAVAILABLE);
    EXPECT_EQ(reply.json["failed"], Json(1));
    EXPECT_EQ(reply.json["failed_chats"].at(0)["status_code"], Json(400)) << reply.json.dump();
}

TEST_F(OlderNotifyTest, WritesToSlack) {
    EXPECT_EQ(post("oa-notify.send_slack", {{"webhook_url", url("/hook")}, {"input", "Hi"}}).status,
              OA_OK);
    EXPECT_EQ(last_body()["text"], Json("Hi"));
}

struct OlderMailTest : MailTest {
    Reply gmail(Json params) {
        params["smtp_host"] = "localhost";
        params["smtp_port"] = tls_port;
        params["ca_file"] = certificate.file;
        params["senderpassword"] = "secret";
        return run("oa-notify.sendmailbygmail", params);
    }
};

TEST_F(OlderMailTest, SendsByGmail) {
    // The server knows ada by her name alone, and so a sender is refused after the log-in.
    const Reply wrong = gmail({{"senderemail", "ada@example.com"},
                               {"receiveremail", "bob@example.com"},
                               {"subject", "s"},
                               {"messagetext", "t"}});
    EXPECT_EQ(wrong.status, OA_UNAUTHENTICATED) << wrong.message;
    EXPECT_EQ(wrong.json, Json());
}

TEST_F(OlderMailTest, SendsToEverybodyOfAList) {
    const Reply reply = gmail({{"senderemail", "gmail@example.com"},
                               {"receiveremail", "bob@example.com, eve@example.com"},
                               {"subject", "s"},
                               {"input", {{"content", "of input"}}}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json, Json({{"from", "gmail@example.com"},
                                {"to", "bob@example.com, eve@example.com"},
                                {"subject", "s"},
                                {"message_type", "plain"},
                                {"text_length", 8},
                                {"html_length", 0},
                                {"sent", true}}));
    EXPECT_EQ(mail(1)["to"], Json::array({"bob@example.com", "eve@example.com"}));
    const Reply html = gmail({{"senderemail", "gmail@example.com"},
                              {"to", Json::array({"bob@example.com"})},
                              {"subject", "s"},
                              {"messagehtml", "<p>"}});
    EXPECT_EQ(html.json["message_type"], Json("html")) << html.message;
}

}  // namespace
}  // namespace oa::test
