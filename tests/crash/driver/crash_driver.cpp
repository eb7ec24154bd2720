// Kills hosts over and over and judges what is left.
//
//   crash_driver random     kills at random moments
//   crash_driver points     lets the host die at each crash point
//   crash_driver power-cut  cuts the power at random moments
//   crash_driver poison     has a run that kills the host, beside healthy ones
//
//   --seed N        what is drawn; the same again (1)
//   --kills N       of `random` and `power-cut` (200)
//   --runs N        that each hundred hosts are asked for, about (300)
//   --rounds N      of `points`: so often each point with each hit and death (1)
//   --quick         `points`: two hits and SIGKILL alone
//   --only TEXT     `points`: those alone that have it in their names
//   --durability W  of `power-cut`: full, normal, none (full)
//   --keep FOLDER   leaves store and witness file there
//
// Exit status: 0 all promises were kept, 1 some were not, 2 it could not be found out.

#include <array>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "host/crash/crash_point.hpp"
#include "tests/crash/driver/crash_run.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {
namespace {

using Random = std::mt19937_64;

struct Options {
    std::string scenario;
    std::uint64_t seed = 1;
    std::size_t kills = 200;
    std::size_t runs = 300;
    std::size_t rounds = 1;
    bool quick = false;
    std::string only = {};
    std::string durability = "full";
    std::optional<std::filesystem::path> keep = {};
};

const std::vector<std::string> healthy{"chain", "fan",  "loop",  "rounds", "nested",  "retries",
                                       "once",  "held", "waits", "asks",   "endless", "falls"};
constexpr std::size_t store_check_every = 50;
constexpr std::size_t kept_where_some_go = 5;

std::size_t below(Random& random, std::size_t limit) {
    return static_cast<std::size_t>(random() % limit);
}

std::vector<std::string> draw_workflows(Random& random, std::size_t count) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) {
        names.push_back(healthy[below(random, healthy.size())]);
    }
    return names;
}

/// Lets the last host do what is left to do.
void finish(CrashRun& run, Random& random) {
    LifePlan plan;
    plan.until_idle = true;
    plan.operator_seed = random();
    const int status = run.live(plan);
    if (status != 0) {
        std::printf("the last host did not come to its end: status %d\n", status);
    }
}

std::string milliseconds(const std::vector<core::Milliseconds>& sorted, double part) {
    if (sorted.empty()) {
        return "-";
    }
    const auto index = static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1));
    return std::to_string(sorted[index].count()) + " ms";
}

void print_breaches(const Verdict& verdict) {
    constexpr std::size_t shown = 10;  // of each invariant
    std::map<int, std::size_t> counts;
    for (const Breach& breach : verdict.breaches) {
        if (++counts[breach.invariant] <= shown) {
            std::printf("%s\n", to_string(breach).c_str());
        }
    }
}

/// Whether all promises were kept.
bool report(const Verdict& verdict, std::size_t trials) {
    const Figures& seen = verdict.figures;
    std::printf(
        "%zu deaths; %zu runs (%zu within others), %zu acknowledged, %zu quarantined; %zu attempts "
        "seen, %zu of them again, %zu in doubt\n",
        seen.deaths, seen.runs, seen.runs_within, seen.acknowledged, seen.quarantined,
        seen.attempts, seen.attempts_again, seen.attempts_in_doubt);
    std::printf("%zu waits, %zu answers to approvals\n", seen.waits, seen.answers);
    std::printf("taken up again after: p50 %s, p99 %s, max %s (%zu times)\n",
                milliseconds(seen.recoveries, 0.5).c_str(),
                milliseconds(seen.recoveries, 0.99).c_str(),
                milliseconds(seen.recoveries, 1.0).c_str(), seen.recoveries.size());
    print_breaches(verdict);
    std::printf("%zu breaches", verdict.breaches.size());
    if (verdict.breaches.empty() && trials > 0) {
        std::printf("; with 95 %% confidence fewer than %.3f %% of deaths break a promise",
                    300.0 / static_cast<double>(trials));
    }
    std::printf("\n");
    return verdict.breaches.empty();
}

/// One that saw too little has shown nothing. How many attempts are in flight at a death depends on
/// how fast the machine is.
bool saw_enough(const Verdict& verdict, std::size_t deaths) {
    const bool enough = verdict.figures.deaths >= deaths && verdict.figures.acknowledged > deaths &&
                        verdict.figures.attempts_in_doubt > deaths / 10;
    if (!enough) {
        std::printf("that is too little to say anything\n");
    }
    return enough;
}

bool kill_at_random(CrashRun& run, const Options& options) {
    Random random(options.seed);
    const bool cuts = options.scenario == "power-cut";
    std::vector<std::string> host_options;
    if (cuts) {
        host_options = {"--durability", options.durability, "--power-cut", ""};
    }
    for (std::size_t kill = 0; kill < options.kills; ++kill) {
        LifePlan plan;
        plan.workflows = draw_workflows(random, below(random, 2 * options.runs / 100 + 1));
        plan.before_ready = below(random, 5) == 0;
        plan.kill_after = std::chrono::microseconds(below(random, 300'000));
        plan.operator_seed = random();
        if (cuts) {
            host_options.back() = std::to_string(random());
        }
        plan.options = host_options;
        run.live(plan);
        if ((kill + 1) % store_check_every == 0) {
            run.check_store();
        }
    }
    finish(run, random);
    const Verdict verdict = run.judge();
    return report(verdict, options.kills) && saw_enough(verdict, options.kills);
}

/// Some lie in the way of programs that this host is not.
bool is_in_this_host(std::string_view point) {
    return point.rfind("audit.", 0) != 0 && point.rfind("isolation.", 0) != 0;
}

/// What leads to a point more often than ten times in one life, beside what leads to most.
std::vector<std::string> workflows_for(std::string_view point) {
    struct Leading {
        std::string_view part;
        std::size_t count;
        const char* workflow;
    };
    constexpr std::array<Leading, 10> all{{{"sub_run_", 8, "nested"},
                                           {"retry_decided", 5, "retries"},
                                           {"retry_created", 14, "falls"},
                                           {"wait_begun", 3, "waits"},
                                           {"wait_over", 3, "waits"},
                                           {"wait_answered", 4, "asks"},
                                           {"cancel_requested", 14, "endless"},
                                           {"pause_requested", 14, "held"},
                                           {"resume_requested", 14, "held"},
                                           {"retention.", 10, "chain"}}};
    std::vector<std::string> names{"retries", "rounds", "loop"};
    for (const Leading& each : all) {
        if (point.find(each.part) != std::string_view::npos) {
            names.insert(names.end(), each.count, each.workflow);
        }
    }
    return names;
}

void die_at(CrashRun& run, Random& random, std::string_view point, const Options& options) {
    const std::vector<std::string> hits = options.quick ? std::vector<std::string>{"1", "10"}
                                                        : std::vector<std::string>{"1", "2", "10"};
    const std::vector<std::string> deaths = options.quick
                                                ? std::vector<std::string>{"kill"}
                                                : std::vector<std::string>{"kill", "exit", "abort"};
    for (const std::string& hit : hits) {
        for (const std::string& death : deaths) {
            LifePlan plan;
            plan.workflows = draw_workflows(random, 8);
            const std::vector<std::string> leading = workflows_for(point);
            plan.workflows.insert(plan.workflows.end(), leading.begin(), leading.end());
            plan.until_idle = true;
            plan.operator_seed = random();
            if (point.starts_with("retention.")) {
                plan.keep = kept_where_some_go;
            }
            plan.crash_at = "call.returned:" + std::to_string(1 + below(random, 20));
            run.live(plan);  // leaves something to recover
            plan.crash_at = point;
            plan.crash_at.append(":").append(hit).append(":").append(death);
            run.live(plan);
            plan.workflows.clear();  // once more, while the next one recovers
            run.live(plan);
        }
    }
}

bool die_at_points(const CrashHouse& house,
                   const std::filesystem::path& folder,
                   const Options& options) {
    Random random(options.seed);
    bool is_fine = true;
    std::size_t points = 0;
    std::size_t deaths = 0;
    for (const std::string_view point : host::crash_points) {
        if (!is_in_this_host(point) || point.find(options.only) == std::string_view::npos) {
            continue;
        }
        const std::filesystem::path own = folder / point;
        std::filesystem::create_directories(own);
        CrashRun run(house, own);
        for (std::size_t round = 0; round < options.rounds; ++round) {
            die_at(run, random, point, options);
        }
        finish(run, random);
        const Verdict verdict = run.judge();
        const std::size_t here = run.deaths_by_point()[std::string(point)];
        std::printf("%-36s %4zu deaths %4zu runs %3zu quarantined %3zu breaches\n",
                    std::string(point).c_str(), here, verdict.figures.runs,
                    verdict.figures.quarantined, verdict.breaches.size());
        print_breaches(verdict);
        is_fine = is_fine && verdict.breaches.empty() && here > 0;
        ++points;
        deaths += here;
        if (!options.keep) {
            std::filesystem::remove_all(own);
        }
    }
    std::printf("%zu points, %zu deaths at them\n", points, deaths);
    return is_fine;
}

bool be_poisoned(CrashRun& run) {
    constexpr std::size_t deaths_max = 3;
    LifePlan plan;
    plan.workflows.assign(100, "chain");
    plan.workflows.insert(plan.workflows.begin() + 50, "poison");
    plan.until_idle = true;
    std::size_t deaths = 0;
    while (run.live(plan) != 0 && deaths < 10 * deaths_max) {
        ++deaths;
        plan.workflows.clear();
    }
    const Verdict verdict = run.judge();
    std::size_t unwell = 0;
    for (const StoredRun& each : run.runs()) {
        const auto* end = std::get_if<core::RunEnded>(&each.records.back().entry);
        const bool is_fine = end != nullptr && end->status == core::RunStatus::Succeeded;
        unwell += !is_fine && each.workflow->name != "poison" ? 1U : 0U;
    }
    const bool is_fine = report(verdict, 0) && deaths <= deaths_max && unwell == 0 &&
                         verdict.figures.quarantined == 1;
    std::printf("the poison killed %zu hosts; %zu healthy runs did not succeed\n", deaths, unwell);
    return is_fine;
}

Options parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        const auto value = [&]() -> std::string {
            if (i + 1 >= argc) {
                throw std::runtime_error(word + " needs a value");
            }
            return argv[++i];
        };
        if (word == "--seed") {
            options.seed = std::stoull(value());
        } else if (word == "--kills") {
            options.kills = std::stoull(value());
        } else if (word == "--runs") {
            options.runs = std::stoull(value());
        } else if (word == "--rounds") {
            options.rounds = std::stoull(value());
        } else if (word == "--quick") {
            options.quick = true;
        } else if (word == "--only") {
            options.only = value();
        } else if (word == "--durability") {
            options.durability = value();
        } else if (word == "--keep") {
            options.keep = value();
        } else if (options.scenario.empty() && word.rfind("--", 0) != 0) {
            options.scenario = word;
        } else {
            throw std::runtime_error("what is '" + word + "'?");
        }
    }
    return options;
}

bool drive(const Options& options) {
    const TemporaryFolder temporary;
    const std::filesystem::path folder = options.keep.value_or(temporary.path());
    std::filesystem::create_directories(folder);
    const CrashHouse house{OA_CRASH_HOST, OA_CRASH_WORKFLOWS, OA_WITNESS};
    std::printf("%s, seed %llu\n", options.scenario.c_str(),
                static_cast<unsigned long long>(options.seed));
    if (options.scenario == "points") {
        return die_at_points(house, folder, options);
    }
    CrashRun run(house, folder);
    if (options.scenario == "random" || options.scenario == "power-cut") {
        return kill_at_random(run, options);
    }
    if (options.scenario == "poison") {
        return be_poisoned(run);
    }
    throw std::runtime_error("say one of random, points, power-cut, poison");
}

}  // namespace
}  // namespace oa::test

int main(int argc, char** argv) {
    try {
        return oa::test::drive(oa::test::parse(argc, argv)) ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << "crash_driver: " << error.what() << '\n';
        return 2;
    }
}
