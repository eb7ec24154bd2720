// What durable runs cost, with each durability, beside the floors of the same run: an fdatasync of
// 4 KiB, and a commit of one row by SQLite. On the disk that has TMPDIR. Functions do nothing.
//
// `p50_us` is the time of a run from being submitted to its end; `x_commit` that time, or the time
// for each task, as a multiple of a commit.

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <boost/json.hpp>
#include <fcntl.h>
#include <unistd.h>

#include "host/engine/engine.hpp"
#include "host/engine/quiet_sink.hpp"
#include "host/engine/system_clock.hpp"
#include "host/engine/timer_queue.hpp"
#include "host/engine/worker_pool.hpp"
#include "host/store/run_store.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/workflow_builder.hpp"

namespace oa::host {
namespace {

using Clock = std::chrono::steady_clock;

double microseconds(Clock::duration time) {
    return std::chrono::duration<double, std::micro>(time).count();
}

/// Calls that succeed at once.
class NoopInvoker final : public core::TaskInvoker {
public:
    class Call final : public core::CallControl {
    public:
        void cancel() override {}
        void abandon() override {}
    };
    std::shared_ptr<core::CallControl> prepare(std::shared_ptr<const core::Invocation> /*call*/,
                                               core::CallObserver& /*observer*/) override {
        return std::make_shared<Call>();
    }
    core::Outcome invoke(core::CallControl& /*call*/) override { return {}; }
};

struct House {
    House(const std::string& folder, Durability durability)
        : store({.folder = folder, .durability = durability}),
          engine(RunServices{.invoker = invoker,
                             .journal = store,
                             .sink = sink,
                             .clock = clock,
                             .pool = pool,
                             .timers = timers,
                             .environment = nullptr,
                             .continuations = &continuations,
                             .history = &store},
                 {.queue = {.max_runs = 1'000}}) {}

    /// Starts a run; `ended` counts it.
    void submit(const std::shared_ptr<const core::Workflow>& workflow) {
        const std::uint64_t number = begun_++;
        engine.submit({.workflow = workflow,
                       .inputs = {},
                       .run_id = "run" + std::to_string(number),
                       .on_end = [this](const core::RunReport& /*report*/,
                                        const boost::json::object& /*variables*/) {
                           const std::lock_guard lock(mutex_);
                           ++ended_;
                           changed_.notify_all();
                       }});
    }
    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return ended_ == begun_; });
    }

    NoopInvoker invoker;
    QuietSink sink;
    SystemClock clock;
    RunStore store;
    TimerQueue timers;
    WorkerPool pool{64};
    WorkerPool continuations{4};
    Engine engine;

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t begun_ = 0;
    std::uint64_t ended_ = 0;
};

std::shared_ptr<const core::Workflow> chain(std::size_t tasks) {
    test::WorkflowBuilder builder(core::Flow::Sequence);
    for (std::size_t index = 0; index < tasks; ++index) {
        builder.task("t" + std::to_string(index));
    }
    return std::make_shared<const core::Workflow>(builder.build());
}

std::shared_ptr<const core::Workflow> fan_out(std::size_t tasks) {
    test::WorkflowBuilder builder(core::Flow::Graph);
    for (std::size_t index = 0; index < tasks; ++index) {
        builder.task("t" + std::to_string(index));
    }
    return std::make_shared<const core::Workflow>(builder.build());
}

// ----- floors -----

std::map<Durability, double> commit_floor;  // µs

void floor_fdatasync(benchmark::State& state) {
    const test::TemporaryFolder folder;
    const int file = ::open(folder.at("file").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    const std::array<char, 4096> page{};
    for ([[maybe_unused]] auto iteration : state) {
        if (::write(file, page.data(), page.size()) < 0 || ::fdatasync(file) != 0) {
            state.SkipWithError("the disk does not take it");
            break;
        }
    }
    ::close(file);
}
BENCHMARK(floor_fdatasync)->Name("floor: fdatasync of 4 KiB")->UseRealTime();

void floor_commit(benchmark::State& state, Durability durability) {
    const test::TemporaryFolder folder;
    SqliteDatabase database({.file = folder.at("one.db"), .durability = durability});
    database.execute("CREATE TABLE one (a INTEGER) STRICT");
    std::vector<Clock::duration> times;
    for ([[maybe_unused]] auto iteration : state) {
        const auto begun = Clock::now();
        SqliteTransaction transaction(database);
        SqliteStatement(database, "INSERT INTO one VALUES (1)").run();
        transaction.commit();
        times.push_back(Clock::now() - begun);
    }
    std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                     times.end());
    commit_floor[durability] = microseconds(times.at(times.size() / 2));
}

// ----- runs -----

void one_by_one(benchmark::State& state, Durability durability, std::size_t tasks) {
    const test::TemporaryFolder folder;
    House house(folder.at("store"), durability);
    const auto workflow = chain(tasks);
    std::vector<Clock::duration> times;
    for ([[maybe_unused]] auto iteration : state) {
        const auto begun = Clock::now();
        house.submit(workflow);
        house.wait();
        times.push_back(Clock::now() - begun);
    }
    std::sort(times.begin(), times.end());
    const double median = microseconds(times.at(times.size() / 2));
    state.counters["p50_us"] = median;
    state.counters["p99_us"] = microseconds(times.at(times.size() * 99 / 100));
    state.counters["x_commit"] = median / commit_floor[durability];
}

void together(benchmark::State& state,
              Durability durability,
              std::size_t runs,
              const std::shared_ptr<const core::Workflow>& workflow) {
    const test::TemporaryFolder folder;
    House house(folder.at("store"), durability);
    Clock::duration all{};
    for ([[maybe_unused]] auto iteration : state) {
        const auto begun = Clock::now();
        for (std::size_t run = 0; run < runs; ++run) {
            house.submit(workflow);
        }
        house.wait();
        all += Clock::now() - begun;
    }
    const auto tasks = static_cast<double>(state.iterations() * static_cast<std::int64_t>(runs)) *
                       static_cast<double>(workflow->tasks.size());
    state.counters["tasks_per_s"] = tasks / (microseconds(all) / 1e6);
    state.counters["x_commit"] = microseconds(all) / tasks / commit_floor[durability];
}

std::uint64_t resident_kib() {
    std::ifstream status("/proc/self/statm");
    std::uint64_t pages = 0;
    std::uint64_t resident = 0;
    status >> pages >> resident;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) / 1024;
}

// Whether memory and the store stay as they are while runs come and go.
void come_and_go(benchmark::State& state) {
    constexpr int runs_each_time = 1'000;
    const test::TemporaryFolder folder;
    House house(folder.at("store"), Durability::None);
    const auto workflow = chain(3);
    std::uint64_t warm = 0;
    std::int64_t rounds = 0;
    for ([[maybe_unused]] auto iteration : state) {
        for (int run = 0; run < runs_each_time; ++run) {
            house.submit(workflow);
        }
        house.wait();
        static_cast<void>(house.store.remove_old({.count_max = 1'000}, house.clock.wall()));
        if (++rounds == state.max_iterations / 10) {
            warm = resident_kib();
        }
    }
    state.counters["runs"] = static_cast<double>(rounds * runs_each_time);
    state.counters["KiB after a tenth"] = static_cast<double>(warm);
    state.counters["KiB at the end"] = static_cast<double>(resident_kib());
    state.counters["store KiB"] =
        static_cast<double>(std::filesystem::file_size(house.store.file())) / 1024;
}

void add_benchmarks() {
    constexpr std::array<std::pair<Durability, const char*>, 3> all{
        std::pair{Durability::Full, "full"}, std::pair{Durability::Normal, "normal"},
        std::pair{Durability::None, "none"}};
    for (const auto& [durability, name] : all) {
        const std::string with = std::string(", ") + name;
        benchmark::RegisterBenchmark(("floor: SQLite commit of one row" + with).c_str(),
                                     floor_commit, durability)
            ->UseRealTime();
        benchmark::RegisterBenchmark(("chain of 3 tasks" + with).c_str(), one_by_one, durability, 3)
            ->UseRealTime();
        benchmark::RegisterBenchmark(("chain of 40 tasks" + with).c_str(), one_by_one, durability,
                                     40)
            ->UseRealTime();
        benchmark::RegisterBenchmark(("10,000 tasks side by side" + with).c_str(), together,
                                     durability, 1, fan_out(10'000))
            ->Unit(benchmark::kMillisecond)
            ->UseRealTime();
        benchmark::RegisterBenchmark(("1,000 runs of 10 tasks" + with).c_str(), together,
                                     durability, 1'000, chain(10))
            ->Unit(benchmark::kMillisecond)
            ->UseRealTime();
    }
    benchmark::RegisterBenchmark("200,000 runs that come and go", come_and_go)
        ->Iterations(200)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
}

}  // namespace
}  // namespace oa::host

int main(int argc, char** argv) {
    oa::host::add_benchmarks();
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
