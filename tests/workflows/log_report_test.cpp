#include "tests/support/mail_server.hpp"
#include "tests/workflows/workflow_fixture.hpp"

namespace oa::test {
namespace {

struct LogReportTest : WorkflowTest {
    LogReportTest() {
        secrets({{"smtp_password", "secret"}});
        folder.write("logs/shop/a.log",
                     "2026-01-31T10:00:00Z ERROR order 17 was lost\n"
                     "2026-01-31T10:00:01Z INFO all is well\n"
                     "2026-01-31T10:00:02Z ERROR order 18 was lost");
        folder.write("logs/b.log", "12:30:00 FATAL the disk is full\n");
        folder.write("logs/c.txt", "ERROR not a log\n");
    }
    boost::json::object report(int port, int exit_status) {
        return run("log-report",
                   {{"folder", folder.at("logs")},
                    {"smtp_host", "localhost"},
                    {"smtp_port", port},
                    {"smtp_user", "ada"}},
                   exit_status);
    }

    /// Subject and text of the first mail.
    [[nodiscard]] std::string mailed() const {
        const boost::json::value sent = core::parse_json(mail.parsed(1));
        return text_of(sent.at("headers").at("subject")) + "\n" +
               text_of(sent.at("parts").at(0).at("content"));
    }

    TemporaryFolder mails;
    MailServer mail{mails, certificate};
};

TEST_F(LogReportTest, MailsATableOfTheErrors) {
    const auto document = report(mail.starttls_port, 0);

    EXPECT_EQ(document.at("outputs"), (boost::json::value{{"kinds", 2}, {"errors", 3}}));
    EXPECT_EQ(folder.read("errors.csv"),
              "count,message\n2,ERROR order # was lost\n1,FATAL the disk is full\n");
    const boost::json::value sent = core::parse_json(mail.mail(1));
    EXPECT_EQ(sent.at("to"), (boost::json::value{"team@example.com"}));
    EXPECT_EQ(sent.at("encrypted"), true);
    EXPECT_EQ(mailed(),
              "2 kinds of errors in 2 files\nThe most frequent, 2 times: ERROR order # was lost");
    const boost::json::value parts = core::parse_json(mail.parsed(1)).at("parts");
    EXPECT_EQ(parts.at(1).at("name"), "errors.csv");
}

TEST_F(LogReportTest, SendsNothingWhenThereAreNoErrors) {
    for (const char* name : {"logs/shop/a.log", "logs/b.log"}) {
        folder.write(name, "all is well\n");
    }

    EXPECT_EQ(report(mail.starttls_port, 0).at("outputs").at("errors"), 0);

    EXPECT_EQ(mail.mail(1), "");
}

TEST_F(LogReportTest, KeepsTheTableWhenNobodyTakesTheMail) {
    const auto document = report(refusing_port(), 1);

    EXPECT_EQ(task(document, "send").at("attempts"), 3);
    EXPECT_EQ(task(document, "send").at("error").at("code"), "unavailable");
    EXPECT_TRUE(has(folder.read("errors.csv"), "FATAL"));
}

TEST_F(LogReportTest, MailsWhyThereIsNoReport) {
    std::filesystem::remove_all(folder / "logs");

    const auto document = report(mail.starttls_port, 1);

    EXPECT_TRUE(has(mailed(), "The report of errors has failed")) << error(document);
    EXPECT_TRUE(has(mailed(), "No such file or directory")) << mailed();
}

}  // namespace
}  // namespace oa::test
