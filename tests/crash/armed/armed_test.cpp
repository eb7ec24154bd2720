// A program with crash points: as people get it, and armed.

#include <csignal>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/subprocess.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {
namespace {

std::string content_of(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

struct Death {
    int exit_status = 0;
    std::string log;
};

Death run(const char* program, const std::string& plan) {
    const TemporaryFolder folder;
    const std::string log = folder.path() / "deaths";
    const ProcessResult result =
        run_program({program, "4", "500"}, {.environment = {{"OA_CRASH_AT", plan},  //
                                                            {"OA_CRASH_LOG", log}}});
    EXPECT_EQ(result.exit_status == 0, result.out == "alive\n") << result.err;
    return {result.exit_status, content_of(log)};
}

TEST(ArmedProgram, DiesAtTheHitThatIsMeant) {
    const Death killed = run(OA_ARMED_PROBE, "audit.written:1000");
    EXPECT_EQ(killed.exit_status, 128 + SIGKILL);
    EXPECT_EQ(killed.log, "audit.written 1000 kill\n");

    const Death left = run(OA_ARMED_PROBE, "audit.written:2000:exit");
    EXPECT_EQ(left.exit_status, 1);
    EXPECT_EQ(left.log, "audit.written 2000 exit\n");

    EXPECT_EQ(run(OA_ARMED_PROBE, "audit.written:1:abort").exit_status, 128 + SIGABRT);
}

TEST(ArmedProgram, LivesOnWithoutADeathToDie) {
    const Death lived = run(OA_ARMED_PROBE, "audit.written:2001,audit.before_write:1");
    EXPECT_EQ(lived.exit_status, 0);
    EXPECT_EQ(lived.log, "");
}

TEST(ArmedProgram, RefusesAPlanThatItCannotRead) {
    const ProcessResult result =
        run_program({OA_ARMED_PROBE}, {.environment = {{"OA_CRASH_AT", "nowhere:1"}}});
    EXPECT_EQ(result.exit_status, 2);
    EXPECT_EQ(result.err, "OA_CRASH_AT: 'nowhere' in 'nowhere:1' is no crash point\n");
}

TEST(ProgramForPeople, HasNothingThatCouldKillIt) {
    EXPECT_EQ(run(OA_PROBE, "audit.written:1").exit_status, 0);
    EXPECT_EQ(content_of(OA_PROBE).find("OA_CRASH_AT"), std::string::npos);
    EXPECT_NE(content_of(OA_ARMED_PROBE).find("OA_CRASH_AT"), std::string::npos);
}

}  // namespace
}  // namespace oa::test
