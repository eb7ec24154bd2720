// `oa audit`: what people ask the audit log.

#include <boost/json.hpp>

#include "tests/cli/cli_test.hpp"

namespace oa::test {
namespace {

struct AuditCommandTest : CliTest {
    std::string log = folder.at("audit.log");

    [[nodiscard]] ProcessResult with_log(const std::vector<std::string>& arguments) const {
        return oa(arguments, {.environment = {{"OA_AUDIT_FILE", log},
                                              {"OA_STATE_FOLDER", folder.at("state")}}});
    }
    /// Makes a wallet, which is on record.
    void leave_records(const std::string& wallet) const {
        const std::string key = private_file(wallet + ".key", "0123456789abcdef0123456789abcdef");
        const ProcessResult made =
            with_log({"wallet", "create", "--file", folder.at(wallet), "--key-file", key});
        ASSERT_EQ(made.exit_status, 0) << made.err;
    }
};

TEST_F(AuditCommandTest, ListsTheNewestFirst) {
    EXPECT_EQ(with_log({"audit", "list"}).out, "nothing is on record in " + log + "\n");
    leave_records("one");
    leave_records("two");
    const ProcessResult listed = with_log({"audit", "list"});
    EXPECT_EQ(listed.exit_status, 0) << listed.err;
    const std::size_t newer = listed.out.find("wallet.created " + folder.at("two"));
    const std::size_t older = listed.out.find("wallet.created " + folder.at("one"));
    EXPECT_LT(newer, older) << listed.out;
    EXPECT_NE(older, std::string::npos) << listed.out;
    const ProcessResult one = with_log({"audit", "list", "--limit", "1"});
    EXPECT_NE(one.out.find("there are more; --limit N shows them\n"), std::string::npos);
    const auto document = boost::json::parse(with_log({"audit", "list", "--json"}).out).as_object();
    const auto& records = document.at("records").as_array();
    EXPECT_EQ(records.back().at("seq"), 1);
    EXPECT_EQ(records.back().at("action"), "wallet.created");
}

TEST_F(AuditCommandTest, VerifiesTheLog) {
    const ProcessResult none = with_log({"audit", "verify"});
    EXPECT_EQ(none.exit_status, 2);
    EXPECT_EQ(none.err, "oa: there is no file " + log + "\n");
    leave_records("one");
    leave_records("two");
    const ProcessResult sound = with_log({"audit", "verify"});
    EXPECT_EQ(sound.exit_status, 0) << sound.err;
    EXPECT_NE(sound.out.find(", all as they were written; the last is "), std::string::npos)
        << sound.out;
    std::string changed = folder.read("audit.log");
    changed.replace(changed.find(folder.at("one")), 1, "_");
    folder.write("audit.log", changed);
    const ProcessResult damaged = with_log({"audit", "verify"});
    EXPECT_EQ(damaged.exit_status, 1);
    EXPECT_EQ(damaged.err, "oa: " + log + ": line 1 is not what was written\n");
    const auto document =
        boost::json::parse(with_log({"audit", "verify", "--json"}).out).as_object();
    EXPECT_EQ(document.at("sound"), false);
    EXPECT_EQ(document.at("problems").as_array().at(0).at("line"), 1);
}

TEST_F(AuditCommandTest, VerifiesFilesThatWereMovedAway) {
    leave_records("one");
    const std::string moved = folder.at("audit.log.1");
    std::filesystem::rename(log, moved);
    EXPECT_EQ(with_log({"audit", "verify"}).err,
              "oa: there is no file " + log +
                  "; there was one, which was moved away or removed: name the files\n");
    leave_records("two");
    const ProcessResult newer = with_log({"audit", "verify"});
    EXPECT_EQ(newer.exit_status, 0) << newer.err;
    EXPECT_NE(newer.out.find(" is in older files\n"), std::string::npos) << newer.out;
    EXPECT_EQ(with_log({"audit", "verify", moved, log}).exit_status, 0);
    const ProcessResult older = with_log({"audit", "verify", moved});
    EXPECT_EQ(older.exit_status, 0);
    EXPECT_NE(older.out.find("whether there were more at the end is not known\n"),
              std::string::npos);
    EXPECT_EQ(with_log({"audit", "verify", log, moved}).exit_status, 1);
}

}  // namespace
}  // namespace oa::test
