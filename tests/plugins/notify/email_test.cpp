#include <algorithm>
#include <filesystem>
#include <string>

#include "tests/plugins/notify/notify_fixture.hpp"
#include "tests/plugins/support/cancelling.hpp"
#include "tests/plugins/support/footprint.hpp"
#include "tests/support/subprocess.hpp"

namespace oa::test {
namespace {

struct EmailTest : MailTest {
    Json parsed(int number) { return Json::parse(server.parsed(number)); }
};

TEST_F(EmailTest, SendsATextByStartTls) {
    const Reply reply = email();
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json["accepted"], Json::array({"bob@example.com"}));
    EXPECT_EQ(reply.json["rejected"], Json::array());
    const Json sent = mail(1);
    EXPECT_EQ(sent["user"], Json("ada"));
    EXPECT_EQ(sent["encrypted"], Json(true));
    EXPECT_EQ(sent["from"], Json("ada@example.com"));
    const Json read = parsed(1);
    EXPECT_EQ(read["headers"]["message-id"], reply.json["message_id"]);
    EXPECT_EQ(read["headers"]["from"], Json("Ada <ada@example.com>"));
    EXPECT_EQ(read["headers"]["subject"], Json("Hello"));
    EXPECT_EQ(read["parts"],
              Json::array({{{"type", "text/plain"}, {"name", nullptr}, {"content", "Hi Bob"}}}));
    EXPECT_EQ(read["defects"], Json::array());
}

TEST_F(EmailTest, SendsByTlsAndWithoutIt) {
    EXPECT_EQ(email({{"security", "tls"}, {"port", tls_port}}).status, OA_OK);
    EXPECT_EQ(mail(1)["encrypted"], Json(true));
    const Reply refused = email({{"security", "none"}, {"port", plain_port}});
    EXPECT_EQ(refused.status, OA_INVALID_PARAMS);
    EXPECT_EQ(refused.pointer, "/security");
    const Reply plain = email({{"security", "none"}, {"port", plain_port}, {"username", nullptr}});
    EXPECT_EQ(plain.status, OA_OK) << plain.message;
    EXPECT_EQ(mail(2)["encrypted"], Json(false));
}

TEST_F(EmailTest, WritesTheLettersOfEverybody) {
    const std::string subject =
        "Gr\xC3\xBC\xC3\x9F"
        "e an alle, die sehr lange Betreffzeilen m\xC3\xB6gen \xF0\x9F\x98\x80 und mehr";
    const std::string text = "Zeile 1\n.\n..Zeile 3 mit \xE2\x82\xAC\n";
    const Reply reply = email({{"from",
                                "J\xC3\xB6rg \"der Gro\xC3\x9F"
                                "e\" <ada@example.com>"},
                               {"subject", subject},
                               {"text", text}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    const Json read = parsed(1);
    EXPECT_EQ(read["headers"]["subject"], Json(subject));
    EXPECT_NE(read["headers"]["from"].as_string().find("J\xC3\xB6rg"), std::string::npos);
    EXPECT_EQ(read["parts"].at(0)["content"], Json(text));
    const std::string content = mail(1)["content"].as_string();
    std::size_t longest = 0;
    for (std::size_t at = 0; at < content.size();) {
        const std::size_t end = content.find("\r\n", at);
        longest = std::max(longest, end - at);
        at = end + 2;
    }
    EXPECT_LE(longest, 78U);
}

TEST_F(EmailTest, HasManyReceivers) {
    const Reply reply = email({{"to", Json::array({"bob@example.com", "Eve <eve@example.com>"})},
                               {"cc", "carl@example.com"},
                               {"bcc", Json::array({"dora@example.com", "bob@example.com"})},
                               {"reply_to", "desk@example.com"}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(mail(1)["to"], Json::array({"bob@example.com", "eve@example.com", "carl@example.com",
                                          "dora@example.com"}));
    const Json read = parsed(1);
    EXPECT_EQ(read["headers"]["to"], Json("bob@example.com, Eve <eve@example.com>"));
    EXPECT_EQ(read["headers"]["cc"], Json("carl@example.com"));
    EXPECT_EQ(read["headers"]["reply-to"], Json("desk@example.com"));
    EXPECT_EQ(mail(1)["content"].as_string().find("dora"), std::string::npos);
}

TEST_F(EmailTest, HasHtmlAndAttachments) {
    const std::string file = folder.write("orders.csv", "a,b\n");
    const Reply reply =
        email({{"html", "<p>Hi</p>"},
               {"attachments", Json::array({{{"path", file}, {"media_type", "text/csv"}},
                                            {{"content_base64", "AAEC"}, {"name", "\xC3\xA4.bin"}},
                                            {{"content", "text"}, {"name", "a.txt"}}})}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    const Json read = parsed(1);
    EXPECT_EQ(read["type"], Json("multipart/mixed"));
    EXPECT_EQ(read["defects"], Json::array());
    EXPECT_EQ(
        read["parts"],
        Json::array({
            {{"type", "text/plain"}, {"name", nullptr}, {"content", "Hi Bob"}},
            {{"type", "text/html"}, {"name", nullptr}, {"content", "<p>Hi</p>"}},
            {{"type", "text/csv"}, {"name", "orders.csv"}, {"content", "612c620a"}},
            {{"type", "application/octet-stream"}, {"name", "\xC3\xA4.bin"}, {"content", "000102"}},
            {{"type", "application/octet-stream"}, {"name", "a.txt"}, {"content", "74657874"}},
        }));
    EXPECT_EQ(email({{"text", nullptr}, {"html", "<p>Hi</p>"}}).status, OA_OK);
    EXPECT_EQ(parsed(2)["type"], Json("text/html"));
}

TEST_F(EmailTest, RefusesWhatIsNoEmail) {
    const auto pointer = [this](const Json& changes) {
        const Reply reply = email(changes);
        EXPECT_EQ(reply.status, OA_INVALID_PARAMS) << reply.message;
        return reply.pointer;
    };
    EXPECT_EQ(pointer({{"to", "bob@example.com>\r\nRCPT TO:<eve@example.com"}}), "/to");
    EXPECT_EQ(pointer({{"to", "a@example.com, b@example.com"}}), "/to");
    EXPECT_EQ(pointer({{"to", "bob"}}), "/to");
    EXPECT_EQ(pointer({{"to", Json::array()}}), "/to");
    EXPECT_EQ(pointer({{"cc", 5.5}}), "/cc");
    EXPECT_EQ(pointer({{"from", "Eve\r\nBcc: x@example.com <ada@example.com>"}}), "/from");
    EXPECT_EQ(pointer({{"subject", "a\r\nBcc: x@example.com"}}), "/subject");
    EXPECT_EQ(pointer({{"text", ""}}), "/text");
    EXPECT_EQ(pointer({{"security", "ssl"}}), "/security");
    EXPECT_EQ(pointer({{"attachments", Json::array({Json::object()})}}), "/attachments/0/path");
    EXPECT_EQ(
        pointer(
            {{"attachments",
              Json::array({{{"content", "x"}, {"name", "x"}, {"media_type", "a/b\r\nX: y"}}})}}),
        "/attachments/0/media_type");
    const Reply missing = email({{"attachments", Json::array({{{"path", folder.at("none")}}})}});
    EXPECT_EQ(missing.status, OA_NOT_FOUND);
    EXPECT_EQ(missing.pointer, "/attachments/0/path");
    const std::string large = folder.write("large", std::string(26U << 20U, 'x'));
    EXPECT_EQ(email({{"attachments", Json::array({{{"path", large}}})}}).status, OA_EXHAUSTED);
    EXPECT_FALSE(std::filesystem::exists(folder / "1.json"));
}

TEST_F(EmailTest, TellsWhoIsNotWelcome) {
    const Reply wrong = email({{"password", "geheim"}});
    EXPECT_EQ(wrong.status, OA_UNAUTHENTICATED) << wrong.message;
    EXPECT_EQ(wrong.retry, OA_RETRY_NO);
    const Reply rejected = email({{"to", Json::array({"bob@example.com", "reject@example.com"})}});
    EXPECT_EQ(rejected.status, OA_NOT_FOUND) << rejected.message;
    EXPECT_EQ(rejected.details["rejected"].at(0)["address"], Json("reject@example.com"));
    EXPECT_FALSE(std::filesystem::exists(folder / "1.json"));
    const Reply some = email(
        {{"to", Json::array({"bob@example.com", "reject@example.com"})}, {"allow_rejected", true}});
    EXPECT_EQ(some.status, OA_OK) << some.message;
    EXPECT_EQ(some.json["accepted"], Json::array({"bob@example.com"}));
    EXPECT_EQ(some.json["rejected"].at(0)["status"], Json(550));
    EXPECT_EQ(email({{"to", "reject@example.com"}, {"allow_rejected", true}}).status, OA_NOT_FOUND);
    const Reply busy = email({{"to", "busy@example.com"}});
    EXPECT_EQ(busy.status, OA_UNAVAILABLE);
    EXPECT_EQ(busy.retry, OA_RETRY_YES);
    EXPECT_EQ(email({{"from", "full@example.com"}}).status, OA_EXHAUSTED);
}

TEST_F(EmailTest, ChecksTheServer) {
    const Reply unknown = email({{"ca_file", ""}});
    EXPECT_EQ(unknown.status, OA_UNAUTHENTICATED) << unknown.message;
    const Reply careless = email({{"ca_file", ""}, {"verify", false}});
    EXPECT_EQ(careless.status, OA_OK) << careless.message;
    EXPECT_EQ(warnings_of(careless),
              "the certificate of the server is not checked: verify is false\n");
    const Reply without = email({{"port", plain_port}});
    EXPECT_EQ(without.status, OA_PRECONDITION) << without.message;
    EXPECT_NE(without.message.find("STARTTLS"), std::string::npos);
    const Reply wrong = email({{"security", "tls"}, {"port", plain_port}});
    EXPECT_EQ(wrong.status, OA_PRECONDITION) << wrong.message;
    PluginHarness strict{OA_PLUGIN_FILE, {{"network", {{"deny", Json::array({"loopback"})}}}}};
    EXPECT_EQ(strict.run("email", params()).status, OA_PERMISSION);
}

TEST_F(EmailTest, TellsWhatMayBeTriedAgain) {
    const Reply down = email({{"port", refusing_port()}});
    EXPECT_EQ(down.status, OA_UNAVAILABLE) << down.message;
    EXPECT_EQ(down.retry, OA_RETRY_YES);
    const Reply half = email({{"from", "half@example.com"}, {"text", std::string(5'000'000, 'x')}});
    EXPECT_EQ(half.status, OA_UNAVAILABLE) << half.message;
    EXPECT_EQ(half.retry, OA_RETRY_YES);
    // It may have been delivered.
    const Reply lost = email({{"from", "lost@example.com"}});
    EXPECT_EQ(lost.status, OA_UNAVAILABLE) << lost.message;
    EXPECT_EQ(lost.retry, OA_RETRY_UNKNOWN);
    const Reply slow = email({{"from", "slow@example.com"}, {"request_timeout", 0.3}});
    EXPECT_EQ(slow.status, OA_DEADLINE) << slow.message;
}

TEST_F(EmailTest, EndsWhenItIsCancelled) {
    Json slow = params();
    slow["from"] = "slow@example.com";
    const CancelledCall cancelled = run_and_cancel(plugin, "email", slow, [&](const FakeCall&) {
        return std::filesystem::exists(folder / "slow");
    });
    EXPECT_EQ(cancelled.reply.status, OA_CANCELLED) << cancelled.reply.message;
    EXPECT_LT(cancelled.taken.count(), 1000);
}

TEST_F(EmailTest, LeavesNothingBehind) {
    Json rejected = params();
    rejected["to"] = "reject@example.com";
    Json tls = params();
    tls["security"] = "tls";
    tls["port"] = tls_port;
    expect_nothing_left("notify, email", OA_PLUGIN_FILE, [&](PluginHarness& fresh, int /*i*/) {
        EXPECT_EQ(fresh.run("email", rejected).status, OA_NOT_FOUND);
        EXPECT_EQ(fresh.run("email", tls).status, OA_OK);
    });
}

}  // namespace
}  // namespace oa::test
