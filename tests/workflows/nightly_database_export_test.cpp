#include "tests/support/mail_server.hpp"
#include "tests/workflows/database_fixture.hpp"
#include "tests/workflows/ssh_account.hpp"

namespace oa::test {
namespace {

struct NightlyDatabaseExportTest : DatabaseWorkflowTest {
    NightlyDatabaseExportTest() {
        secrets({{"smtp_password", "secret"}});
        std::filesystem::create_directory(folder / "received");
        postgresql(
            "DROP TABLE IF EXISTS exported; CREATE TABLE exported (id int, item text); INSERT INTO "
            "exported VALUES (1, 'tea'), (2, 'salt, coarse'), (3, NULL)");
    }
    boost::json::object run_export(int exit_status, boost::json::object more = {}) {
        more.emplace("query", "SELECT * FROM exported ORDER BY id");
        more.emplace("db_host", "127.0.0.1");
        more.emplace("db_port", PostgresqlServer::shared().port());
        more.emplace("db_user", "admin");
        more.emplace("backup_host", machine.host());
        more.emplace("backup_port", machine.port());
        more.emplace("backup_user", current_user());
        more.emplace("backup_folder", folder.at("received"));
        more.emplace("smtp_host", "localhost");
        more.emplace("smtp_port", mail.starttls_port);
        more.emplace("smtp_user", "ada");
        return run("nightly-database-export", more, exit_status);
    }
    /// Subject and text of the first mail.
    [[nodiscard]] std::string mailed() const {
        const boost::json::value sent = core::parse_json(mail.parsed(1));
        return text_of(sent.at("headers").at("subject")) + "\n" +
               text_of(sent.at("parts").at(0).at("content"));
    }

    TemporaryFolder mails;
    MailServer mail{mails, certificate};
    SshAccount machine{home()};
};

TEST_F(NightlyDatabaseExportTest, SendsTheRowsAndAMail) {
    const auto document = run_export(0);

    EXPECT_EQ(document.at("outputs").at("rows"), 3);
    const std::string file = text_of(document.at("outputs").at("file"));
    EXPECT_TRUE(file.starts_with(folder.at("received/orders-"))) << file;
    EXPECT_EQ(run_program({"/usr/bin/unzip", "-p", file}).out,
              "id,item\n1,tea\n2,\"salt, coarse\"\n3,\n");
    EXPECT_TRUE(has(run_program({"/usr/bin/sha256sum", file}).out,
                    text_of(document.at("outputs").at("sha256"))));
    EXPECT_TRUE(has(mailed(), ": 3 rows")) << mailed();
    EXPECT_EQ(mail.mail(2), "");
    // What stays here is the packed file alone.
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder / "exports"), {}), 1);
}

TEST_F(NightlyDatabaseExportTest, TellsThatTheDatabaseIsGone) {
    const auto document = run_export(1, {{"db_port", refusing_port()}});

    EXPECT_EQ(task(document, "export").at("attempts"), 3);
    EXPECT_TRUE(has(mailed(), "The export has failed")) << mailed();
    EXPECT_TRUE(std::filesystem::is_empty(folder / "received"));
}

TEST_F(NightlyDatabaseExportTest, TellsThatTheFolderIsNone) {
    folder.write("a-file", "");

    run_export(1, {{"backup_folder", folder.at("a-file")}});

    EXPECT_TRUE(has(mailed(), "a-file")) << mailed();
    EXPECT_EQ(mail.mail(2), "");
}

}  // namespace
}  // namespace oa::test
