#include <atomic>
#include <csignal>
#include <latch>

#include <boost/json.hpp>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/isolation/isolated_invoker.hpp"
#include "host/isolation/plugin_invoker.hpp"
#include "host/isolation/worker_describer.hpp"
#include "host/isolation/worker_supervisor.hpp"
#include "tests/host/isolation/isolation_fixture.hpp"
#include "tests/host/isolation/scripted_launcher.hpp"

namespace oa::host::isolation {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// ---- A scripted worker ----

struct ScriptedInvokerTest : testing::Test {
    SetClock clock;
    Quarantine quarantine{{}, clock, {}};
    WaitingObserver observer;
    IsolationSettings settings;
    std::unique_ptr<ScriptedLauncher> launcher;
    std::unique_ptr<IsolatedInvoker> invoker;

    ScriptedInvokerTest() {
        workshop();
        settings.pool.workers_max = 2;
        settings.pool.stop_max = 100ms;
        settings.term_grace = 100ms;
    }
    void start(WorkerScript script) {
        launcher = std::make_unique<ScriptedLauncher>(std::move(script));
        invoker = std::make_unique<IsolatedInvoker>(settings, *launcher, quarantine, nullptr);
    }
    /// Workers that answer each call with what `answer` sends.
    void start_with(std::function<void(WorkerEndpoint&, std::uint64_t, const RunMessage&)> answer) {
        start(good_worker(workshop_module(),
                          [answer = std::move(answer)](WorkerEndpoint& worker, std::uint64_t call,
                                                       const RunMessage& run) {
                              answer(worker, call, run);
                              return std::optional<WorkerEnd>();
                          }));
    }
    core::Outcome call(core::Invocation call) {
        return run_call(*invoker, observer, std::move(call));
    }
    core::Outcome call(const std::string& function) { return call(invocation(function)); }
    [[nodiscard]] std::string hash() const { return content_of(workshop_module()).hash; }
};

TEST_F(ScriptedInvokerTest, TellsTheWorkerAllAboutTheCall) {
    std::mutex mutex;
    RunMessage seen;
    start_with([&](WorkerEndpoint& worker, std::uint64_t number, const RunMessage& run) {
        {
            const std::lock_guard lock(mutex);
            seen = run;
        }
        worker.send(output(R"({"a":[1,2.5]})"), number);
    });
    auto about = invocation("own_echo", R"({"p":1})");
    about.run_id = "run-1";
    about.workflow = "flow";
    about.module_name = "shop";
    about.function_name = "say";
    about.attempt = 3;
    about.idempotency_key = "key";
    about.deadline = steady_clock::now() + 1h;

    const auto outcome = call(about);

    EXPECT_FALSE(outcome.failure);
    EXPECT_EQ(boost::json::serialize(outcome.output), R"({"a":[1,2.5E0]})");
    EXPECT_EQ(seen.function, 1U);
    EXPECT_EQ(seen.params, R"({"p":1})");
    EXPECT_EQ(seen.run_id, "run-1");
    EXPECT_EQ(seen.workflow, "flow");
    EXPECT_EQ(seen.task, "the_task");
    EXPECT_EQ(seen.module_name, "shop");
    EXPECT_EQ(seen.function_name, "say");
    EXPECT_EQ(seen.attempt, 3U);
    EXPECT_EQ(seen.idempotency_key, "key");
    EXPECT_EQ(seen.log_level, OA_LOG_INFO) << "the lowest that the observer wants";
    EXPECT_EQ(std::chrono::nanoseconds(seen.deadline_ns), about.deadline->time_since_epoch());
}

TEST_F(ScriptedInvokerTest, PassesFailuresAndWhatTheFunctionSays) {
    start_with([](WorkerEndpoint& worker, std::uint64_t number, const RunMessage&) {
        worker.send(Log{OA_LOG_WARN, "bad \xff text", R"({"n":1})"}, number);
        worker.send(Log{OA_LOG_INFO, "bad fields", "[1]"}, number);
        worker.send(Log{OA_LOG_DEBUG, "unwanted", ""}, number);
        worker.send(Progress{7.0, "more than all"}, number);
        worker.send(failed({"conflict", "no \xfe", true, 5}, "[1]"), number);
    });

    const auto outcome = call("own_noop");

    EXPECT_EQ(code_of(outcome), "conflict");
    EXPECT_EQ(message_of(outcome), "no \xEF\xBF\xBD");
    EXPECT_TRUE(outcome.failure->retryable);
    EXPECT_EQ(outcome.failure->retry_after_ms, 5U);
    EXPECT_TRUE(outcome.output.is_array()) << "output beside a failure is kept";
    ASSERT_EQ(observer.lines().size(), 2U);
    EXPECT_EQ(observer.lines()[0].message, "bad \xEF\xBF\xBD text");
    EXPECT_EQ(observer.lines()[0].fields, R"({"n":1})");
    EXPECT_EQ(observer.lines()[1].fields, "");
    ASSERT_EQ(observer.progress().size(), 1U);
    EXPECT_EQ(observer.progress()[0].first, 1.0);
}

/// Shared memory as a worker announces it.
Descriptor memory_of(std::size_t size, bool sealed) {
    Descriptor out(::memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    EXPECT_EQ(::ftruncate(out.get(), static_cast<off_t>(size)), 0);
    if (sealed) {
        EXPECT_EQ(::fcntl(out.get(), F_ADD_SEALS, F_SEAL_SHRINK), 0);
    }
    return out;
}

struct Breach {
    const char* name;
    std::function<void(WorkerEndpoint&, std::uint64_t)> act;
};

std::vector<Breach> breaches() {
    const auto segment = [](std::size_t real, std::uint64_t told, bool sealed) {
        return [=](WorkerEndpoint& worker, std::uint64_t number) {
            const Descriptor memory = memory_of(real, sealed);
            worker.send(Segment{0, told}, 0, memory.get());
            worker.send(output("null"), number);
        };
    };
    return {
        {"output is no JSON",
         [](WorkerEndpoint& w, std::uint64_t n) { w.send(output("{\"a\":1,}"), n); }},
        {"output is no UTF-8",
         [](WorkerEndpoint& w, std::uint64_t n) { w.send(output("\"\xff\""), n); }},
        {"output has a number that is none",
         [](WorkerEndpoint& w, std::uint64_t n) { w.send(output("NaN"), n); }},
        {"output is too deep",
         [](WorkerEndpoint& w, std::uint64_t n) {
             w.send(output(std::string(100, '[') + std::string(100, ']')), n);
         }},
        {"output is over the limit",
         [](WorkerEndpoint& w, std::uint64_t n) {
             w.send(output('"' + std::string(1U << 20U, 'a') + '"'), n);
         }},
        {"failure with a code of its own",
         [](WorkerEndpoint& w, std::uint64_t n) {
             w.send(failed({"crashed", "not yours to say"}), n);
         }},
        {"result of a call that does not run",
         [](WorkerEndpoint& w, std::uint64_t n) { w.send(output("1"), n + 1); }},
        {"two results",
         [](WorkerEndpoint& w, std::uint64_t n) {
             w.send(Progress{0.5, ""}, n + 7);
         }},
        {"ready twice",
         [](WorkerEndpoint& w, std::uint64_t) {
             w.send(Ready{"{}", "{}"});
         }},
        {"refused when it was ready",
         [](WorkerEndpoint& w, std::uint64_t) {
             w.send(Refused{"sandbox", "why", ""});
         }},
        {"log of a call that was never made",
         [](WorkerEndpoint& w, std::uint64_t n) {
             w.send(Log{OA_LOG_INFO, "x", ""}, n + 9);
         }},
        {"a message that only the host sends",
         [](WorkerEndpoint& w, std::uint64_t n) {
             std::string frame;
             encode(HostMessage(Stop{}), n, frame);
             w.send_bytes(frame);
         }},
        {"a message that is too long",
         [](WorkerEndpoint& w, std::uint64_t) {
             w.send_bytes(std::string_view("\xff\xff\xff\xff\x20\0\0\0\0\0\0\0\0\0\0\0", 16));
         }},
        {"garbage", [](WorkerEndpoint& w, std::uint64_t) { w.send_bytes(std::string(64, 'x')); }},
        {"shared memory that may shrink", segment(4'096, 4'096, false)},
        {"shared memory of another size", segment(4'096, 8'192, true)},
        {"a blob outside of shared memory",
         [](WorkerEndpoint& w, std::uint64_t n) {
             const Descriptor memory = memory_of(4'096, true);
             w.send(Segment{0, 4'096}, 0, memory.get());
             w.send(output("null", {{0, 4'000, 97}}), n);
         }},
        {"a blob whose end wraps around",
         [](WorkerEndpoint& w, std::uint64_t n) {
             const Descriptor memory = memory_of(4'096, true);
             w.send(Segment{0, 4'096}, 0, memory.get());
             w.send(output("null", {{0, ~std::uint64_t{0}, 2}}), n);
         }},
        {"a blob in memory that nobody announced",
         [](WorkerEndpoint& w, std::uint64_t n) {
             w.send(output("null", {{3, 0, 1}}), n);
         }},
    };
}

TEST_F(ScriptedInvokerTest, ABreachOfTheProtocolKillsTheWorkerAndBarsTheFile) {
    for (const Breach& breach : breaches()) {
        SCOPED_TRACE(breach.name);
        start_with([&](WorkerEndpoint& worker, std::uint64_t number, const RunMessage&) {
            breach.act(worker, number);
        });

        const auto outcome = call("own_noop");

        EXPECT_EQ(code_of(outcome), "internal");
        EXPECT_TRUE(has(message_of(outcome), "broke the worker protocol")) << message_of(outcome);
        EXPECT_TRUE(launcher->processes().at(0)->killed());
        const auto entry = quarantine.find(hash());
        ASSERT_TRUE(entry);
        EXPECT_EQ(entry->state, QuarantineEntry::State::Refused);
        EXPECT_EQ(code_of(call("own_noop")), "unavailable") << "no call reaches it any more";
        EXPECT_EQ(launcher->launched(), 1U);
        quarantine.release("workshop");
        invoker.reset();
    }
}

TEST_F(ScriptedInvokerTest, ABreachOfAnIdleWorkerIsNoticedAtTheNextCall) {
    start_with([](WorkerEndpoint& worker, std::uint64_t number, const RunMessage&) {
        worker.send(output("1"), number);
        worker.send(output("2"), number);
    });

    EXPECT_EQ(call("own_noop").output.as_int64(), 1);
    EXPECT_EQ(code_of(call("own_noop")), "internal");
}

TEST_F(ScriptedInvokerTest, HalfAMessageAndThenTheEndIsABreachToo) {
    start(good_worker(workshop_module(),
                      [](WorkerEndpoint& worker, std::uint64_t number, const RunMessage&) {
                          worker.send_bytes(frame_of(output("12345"), number).substr(0, 20));
                          return std::optional(exits(0));
                      }));

    EXPECT_EQ(code_of(call("own_noop")), "internal");
}

TEST_F(ScriptedInvokerTest, ACrashIsTypedAndSaysWhatIsKnown) {
    start(good_worker(workshop_module(), [](WorkerEndpoint&, std::uint64_t, const RunMessage&) {
        return std::optional(dies_by(SIGSEGV));
    }));

    const auto outcome = call("own_crash");

    EXPECT_EQ(code_of(outcome), "crashed");
    EXPECT_FALSE(outcome.failure->retryable);
    EXPECT_EQ(message_of(outcome),
              "module workshop 1.4.2 (com.example.workshop) crashed with SIGSEGV while running "
              "own_crash (task the_task, worker 4000000); last output: two | three | four");
    ASSERT_EQ(observer.lines().size(), 4U);
    EXPECT_EQ(observer.lines()[0].level, core::TaskLogLevel::Error);
    EXPECT_EQ(observer.lines()[0].message, "one");
    EXPECT_TRUE(call("own_crash_again").failure->retryable) << "the function says so";
}

TEST_F(ScriptedInvokerTest, EndsOfWorkersHaveTheirOwnCodes) {
    struct Case {
        WorkerEnd end;
        const char* code;
        const char* words;
        bool counts;
    };
    WorkerEnd not_made;
    not_made.how = WorkerEnd::How::NotMade;
    not_made.code = EAGAIN;
    for (const Case& each : std::vector<Case>{
             {exits(3), "crashed", "exit(3) and gave no result", true},
             {exits(0), "crashed", "exit(0) and gave no result", true},
             {dies_by(SIGABRT), "crashed", "SIGABRT", true},
             {dies_by(SIGXCPU), "exhausted", "3600 s of processor time", false},
             {dies_by(SIGXFSZ), "exhausted", "file of more than 1073741824 bytes", false},
             {dies_by(SIGKILL), "exhausted", "memory", false},
             {not_made, "unavailable", "Resource temporarily unavailable", false},
             {WorkerEnd{}, "crashed", "lost its process", false}}) {
        SCOPED_TRACE(each.words);
        start(
            good_worker(workshop_module(), [&](WorkerEndpoint&, std::uint64_t, const RunMessage&) {
                return std::optional(each.end);
            }));

        const auto outcome = call("own_noop");

        EXPECT_EQ(code_of(outcome), each.code);
        EXPECT_TRUE(has(message_of(outcome), each.words)) << message_of(outcome);
        EXPECT_EQ(quarantine.find(hash()).has_value(), each.counts);
        quarantine.release("workshop");
        invoker.reset();
    }
}

TEST_F(ScriptedInvokerTest, TheThirdCrashBarsTheFile) {
    start(good_worker(workshop_module(), [](WorkerEndpoint&, std::uint64_t, const RunMessage&) {
        return std::optional(dies_by(SIGSEGV));
    }));
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(code_of(call("own_noop")), "crashed");
    }

    EXPECT_EQ(code_of(call("own_noop")), "unavailable");
    EXPECT_EQ(launcher->launched(), 3U);
}

TEST_F(ScriptedInvokerTest, CallsThatShareACrashedWorkerMayBeTriedAgain) {
    std::atomic<int> running{0};
    start(good_worker(workshop_module(), [&](WorkerEndpoint&, std::uint64_t, const RunMessage&) {
        return ++running == 2 ? std::optional(dies_by(SIGSEGV)) : std::nullopt;
    }));
    BackgroundCall first(*invoker, observer, invocation("shared_noop"));
    BackgroundCall second(*invoker, observer, invocation("shared_pid"));

    for (BackgroundCall* each : {&first, &second}) {
        EXPECT_EQ(code_of(each->outcome()), "crashed");
        EXPECT_TRUE(each->outcome().failure->retryable);
        EXPECT_TRUE(has(message_of(each->outcome()), "1 other call ran in the same process"));
    }
    EXPECT_EQ(quarantine.find(hash())->crashes.size(), 1U) << "it is one crash";
}

TEST_F(ScriptedInvokerTest, CancellationIsSentAtOnceAndOnce) {
    std::latch started(1);
    start([&](WorkerEndpoint& worker) {
        int cancels = 0;
        while (const auto got = worker.receive()) {
            if (std::holds_alternative<Load>(got->message)) {
                worker.send(Ready{manifest_of(workshop_module()), "{}"});
            } else if (std::holds_alternative<RunMessage>(got->message)) {
                started.count_down();
            } else if (std::holds_alternative<Cancel>(got->message)) {
                ++cancels;
                worker.send(failed({"cancelled", "stopped"}, std::to_string(cancels)), got->call);
            } else if (std::holds_alternative<Stop>(got->message)) {
                break;
            }
        }
        return exits(0);
    });
    BackgroundCall background(*invoker, observer, invocation("own_wait"));
    started.wait();
    background.control().cancel();
    background.control().cancel();

    EXPECT_EQ(code_of(background.outcome()), "cancelled");
    EXPECT_EQ(background.outcome().output.as_int64(), 1);
}

TEST_F(ScriptedInvokerTest, AnAbandonedCallEndsItsWorkerAndReturns) {
    std::latch started(1);
    start_with([&](WorkerEndpoint&, std::uint64_t, const RunMessage&) { started.count_down(); });
    BackgroundCall background(*invoker, observer, invocation("own_deaf"));
    started.wait();
    background.control().cancel();
    background.control().abandon();

    EXPECT_EQ(code_of(background.outcome()), "cancelled");
    EXPECT_TRUE(launcher->processes().at(0)->terminated());
    EXPECT_FALSE(quarantine.find(hash()));
}

TEST_F(ScriptedInvokerTest, ACallThatIsAbandonedForItsDeadlineSaysSo) {
    start_with([](WorkerEndpoint&, std::uint64_t, const RunMessage&) {});
    auto late = invocation("own_deaf");
    late.deadline = steady_clock::now() + 100ms;
    BackgroundCall background(*invoker, observer, late);
    while (steady_clock::now() < *late.deadline) {
        std::this_thread::yield();
    }
    background.control().abandon();

    EXPECT_EQ(code_of(background.outcome()), "deadline");
}

TEST_F(ScriptedInvokerTest, AnAbandonedCallDoesNotDisturbThoseThatShareItsWorker) {
    std::latch first_started(1);
    std::latch second_started(1);
    std::latch go(1);
    start_with([&](WorkerEndpoint& worker, std::uint64_t number, const RunMessage&) {
        if (worker.index() > 0) {
            worker.send(output("1"), number);
            return;
        }
        if (number == 1) {
            first_started.count_down();
            return;
        }
        second_started.count_down();
        go.wait();
        worker.send(output("2"), number);
    });
    BackgroundCall first(*invoker, observer, invocation("shared_deaf"));
    first_started.wait();
    BackgroundCall second(*invoker, observer, invocation("shared_deaf"));
    second_started.wait();
    first.control().abandon();
    EXPECT_EQ(code_of(first.outcome()), "cancelled");

    EXPECT_EQ(call("shared_noop").output.as_int64(), 1) << "in another worker";
    EXPECT_FALSE(launcher->processes().at(0)->terminated());
    go.count_down();
    EXPECT_EQ(second.outcome().output.as_int64(), 2);
    EXPECT_TRUE(launcher->processes().at(0)->wait_end(steady_clock::now() + 30s));
    EXPECT_TRUE(launcher->processes().at(0)->terminated());
}

TEST_F(ScriptedInvokerTest, NothingOfAnAbandonedCallIsHeard) {
    std::latch started(1);
    std::latch abandoned(1);
    start_with([&](WorkerEndpoint& worker, std::uint64_t number, const RunMessage&) {
        started.count_down();
        abandoned.wait();
        worker.send(Log{OA_LOG_ERROR, "too late", ""}, number);
        worker.send(output("1"), number);
    });
    BackgroundCall background(*invoker, observer, invocation("shared_deaf"));
    started.wait();
    background.control().abandon();
    abandoned.count_down();

    static_cast<void>(background.outcome());
    EXPECT_TRUE(launcher->processes().at(0)->wait_end(steady_clock::now() + 30s));
    EXPECT_TRUE(observer.lines().empty());
}

TEST_F(ScriptedInvokerTest, ParametersThatAreTooLongFailTheCallOnly) {
    start_with([](WorkerEndpoint& worker, std::uint64_t number, const RunMessage&) {
        worker.send(output("1"), number);
    });

    EXPECT_EQ(code_of(call(invocation("own_noop", std::string(frame_bytes_max, 'x')))),
              "exhausted");
    EXPECT_EQ(call("own_noop").output.as_int64(), 1);
    EXPECT_EQ(launcher->launched(), 1U);
}

TEST_F(ScriptedInvokerTest, WorkersOfAContentThatWasReplacedEnd) {
    start_with([](WorkerEndpoint& worker, std::uint64_t number, const RunMessage&) {
        worker.send(output("1"), number);
    });
    PluginRegistry older(search_for("workshop"));
    auto old_call = invocation("own_noop");
    old_call.function = older.find("workshop", "own_noop");
    EXPECT_EQ(code_of(call(old_call)), "");
    older.modules().at(0)->retire();

    EXPECT_EQ(code_of(call("own_noop")), "");

    EXPECT_TRUE(launcher->processes().at(0)->wait_end(steady_clock::now() + 30s));
    EXPECT_FALSE(launcher->processes().at(0)->killed());
    EXPECT_EQ(invoker->numbers(workshop_module()).idle, 1U);
}

TEST_F(ScriptedInvokerTest, MisbehavioursOfAWorkerAreCountedForItsModule) {
    std::atomic<std::uint64_t> so_far{2};
    start_with([&](WorkerEndpoint& worker, std::uint64_t number, const RunMessage&) {
        Result result = output("1");
        result.misbehaviours = so_far++;
        worker.send(std::move(result), number);
    });
    const auto before = workshop_module().host().misbehaviours.load();

    static_cast<void>(call("own_noop"));
    static_cast<void>(call("own_noop"));

    EXPECT_EQ(workshop_module().host().misbehaviours.load(), before + 3);
}

// ---- Where a call runs ----

struct PlacementTest : testing::Test {
    IsolationSettings settings;

    [[nodiscard]] Placement place_of(const std::string& function,
                                     std::optional<QuarantineEntry> entry = {}) const {
        return placement_of(*workshop().find_function("workshop", function), settings, entry);
    }
};

TEST_F(PlacementTest, WhatDidNotComeWithTheHostRunsInAProcessOfItsOwn) {
    EXPECT_EQ(place_of("own_noop").where, core::Isolation::Process);
    EXPECT_FALSE(place_of("own_noop").forced);
    settings.third_party = core::Isolation::InProcess;
    EXPECT_EQ(place_of("own_noop").where, core::Isolation::InProcess);
}

TEST_F(PlacementTest, TheSettingForAModuleIsStrongerThanTheDefault) {
    settings.modules["workshop"].mode = core::Isolation::InProcess;
    EXPECT_EQ(place_of("own_noop").where, core::Isolation::InProcess);
    settings.modules["com.example.workshop"].mode = core::Isolation::Process;
    EXPECT_EQ(place_of("own_noop").where, core::Isolation::Process) << "the id is stronger";
}

TEST_F(PlacementTest, AFunctionThatAsksForAProcessGetsOneWhateverIsSet) {
    settings.modules["workshop"].mode = core::Isolation::InProcess;

    EXPECT_EQ(place_of("isolated").where, core::Isolation::Process);
    EXPECT_TRUE(place_of("isolated").forced);
}

TEST_F(PlacementTest, WhatTheHostDiedWithGetsAProcessWhateverIsSet) {
    settings.modules["workshop"].mode = core::Isolation::InProcess;
    QuarantineEntry entry;
    entry.state = QuarantineEntry::State::Isolated;

    EXPECT_EQ(place_of("own_noop", entry).where, core::Isolation::Process);
    EXPECT_TRUE(place_of("own_noop", entry).forced);
    entry.state = QuarantineEntry::State::Watched;
    EXPECT_EQ(place_of("own_noop", entry).where, core::Isolation::InProcess);
}

TEST_F(PlacementTest, CapabilitiesAreThoseThatFunctionsClaimAndTheSettingsAdd) {
    EXPECT_FALSE(sandbox_for(settings, workshop_module()).network);
    settings.modules["workshop"].network = true;
    settings.modules["workshop"].limits = WorkerLimits{.memory_bytes = 7};

    const auto sandbox = sandbox_for(settings, workshop_module());

    EXPECT_TRUE(sandbox.network);
    EXPECT_FALSE(sandbox.filesystem);
    EXPECT_EQ(sandbox.memory_bytes, 7U);
}

struct PluginInvokerTest : testing::Test {
    test::TemporaryFolder folder;
    SetClock clock;
    Quarantine quarantine{folder / "state", clock, {}};
    WaitingObserver observer;
    IsolationSettings settings;
    ScriptedLauncher launcher{good_worker(
        workshop_module(), [](WorkerEndpoint& worker, std::uint64_t call, const RunMessage&) {
            worker.send(output(R"("worker")"), call);
            return std::optional<WorkerEnd>();
        })};
    InProcessInvoker in_process;
    std::optional<IsolatedInvoker> isolated;
    std::optional<PluginInvoker> invoker;

    PluginInvokerTest() {
        isolated.emplace(settings, launcher, quarantine, nullptr);
        invoker.emplace(settings, in_process, *isolated, quarantine);
    }
    core::Outcome call(const std::string& function, std::optional<core::Isolation> isolation = {}) {
        auto about = invocation(function);
        about.isolation = isolation;
        return run_call(*invoker, observer, std::move(about));
    }
};

TEST_F(PluginInvokerTest, ATaskChoosesWhereItRuns) {
    EXPECT_EQ(call("own_pid").output.as_string(), "worker");
    EXPECT_EQ(call("own_pid", core::Isolation::Process).output.as_string(), "worker");
    EXPECT_EQ(call("own_pid", core::Isolation::InProcess).output.as_int64(), ::getpid());
}

TEST_F(PluginInvokerTest, ATaskMayNotTakeTheProcessAwayFromAFunctionThatNeedsIt) {
    const auto outcome = call("isolated", core::Isolation::InProcess);

    EXPECT_EQ(code_of(outcome), "precondition");
    EXPECT_TRUE(has(message_of(outcome), "asks for that itself")) << message_of(outcome);
    EXPECT_TRUE(has(message_of(outcome), "the_task"));
    EXPECT_EQ(call("isolated").output.as_string(), "worker");
}

TEST_F(PluginInvokerTest, MarksAContentBeforeItRunsInThisProcess) {
    const auto running = folder / "state" / "running";
    EXPECT_EQ(call("own_pid").output.as_string(), "worker");
    EXPECT_FALSE(std::filesystem::exists(running));

    static_cast<void>(call("own_pid", core::Isolation::InProcess));

    EXPECT_FALSE(std::filesystem::is_empty(running));
}

TEST_F(PluginInvokerTest, ARefusedFileRunsNowhere) {
    quarantine.refuse_now(content_of(workshop_module()), "misbehaved");

    EXPECT_EQ(code_of(call("own_pid")), "unavailable");
    EXPECT_EQ(code_of(call("own_pid", core::Isolation::InProcess)), "unavailable");
}

// ---- Real worker processes ----

struct WorkerInvokerTest : testing::Test {
    LoadedModule& module = workshop_module();  // loaded before anything is counted
    test::TemporaryFolder folder;
    NothingIsLeft nothing_is_left;
    SetClock clock;
    Quarantine quarantine{folder / "state", clock, {}};
    WaitingObserver observer;
    std::shared_ptr<RecordingLog> log = std::make_shared<RecordingLog>();
    std::optional<WorkerSupervisor> supervisor;
    std::optional<IsolatedInvoker> invoker;
    IsolationSettings settings;

    WorkerInvokerTest() {
        std::filesystem::create_directory(folder / "workers");
        // The workers are somebody else where the test runs as root.
        std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
        std::filesystem::permissions(folder / "workers", std::filesystem::perms(0755));
        settings.pool.workers_max = 3;
        settings.term_grace = 50ms;
        settings.worker_program = OA_WORKER_PROGRAM;
        supervisor.emplace(SupervisorSettings{.worker_program = OA_WORKER_PROGRAM,
                                              .temporary_folder = folder / "workers",
                                              .term_grace = settings.term_grace,
                                              .log = log});
        invoker.emplace(settings, *supervisor, quarantine, log);
    }
    ~WorkerInvokerTest() override {
        invoker.reset();
        supervisor.reset();
        EXPECT_TRUE(std::filesystem::is_empty(folder / "workers"));
    }
    core::Outcome call(const std::string& function, std::string params = "{}") {
        return run_call(*invoker, observer, invocation(function, std::move(params)));
    }
};

TEST_F(WorkerInvokerTest, AFunctionRunsInAnotherProcessThatIsUsedAgain) {
    const auto first = call("own_pid");
    ASSERT_FALSE(first.failure) << message_of(first);
    const auto second = call("own_pid");

    EXPECT_NE(first.output.as_int64(), ::getpid());
    EXPECT_EQ(first.output.as_int64(), second.output.as_int64());
    EXPECT_EQ(boost::json::serialize(call("own_echo", R"({"a":["ü",null]})").output),
              R"({"a":["ü",null]})");
}

TEST_F(WorkerInvokerTest, ACrashFailsTheCallAndNothingElse) {
    BackgroundCall other(*invoker, observer, invocation("own_wait"));
    observer.wait_for("started");

    const auto outcome = call("own_crash");

    EXPECT_EQ(code_of(outcome), "crashed");
    EXPECT_TRUE(has(message_of(outcome), "crashed with SIGSEGV while running own_crash"));
    EXPECT_TRUE(has(message_of(outcome), "last words")) << message_of(outcome);
    EXPECT_EQ(code_of(call("own_noop")), "");
    other.control().cancel();
    EXPECT_EQ(code_of(other.outcome()), "cancelled");
}

TEST_F(WorkerInvokerTest, AnExitFailsTheCall) {
    const auto outcome = call("own_leave");

    EXPECT_EQ(code_of(outcome), "crashed");
    EXPECT_TRUE(has(message_of(outcome), "exit(3) and gave no result")) << message_of(outcome);
}

TEST_F(WorkerInvokerTest, ACallThatDoesNotStopIsEndedWithItsProcess) {
    for (const char* function : {"own_deaf", "shared_deaf"}) {
        BackgroundCall background(*invoker, observer, invocation(function));
        observer.wait_for("started");
        background.control().cancel();
        background.control().abandon();

        EXPECT_EQ(code_of(background.outcome()), "cancelled") << function;
        EXPECT_EQ(code_of(call("own_noop")), "");
    }
    EXPECT_FALSE(quarantine.find(content_of(module).hash));
}

TEST_F(WorkerInvokerTest, ACrashInASharedWorkerFailsAllItsCalls) {
    BackgroundCall innocent(*invoker, observer, invocation("shared_wait"));
    observer.wait_for("started");
    BackgroundCall guilty(*invoker, observer, invocation("shared_crash"));
    observer.wait_for("started", 2);
    guilty.control().cancel();

    EXPECT_EQ(code_of(guilty.outcome()), "crashed");
    EXPECT_EQ(code_of(innocent.outcome()), "crashed");
    EXPECT_TRUE(innocent.outcome().failure->retryable);
    EXPECT_TRUE(has(message_of(innocent.outcome()), "1 other call ran in the same process"));
}

TEST_F(WorkerInvokerTest, SharedCallsRunInOneProcessAtTheSameTime) {
    std::vector<std::unique_ptr<BackgroundCall>> calls;
    for (int i = 0; i < 5; ++i) {
        calls.push_back(
            std::make_unique<BackgroundCall>(*invoker, observer, invocation("shared_wait")));
    }
    observer.wait_for("started", 5);
    EXPECT_EQ(invoker->numbers(module).workers, 1U);
    EXPECT_EQ(code_of(call("shared_noop")), "");
    for (const auto& each : calls) {
        each->control().cancel();
        EXPECT_EQ(code_of(each->outcome()), "cancelled");
    }
}

TEST_F(WorkerInvokerTest, TheNextCallWorksWhenTheZygoteWasKilled) {
    EXPECT_EQ(code_of(call("own_noop")), "");
    BackgroundCall lost(*invoker, observer, invocation("own_wait"));
    observer.wait_for("started");
    const int zygote = supervisor->zygote_pid();
    ASSERT_GT(zygote, 0);
    ::kill(zygote, SIGKILL);

    EXPECT_EQ(code_of(lost.outcome()), "crashed");
    EXPECT_TRUE(has(message_of(lost.outcome()), "lost its process"));
    EXPECT_EQ(code_of(call("own_noop")), "");
    EXPECT_NE(supervisor->zygote_pid(), zygote);
    EXPECT_FALSE(quarantine.find(content_of(module).hash)) << "not the module's fault";
}

TEST_F(WorkerInvokerTest, AnIdleWorkerThatIsKilledIsReplaced) {
    const auto pid = call("own_pid").output.as_int64();
    ::kill(static_cast<pid_t>(pid), SIGKILL);

    const auto next = call("own_pid");

    ASSERT_FALSE(next.failure) << message_of(next);
    EXPECT_NE(next.output.as_int64(), pid);
}

TEST_F(WorkerInvokerTest, WhatAModulePrintsIsLogged) {
    static_cast<void>(call("own_crash"));

    const auto lines = log->lines();
    EXPECT_TRUE(std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
        return line == R"(workshop: first words {"stream":"stdout"})";
    }));
}

TEST_F(WorkerInvokerTest, AProgramThatIsNotThereIsTold) {
    invoker.reset();
    supervisor.emplace(SupervisorSettings{
        .worker_program = folder / "missing", .temporary_folder = folder / "workers", .log = log});
    invoker.emplace(settings, *supervisor, quarantine, log);

    const auto outcome = call("own_noop");

    EXPECT_EQ(code_of(outcome), "unavailable");
    EXPECT_TRUE(has(message_of(outcome), (folder / "missing").string())) << message_of(outcome);
}

TEST_F(WorkerInvokerTest, AProgramThatIsNoWorkerIsTold) {
    invoker.reset();
    supervisor.emplace(SupervisorSettings{
        .worker_program = "/bin/false", .temporary_folder = folder / "workers", .log = log});
    invoker.emplace(settings, *supervisor, quarantine, log);

    EXPECT_EQ(code_of(call("own_noop")), "unavailable");
}

TEST_F(WorkerInvokerTest, DescribesAFileWithoutLoadingItHere) {
    const auto described = describe_in_worker(fixture("workshop"), settings, *supervisor);

    const auto manifest = boost::json::parse(described.manifest);
    EXPECT_EQ(manifest.at("id").as_string(), "com.example.workshop");
    EXPECT_TRUE(boost::json::parse(described.sandbox).is_object());
    WorkerDescriber describer(settings, *supervisor);
    EXPECT_THROW(static_cast<void>(describer.describe(fixture("no_entry"))), PluginRefused);
}

TEST_F(WorkerInvokerTest, ManyCallsFromManyThreadsAllEnd) {
    std::vector<std::thread> threads;
    std::atomic<int> failed{0};
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&, i] {
            for (int turn = 0; turn < 50; ++turn) {
                const auto outcome = call(i % 2 == 0 ? "own_pid" : "shared_pid");
                failed += outcome.failure ? 1 : 0;
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(failed, 0);
}

}  // namespace
}  // namespace oa::host::isolation
