// The disk gives back something else than was written: bits, pages, the end of a file, a log of
// another time. What the store then says is right, or it says that it is not.
// OA_STORE_ROT=long does more of it; OA_STORE_SEED to see the same again.

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <random>

#include "tests/host/store/store_fixture.hpp"

namespace oa::host {
namespace {

constexpr std::size_t page_size = 4096;

/// How it went with so many damaged stores.
struct Outcomes {
    std::size_t told = 0;      // an error, or a check that is not content
    std::size_t harmless = 0;  // all is right, and the check content
    std::size_t shorter = 0;   // without the last records of some runs, and nothing says so
};

std::ostream& operator<<(std::ostream& out, const Outcomes& outcomes) {
    out << outcomes.told << " told, " << outcomes.harmless << " harmless";
    if (outcomes.shorter > 0) {
        out << ", " << outcomes.shorter << " without their last records";
    }
    return out << ", 0 wrong values served";
}

std::string describe(const RunSummary& run) {
    return run.id + ' ' + run.workflow + ' ' + std::string(core::to_string(run.status)) + ' ' +
           std::to_string(run.records) + ' ' + core::format_time(run.created) + ' ' +
           run.documents + ' ' + run.key + ' ' + run.failure_message;
}

std::string describe(const TaskSummary& task) {
    return std::to_string(task.execution) + ' ' + std::to_string(task.summary.task) + ' ' +
           std::string(core::to_string(task.summary.status)) + ' ' +
           core::format_time(task.summary.started);
}

std::string describe(const StoredLine& stored) {
    return std::to_string(stored.sequence) + ' ' + stored.line.task + ' ' + stored.line.message;
}

std::string describe(const std::string& text) {
    return text;
}

template <typename Items>
std::string describe(const Items& items) {
    std::string text;
    for (const auto& item : items) {
        text += describe(item) + '\n';
    }
    return text;
}

struct StoreRotTest : StoreFixture {
    std::mt19937_64 random{seed()};
    std::vector<std::string> ids;
    std::vector<std::string> documents;
    std::string database;    // as it was written
    std::string before_log;  // the same without what is only in the log yet
    std::map<std::string, std::string> right;
    std::map<std::string, std::vector<std::string>> records;

    static std::uint64_t seed() {
        const char* given = std::getenv("OA_STORE_SEED");
        const std::uint64_t chosen = given == nullptr ? std::random_device()() : std::stoull(given);
        std::cout << "OA_STORE_SEED=" << chosen << '\n';
        return chosen;
    }
    static std::size_t times(std::size_t shortly, std::size_t at_length) {
        const char* wanted = std::getenv("OA_STORE_ROT");
        return wanted == nullptr ? shortly : at_length;
    }
    static void SetUpTestSuite() { keep_files_in_memory(); }

    void SetUp() override {
        RunStore store(settings());
        for (int i = 0; i < 40; ++i) {
            make_run(store, "run" + std::to_string(i), i % 4 != 0);
        }
        // What was checkpointed when the store was closed, and what was not.
        std::filesystem::create_directory(folder / "other");
        store.back_up(folder / "other" / "runs.db");
        database = folder.read("other/runs.db");
        note_what_is_right(store);
    }
    void make_run(RunStore& store, const std::string& id, bool is_ended) {
        ids.push_back(id);
        core::RunCreated entry = std::get<core::RunCreated>(created(id));
        entry.documents = store.keep_documents("documents of " + std::to_string(ids.size() / 10));
        documents.push_back(entry.documents);
        std::vector<core::JournalEntry> entries = whole_run(id);
        entries[0] = entry;
        entries.insert(entries.end() - 1, output_of(1, boost::json::value(std::string(700, 'y'))));
        if (!is_ended) {
            entries.pop_back();
        }
        core::JournalBatch batch;
        for (const core::JournalEntry& made : entries) {
            batch.records.push_back({batch.records.size() + 1, at_second(1), made});
            batch.lines.push_back({at_second(2), "task", core::TaskLogLevel::Info,
                                   "said by " + id + std::string(90, '.'), "{}"});
        }
        append_batch(store, id, batch);
    }

    /// Whatever can be asked.
    using Asked = std::function<void(const std::string& question,
                                     const std::function<std::string()>& answer)>;
    void ask_all(const RunStore& store, const Asked& ask) const {
        for (const std::string& id : ids) {
            ask("load " + id, [&] { return describe(as_bytes(store.load(id))); });
            ask("find " + id, [&] {
                const auto found = store.find(id);
                return found ? describe(*found) : "nothing";
            });
            ask("tasks " + id, [&] { return describe(store.tasks(id)); });
            ask("lines " + id, [&] { return describe(store.lines(id, 0, 100)); });
        }
        for (const std::string& name : documents) {
            ask("document " + name, [&] { return store.documents(name).value_or("nothing"); });
        }
        ask("list", [&] { return describe(store.list({.limit = 1000}).runs); });
        ask("open runs", [&] { return describe(store.open_runs()); });
        ask("resolve", [&] { return describe(store.resolve("run", 1000)); });
    }
    void note_what_is_right(const RunStore& store) {
        ask_all(store,
                [&](const std::string& question, const std::function<std::string()>& answer) {
                    right[question] = answer();
                });
        for (const std::string& id : ids) {
            records[id] = as_bytes(store.load(id));
        }
    }

    void put(const std::string& damaged, const std::string& damaged_log = {}) const {
        std::filesystem::remove_all(folder / "store");
        folder.write("store/runs.db", damaged);
        if (!damaged_log.empty()) {
            folder.write("store/runs.db-wal", damaged_log);
        }
    }

    /// Every answer has to be right, or an error.
    void try_database(const std::string& damaged, Outcomes& outcomes, const std::string& what) {
        put(damaged);
        bool is_told = false;
        try {
            const RunStore store(settings());
            is_told = !store.check().is_sound();
            ask_all(store,
                    [&](const std::string& question, const std::function<std::string()>& answer) {
                        try {
                            EXPECT_EQ(answer(), right[question]) << question << ", " << what;
                        } catch (const StoreError& error) {
                            is_told = true;
                        }
                    });
        } catch (const StoreError& error) {
            is_told = true;
        }
        ++(is_told ? outcomes.told : outcomes.harmless);
    }

    /// The end of a log that is not what was written cannot be told from one that never was. Each
    /// record has to be what was written at its place.
    void try_log(const std::string& damaged, Outcomes& outcomes, const std::string& what) {
        put(before_log, damaged);
        bool is_told = false;
        bool is_shorter = false;
        try {
            const RunStore store(settings());
            is_told = !store.check().is_sound();
            for (const std::string& id : ids) {
                try {
                    const std::vector<std::string> found = as_bytes(store.load(id));
                    const std::vector<std::string>& written = records[id];
                    ASSERT_LE(found.size(), written.size()) << what;
                    EXPECT_TRUE(std::equal(found.begin(), found.end(), written.begin())) << what;
                    is_shorter = is_shorter || found.size() < written.size();
                } catch (const StoreError& error) {
                    is_told = true;
                }
            }
        } catch (const StoreError& error) {
            is_told = true;
        }
        ++(is_told ? outcomes.told : is_shorter ? outcomes.shorter : outcomes.harmless);
    }
};

TEST_F(StoreRotTest, FindsEveryBitThatFlips) {
    Outcomes outcomes;
    const std::size_t flips = times(1500, 10'000);
    for (std::size_t i = 0; i < flips; ++i) {
        std::string damaged = database;
        const std::size_t place = random() % damaged.size();
        damaged[place] = static_cast<char>(damaged[place] ^ (1 << random() % 8));
        try_database(damaged, outcomes, "byte " + std::to_string(place));
        ASSERT_FALSE(HasFailure());
    }
    std::cout << flips << " flipped bits: " << outcomes << "; 95 % bound "
              << 300.0 / static_cast<double>(flips) << " %\n";
    EXPECT_GT(outcomes.told, flips * 9 / 10);
}

TEST_F(StoreRotTest, FindsPagesThatAreEmptyTornOrElsewhere) {
    Outcomes outcomes;
    const std::size_t pages = database.size() / page_size;
    const std::size_t tries = times(150, 1000);
    for (std::size_t i = 0; i < tries; ++i) {
        std::string damaged = database;
        const std::size_t at = random() % pages * page_size;
        switch (i % 3) {
            case 0: damaged.replace(at, page_size, page_size, '\0'); break;
            case 1: damaged.replace(at + page_size / 2, page_size / 2, page_size / 2, 'x'); break;
            default:
                damaged.replace(at, page_size / 2,
                                database.substr(random() % pages * page_size, page_size / 2));
        }
        try_database(damaged, outcomes, "page at " + std::to_string(at));
        ASSERT_FALSE(HasFailure());
    }
    std::cout << tries << " pages: " << outcomes << '\n';
}

TEST_F(StoreRotTest, FindsThatAnEndIsMissing) {
    Outcomes outcomes;
    const std::size_t cuts = times(40, 200);
    for (std::size_t i = 0; i < cuts; ++i) {
        const std::size_t size = database.size() * i / cuts;
        if (size > 0) {  // an empty file is an empty store
            try_database(database.substr(0, size), outcomes, std::to_string(size) + " bytes left");
        }
        ASSERT_FALSE(HasFailure());
    }
    std::cout << cuts << " truncations: " << outcomes << '\n';
    EXPECT_EQ(outcomes.harmless, 0U);
}

TEST_F(StoreRotTest, ServesNothingWrongFromALogThatIsDamagedOrAnother) {
    // An empty store, and the log that has all runs.
    std::string log;
    std::string older_log;
    std::filesystem::remove_all(folder / "store");
    ids.clear();
    {
        { const RunStore store(settings()); }
        before_log = folder.read("store/runs.db");
        RunStore store(settings());
        for (int i = 0; i < 20; ++i) {
            make_run(store, "run" + std::to_string(i), true);
            if (i == 9) {
                older_log = folder.read("store/runs.db-wal");
            }
        }
        note_what_is_right(store);
        log = folder.read("store/runs.db-wal");
    }
    Outcomes unhurt;
    try_log(log, unhurt, "the log as it was written");
    ASSERT_EQ(unhurt.harmless, 1U);
    const std::size_t flips = times(300, 2000);
    Outcomes flipped;
    for (std::size_t i = 0; i < flips; ++i) {
        std::string damaged = log;
        const std::size_t place = random() % damaged.size();
        damaged[place] = static_cast<char>(damaged[place] ^ (1 << random() % 8));
        try_log(damaged, flipped, "byte " + std::to_string(place) + " of the log");
        ASSERT_FALSE(HasFailure());
    }
    std::cout << flips << " flipped bits in the log: " << flipped << '\n';
    Outcomes cut;
    for (std::size_t i = 1; i < 40; ++i) {
        try_log(log.substr(0, log.size() * i / 40), cut, "a shorter log");
        ASSERT_FALSE(HasFailure());
    }
    std::cout << "39 truncations of the log: " << cut << '\n';

    RunStoreSettings elsewhere = settings();
    elsewhere.folder = folder / "elsewhere";
    RunStore other(elsewhere);
    append_all(other, "stranger", whole_run("stranger"));
    Outcomes swapped;
    try_log(older_log, swapped, "an older log");
    try_log(folder.read("elsewhere/runs.db-wal"), swapped, "the log of another store");
    before_log = database;
    try_log(log, swapped, "a log from before the file");
    std::cout << "logs of another time or store: " << swapped << '\n';
}

}  // namespace
}  // namespace oa::host
