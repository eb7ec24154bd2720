#include "tests/crash/armed/crash_plan.hpp"

#include <algorithm>
#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace oa::test {
namespace {

using Plan = std::vector<PlannedDeath>;

constexpr host::CrashPoint written{"audit.written"};
constexpr host::CrashPoint synced{"isolation.file_synced"};

Plan plan_of(const char* text) {
    const auto parsed = parse_crash_plan(text);
    const auto* plan = std::get_if<Plan>(&parsed);
    EXPECT_NE(plan, nullptr) << std::get<std::string>(parsed);
    return plan == nullptr ? Plan{} : *plan;
}

std::string problem_of(const char* text) {
    const auto parsed = parse_crash_plan(text);
    const auto* problem = std::get_if<std::string>(&parsed);
    return problem == nullptr ? "" : *problem;
}

TEST(CrashPoints, AreSortedAndDifferent) {
    EXPECT_TRUE(std::is_sorted(host::crash_points.begin(), host::crash_points.end()));
    EXPECT_EQ(std::set(host::crash_points.begin(), host::crash_points.end()).size(),
              host::crash_points.size());
}

TEST(CrashPlan, ReadsDeaths) {
    EXPECT_EQ(plan_of(""), Plan{});
    EXPECT_EQ(plan_of("audit.written:3"), (Plan{{written.index(), 3, Death::Kill}}));
    EXPECT_EQ(plan_of("audit.written:1:exit,isolation.file_synced:10:abort,audit.written:2:kill"),
              (Plan{{written.index(), 1, Death::Exit},
                    {synced.index(), 10, Death::Abort},
                    {written.index(), 2, Death::Kill}}));
}

TEST(CrashPlan, SaysWhatIsWrong) {
    EXPECT_EQ(problem_of("audit:1"), "'audit' in 'audit:1' is no crash point");
    EXPECT_EQ(problem_of("audit.written:1,,"), "'' in '' is no crash point");
    for (const char* hit : {"", ":", ":0", ":-1", ":x", ":1x", ":99999999999999999999", ": 1"}) {
        EXPECT_NE(problem_of((std::string("audit.written") + hit).c_str()).find("which hit"),
                  std::string::npos)
            << hit;
    }
    EXPECT_EQ(problem_of("audit.written:1:hang"),
              "'hang' in 'audit.written:1:hang' is none of kill, exit, abort");
    EXPECT_EQ(problem_of("audit.written:1:"),
              "'' in 'audit.written:1:' is none of kill, exit, abort");
}

TEST(CrashCounter, CountsEachPointAlone) {
    CrashCounter counter({{written.index(), 2, Death::Exit}, {written.index(), 3, Death::Abort}});
    EXPECT_EQ(counter.hit(written).death, std::nullopt);
    EXPECT_EQ(counter.hit(synced).death, std::nullopt);
    EXPECT_EQ(counter.hit(synced).death, std::nullopt);
    EXPECT_EQ(counter.hit(written).death, Death::Exit);
    EXPECT_EQ(counter.hit(written).death, Death::Abort);
    EXPECT_EQ(counter.hit(written).number, 4U);
}

TEST(CrashCounter, GivesEachNumberToOneThread) {
    constexpr std::uint64_t hits = 5'000;
    CrashCounter counter({{written.index(), 4 * hits, Death::Kill}});
    std::atomic<int> deaths{0};
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&counter, &deaths] {
            for (std::uint64_t hit = 0; hit < hits; ++hit) {
                deaths += counter.hit(written).death ? 1 : 0;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(deaths, 1);
    EXPECT_EQ(counter.hit(written).number, 4 * hits + 1);
}

}  // namespace
}  // namespace oa::test
