// What it costs that a record is durable: appends by 1, 8 and 64 runs beside each other, with each
// durability, and the floor that the disk and SQLite set, measured in the same run. On the disk
// that has TMPDIR.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <boost/json.hpp>
#include <fcntl.h>
#include <unistd.h>

#include "host/store/run_store.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::host {
namespace {

/// Of one thread.
class Latencies {
public:
    template <typename Work>
    void measure(const Work& work) {
        const auto before = std::chrono::steady_clock::now();
        work();
        times_.push_back(std::chrono::steady_clock::now() - before);
    }
    /// On average over the threads.
    void report(benchmark::State& state) {
        std::sort(times_.begin(), times_.end());
        const auto microseconds = [&](std::size_t percent) {
            const auto time = times_.at((times_.size() - 1) * percent / 100);
            return benchmark::Counter(std::chrono::duration<double, std::micro>(time).count(),
                                      benchmark::Counter::kAvgThreads);
        };
        state.counters["p50_us"] = microseconds(50);
        state.counters["p99_us"] = microseconds(99);
        state.SetItemsProcessed(state.iterations());
    }

private:
    std::vector<std::chrono::steady_clock::duration> times_;
};

core::JournalRecord record_of(std::uint64_t number, const std::string& run_id) {
    const auto now = std::chrono::system_clock::now();
    if (number == 1) {
        core::RunCreated entry;
        entry.run_id = run_id;
        entry.workflow = "bench";
        return {number, now, entry};
    }
    // As a run has them: an attempt that starts, and its output.
    const auto execution = static_cast<core::ExecutionIndex>(number / 2);
    if (number % 2 == 0) {
        return {number, now, core::AttemptStarted{execution, execution % 10, 1, {}}};
    }
    return {number, now,
            core::MachineEvent{core::AttemptSucceeded{execution, 1},
                               std::make_shared<const boost::json::value>(boost::json::object{
                                   {"status", 200}, {"body", "some hundred bytes of an answer"}})}};
}

class StoreBench : public benchmark::Fixture {
public:
    // By each thread; the others begin when the first one has done this.
    void SetUp(benchmark::State& state) override {
        if (state.thread_index() == 0) {
            folder_ = std::make_unique<test::TemporaryFolder>();
            RunStoreSettings settings;
            settings.folder = folder_->path() / "store";
            settings.durability = static_cast<Durability>(state.range(0));
            store_ = std::make_unique<RunStore>(settings);
        }
    }
    void TearDown(benchmark::State& state) override {
        if (state.thread_index() == 0) {
            store_.reset();
            folder_.reset();
        }
    }

protected:
    void append(benchmark::State& state) {
        const std::string run_id = "run" + std::to_string(state.thread_index());
        std::uint64_t number = 0;
        Latencies latencies;
        for ([[maybe_unused]] auto iteration : state) {
            core::JournalRecord record = record_of(++number, run_id);
            latencies.measure([&] { store_->append(run_id, std::move(record)); });
        }
        latencies.report(state);
        if (state.thread_index() == 0) {
            const WriterStatistics statistics = store_->statistics();
            state.counters["records_per_commit"] = static_cast<double>(statistics.records) /
                                                   static_cast<double>(statistics.transactions);
            state.SetLabel(std::string(to_string(static_cast<Durability>(state.range(0)))));
        }
    }

private:
    std::unique_ptr<test::TemporaryFolder> folder_;
    std::unique_ptr<RunStore> store_;
};

BENCHMARK_DEFINE_F(StoreBench, append)(benchmark::State& state) {
    append(state);
}
BENCHMARK_REGISTER_F(StoreBench, append)
    ->ArgName("durability")
    ->DenseRange(0, 2)
    ->Threads(1)
    ->Threads(8)
    ->Threads(64)
    ->UseRealTime();

void floor_fdatasync(benchmark::State& state) {
    const test::TemporaryFolder folder;
    const int file = ::open(folder.at("file").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    const std::array<char, 4096> page{};
    Latencies latencies;
    for ([[maybe_unused]] auto iteration : state) {
        latencies.measure([&] {
            if (::write(file, page.data(), page.size()) != static_cast<ssize_t>(page.size()) ||
                ::fdatasync(file) != 0) {
                state.SkipWithError("the disk takes nothing");
            }
        });
    }
    latencies.report(state);
    ::close(file);
}
BENCHMARK(floor_fdatasync)->UseRealTime();

void floor_sqlite_commit(benchmark::State& state) {
    const test::TemporaryFolder folder;
    SqliteDatabase::Settings settings;
    settings.file = folder / "x.db";
    settings.durability = static_cast<Durability>(state.range(0));
    SqliteDatabase database(settings);
    database.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT");
    const std::string text(200, 'x');
    Latencies latencies;
    for ([[maybe_unused]] auto iteration : state) {
        latencies.measure([&] {
            SqliteStatement(database, "INSERT INTO t (b) VALUES (?1)")
                .bind(1, std::string_view(text))
                .run();
        });
    }
    latencies.report(state);
    state.SetLabel(std::string(to_string(settings.durability)));
}
BENCHMARK(floor_sqlite_commit)->ArgName("durability")->DenseRange(0, 2)->UseRealTime();

}  // namespace
}  // namespace oa::host

BENCHMARK_MAIN();
