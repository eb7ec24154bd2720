// Thousands of worlds, each made from a seed: workflows, functions, a host that dies and a store
// that fails, under a clock of their own.
//
//   OA_SIMULATION_SEEDS=100000   so many seeds, in place of those that every run of the tests makes
//   OA_SIMULATION_FIRST=5000     from this one on
//   OA_SIMULATION_SEED=17        this one alone, with all that happened in it

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "tests/simulation/checks.hpp"
#include "tests/simulation/plan.hpp"

namespace oa::test {
namespace {

constexpr std::uint64_t seeds_by_default = OA_SANITIZED != 0 ? 500 : 10'000;
constexpr std::size_t failures_shown = 3;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string story_of(std::uint64_t seed) {
    std::string story = describe(make_plan(seed));
    for (const std::string& line : simulate_seed(seed, true).trace) {
        story += "  " + line + "\n";
    }
    return story;
}

void print(const Figures& all, std::uint64_t seeds, std::uint64_t bad, double seconds) {
    const auto seeds_as_double = static_cast<double>(seeds);
    std::printf("%llu seeds in %.1f s, %.0f a minute", static_cast<unsigned long long>(seeds),
                seconds, seeds_as_double * 60 / seconds);
    for (const auto& [name, figure] : std::initializer_list<std::pair<const char*, std::uint64_t>>{
             {"runs", all.runs},
             {"runs within them", all.sub_runs},
             {"runs done again", all.runs_again},
             {"attempts taken over by them", all.taken_over},
             {"lives of a host", all.lives},
             {"crashes", all.crashes},
             {"stops", all.stops},
             {"runs in quarantine", all.quarantined},
             {"appends refused", all.refusals},
             {"stores broken", all.broken_stores},
             {"calls", all.calls},
             {"calls made once more", all.calls_again},
             {"answers", all.answers},
             {"batches", all.batches},
             {"records", all.records},
             {"runs compared with a world without faults", all.compared}}) {
        std::printf("; %llu %s", static_cast<unsigned long long>(figure), name);
    }
    if (bad == 0) {
        std::printf("; no breach: with 95 %% confidence fewer than 1 in %.0f seeds has one\n",
                    seeds_as_double / 3);
    } else {
        std::printf("; %llu seeds with a breach\n", static_cast<unsigned long long>(bad));
    }
}

TEST(SimulationTest, KeepsEveryPromiseWhereTheHostDiesAndTheStoreFails) {
    if (const std::uint64_t alone = number_from("OA_SIMULATION_SEED", 0); alone != 0) {
        std::printf("%s", story_of(alone).c_str());
        for (const std::string& breach : simulate_seed(alone).breaches) {
            ADD_FAILURE() << "seed " << alone << ": " << breach;
        }
        return;
    }
    const std::uint64_t first = number_from("OA_SIMULATION_FIRST", 1);
    const std::uint64_t seeds = number_from("OA_SIMULATION_SEEDS", seeds_by_default);
    const auto started = std::chrono::steady_clock::now();
    Figures all;
    std::uint64_t bad = 0;
    for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
        const SeedResult result = simulate_seed(seed);
        all += result.figures;
        if (result.breaches.empty()) {
            continue;
        }
        if (++bad > failures_shown) {
            std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed),
                        result.breaches.front().c_str());
            continue;
        }
        std::string text;
        for (const std::string& breach : result.breaches) {
            text += "\n  " + breach;
        }
        ADD_FAILURE() << "seed " << seed << text << "\n" << story_of(seed);
    }
    EXPECT_EQ(bad, 0U);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    print(all, seeds, bad, took.count());
    // Worlds in which nothing goes wrong would prove nothing.
    EXPECT_GT(all.crashes, seeds / 2);
    EXPECT_GT(all.calls_again, seeds / 10);
    EXPECT_GT(all.taken_over, seeds / 10);
    EXPECT_GT(all.compared, seeds / 10);
    EXPECT_GT(all.refusals, seeds / 20);
    EXPECT_GT(all.broken_stores, seeds / 100);
}

}  // namespace
}  // namespace oa::test
