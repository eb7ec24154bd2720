#include "host/isolation/quarantine.hpp"

#include <csignal>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/host/isolation/isolation_fixture.hpp"

namespace oa::host::isolation {
namespace {

using namespace std::chrono_literals;
using State = QuarantineEntry::State;

PluginContent content(const std::string& hash, const std::string& module = "acme") {
    return {.hash = hash,
            .module = module,
            .id = "com.acme." + module,
            .version = "1.4.2",
            .file = "/plugins/" + module + ".so"};
}

std::optional<State> state_of(Quarantine& quarantine, const std::string& hash) {
    const auto entry = quarantine.find(hash);
    return entry ? std::optional(entry->state) : std::nullopt;
}

struct QuarantineTest : testing::Test {
    test::TemporaryFolder temporary;
    std::filesystem::path folder = temporary / "state";
    SetClock clock;
    QuarantineRule rule{.crashes = 3, .within = 600s};
    Quarantine quarantine{folder, clock, rule};

    void crash(const std::string& hash, int times = 1) {
        for (int i = 0; i < times; ++i) {
            quarantine.record_crash(content(hash), "crashed with SIGSEGV");
        }
    }
};

TEST_F(QuarantineTest, AFileIsRefusedAfterThreeCrashesInTenMinutes) {
    crash("aa");
    clock.advance(299s);
    crash("aa");
    EXPECT_EQ(state_of(quarantine, "aa"), State::Watched);
    clock.advance(300s);
    crash("aa");

    EXPECT_EQ(state_of(quarantine, "aa"), State::Refused);
    EXPECT_EQ(state_of(quarantine, "bb"), std::nullopt) << "another content starts clean";
}

TEST_F(QuarantineTest, CrashesThatAreLongAgoDoNotCount) {
    crash("aa", 2);
    clock.advance(600s);
    crash("aa");
    EXPECT_EQ(state_of(quarantine, "aa"), State::Watched);
    crash("aa", 2);
    EXPECT_EQ(state_of(quarantine, "aa"), State::Refused);
}

TEST_F(QuarantineTest, ABreachOfTheProtocolIsEnough) {
    quarantine.refuse_now(content("aa"), "broke the worker protocol: nonsense");

    EXPECT_EQ(state_of(quarantine, "aa"), State::Refused);
    EXPECT_EQ(quarantine.find("aa")->reason, "it broke the worker protocol: nonsense");
}

TEST_F(QuarantineTest, TheNextHostKnowsAllOfIt) {
    crash("aa", 3);
    crash("bb", 2);

    Quarantine next(folder, clock, rule);

    ASSERT_EQ(state_of(next, "aa"), State::Refused);
    EXPECT_EQ(next.find("aa")->content.module, "acme");
    EXPECT_EQ(next.find("aa")->since, quarantine.find("aa")->since);
    next.record_crash(content("bb"), "crashed");
    EXPECT_EQ(state_of(next, "bb"), State::Refused) << "crashes of both hosts count together";
}

TEST_F(QuarantineTest, AnotherHostThatRunsHearsOfIt) {
    Quarantine other(folder, clock, rule);
    EXPECT_EQ(state_of(other, "aa"), std::nullopt);

    crash("aa", 3);
    clock.advance(2s);

    EXPECT_EQ(state_of(other, "aa"), State::Refused);
}

TEST_F(QuarantineTest, ReleasesByNameByIdAndByTheStartOfTheHash) {
    const std::string hash = "0123456789abcdef";
    for (const char* name : {"acme", "com.acme.acme", "01234567"}) {
        crash(hash, 3);
        const auto released = quarantine.release(name);
        ASSERT_EQ(released.size(), 1U) << name;
        EXPECT_EQ(released[0].content.hash, hash);
        EXPECT_EQ(state_of(quarantine, hash), std::nullopt);
    }
    crash(hash, 3);
    EXPECT_TRUE(quarantine.release("0123").empty()) << "too short to mean one file";
    EXPECT_TRUE(quarantine.release("other").empty());
    EXPECT_EQ(quarantine.list().size(), 1U);
}

TEST_F(QuarantineTest, AReleaseReachesAHostThatRuns) {
    crash("aa", 3);
    Quarantine other(folder, clock, rule);

    EXPECT_EQ(other.release("acme").size(), 1U);
    clock.advance(2s);

    EXPECT_EQ(state_of(quarantine, "aa"), std::nullopt);
}

TEST_F(QuarantineTest, ListsWhatIsRefusedOnly) {
    crash("aa", 3);
    crash("bb");

    ASSERT_EQ(quarantine.list().size(), 1U);
    EXPECT_EQ(quarantine.list()[0].content.hash, "aa");
}

TEST_F(QuarantineTest, TheFileIsForThisUserOnly) {
    crash("aa");
    struct stat facts {};

    ASSERT_EQ(::stat((folder / "quarantine.json").c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
    ASSERT_EQ(::stat(folder.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0711U);
}

TEST_F(QuarantineTest, GoesOnInMemoryWhenTheFolderCannotBeWritten) {
    temporary.write("file", "");
    Quarantine without(temporary / "file" / "state", clock, rule);

    for (int i = 0; i < 3; ++i) {
        without.record_crash(content("aa"), "crashed");
    }

    EXPECT_EQ(state_of(without, "aa"), State::Refused);
    EXPECT_FALSE(without.problem().empty());
}

TEST_F(QuarantineTest, ADamagedFileStopsNothing) {
    crash("aa", 3);
    temporary.write("state/quarantine.json", "{\"entries\": [");

    Quarantine next(folder, clock, rule);
    EXPECT_EQ(state_of(next, "aa"), std::nullopt);
    next.record_crash(content("bb"), "crashed");

    Quarantine third(folder, clock, rule);
    EXPECT_EQ(state_of(third, "bb"), State::Watched);
}

TEST_F(QuarantineTest, TheFailureSaysSinceWhenAndWhyAndWhatToDo) {
    crash("aa", 3);

    const auto failure = refused_failure(*quarantine.find("aa"));

    EXPECT_EQ(failure.code, "unavailable");
    EXPECT_FALSE(failure.retryable);
    EXPECT_TRUE(has(failure.message, "2027-01-15T08:00:00Z")) << failure.message;
    EXPECT_TRUE(has(failure.message, "SIGSEGV"));
    EXPECT_TRUE(has(failure.message, "oa plugin release acme"));
}

TEST_F(QuarantineTest, WhatRanInAHostThatDiedIsIsolatedFromThenOn) {
    const pid_t pid = ::fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
        Quarantine host(folder, clock, rule);
        host.enter_process(content("aa"));
        ::kill(::getpid(), SIGKILL);
    }
    ::waitpid(pid, nullptr, 0);
    EXPECT_FALSE(std::filesystem::is_empty(folder / "running"));

    Quarantine next(folder, clock, rule);

    ASSERT_EQ(state_of(next, "aa"), State::Isolated);
    EXPECT_TRUE(has(next.find("aa")->reason, "died"));
    EXPECT_EQ(next.list().size(), 1U);
    EXPECT_TRUE(std::filesystem::is_empty(folder / "running"));
}

TEST_F(QuarantineTest, ACleanShutdownLeavesNoMark) {
    {
        Quarantine host(folder, clock, rule);
        host.enter_process(content("aa"));
        EXPECT_FALSE(std::filesystem::is_empty(folder / "running"));
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder / "running"));
    Quarantine next(folder, clock, rule);
    EXPECT_EQ(state_of(next, "aa"), std::nullopt);
}

TEST_F(QuarantineTest, TheMarkOfAHostThatRunsMeansNothing) {
    Quarantine host(folder, clock, rule);
    host.enter_process(content("aa"));

    Quarantine next(folder, clock, rule);

    EXPECT_EQ(state_of(next, "aa"), std::nullopt);
    EXPECT_FALSE(std::filesystem::is_empty(folder / "running"));
}

TEST_F(QuarantineTest, AMarkFromBeforeTheMachineStartedMeansNothing) {
    temporary.write("state/running/aa-1",
                    R"({"content":"aa","module":"acme","id":"com.acme.acme","version":"1.0.0",)"
                    R"("file":"/x.so","pid":1,"start":"1","boot":"another"})");

    Quarantine next(folder, clock, rule);

    EXPECT_EQ(state_of(next, "aa"), std::nullopt);
    EXPECT_TRUE(std::filesystem::is_empty(folder / "running"));
}

TEST(ContentTest, AFileWithoutAHashIsKnownByWhatChangesWithIt) {
    const auto first = content_of(workshop_module());

    EXPECT_FALSE(first.hash.empty());
    EXPECT_EQ(first.hash, content_of(workshop_module()).hash);
    EXPECT_EQ(first.id, "com.example.workshop");
    EXPECT_EQ(first.version, "1.4.2");
}

}  // namespace
}  // namespace oa::host::isolation
