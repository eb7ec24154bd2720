// The process dies, or the disk takes no more.

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <thread>

#include <sys/resource.h>

#include "tests/host/store/store_fixture.hpp"

namespace oa::host {
namespace {

/// What a child says outside of the store: that append() has returned for this record.
struct Acknowledged {
    std::uint32_t run = 0;
    std::uint32_t number = 0;
};

constexpr std::uint32_t appenders = 4;

std::string run_name(std::uint32_t round, std::uint32_t run) {
    return "round" + std::to_string(round) + "-run" + std::to_string(run);
}

/// Ten records for each run, then the next run, until it is killed.
void append_for_ever(RunStore& store, std::uint32_t round, std::uint32_t appender, int witness) {
    for (std::uint32_t run = appender;; run += appenders) {
        const std::string id = run_name(round, run);
        std::vector<core::JournalEntry> entries = whole_run(id);
        entries.insert(entries.end() - 1, 5, event(core::Decided{1, true, {}, {}}));
        for (std::uint32_t number = 1; number <= entries.size(); ++number) {
            append_one(store, id, {number, at_second(number), entries[number - 1]});
            const Acknowledged said{run, number};
            if (::write(witness, &said, sizeof said) != sizeof said) {
                return;
            }
        }
    }
}

struct StoreCrashTest : StoreFixture {
    std::uint64_t acknowledged = 0;
    std::uint64_t beyond = 0;  // records that were there, but of which nobody had heard

    /// Lets a child append, kills it after about `words` acknowledgements and gives the last one of
    /// each run.
    std::map<std::uint32_t, std::uint32_t> kill_after(std::uint32_t round, std::uint64_t words) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe(ends.data()), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            ::close(ends[0]);
            try {
                RunStore store(settings(Durability::Normal));
                std::vector<std::thread> threads;
                for (std::uint32_t i = 0; i < appenders; ++i) {
                    threads.emplace_back([&, i] { append_for_ever(store, round, i, ends[1]); });
                }
                threads.front().join();
            } catch (const std::exception& error) {
                std::cerr << error.what() << '\n';
            }
            ::_exit(1);
        }
        ::close(ends[1]);
        std::map<std::uint32_t, std::uint32_t> last;
        Acknowledged said;
        bool is_killed = false;
        while (::read(ends[0], &said, sizeof said) == sizeof said) {
            last[said.run] = said.number;
            ++acknowledged;
            if (--words == 0) {
                EXPECT_EQ(::kill(child, SIGKILL), 0);
                is_killed = true;
            }
        }
        ::close(ends[0]);
        int status = 0;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_TRUE(is_killed && WIFSIGNALED(status)) << "the child ended by itself";
        return last;
    }

    void expect_kept(const RunStore& store,
                     std::uint32_t round,
                     const std::map<std::uint32_t, std::uint32_t>& last) {
        for (const auto& [run, number] : last) {
            const std::vector<core::JournalRecord> records = store.load(run_name(round, run));
            ASSERT_GE(records.size(), number) << run_name(round, run);
            // One that was written when the process died before it could say so.
            ASSERT_LE(records.size(), number + 1);
            beyond += records.size() - number;
        }
    }
};

TEST_F(StoreCrashTest, KeepsWhatWasAcknowledgedWheneverItIsKilled) {
    const char* wanted = std::getenv("OA_STORE_KILLS");
    const char* given_seed = std::getenv("OA_STORE_SEED");
    const auto kills = static_cast<std::uint32_t>(wanted == nullptr ? 200 : std::stoul(wanted));
    const std::uint64_t seed =
        given_seed == nullptr ? std::random_device()() : std::stoull(given_seed);
    std::cout << "OA_STORE_SEED=" << seed << '\n';
    std::mt19937_64 random(seed);
    for (std::uint32_t round = 0; round < kills; ++round) {
        const auto last = kill_after(round, 1 + random() % 200);
        RunStore store(settings(Durability::Normal));
        expect_kept(store, round, last);
        // The chain of every run of every round, and the tables: now and then, as it takes long.
        if (round % 20 == 0 || round + 1 == kills) {
            ASSERT_EQ(store.check().problems, std::vector<std::string>{}) << "round " << round;
        }
        // What did not end can go on.
        for (const RunSummary& run : store.open_runs()) {
            append_one(store, run.id, {run.records + 1, at_second(0), ended()});
        }
        if (HasFatalFailure()) {
            return;
        }
    }
    std::cout << kills << " kills, " << acknowledged << " records acknowledged and all there, "
              << beyond << " more that were written\n";
}

void limit_files(std::uint64_t bytes) {
    struct rlimit limit {};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
}

// In a process of its own, for the limit holds for all that the process writes.
TEST_F(StoreCrashTest, RefusesWhatADiskThatIsFullDoesNotTakeAndGoesOnLater) {
    const std::string large(5000, 'x');
    const auto fill = [&] {
        ::signal(SIGXFSZ, SIG_IGN);
        RunStore store(settings(Durability::Full));
        append_all(store, "a", {created("a"), event(core::RunStarted{})});
        limit_files(1'000'000);
        std::uint64_t number = 3;
        int refused = 0;
        while (refused < 3 && number < 10'000) {
            try {
                append_all(store, "a", {output_of(0, boost::json::value(large))}, number);
                ++number;
            } catch (const Refused& error) {
                refused += error.is_passing ? 1 : 0;
            }
        }
        if (refused < 3 || number < 10 || store.load("a").size() != number - 1) {
            return 1;
        }
        limit_files(RLIM_INFINITY);
        append_all(store, "a", {output_of(0, boost::json::value(large))}, number);
        append_all(store, "b", whole_run("b"));
        return store.load("a").size() == number && store.check().is_sound() ? 0 : 2;
    };
    EXPECT_EQ(in_a_child(fill), 0);
    const RunStore store(settings());
    EXPECT_EQ(store.check().problems, std::vector<std::string>{});
    EXPECT_EQ(store.load("b").size(), 5U);
}

}  // namespace
}  // namespace oa::host
