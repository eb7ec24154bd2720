// What it costs that records are durable: batches of 1, 8, 64 and 1000 runs beside each other, with
// each durability, and the floors that the disk and SQLite set, measured in the same run. On the
// disk that has TMPDIR.
//
// A run goes on as the engine's do: at once where the store answers at once, and otherwise on one
// of a few threads when it answers. `x_commit` is the time for each batch, `p50_x_commit` that
// until it is answered, as multiples of a commit of one row by SQLite with the same durability;
// `x_disk`, of an fdatasync of 4 KiB.

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>
#include <boost/json.hpp>
#include <fcntl.h>
#include <unistd.h>

#include "host/store/run_store.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::host {
namespace {

using Clock = std::chrono::steady_clock;

double microseconds(Clock::duration time) {
    return std::chrono::duration<double, std::micro>(time).count();
}

/// Gives the median.
double report_latencies(benchmark::State& state, std::vector<Clock::duration>& times) {
    std::sort(times.begin(), times.end());
    const double median = microseconds(times.at(times.size() / 2));
    state.counters["p50_us"] = median;
    state.counters["p99_us"] = microseconds(times.at(times.size() * 99 / 100));
    return median;
}

// ----- floors -----

double disk_floor = 0;                      // µs
std::map<Durability, double> commit_floor;  // µs, by durability

void floor_fdatasync(benchmark::State& state) {
    const test::TemporaryFolder folder;
    const int file = ::open(folder.at("file").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    const std::array<char, 4096> page{};
    std::vector<Clock::duration> times;
    for ([[maybe_unused]] auto iteration : state) {
        const auto before = Clock::now();
        if (::write(file, page.data(), page.size()) != static_cast<ssize_t>(page.size()) ||
            ::fdatasync(file) != 0) {
            state.SkipWithError("the disk takes nothing");
            break;
        }
        times.push_back(Clock::now() - before);
    }
    ::close(file);
    disk_floor = report_latencies(state, times);
}
BENCHMARK(floor_fdatasync)->Iterations(2000)->UseRealTime();

void floor_sqlite_commit(benchmark::State& state) {
    const test::TemporaryFolder folder;
    SqliteDatabase::Settings settings;
    settings.file = folder / "x.db";
    settings.durability = static_cast<Durability>(state.range(0));
    SqliteDatabase database(settings);
    database.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT");
    const std::string text(200, 'x');
    std::vector<Clock::duration> times;
    for ([[maybe_unused]] auto iteration : state) {
        const auto before = Clock::now();
        SqliteStatement(database, "INSERT INTO t (b) VALUES (?1)")
            .bind(1, std::string_view(text))
            .run();
        times.push_back(Clock::now() - before);
    }
    commit_floor[settings.durability] = report_latencies(state, times);
    state.SetLabel(std::string(to_string(settings.durability)));
}
BENCHMARK(floor_sqlite_commit)
    ->ArgName("durability")
    ->DenseRange(0, 2)
    ->Iterations(2000)
    ->UseRealTime();

// ----- runs -----

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

/// Runs beside each other that append a batch after the other.
class Crowd {
public:
    Crowd(RunStore& store, std::size_t runs, std::size_t records, std::size_t batches)
        : store_(store), records_(records), batches_(batches), runs_(runs) {
        for (std::size_t i = 0; i < runs; ++i) {
            runs_[i].id = "run" + std::to_string(i);
            runs_[i].times.reserve(batches);
            ready_.push_back(&runs_[i]);
        }
    }

    void run() {
        std::vector<std::thread> threads;
        for (std::size_t i = 1; i < std::min<std::size_t>(threads_max, runs_.size()); ++i) {
            threads.emplace_back([this] { go_on(); });
        }
        go_on();
        for (std::thread& thread : threads) {
            thread.join();
        }
    }

    [[nodiscard]] bool has_failed() const { return has_failed_; }
    [[nodiscard]] std::vector<Clock::duration> times() const {
        std::vector<Clock::duration> all;
        for (const Run& run : runs_) {
            all.insert(all.end(), run.times.begin(), run.times.end());
        }
        return all;
    }

private:
    static constexpr std::size_t threads_max = 4;

    struct Run {
        std::string id;
        core::JournalBatch batch;
        std::uint64_t last = 0;
        Clock::time_point begun;
        std::vector<Clock::duration> times;
        std::atomic<bool> is_over{false};  // either append() or the answer
    };

    void go_on() {
        while (Run* run = next()) {
            // As long as the store answers before append() returns.
            while (append(*run)) {
            }
        }
    }

    Run* next() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !ready_.empty() || ended_ == runs_.size(); });
        if (ready_.empty()) {
            return nullptr;
        }
        Run* run = ready_.front();
        ready_.pop_front();
        return run;
    }

    /// True: it has been answered, and there is more to append.
    bool append(Run& run) {
        run.batch.records.clear();
        for (std::size_t i = 0; i < records_; ++i) {
            run.batch.records.push_back(record_of(++run.last, run.id));
        }
        run.is_over = false;
        run.begun = Clock::now();
        store_.append(run.id, run.batch, [this, &run](const core::JournalFailure* failure) {
            run.times.push_back(Clock::now() - run.begun);
            has_failed_ = has_failed_ || failure != nullptr;
            if (run.is_over.exchange(true)) {
                hand_on(run);
            }
        });
        if (!run.is_over.exchange(true)) {
            return false;
        }
        if (run.times.size() < batches_) {
            return true;
        }
        end_one();
        return false;
    }

    void hand_on(Run& run) {
        if (run.times.size() == batches_) {
            return end_one();
        }
        const std::lock_guard lock(mutex_);
        ready_.push_back(&run);
        changed_.notify_one();
    }
    void end_one() {
        const std::lock_guard lock(mutex_);
        if (++ended_ == runs_.size()) {
            changed_.notify_all();
        }
    }

    RunStore& store_;
    std::size_t records_;  // in a batch
    std::size_t batches_;  // of a run
    std::vector<Run> runs_;
    std::atomic<bool> has_failed_{false};
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Run*> ready_;
    std::size_t ended_ = 0;
};

void append_batches(benchmark::State& state) {
    constexpr std::size_t batches_in_all = 8000;
    const auto durability = static_cast<Durability>(state.range(0));
    const auto runs = static_cast<std::size_t>(state.range(1));
    const auto records = static_cast<std::size_t>(state.range(2));
    const std::size_t batches =
        std::max<std::size_t>(8, batches_in_all / std::max<std::size_t>(runs, 4));
    const test::TemporaryFolder folder;
    RunStoreSettings settings;
    settings.folder = folder / "store";
    settings.durability = durability;
    RunStore store(settings);
    Crowd crowd(store, runs, records, batches);
    const auto before = Clock::now();
    for ([[maybe_unused]] auto iteration : state) {
        crowd.run();
    }
    const double each = microseconds(Clock::now() - before) / static_cast<double>(runs * batches);
    if (crowd.has_failed()) {
        state.SkipWithError("the store takes nothing");
        return;
    }
    std::vector<Clock::duration> times = crowd.times();
    state.counters["p50_x_commit"] = report_latencies(state, times) / commit_floor[durability];
    state.counters["us_per_batch"] = each;
    state.counters["x_commit"] = each / commit_floor[durability];
    state.counters["x_disk"] = each / disk_floor;
    const WriterStatistics statistics = store.statistics();
    state.counters["batches_per_commit"] =
        static_cast<double>(statistics.batches) / static_cast<double>(statistics.transactions);
    state.SetItemsProcessed(static_cast<std::int64_t>(statistics.records));
    state.SetLabel(std::string(to_string(durability)));
}
BENCHMARK(append_batches)
    ->ArgNames({"durability", "runs", "records"})
    ->ArgsProduct({{0, 1, 2}, {1, 8, 64, 1000}, {1, 3, 10}})
    ->Iterations(1)
    ->UseRealTime();

}  // namespace
}  // namespace oa::host

BENCHMARK_MAIN();
