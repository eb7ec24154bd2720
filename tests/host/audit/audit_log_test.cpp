#include "host/audit/audit_log.hpp"

#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/json/json.hpp"
#include "tests/support/temporary_folder.hpp"

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
}

}  // namespace
}  // namespace oa::host
