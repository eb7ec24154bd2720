#include <atomic>
#include <latch>

#include "host/isolation/worker_pool.hpp"
#include "oa/plugin.h"
#include "tests/host/isolation/isolation_fixture.hpp"
#include "tests/host/isolation/scripted_launcher.hpp"

namespace oa::host::isolation {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// Calls of scripted workers that a test lets go on.
class Hold {
public:
    void wait() {
        std::unique_lock lock(mutex_);
        ++held_;
        changed_.notify_all();
        changed_.wait(lock, [&] { return open_; });
    }
    void wait_for(std::size_t count) {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, 30s, [&] { return held_ >= count; }));
    }
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    [[nodiscard]] std::size_t held() {
        const std::lock_guard lock(mutex_);
        return held_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t held_ = 0;
    bool open_ = false;
};

/// Behind TaskInvoker, so that calls can run on threads of their own.
class PoolInvoker final : public core::TaskInvoker {
public:
    explicit PoolInvoker(WorkerPool& pool) : pool_(pool) {}
    std::shared_ptr<core::CallControl> prepare(std::shared_ptr<const core::Invocation> call,
                                               core::CallObserver& observer) override {
        return std::make_shared<IsolatedCall>(std::move(call), observer);
    }
    core::Outcome invoke(core::CallControl& call) override {
        const auto keep = static_cast<IsolatedCall&>(call).shared_from_this();
        return pool_.run(*keep);
    }

private:
    WorkerPool& pool_;
};

struct PoolTest : testing::Test {
    PoolSettings settings{.workers_max = 2, .threads = 2, .start_max = 30s};
    WaitingObserver observer;
    Hold hold;
    std::atomic<int> blamed{0};
    std::shared_ptr<RecordingLog> log = std::make_shared<RecordingLog>();
    std::unique_ptr<ScriptedLauncher> launcher;
    std::shared_ptr<WorkerPool> pool;
    std::unique_ptr<PoolInvoker> invoker;

    PoolTest() { workshop(); }

    void start(WorkerScript script) {
        launcher = std::make_unique<ScriptedLauncher>(std::move(script));
        WorkerSpec spec{.module = workshop_module(),
                        .load = {},
                        .limits = {},
                        .start_max = settings.start_max,
                        .stop_max = 1s,
                        .log = log,
                        .blame = [this](Blame, const std::string&) { ++blamed; }};
        pool = std::make_shared<WorkerPool>(std::make_shared<const WorkerSpec>(std::move(spec)),
                                            settings, *launcher);
        invoker = std::make_unique<PoolInvoker>(*pool);
    }
    /// Workers whose calls wait for the test.
    void start_holding() {
        start(good_worker(workshop_module(),
                          [this](WorkerEndpoint& worker, std::uint64_t call, const RunMessage&) {
                              hold.wait();
                              worker.send(output("1"), call);
                              return std::optional<WorkerEnd>();
                          }));
    }
    /// Workers that say which one they are.
    void start_answering() {
        start(good_worker(workshop_module(),
                          [](WorkerEndpoint& worker, std::uint64_t call, const RunMessage&) {
                              worker.send(output(std::to_string(worker.index())), call);
                              return std::optional<WorkerEnd>();
                          }));
    }
    core::Outcome call(const std::string& function) {
        return run_call(*invoker, observer, invocation(function));
    }
    std::unique_ptr<BackgroundCall> begin(core::Invocation call) {
        return std::make_unique<BackgroundCall>(*invoker, observer, std::move(call));
    }
    std::unique_ptr<BackgroundCall> begin(const std::string& function) {
        return begin(invocation(function));
    }
    void wait_ended(std::size_t index) const {
        EXPECT_TRUE(launcher->processes().at(index)->wait_end(steady_clock::now() + 30s));
    }
};

TEST_F(PoolTest, AWorkerIsKeptForTheNextCall) {
    start_answering();

    EXPECT_EQ(call("own_noop").output.as_int64(), 0);
    EXPECT_EQ(call("own_echo").output.as_int64(), 0);

    EXPECT_EQ(launcher->launched(), 1U);
    EXPECT_EQ(pool->numbers().idle, 1U);
}

TEST_F(PoolTest, CallsThatNeedAWorkerEachGetOneUpToTheMaximum) {
    start_holding();
    const auto first = begin("own_noop");
    const auto second = begin("own_noop");
    hold.wait_for(2);
    const auto third = begin("own_noop");
    hold.open();

    EXPECT_EQ(code_of(first->outcome()), "");
    EXPECT_EQ(code_of(second->outcome()), "");
    EXPECT_EQ(code_of(third->outcome()), "");
    EXPECT_EQ(launcher->launched(), 2U);
}

TEST_F(PoolTest, CallsOfThreadSafeFunctionsShareAWorkerUntilItIsFull) {
    std::atomic<std::size_t> running{0};
    std::latch full(1);
    // Answers nothing before the second call has come to the same worker.
    start([&](WorkerEndpoint& worker) {
        std::vector<std::uint64_t> calls;
        while (const auto got = worker.receive()) {
            if (const auto* load = std::get_if<Load>(&got->message)) {
                EXPECT_EQ(load->threads, 2U);
                worker.send(Ready{manifest_of(workshop_module()), "{}"});
            } else if (std::holds_alternative<RunMessage>(got->message)) {
                calls.push_back(got->call);
                ++running;
                if (calls.size() == 2) {
                    full.wait();
                    for (const auto number : calls) {
                        worker.send(output(std::to_string(worker.index())), number);
                    }
                    calls.clear();
                }
            }
        }
        return exits(0);
    });
    std::vector<std::unique_ptr<BackgroundCall>> calls;
    for (int i = 0; i < 4; ++i) {
        calls.push_back(begin("shared_noop"));
    }
    while (running < 4) {
        std::this_thread::yield();
    }
    full.count_down();

    std::vector<std::int64_t> workers;
    for (const auto& each : calls) {
        workers.push_back(each->outcome().output.as_int64());
    }
    std::sort(workers.begin(), workers.end());
    EXPECT_EQ(workers, (std::vector<std::int64_t>{0, 0, 1, 1}));
}

TEST_F(PoolTest, AWorkerRunsNoMoreCallsOfAFunctionThanThatAllows) {
    start_holding();
    const auto first = begin("shared_one");
    hold.wait_for(1);
    const auto second = begin("shared_one");
    hold.wait_for(2);
    hold.open();

    EXPECT_EQ(code_of(first->outcome()), "");
    EXPECT_EQ(code_of(second->outcome()), "");
    EXPECT_EQ(launcher->launched(), 2U) << "there was room in the first, but not for this function";
}

TEST_F(PoolTest, ACallThatWaitsForAWorkerEndsWhenItsTimeIsOver) {
    settings.workers_max = 1;
    start_holding();
    const auto first = begin("own_noop");
    hold.wait_for(1);
    auto late = invocation("own_noop");
    late.deadline = steady_clock::now() + 1ms;

    EXPECT_EQ(code_of(run_call(*invoker, observer, late)), "deadline");

    hold.open();
    EXPECT_EQ(code_of(first->outcome()), "");
    EXPECT_EQ(hold.held(), 1U);
}

TEST_F(PoolTest, ACallThatWaitsForAWorkerCanBeCancelledAndAbandoned) {
    settings.workers_max = 1;
    start_holding();
    const auto first = begin("own_noop");
    hold.wait_for(1);
    const auto second = begin("own_noop");
    const auto third = begin("own_noop");

    second->control().cancel();
    third->control().abandon();

    EXPECT_EQ(code_of(second->outcome()), "cancelled");
    EXPECT_EQ(code_of(third->outcome()), "cancelled");
    hold.open();
    EXPECT_EQ(code_of(first->outcome()), "");
    EXPECT_EQ(hold.held(), 1U);
}

TEST_F(PoolTest, ACallCancelledBeforehandStartsNoWorker) {
    start_answering();
    const auto prepared = invoker->prepare(
        std::make_shared<const core::Invocation>(invocation("own_noop")), observer);
    prepared->cancel();

    EXPECT_EQ(code_of(invoker->invoke(*prepared)), "cancelled");
    EXPECT_EQ(launcher->launched(), 0U);
}

TEST_F(PoolTest, AWorkerEndsAfterSoManyCalls) {
    settings.calls_max = 2;
    start_answering();

    EXPECT_EQ(call("own_noop").output.as_int64(), 0);
    EXPECT_EQ(call("own_noop").output.as_int64(), 0);
    wait_ended(0);
    EXPECT_FALSE(launcher->processes().at(0)->killed());
    EXPECT_EQ(call("own_noop").output.as_int64(), 1);
}

TEST_F(PoolTest, WorkersThatAreIdleForTooLongEndButOneStaysWarm) {
    start_holding();
    {
        const auto first = begin("own_noop");
        const auto second = begin("own_noop");
        hold.wait_for(2);
        hold.open();
    }
    EXPECT_EQ(pool->numbers().idle, 2U);

    pool->housekeeping(steady_clock::now());
    EXPECT_EQ(pool->numbers().idle, 2U);

    pool->housekeeping(steady_clock::now() + settings.idle + 1s);
    EXPECT_EQ(pool->numbers().idle, 1U);
    EXPECT_TRUE(launcher->processes().at(0)->wait_end(steady_clock::now() + 1ms) ||
                launcher->processes().at(1)->wait_end(steady_clock::now() + 30s));
    EXPECT_EQ(code_of(call("own_noop")), "");
    EXPECT_EQ(launcher->launched(), 2U);
}

TEST_F(PoolTest, AWorkerThatDiedWhileItWasIdleIsReplaced) {
    std::latch go(1);
    start(good_worker(workshop_module(),
                      [&](WorkerEndpoint& worker, std::uint64_t call, const RunMessage&) {
                          worker.send(output(std::to_string(worker.index())), call);
                          if (worker.index() > 0) {
                              return std::optional<WorkerEnd>();
                          }
                          go.wait();
                          return std::optional(dies_by(SIGSEGV));
                      }));
    EXPECT_EQ(call("own_noop").output.as_int64(), 0);
    go.count_down();
    wait_ended(0);

    EXPECT_EQ(call("own_noop").output.as_int64(), 1);
    launcher->processes().at(0)->join();
    EXPECT_EQ(blamed, 1) << "it crashed all the same";
}

TEST_F(PoolTest, AWorkerThatDiesBeforeItIsReadyFailsTheCallWithTheReason) {
    start([](WorkerEndpoint&) { return dies_by(SIGSEGV); });

    const auto outcome = call("own_noop");

    EXPECT_EQ(code_of(outcome), "crashed");
    EXPECT_TRUE(has(message_of(outcome), "SIGSEGV"));
    EXPECT_TRUE(has(message_of(outcome), "while it was loaded"));
    EXPECT_EQ(blamed, 1);
}

TEST_F(PoolTest, AWorkerThatIsNotReadyInTimeIsKilled) {
    settings.start_max = 20ms;
    start([](WorkerEndpoint& worker) {
        while (worker.receive()) {
        }
        return exits(0);
    });

    const auto outcome = call("own_noop");

    EXPECT_EQ(code_of(outcome), "unavailable");
    EXPECT_TRUE(launcher->processes().at(0)->killed());
    EXPECT_EQ(blamed, 1);
}

TEST_F(PoolTest, ACallCanBeCancelledWhileItsWorkerStarts) {
    std::latch loading(1);
    start([&](WorkerEndpoint& worker) {
        EXPECT_TRUE(worker.receive());
        loading.count_down();
        EXPECT_FALSE(worker.receive());
        return exits(0);
    });
    const auto call = begin("own_noop");
    loading.wait();
    call->control().cancel();

    EXPECT_EQ(code_of(call->outcome()), "cancelled");
    EXPECT_EQ(blamed, 0);
}

TEST_F(PoolTest, ACallCanBeAbandonedWhileItsWorkerStarts) {
    std::latch loading(1);
    start([&](WorkerEndpoint& worker) {
        EXPECT_TRUE(worker.receive());
        loading.count_down();
        EXPECT_FALSE(worker.receive());
        return exits(0);
    });
    const auto call = begin("own_noop");
    loading.wait();
    call->control().abandon();

    EXPECT_EQ(code_of(call->outcome()), "cancelled");
    EXPECT_EQ(blamed, 0);
}

TEST_F(PoolTest, ARefusalOfTheWorkerIsTold) {
    start([](WorkerEndpoint& worker) {
        EXPECT_TRUE(worker.receive());
        worker.send(Refused{"sandbox", "cannot be confined", "use a newer kernel"});
        return exits(0);
    });

    const auto outcome = call("own_noop");

    EXPECT_EQ(code_of(outcome), "unavailable");
    EXPECT_TRUE(has(message_of(outcome), "cannot be confined; use a newer kernel"));
    EXPECT_EQ(blamed, 0);
}

TEST_F(PoolTest, AFileThatSaysSomethingElseWhenItIsLoadedIsNotUsed) {
    start([](WorkerEndpoint& worker) {
        EXPECT_TRUE(worker.receive());
        worker.send(
            Ready{R"({"id":"com.example.workshop","version":"1.4.2","functions":[]})", "{}"});
        EXPECT_FALSE(worker.receive());
        return exits(0);
    });

    EXPECT_EQ(code_of(call("own_noop")), "precondition");
    EXPECT_TRUE(launcher->processes().at(0)->killed());
}

struct IdleWorkerTest : PoolTest {
    /// A worker that says something of its own accord once its call has ended.
    void start_talking(std::function<void(WorkerEndpoint&)> talk) {
        start(good_worker(workshop_module(),
                          [this, talk = std::move(talk)](WorkerEndpoint& worker,
                                                         std::uint64_t number, const RunMessage&) {
                              worker.send(output("1"), number);
                              go.wait();
                              talk(worker);
                              said.count_down();
                              return std::optional<WorkerEnd>();
                          }));
        EXPECT_EQ(code_of(call("own_noop")), "");
        const auto until = steady_clock::now() + 30s;
        while (!process().watched() && steady_clock::now() < until) {
            launcher->run_planned();
        }
        EXPECT_TRUE(process().watched()) << "it has been idle for a while";
        go.count_down();
        said.wait();
        process().tell_readable();
    }
    [[nodiscard]] ScriptedProcess& process() const { return *launcher->processes().at(0); }

    std::latch go{1};
    std::latch said{1};
};

TEST_F(IdleWorkerTest, WhatItSaysIsHeard) {
    start_talking([](WorkerEndpoint& worker) { worker.send(Log{OA_LOG_INFO, "by the way", ""}); });

    EXPECT_EQ(log->lines(), (std::vector<std::string>{"workshop: by the way "}));
    EXPECT_EQ(pool->numbers().idle, 1U);
    EXPECT_TRUE(process().watched());
}

TEST_F(IdleWorkerTest, ItsBreachOfTheProtocolEndsIt) {
    start_talking([](WorkerEndpoint& worker) { worker.send(output("2"), 1); });

    wait_ended(0);
    process().join();
    EXPECT_EQ(blamed, 1);
    EXPECT_EQ(pool->numbers().workers, 0U);
}

TEST_F(PoolTest, ARetiredPoolEndsItsWorkersAndTakesNoMoreCalls) {
    start_answering();
    EXPECT_EQ(code_of(call("own_noop")), "");
    EXPECT_EQ(code_of(call("shared_noop")), "");

    pool->retire();

    EXPECT_TRUE(pool->wait_empty(steady_clock::now() + 30s));
    EXPECT_EQ(code_of(call("own_noop")), "unavailable");
    EXPECT_FALSE(launcher->processes().at(0)->killed());
    EXPECT_FALSE(launcher->processes().at(1)->killed());
}

}  // namespace
}  // namespace oa::host::isolation
