// The power fails: what a store said that it has kept is there afterwards, as durably as it
// promised. OA_STORE_CUTS: how many times, for `full`; OA_STORE_SEED: to see the same again.

#include <array>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "tests/host/store/store_fixture.hpp"
#include "tests/support/power_cut_disk.hpp"

extern "C" {
// The system's, for the whole program: no real disk has to be waited for. The names are the
// system's. NOLINTBEGIN(readability-identifier-naming)
__attribute__((visibility("default"))) int fsync(int /*file*/) {
    return 0;
}
// NOLINTEND(readability-identifier-naming)
}

namespace oa::host {
namespace {

using test::PowerCutDisk;

/// What a run was given, and how much of it the store said it has kept. Of one thread.
struct Chain {
    std::string id;
    std::vector<std::string> bytes = {};  // of each record
    std::vector<std::size_t> ends = {0};  // where batches end
    std::size_t kept = 0;                 // records
};

struct Document {
    std::string name;
    std::string text;
};

/// What happened until the power failed.
struct History {
    std::mutex mutex;
    std::vector<Chain> chains;
    std::vector<Document> documents;
    std::vector<std::string> order;  // the run of each batch that was kept
};

class StorePowerTest : public StoreFixture {
public:
    static void SetUpTestSuite() {
        PowerCutDisk::install();
        keep_files_in_memory();
        const char* given = std::getenv("OA_STORE_SEED");
        chosen_seed = given == nullptr ? std::random_device()() : std::stoull(given);
        std::cout << "OA_STORE_SEED=" << chosen_seed << '\n';
    }

protected:
    static std::uint64_t cuts(std::uint64_t otherwise) {
        const char* wanted = std::getenv("OA_STORE_CUTS");
        return wanted == nullptr ? otherwise : std::stoull(wanted);
    }

    core::JournalBatch next_batch(Chain& chain, std::mt19937_64& random) const {
        core::JournalBatch batch;
        const std::size_t count = 1 + random() % 4;
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint64_t number = chain.bytes.size() + 1;
            const std::size_t size = random() % 8 == 0 ? 60'000 : random() % 400;
            core::JournalEntry entry =
                number == 1 ? created(chain.id)
                            : output_of(0, boost::json::value(std::string(size, 'x')));
            chain.bytes.push_back(encode_entry(entry));
            batch.records.push_back({number, at_second(0), std::move(entry)});
        }
        chain.ends.push_back(chain.bytes.size());
        batch.lines.push_back({at_second(0), "t", core::TaskLogLevel::Info, "said", ""});
        return batch;
    }

    /// Gives runs to the store until it takes no more, or there are enough.
    void append_until(RunStore& store, History& history, std::uint64_t seed, std::size_t batches) {
        std::mt19937_64 random(seed);
        Chain chain;
        bool goes_on = true;
        for (std::size_t i = 0; goes_on && i < batches; ++i) {
            if (chain.id.empty() || random() % 10 == 0) {
                keep(history, std::move(chain));
                chain = Chain{"run" + std::to_string(seed) + '-' + std::to_string(i)};
            }
            const core::JournalBatch batch = next_batch(chain, random);
            goes_on = !answer_to(store, chain.id, batch);
            if (goes_on) {
                chain.kept = chain.bytes.size();
                const std::lock_guard lock(history.mutex);
                history.order.push_back(chain.id);
            }
        }
        keep(history, std::move(chain));
    }
    static void keep(History& history, Chain chain) {
        if (!chain.id.empty()) {
            const std::lock_guard lock(history.mutex);
            history.chains.push_back(std::move(chain));
        }
    }

    /// Opens, fills and closes the store until the power fails.
    void live(Durability durability,
              History& history,
              std::uint64_t round,
              std::size_t threads,
              std::uint64_t at) {
        std::mt19937_64 random(chosen_seed + round);
        PowerCutDisk::arm(folder / "store", at);
        for (std::uint64_t life = 0; !PowerCutDisk::is_cut(); ++life) {
            try {
                RunStore store(settings(durability));
                const std::string text = "document " + std::to_string(random() % 1000);
                history.documents.push_back({store.keep_documents(text), text});
                std::vector<std::thread> others;
                for (std::size_t i = 1; i < threads; ++i) {
                    others.emplace_back([&, i, life] {
                        append_until(store, history, (round * 100 + life) * 10 + i, 40);
                    });
                }
                append_until(store, history, (round * 100 + life) * 10, 40);
                for (std::thread& other : others) {
                    other.join();
                }
            } catch (const StoreError& error) {
                ASSERT_TRUE(PowerCutDisk::is_cut()) << error.what();
            }
        }
        PowerCutDisk::settle(random());
    }

    void start_anew() const {
        std::filesystem::remove_all(folder / "store");
        std::filesystem::create_directory(folder / "store");
    }
    /// Sooner or later; now and then while a store is being made.
    static std::uint64_t some_operation(std::mt19937_64& random) {
        return 1 + random() % (random() % 5 == 0 ? 40 : 1500);
    }

    /// How many records of a run are there. Each must be what was given.
    static std::size_t found(const RunStore& store, const Chain& chain) {
        const std::vector<core::JournalRecord> records = store.load(chain.id);
        EXPECT_LE(records.size(), chain.bytes.size());
        for (std::size_t i = 0; i < std::min(records.size(), chain.bytes.size()); ++i) {
            EXPECT_EQ(encode_entry(records[i].entry), chain.bytes[i]) << "a wrong value is served";
        }
        return records.size();
    }

    static void report(std::string_view durability, std::uint64_t cuts, const std::string& what) {
        std::cout << durability << ": " << cuts << " power cuts, " << what << "; 95 % bound "
                  << 300.0 / static_cast<double>(cuts) << " %\n";
    }

    static std::uint64_t chosen_seed;
};

std::uint64_t StorePowerTest::chosen_seed = 0;

TEST_F(StorePowerTest, FullLosesNothingThatItSaidItHasKept) {
    const std::uint64_t rounds = cuts(500);
    std::uint64_t kept = 0;
    std::uint64_t more = 0;
    std::uint64_t documents = 0;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        std::mt19937_64 random(chosen_seed + round);
        start_anew();
        History history;
        live(Durability::Full, history, round, 1 + random() % 4, some_operation(random));
        RunStore store(settings(Durability::Full));
        for (const Chain& chain : history.chains) {
            const std::size_t there = found(store, chain);
            ASSERT_GE(there, chain.kept) << chain.id << ", round " << round;
            ASSERT_TRUE(std::find(chain.ends.begin(), chain.ends.end(), there) != chain.ends.end())
                << "half a batch of " << chain.id << " is there, round " << round;
            kept += chain.kept;
            more += there - chain.kept;
        }
        for (const Document& document : history.documents) {
            ASSERT_EQ(store.documents(document.name), document.text) << "round " << round;
            ++documents;
        }
        ASSERT_EQ(store.check().problems, std::vector<std::string>{}) << "round " << round;
        append_all(store, "next", whole_run("next"));
    }
    report("full", rounds,
           std::to_string(kept) + " records and " + std::to_string(documents) +
               " documents acknowledged and all there, " + std::to_string(more) +
               " more that were written");
    EXPECT_GT(kept, rounds);
}

TEST_F(StorePowerTest, NormalLosesTheLastBatchesAndNothingElse) {
    const std::uint64_t rounds = cuts(500) * 2 / 5;
    std::uint64_t kept = 0;
    std::uint64_t lost = 0;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        std::mt19937_64 random(chosen_seed + round);
        start_anew();
        History history;
        live(Durability::Normal, history, 1'000'000 + round, 1, some_operation(random));
        RunStore store(settings(Durability::Normal));
        std::map<std::string, std::size_t> batches;  // of each run that are there
        for (const Chain& chain : history.chains) {
            const std::size_t there = found(store, chain);
            const auto end = std::find(chain.ends.begin(), chain.ends.end(), there);
            ASSERT_TRUE(end != chain.ends.end()) << "half a batch of " << chain.id;
            batches[chain.id] = static_cast<std::size_t>(end - chain.ends.begin());
        }
        // In the order in which they were kept: those that are there, then those that are not.
        std::uint64_t lost_here = 0;
        for (const std::string& run : history.order) {
            if (batches[run] > 0) {
                --batches[run];
                ++kept;
                ASSERT_EQ(lost_here, 0U) << "one before was lost, round " << round;
            } else {
                ++lost_here;
            }
        }
        lost += lost_here;
        ASSERT_EQ(store.check().problems, std::vector<std::string>{}) << "round " << round;
    }
    report("normal", rounds,
           std::to_string(kept) + " batches there, " + std::to_string(lost) +
               " acknowledged ones lost, always the last, and no store inconsistent");
    EXPECT_GT(lost, 0U);
}

TEST_F(StorePowerTest, NoneMayLoseOrDamageButServesNothingWrong) {
    const std::uint64_t rounds = cuts(500) * 2 / 5;
    std::uint64_t unhurt = 0;
    std::uint64_t shorter = 0;
    std::uint64_t damaged = 0;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        std::mt19937_64 random(chosen_seed + round);
        start_anew();
        History history;
        live(Durability::None, history, 2'000'000 + round, 1, some_operation(random));
        bool has_lost = false;
        bool is_damaged = false;
        try {
            const RunStore store(settings(Durability::None));
            is_damaged = !store.check().is_sound();
            for (const Chain& chain : history.chains) {
                try {
                    has_lost = found(store, chain) < chain.kept || has_lost;
                } catch (const StoreError& error) {
                    is_damaged = true;
                }
            }
        } catch (const StoreError& error) {
            is_damaged = true;
        }
        damaged += is_damaged ? 1 : 0;
        shorter += !is_damaged && has_lost ? 1 : 0;
        unhurt += !is_damaged && !has_lost ? 1 : 0;
    }
    report("none", rounds,
           std::to_string(unhurt) + " stores unhurt, " + std::to_string(shorter) +
               " without their last batches, " + std::to_string(damaged) +
               " damaged and told so, no wrong value served");
    EXPECT_GT(shorter + damaged, 0U);
}

}  // namespace
}  // namespace oa::host
