// A thousand faults, four at a time, beside runs that must notice nothing of it.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <map>
#include <mutex>
#include <random>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>

#include "host/engine/run_loop.hpp"
#include "host/engine/timer_queue.hpp"
#include "host/engine/worker_pool.hpp"
#include "host/store/memory_journal.hpp"
#include "tests/isolation/fault_table.hpp"
#include "tests/isolation/faults.hpp"
#include "tests/isolation/house.hpp"
#include "tests/isolation/inside.hpp"
#include "tests/isolation/process_state.hpp"
#include "tests/isolation/scene.hpp"
#include "tests/support/recording_sink.hpp"
#include "tests/support/workflow_builder.hpp"

namespace oa::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr unsigned seed = 20'240'601;
constexpr std::size_t faults_count = 1'000;
constexpr std::size_t fault_threads = 4;
constexpr std::size_t healthy_count = 20;
constexpr std::size_t faults_per_round = 25;  // as often does each healthy run begin again
constexpr auto healthy_max = 10s;
constexpr std::size_t memory_kib_max = 8 << 10;

std::vector<const Fault*> quick_faults() {
    std::vector<const Fault*> out;
    for (const Fault& fault : all_faults()) {
        if (fault.speed == Fault::Speed::Quick) {
            out.push_back(&fault);
        }
    }
    return out;
}

/// What the threads of a storm share.
class Progress {
public:
    void one_done() {
        {
            const std::lock_guard lock(mutex_);
            ++done_;
        }
        changed_.notify_all();
    }
    void stop() {
        {
            const std::lock_guard lock(mutex_);
            stopped_ = true;
        }
        changed_.notify_all();
    }
    /// False once the storm is over.
    [[nodiscard]] bool wait_for(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return stopped_ || done_ >= count; });
        return !stopped_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t done_ = 0;
    bool stopped_ = false;
};

/// What went wrong, from many threads.
class Complaints {
public:
    void add(const std::string& text) {
        const std::lock_guard lock(mutex_);
        texts_.push_back(text);
    }
    void report() const {
        const std::lock_guard lock(mutex_);
        for (const std::string& text : texts_) {
            ADD_FAILURE() << text;
        }
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> texts_;
};

/// Runs of small workflows, again and again, through the engine.
class HealthyRuns {
public:
    HealthyRuns(core::TaskInvoker& invoker, Progress& progress, Complaints& complaints)
        : invoker_(invoker), progress_(progress), complaints_(complaints) {
        for (std::size_t i = 0; i < healthy_count; ++i) {
            threads_.emplace_back([this, i] { repeat(i); });
        }
    }
    void join() {
        for (std::thread& thread : threads_) {
            thread.join();
        }
    }
    [[nodiscard]] std::size_t count() const { return count_; }
    [[nodiscard]] std::chrono::milliseconds slowest() const {
        return std::chrono::milliseconds(slowest_);
    }

private:
    static core::Task& task(WorkflowBuilder& builder,
                            const std::string& name,
                            const std::string& module,
                            const std::string& function) {
        core::Task& out = builder.task(name);
        out.module = module;
        out.function = function;
        out.info = modules().find(module, function);
        out.params = core::Template(core::Template::Object{});
        return out;
    }

    void repeat(std::size_t number) {
        std::size_t rounds = 0;
        do {
            run_once("healthy-" + std::to_string(number) + "-" + std::to_string(rounds));
            ++rounds;
        } while (progress_.wait_for(rounds * faults_per_round));
    }

    void run_once(const std::string& id) {
        WorkflowBuilder builder(core::Flow::Sequence);
        task(builder, "apart", "isolated", "rest");
        task(builder, "inside", "calls", "noop");
        task(builder, "apart_again", "isolated", "rest");
        host::MemoryJournal journal;
        RecordingSink sink;
        const auto started = steady_clock::now();
        const auto loop = host::RunLoop::make(
            host::RunServices{
                invoker_, journal, sink, clock_, pool_, timers_,
                [](std::string_view) -> std::optional<std::string> { return std::nullopt; }},
            host::RunRequest{.workflow = std::make_shared<const core::Workflow>(builder.build()),
                             .inputs = {},
                             .run_id = id,
                             .attempt = 1,
                             .settings = {}});
        loop->start();
        const core::RunReport& report = loop->wait();
        const auto duration =
            std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - started);
        if (report.status != core::RunStatus::Succeeded) {
            complaints_.add(id + " failed: " + (report.failure ? report.failure->message : ""));
        }
        ++count_;
        auto slowest = slowest_.load();
        while (duration.count() > slowest &&
               !slowest_.compare_exchange_weak(slowest, duration.count())) {
        }
    }

    core::TaskInvoker& invoker_;
    Progress& progress_;
    Complaints& complaints_;
    host::SystemClock clock_;
    host::WorkerPool pool_{healthy_count};
    host::TimerQueue timers_;
    std::atomic<std::size_t> count_{0};
    std::atomic<std::chrono::milliseconds::rep> slowest_{0};
    std::vector<std::thread> threads_;
};

/// The storm itself, over a list of faults.
class Storm {
public:
    Storm(House& house, Scene& scene, Progress& progress, Complaints& complaints)
        : house_(house), scene_(scene), progress_(progress), complaints_(complaints) {}

    void run(const std::vector<const Fault*>& faults) {
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < fault_threads; ++i) {
            threads.emplace_back([&] {
                for (std::size_t at = next_++; at < faults.size(); at = next_++) {
                    cause(*faults[at]);
                    progress_.one_done();
                }
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
    }
    void print() {
        std::sort(detections_.begin(), detections_.end());
        ASSERT_FALSE(detections_.empty());
        const auto at = [&](double share) {
            const auto index =
                static_cast<std::size_t>(share * static_cast<double>(detections_.size() - 1));
            return static_cast<double>(detections_[index].count()) / 1000.0;
        };
        std::printf("deaths: %zu, seen after p50 %.2f ms, p99 %.2f ms, at most %.2f ms\n",
                    detections_.size(), at(0.5), at(0.99), at(1));
        for (const auto& [code, count] : codes_) {
            std::printf("  %6zu %s\n", count, code.c_str());
        }
    }
    /// 99 of a hundred are faster.
    [[nodiscard]] std::chrono::microseconds detection_p99() const {
        return detections_[(detections_.size() - 1) * 99 / 100];
    }

private:
    void cause(const Fault& fault) {
        const std::string module = std::string(fault.module) + "_alone";
        House::Call call;
        // Another thread's fault may have put the module into quarantine.
        for (int turn = 0; turn < 100; ++turn) {
            call = house_.call(modules(), module, std::string(fault.function),
                               scene_.fill(fault.params, house_.zygote()), time_for(fault));
            const bool refused =
                call.outcome.failure &&
                call.outcome.failure->message.find("is not called any more") != std::string::npos;
            if (!refused) {
                break;
            }
            house_.quarantine.release(module);
        }
        check(fault, call);
    }

    void check(const Fault& fault, const House::Call& call) {
        const auto& failure = call.outcome.failure;
        const std::string code = failure ? failure->code : "succeeded";
        const bool expected =
            fault.codes.empty()
                ? !failure
                : std::find(fault.codes.begin(), fault.codes.end(), code) != fault.codes.end();
        if (!expected) {
            complaints_.add(std::string(fault.name) + ": " + code +
                            (failure ? ": " + failure->message : ""));
        }
        const std::lock_guard lock(mutex_);
        ++codes_[code];
        if (call.detection) {
            detections_.push_back(*call.detection);
        }
    }

    House& house_;
    Scene& scene_;
    Progress& progress_;
    Complaints& complaints_;
    std::atomic<std::size_t> next_{0};
    std::mutex mutex_;
    std::vector<std::chrono::microseconds> detections_;
    std::map<std::string, std::size_t> codes_;
};

host::isolation::IsolationSettings storm_settings() {
    auto out = test_settings();
    // Each fault in a process that nothing has happened to yet.
    out.pool.calls_max = 1;
    out.pool.warm = 0;
    return out;
}

void run_storm(const std::vector<const Fault*>& faults, bool print) {
    Scene scene;
    const TemporaryFolder folder;
    Progress progress;
    Complaints complaints;
    {
        House house(storm_settings(), folder);
        // Beside the faults, on the same processes, with workers that are used again.
        host::isolation::IsolatedInvoker isolated(test_settings(), house.supervisor,
                                                  house.quarantine, nullptr);
        host::isolation::PluginInvoker invoker(test_settings(), house.in_process, isolated,
                                               house.quarantine);
        ASSERT_TRUE(house.is_well("isolated", "rest"));
        const pid_t zygote = house.zygote();
        HealthyRuns healthy(invoker, progress, complaints);
        Storm storm(house, scene, progress, complaints);
        const auto started = steady_clock::now();
        storm.run(faults);
        progress.stop();
        healthy.join();
        EXPECT_EQ(house.zygote(), zygote);
        EXPECT_LT(healthy.slowest(), healthy_max);
        if (print) {
            const std::chrono::duration<double> duration = steady_clock::now() - started;
            std::printf("%zu faults in %.1f s (seed %u); %zu healthy runs, slowest %lld ms\n",
                        faults.size(), duration.count(), seed, healthy.count(),
                        static_cast<long long>(healthy.slowest().count()));
            storm.print();
            EXPECT_LT(storm.detection_p99(), 1s);
        }
    }
    complaints.report();
    EXPECT_EQ(scene.harm(), "");
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
    EXPECT_TRUE(eventually([&] { return processes_named(scene.name()).empty(); }));
    EXPECT_TRUE(eventually([] { return descendants().size() <= 1; }));  // the scene has one
}

TEST(FaultStormTest, AThousandFaultsHarmNoHealthyRun) {
    std::vector<const Fault*> faults = quick_faults();
    run_storm(faults, false);  // what is made once and kept belongs to the state before
    const pid_t pid = getpid();
    const ProcessState before = read_process_state();

    const std::vector<const Fault*> kinds = faults;
    while (faults.size() < faults_count) {
        faults.push_back(kinds[faults.size() % kinds.size()]);
    }
    std::shuffle(faults.begin(), faults.end(), std::mt19937(seed));
    run_storm(faults, true);

    EXPECT_EQ(getpid(), pid);
    std::vector<std::string> changes;
    EXPECT_TRUE(eventually([&] {
        changes = differences(before, read_process_state(), memory_kib_max);
        return changes.empty();
    }));
    for (const std::string& change : changes) {
        ADD_FAILURE() << "the host has changed: " << change;
    }
}

TEST(FaultStormTest, TheSameFaultsEndAHostThatRunsThemItself) {
    for (const auto* function : {"null_write", "abort", "stack_overflow", "exit"}) {
        EXPECT_TRUE(run_inside(function, "{}").dead) << function;
    }
    EXPECT_FALSE(run_inside("change_directory", "{}").dead);
    EXPECT_NE(run_inside("change_directory", "{}").words.find("working folder"), std::string::npos);
}

}  // namespace
}  // namespace oa::test

// Beside the tests, this program is the process that `--inside` harms, and prints with `--table`
// what docs/isolation.md shows.
int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (!arguments.empty() && arguments.front() == "--inside") {
        return oa::test::inside_main(arguments);
    }
    if (!arguments.empty() && arguments.front() == "--table") {
        return oa::test::print_fault_table();
    }
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
