// Copies that are made, and files that others hold, while runs go on.

#include <array>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <map>
#include <thread>

#include "host/store/store_restore.hpp"
#include "tests/host/store/store_fixture.hpp"

namespace oa::host {
namespace {

/// Another process that holds the file for writing, as somebody with SQLite's own program does.
/// Made before this one has threads or the file open.
class OtherProcess {
public:
    explicit OtherProcess(const std::filesystem::path& file) {
        EXPECT_EQ(::pipe(to_parent_.data()), 0);
        EXPECT_EQ(::pipe(to_child_.data()), 0);
        child_ = ::fork();
        if (child_ == 0) {
            serve(file);
        }
    }
    ~OtherProcess() { release(); }
    OtherProcess(const OtherProcess&) = delete;
    OtherProcess& operator=(const OtherProcess&) = delete;

    void hold() {
        EXPECT_EQ(::write(to_child_[1], "x", 1), 1);
        wait_for(to_parent_[0]);
    }
    void release() {
        if (child_ > 0) {
            EXPECT_EQ(::write(to_child_[1], "x", 1), 1);
            int status = 0;
            EXPECT_EQ(::waitpid(child_, &status, 0), child_);
            EXPECT_EQ(status, 0);
            child_ = 0;
        }
    }

private:
    static void wait_for(int descriptor) {
        char byte = 0;
        static_cast<void>(::read(descriptor, &byte, 1));
    }
    [[noreturn]] void serve(const std::filesystem::path& file) const {
        int code = 1;
        try {
            wait_for(to_child_[0]);
            SqliteDatabase::Settings settings;
            settings.file = file;
            SqliteDatabase database(settings);
            const SqliteTransaction transaction(database);
            static_cast<void>(::write(to_parent_[1], "x", 1));
            wait_for(to_child_[0]);
            code = 0;
        } catch (const StoreError& error) {
            std::cerr << error.what() << '\n';
        }
        ::_exit(code);
    }

    std::array<int, 2> to_parent_{};
    std::array<int, 2> to_child_{};
    pid_t child_ = 0;
};

struct StoreLoadTest : StoreFixture {
    static constexpr std::size_t runs = 16;

    [[nodiscard]] RunStoreSettings waiting(std::chrono::milliseconds busy_timeout) const {
        RunStoreSettings made = settings();
        made.busy_timeout = busy_timeout;
        return made;
    }
    static core::JournalBatch batch_of(const std::string& run_id) {
        core::JournalBatch batch;
        for (const core::JournalEntry& entry : whole_run(run_id)) {
            batch.records.push_back({batch.records.size() + 1, at_second(0), entry});
        }
        return batch;
    }
    /// One thread for each run; what the store answered.
    static std::vector<std::future<std::optional<core::JournalFailure>>> append_all_runs(
        RunStore& store) {
        std::vector<std::future<std::optional<core::JournalFailure>>> answers;
        for (std::size_t i = 0; i < runs; ++i) {
            answers.push_back(std::async(std::launch::async, [&store, i] {
                const std::string id = "run" + std::to_string(i);
                return answer_to(store, id, batch_of(id));
            }));
        }
        return answers;
    }
};

TEST_F(StoreLoadTest, WaitsForAnotherProcessAsLongAsItMay) {
    OtherProcess other(file());
    RunStore store(waiting(std::chrono::minutes(2)));
    other.hold();
    auto answers = append_all_runs(store);
    while (store.statistics().waiting < runs) {
        std::this_thread::yield();
    }
    other.release();
    for (auto& answer : answers) {
        EXPECT_EQ(answer.get(), std::nullopt);
    }
    EXPECT_EQ(store.check().runs, runs);
    EXPECT_TRUE(store.check().is_sound());
}

TEST_F(StoreLoadTest, SaysThatItMayBeTriedAgainWhenAnotherProcessHoldsOn) {
    OtherProcess other(file());
    RunStore store(waiting(std::chrono::milliseconds(1)));
    other.hold();
    for (auto& answer : append_all_runs(store)) {
        const auto failure = answer.get();
        ASSERT_TRUE(failure);
        EXPECT_TRUE(failure->is_passing) << failure->message;
    }
    EXPECT_EQ(store.statistics().waiting, 0U);
    EXPECT_TRUE(store.list({}).runs.empty());
    other.release();
    for (auto& answer : append_all_runs(store)) {
        EXPECT_EQ(answer.get(), std::nullopt);
    }
    EXPECT_EQ(store.check().runs, runs);
    EXPECT_TRUE(store.check().is_sound());
}

// OA_STORE_BACKUPS: how many.
TEST_F(StoreLoadTest, CopiesItselfWholeWhileRunsGoOn) {
    const char* wanted = std::getenv("OA_STORE_BACKUPS");
    const std::size_t backups = wanted == nullptr ? 10 : std::stoul(wanted);
    RunStore store(settings());
    std::atomic<bool> is_enough{false};
    std::atomic<std::size_t> allowed{0};
    std::array<std::atomic<std::size_t>, 3> ended{};  // runs of each thread that are kept
    std::vector<std::thread> writers;
    for (std::size_t i = 0; i < ended.size(); ++i) {
        writers.emplace_back([&, i] {
            for (std::size_t run = 0; !is_enough; ++run) {
                while (run >= allowed && !is_enough) {
                    std::this_thread::yield();  // not more than there is time to copy
                }
                const std::string id = std::to_string(i) + "-" + std::to_string(run);
                EXPECT_EQ(answer_to(store, id, batch_of(id)), std::nullopt);
                ended.at(i) = run + 1;
            }
        });
    }
    std::uint64_t records = 0;
    for (std::size_t backup = 0; backup < backups; ++backup) {
        std::array<std::size_t, 3> before{};
        for (std::size_t i = 0; i < ended.size(); ++i) {
            before.at(i) = ended.at(i);
        }
        allowed += 50;
        const std::filesystem::path copy = folder / ("copy" + std::to_string(backup));
        const std::filesystem::path restored = folder / ("restored" + std::to_string(backup));
        store.back_up(copy);
        const StoreCheckReport report = restore_store(copy, restored);
        EXPECT_GE(report.runs, before[0] + before[1] + before[2]);
        EXPECT_EQ(report.records, report.runs * 5);  // half a batch is in none
        records += report.records;
        {
            const RunStore again({.folder = restored});
            for (std::size_t i = 0; i < before.size(); ++i) {
                if (before.at(i) > 0) {
                    EXPECT_TRUE(
                        again.find(std::to_string(i) + "-" + std::to_string(before.at(i) - 1)));
                }
            }
        }
        std::filesystem::remove(copy);
        std::filesystem::remove_all(restored);
    }
    is_enough = true;
    for (std::thread& writer : writers) {
        writer.join();
    }
    std::cout << backups << " copies under load, " << records
              << " records in them, each restored and sound\n";
}

}  // namespace
}  // namespace oa::host
