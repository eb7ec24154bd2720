// `oa` and `oa-crash`: the same program, but for what a crash point does.

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/subprocess.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {
namespace {

std::string content_of(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// A wallet is made with a key file, which leaves a line in the audit log.
struct OaCrashTest : testing::Test {
    TemporaryFolder folder;
    const std::string audit = folder.at("audit.log");

    [[nodiscard]] int make_wallet(const char* program, const std::string& crash_at) const {
        const std::string key = folder.write("key", "0123456789abcdef0123456789abcdef");
        std::filesystem::permissions(key, std::filesystem::perms::owner_read);
        return run_program(
                   {program, "wallet", "create", "--file", folder.at("w"), "--key-file", key},
                   {.environment = {{"OA_STATE_FOLDER", folder.at("state")},
                                    {"OA_AUDIT_FILE", audit},
                                    {"OA_CRASH_AT", crash_at}}})
            .exit_status;
    }
};

TEST_F(OaCrashTest, TheArmedOneDiesBeforeTheWrite) {
    EXPECT_EQ(make_wallet(OA_ARMED_PROGRAM, "audit.before_write:1"), 128 + SIGKILL);
    EXPECT_EQ(content_of(audit), "");
}

TEST_F(OaCrashTest, TheArmedOneDiesAfterTheWrite) {
    EXPECT_EQ(make_wallet(OA_ARMED_PROGRAM, "audit.written:1:exit"), 1);
    EXPECT_EQ(content_of(audit).back(), '\n');
}

TEST_F(OaCrashTest, TheOneForPeopleCannot) {
    EXPECT_EQ(make_wallet(OA_PROGRAM, "audit.before_write:1"), 0);
    EXPECT_NE(content_of(audit), "");
    EXPECT_EQ(content_of(OA_PROGRAM).find("OA_CRASH_AT"), std::string::npos);
    EXPECT_NE(content_of(OA_ARMED_PROGRAM).find("OA_CRASH_AT"), std::string::npos);
}

}  // namespace
}  // namespace oa::test
