// Many threads, one writer at a time.

#include <atomic>
#include <future>
#include <optional>
#include <thread>

#include "tests/host/store/store_fixture.hpp"

namespace oa::host {
namespace {

constexpr std::size_t threads = 32;

struct GroupCommitTest : StoreFixture {
    /// One thread each appends the creation of a run; gives what each got.
    static std::vector<std::future<void>> create_runs(RunStore& store) {
        std::vector<std::future<void>> results;
        for (std::size_t i = 0; i < threads; ++i) {
            results.push_back(std::async(std::launch::async, [&store, i] {
                const std::string id = "run" + std::to_string(i);
                append_one(store, id, {1, at_second(0), created(id)});
            }));
        }
        return results;
    }
    static void wait_until_waiting(const RunStore& store, std::size_t count) {
        while (store.statistics().waiting < count) {
            std::this_thread::yield();
        }
    }
    /// Somebody else who writes to the file, such as a person with SQLite's own program.
    [[nodiscard]] SqliteDatabase::Settings from_outside() const {
        SqliteDatabase::Settings made;
        made.file = file();
        return made;
    }
};

TEST_F(GroupCommitTest, CommitsAllThatWaitsInOneTransaction) {
    RunStoreSettings patient = settings();
    patient.busy_timeout = std::chrono::minutes(2);
    RunStore store(patient);
    SqliteDatabase outside(from_outside());
    std::optional<SqliteTransaction> obstacle(outside);
    std::vector<std::future<void>> results = create_runs(store);
    wait_until_waiting(store, threads);
    obstacle.reset();
    for (std::future<void>& result : results) {
        EXPECT_NO_THROW(result.get());
    }
    const WriterStatistics statistics = store.statistics();
    EXPECT_EQ(statistics.records, threads);
    // The first one did not know of the others.
    EXPECT_LE(statistics.transactions, 2U);
    EXPECT_EQ(store.list({.limit = 1000}).runs.size(), threads);
}

TEST_F(GroupCommitTest, TellsAllOfAGroupThatFailsAndTakesTheNext) {
    RunStoreSettings impatient = settings();
    impatient.busy_timeout = std::chrono::milliseconds(1);
    RunStore store(impatient);
    SqliteDatabase outside(from_outside());
    {
        const SqliteTransaction obstacle(outside);
        for (std::future<void>& result : create_runs(store)) {
            EXPECT_THROW(result.get(), StoreError);
        }
    }
    EXPECT_TRUE(store.list({}).runs.empty());
    for (std::future<void>& result : create_runs(store)) {
        EXPECT_NO_THROW(result.get());
    }
    EXPECT_TRUE(store.check().is_sound());
}

TEST_F(GroupCommitTest, RefusesWhatDoesNotFollowAndTakesWhatIsBesideIt) {
    RunStoreSettings patient = settings();
    patient.busy_timeout = std::chrono::minutes(2);
    RunStore store(patient);
    append_all(store, "run0", {created("run0")});
    SqliteDatabase outside(from_outside());
    std::optional<SqliteTransaction> obstacle(outside);
    std::vector<std::future<void>> results = create_runs(store);
    wait_until_waiting(store, threads);
    obstacle.reset();
    EXPECT_THROW(results[0].get(), StoreError);
    for (std::size_t i = 1; i < threads; ++i) {
        EXPECT_NO_THROW(results[i].get());
    }
    EXPECT_EQ(store.list({.limit = 1000}).runs.size(), threads);
    EXPECT_TRUE(store.check().is_sound());
}

// As the removal of old runs does.
TEST_F(GroupCommitTest, TakesTurnsWithWhoeverWritesAloneAgainAndAgain) {
    StoreWriting writing(settings());
    GroupCommit commit(writing.writer);
    core::JournalBatch batch;
    batch.records.push_back({1, at_second(0), created("a")});
    std::atomic<bool> is_kept{false};
    int alone = 0;
    while (!is_kept && alone < 10'000) {
        commit.alone([&](SqliteDatabase& /*database*/) {
            if (alone++ == 0) {
                commit.append("a", batch,
                              [&](const core::JournalFailure* /*failure*/) { is_kept = true; });
            }
        });
    }
    EXPECT_TRUE(is_kept);
    EXPECT_LE(alone, 2);
}

// Runs that go on from where they are told, as the engine's do: no thread waits.
TEST_F(GroupCommitTest, SharesTransactionsBetweenRunsThatGoOnWhenTheyAreTold) {
    constexpr std::size_t runs = 50;
    constexpr std::uint64_t steps = 40;
    RunStore store(settings(Durability::Full));
    struct Chain {
        std::string id;
        core::JournalBatch batch = {};
        std::uint64_t kept = 0;
    };
    std::vector<Chain> chains(runs);
    std::promise<void> all_done;
    std::atomic<std::size_t> ended_runs{0};
    const std::function<void(Chain&)> go_on = [&](Chain& chain) {
        const std::uint64_t number = chain.kept + 1;
        core::JournalEntry entry = number == 1       ? created(chain.id)
                                   : number == steps ? ended()
                                                     : output_of(0, std::int64_t(number));
        chain.batch.records = {{number, at_second(0), std::move(entry)}};
        store.append(chain.id, chain.batch, [&](const core::JournalFailure* failure) {
            EXPECT_EQ(failure, nullptr);
            if (++chain.kept < steps) {
                go_on(chain);
            } else if (++ended_runs == runs) {
                all_done.set_value();
            }
        });
    };
    SqliteDatabase outside(from_outside());
    std::optional<SqliteTransaction> obstacle(outside);
    std::vector<std::future<void>> starts;
    for (std::size_t i = 0; i < runs; ++i) {
        chains[i].id = "run" + std::to_string(i);
        starts.push_back(std::async(std::launch::async, [&, i] { go_on(chains[i]); }));
    }
    wait_until_waiting(store, runs);
    obstacle.reset();
    all_done.get_future().get();
    const WriterStatistics statistics = store.statistics();
    EXPECT_EQ(statistics.batches, runs * steps);
    EXPECT_LT(statistics.transactions, 3 * steps);
    EXPECT_TRUE(store.check().is_sound());
}

TEST_F(GroupCommitTest, LetsRetentionHaveItsTurnAmongThem) {
    RunStore store(settings());
    std::atomic<bool> is_enough{false};
    std::vector<std::future<void>> writers;
    writers.reserve(4);
    for (int i = 0; i < 4; ++i) {
        writers.push_back(std::async(std::launch::async, [&, i] {
            for (int run = 0; !is_enough; ++run) {
                append_all(store, "run" + std::to_string(i) + "." + std::to_string(run),
                           whole_run("run" + std::to_string(i) + "." + std::to_string(run)));
            }
        }));
    }
    std::size_t removed = 0;
    while (removed < 200) {
        removed += store.remove_old({.count_max = 5}, at_second(0));
        static_cast<void>(store.keep_documents("document " + std::to_string(removed)));
    }
    is_enough = true;
    for (std::future<void>& writer : writers) {
        writer.get();
    }
    EXPECT_EQ(store.check().problems, std::vector<std::string>{});
}

TEST_F(GroupCommitTest, KeepsTheOrderWithinEachRun) {
    constexpr std::uint64_t records = 60;
    RunStore store(settings());
    std::vector<std::future<void>> results;
    std::atomic<std::size_t> ready{0};
    for (std::size_t i = 0; i < 8; ++i) {
        results.push_back(std::async(std::launch::async, [&, i] {
            const std::string id = "run" + std::to_string(i);
            ++ready;
            while (ready < 8) {
                std::this_thread::yield();
            }
            append_all(store, id, {created(id), event(core::RunStarted{})});
            for (std::uint64_t number = 3; number <= records; ++number) {
                append_all(store, id, {output_of(0, std::int64_t(number))}, number);
            }
        }));
    }
    // Others read meanwhile.
    while (store.statistics().records < 8 * records / 2) {
        for (const RunSummary& run : store.list({}).runs) {
            EXPECT_GE(store.load(run.id).size(), run.records);
        }
    }
    for (std::future<void>& result : results) {
        result.get();
    }
    for (const RunSummary& run : store.list({}).runs) {
        const std::vector<core::JournalRecord> found = store.load(run.id);
        ASSERT_EQ(found.size(), records);
        for (std::uint64_t number = 3; number <= records; ++number) {
            EXPECT_EQ(*std::get<core::MachineEvent>(found[number - 1].entry).output, number);
        }
    }
    EXPECT_TRUE(store.check().is_sound());
}

}  // namespace
}  // namespace oa::host
