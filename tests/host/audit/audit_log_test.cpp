#include "host/audit/audit_log.hpp"

#include <csignal>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/json/json.hpp"
#include "host/audit/audit_chain.hpp"
#include "host/audit/audit_verify.hpp"
#include "tests/host/audit/audit_fixture.hpp"

namespace oa::host {
namespace {

struct AuditLogTest : testing::Test {
    test::TemporaryFolder folder;

    static std::vector<std::string> lines(const std::filesystem::path& file) {
        std::ifstream stream(file);
        std::vector<std::string> out;
        for (std::string line; std::getline(stream, line);) {
            out.push_back(line);
        }
        return out;
    }
    static mode_t mode(const std::filesystem::path& path) {
        struct stat status {};
        EXPECT_EQ(::stat(path.c_str(), &status), 0);
        return status.st_mode & 0777U;
    }
};

TEST_F(AuditLogTest, WritesALineForEachRecord) {
    const AuditLog log(folder.path() / "state" / "audit.log");
    EXPECT_EQ(log.append({"wallet.opened", "/w"}), "");
    EXPECT_EQ(log.append({"wallet.used", "/w", {"a", "b\n\"c"}, "run 1"}), "");
    const auto written = lines(log.file());
    ASSERT_EQ(written.size(), 2U);
    const auto record = core::parse_json(written[1]).as_object();
    EXPECT_EQ(record.at("action"), "wallet.used");
    EXPECT_EQ(record.at("object"), "/w");
    EXPECT_EQ(record.at("names"), (boost::json::array{"a", "b\n\"c"}));
    EXPECT_EQ(record.at("detail"), "run 1");
    EXPECT_EQ(record.at("uid").as_int64(), ::geteuid());
    EXPECT_EQ(record.at("pid").as_int64(), ::getpid());
    EXPECT_EQ(record.at("time").as_string().size(), 24U);
    EXPECT_FALSE(core::parse_json(written[0]).as_object().contains("names"));
}

TEST_F(AuditLogTest, KeepsFileAndFolderToItself) {
    const AuditLog log(folder.path() / "state" / "audit.log");
    EXPECT_EQ(log.append({"a", "b"}), "");
    EXPECT_EQ(mode(log.file()), 0600U);
    EXPECT_EQ(mode(log.file().parent_path()), 0700U);
}

TEST_F(AuditLogTest, BeginsAnewWhenItIsMovedAway) {
    const AuditLog log(folder.path() / "audit.log");
    EXPECT_EQ(log.append({"first", ""}), "");
    std::filesystem::rename(log.file(), folder.path() / "audit.log.1");
    EXPECT_EQ(log.append({"second", ""}), "");
    EXPECT_EQ(lines(log.file()).size(), 1U);
}

TEST_F(AuditLogTest, SaysWhyItCannotWrite) {
    std::filesystem::create_symlink("elsewhere", folder.path() / "audit.log");
    const std::string why = AuditLog(folder.path() / "audit.log").append({"a", "b"});
    EXPECT_NE(why.find("cannot be opened"), std::string::npos) << why;
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "elsewhere"));
}

TEST_F(AuditLogTest, LinesOfSeveralThreadsStayWhole) {
    const AuditLog log(folder.path() / "audit.log");
    constexpr int threads = 4;
    constexpr int records = 100;
    std::vector<std::thread> writers;
    writers.reserve(threads);
    for (int thread = 0; thread < threads; ++thread) {
        writers.emplace_back([&log, thread] {
            for (int record = 0; record < records; ++record) {
                static_cast<void>(log.append({"used",
                                              std::to_string(thread * records + record),
                                              {std::string(2'000, 'n')}}));
            }
        });
    }
    for (std::thread& writer : writers) {
        writer.join();
    }
    std::set<std::string> seen;
    for (const std::string& line : lines(log.file())) {
        seen.emplace(core::parse_json(line).as_object().at("object").as_string());
    }
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(threads * records));
    EXPECT_TRUE(verify_audit({log.file()}, true).is_sound());
}

// ----- the chain -----

struct AuditAppendTest : AuditFixture {
    [[nodiscard]] boost::json::object record(std::size_t line) const {
        return core::parse_json(lines().at(line)).as_object();
    }
    [[nodiscard]] AuditVerification verified() const { return verify_audit({log.file()}, true); }
    /// Runs `work` in another process.
    template <typename Work>
    static void in_a_child(const Work& work) {
        const pid_t child = ::fork();
        if (child == 0) {
            work();
            ::_exit(0);
        }
        int status = -1;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }
};

TEST_F(AuditAppendTest, WritesWhoDidWhatFromWhereAndHowItWent) {
    AuditRecord asked{"workflow.changed", "nightly"};
    asked.who = {"x8Kq0aZ3fT", "deploy"};
    asked.source = "192.0.2.7";
    asked.request = "01JC";
    asked.result = AuditResult::Refused;
    EXPECT_EQ(log.append(asked), "");
    add(1);
    const auto first = record(0);
    EXPECT_EQ(first.at("seq"), 1);
    EXPECT_EQ(first.at("who"), (boost::json::object{{"token", "x8Kq0aZ3fT"}, {"name", "deploy"}}));
    EXPECT_EQ(first.at("source"), "192.0.2.7");
    EXPECT_EQ(first.at("request"), "01JC");
    EXPECT_EQ(first.at("result"), "refused");
    const auto second = record(1);
    EXPECT_EQ(second.at("seq"), 2);
    EXPECT_EQ(second.at("who"), (boost::json::object{{"user", second.at("user")}}));
    EXPECT_FALSE(second.contains("source") || second.contains("request") ||
                 second.contains("result"));
    EXPECT_EQ(content("audit.log.head"), head_text(ChainPlace{2, parse_chained(lines()[1])->hash}));
    EXPECT_TRUE(verified().is_sound());
}

TEST_F(AuditAppendTest, TakesTextsThatAreNoUtf8) {
    EXPECT_EQ(log.append({"a\xff", "b\nc", {"d\xc3"}}), "");
    EXPECT_EQ(record(0).at("action"), "a\xEF\xBF\xBD");
    EXPECT_EQ(lines().size(), 1U);
}

TEST_F(AuditAppendTest, IsOneChainOfManyProcesses) {
    constexpr int processes = 4;
    std::vector<pid_t> children;
    for (int i = 0; i < processes; ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            for (int record = 0; record < 50; ++record) {
                if (!log.append({"tested", std::string(3000, 'x')}, AuditSync::Now).empty()) {
                    ::_exit(1);
                }
            }
            ::_exit(0);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = -1;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }
    const AuditVerification found = verified();
    EXPECT_TRUE(found.is_sound());
    EXPECT_EQ(found.last.number, 200U);
}

TEST_F(AuditAppendTest, GoesOnInANewFile) {
    add(2);
    move_away("audit.log.1");
    add(2);
    EXPECT_EQ(record(0).at("seq"), 3);
    EXPECT_EQ(record(0).at("continues").as_string(),
              to_hex(parse_chained(lines_of(content("audit.log.1"))[1])->hash));
    EXPECT_FALSE(record(1).contains("continues"));
    EXPECT_TRUE(verified().is_sound());
    EXPECT_EQ(verified().first, 3U);
    const AuditVerification both = verify_audit({folder.path() / "audit.log.1", log.file()}, true);
    EXPECT_TRUE(both.is_sound());
    EXPECT_EQ(both.records, 4U);
    EXPECT_EQ(both.first, 1U);
}

TEST_F(AuditAppendTest, GoesOnWhereAProgramMadeNoHashes) {
    for (const char* older : {"{\"action\":\"old\"}\n{\"action\":\"older\"}\n", "{\"cut", "\n"}) {
        put(older);
        std::filesystem::remove(folder.path() / "audit.log.head");
        add(2);
        const bool is_cut = std::string(older).back() != '\n';
        EXPECT_EQ(content().substr(0, std::string(older).size()), older);
        const AuditVerification found = verified();
        EXPECT_TRUE(found.is_sound()) << older;
        EXPECT_EQ(found.records, 2U);
        EXPECT_EQ(record(found.older_lines).at("older"),
                  std::string(older).size() + (is_cut ? 1 : 0));
        EXPECT_EQ(record(found.older_lines).at("seq"), 1);
    }
}

TEST_F(AuditAppendTest, TakesUpWhatADeadProcessHadNoTimeToNote) {
    add(3);
    const std::string head = content("audit.log.head");
    add(2);
    put(head, "audit.log.head");
    EXPECT_TRUE(verified().is_sound());
    add(1);
    EXPECT_EQ(record(5).at("seq"), 6);
    EXPECT_FALSE(record(5).contains("tail"));
    EXPECT_TRUE(verified().is_sound());
    for (const std::string& lost : {std::string(), std::string(86, 'x')}) {
        put(lost, "audit.log.head");
        EXPECT_FALSE(verified().is_sound());
        add(1);
        EXPECT_TRUE(verified().is_sound());
    }
}

TEST_F(AuditAppendTest, SaysWhatItFoundAtTheEnd) {
    add(3);
    put(content() + "{\"seq\":4,\"ti");  // of a write that the power ended
    add(1);
    EXPECT_EQ(record(4).at("seq"), 4);
    EXPECT_EQ(record(4).at("tail"), "incomplete");
    const AuditVerification cut = verified();
    ASSERT_EQ(cut.problem_count, 1U);
    EXPECT_EQ(cut.problems[0].line, 4U);

    auto some = lines();
    some.pop_back();
    put(joined(some));
    add(1);
    EXPECT_EQ(lines().size(), 5U);
    EXPECT_EQ(record(4).at("seq"), 5);
    EXPECT_EQ(record(4).at("tail"), "missing");
    EXPECT_EQ(verified().problems.back().what,
              "goes on after record 4, which is not the one before it");
    EXPECT_EQ(verified().problems.back().line, 5U);
}

TEST_F(AuditAppendTest, LeavesNoHalfLineWhereThereIsNoRoom) {
    add(2);
    const std::string before = content();
    in_a_child([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{before.size() + 100, before.size() + 100};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const std::string why = log.append({"tested", std::string(500, 'x')}, AuditSync::Now);
        ::_exit(why.find("audit.log cannot be written") == std::string::npos ? 1 : 0);
    });
    EXPECT_EQ(content(), before);
    add(1);
    EXPECT_TRUE(verified().is_sound());
    EXPECT_EQ(verified().records, 3U);
}

TEST_F(AuditAppendTest, SaysWhyNothingIsOnRecord) {
    std::filesystem::create_directory(folder.path() / "audit.log.head");
    EXPECT_EQ(log.append({"a", "b"}, AuditSync::Now),
              "the audit log cannot be written: " + folder.at("audit.log.head") +
                  " cannot be opened: Is a directory");
    EXPECT_FALSE(std::filesystem::exists(log.file()));
}

}  // namespace
}  // namespace oa::host
