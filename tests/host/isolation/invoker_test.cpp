// Calls in workers that a test plays.

#include <atomic>
#include <csignal>
#include <latch>

#include <boost/json.hpp>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/isolation/isolated_invoker.hpp"
#include "host/isolation/plugin_invoker.hpp"
#include "tests/host/isolation/isolation_fixture.hpp"
#include "tests/host/isolation/scripted_launcher.hpp"

namespace oa::host::isolation {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

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

}  // namespace
}  // namespace oa::host::isolation
