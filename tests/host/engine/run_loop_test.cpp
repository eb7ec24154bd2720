#include "host/engine/run_loop.hpp"

#include <algorithm>
#include <atomic>
#include <latch>
#include <new>
#include <stdexcept>
#include <thread>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "host/engine/system_clock.hpp"
#include "host/engine/timer_queue.hpp"
#include "host/engine/worker_pool.hpp"
#include "host/store/memory_journal.hpp"
#include "tests/support/recording_sink.hpp"
#include "tests/support/scripted_invoker.hpp"
#include "tests/support/workflow_builder.hpp"

namespace oa::host {
namespace {

using namespace std::chrono_literals;
using core::Flow;
using core::Outcome;
using core::RunStatus;
using core::TaskStatus;
using test::ScriptedCall;
using test::WorkflowBuilder;
using Words = std::vector<std::string>;

Outcome failure(std::string code, bool retryable = true) {
    return Outcome{nullptr, core::Failure{std::move(code), "as scripted", retryable}};
}

core::TextTemplate text(std::string_view source) {
    auto parsed = core::TextTemplate::parse(source);
    EXPECT_TRUE(parsed.errors.empty());
    return parsed.text_template;
}

core::Template object(std::string key, std::string_view source) {
    core::Template::Object fields;
    fields.push_back({std::move(key), core::Template(text(source))});
    return core::Template(std::move(fields));
}

struct RunLoopTest : testing::Test {
    WorkerPool pool{64};
    TimerQueue timers;
    SystemClock clock;
    MemoryJournal journal;
    test::ScriptedInvoker invoker;
    test::RecordingSink sink;
    core::RunSettings settings;
    boost::json::object inputs;

    /// Until the threads that were written off have returned: they use what the test owns.
    void wait_for_stragglers() const {
        while (pool.written_off() > 0) {
            std::this_thread::yield();
        }
    }
    std::shared_ptr<RunLoop> make(core::Workflow workflow, core::Journal& use) {
        return RunLoop::make(
            RunServices{invoker, use, sink, clock, pool, timers,
                        [](std::string_view name) -> std::optional<std::string> {
                            if (name == "HOME_PLANET") {
                                return "earth";
                            }
                            return std::nullopt;
                        }},
            RunRequest{.workflow = std::make_shared<const core::Workflow>(std::move(workflow)),
                       .inputs = inputs,
                       .run_id = "run-1",
                       .attempt = 1,
                       .settings = settings});
    }
    core::RunReport run(core::Workflow workflow) {
        const auto loop = make(std::move(workflow), journal);
        loop->start();
        return loop->wait();
    }
};

TEST_F(RunLoopTest, CarriesASequenceToItsEnd) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a");
    builder.task("b");
    invoker.on("a", [](ScriptedCall&) { return Outcome{{{"n", 5}}, {}}; });

    const core::RunReport report = run(builder.build());

    EXPECT_EQ(report.status, RunStatus::Succeeded);
    EXPECT_EQ(core::output_of(report.tasks[0]), (boost::json::value{{"n", 5}}));
    EXPECT_EQ(sink.words(), (Words{"run started test", "start a #1", "end a succeeded",
                                   "start b #1", "end b succeeded", "run ended succeeded"}));
}

TEST_F(RunLoopTest, HandsTheOutputOfATaskToThePlaceholdersOfTheNext) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a");
    builder.task("b").params = object(
        "text", "${tasks.a.output.items[1]} of ${ENV:HOME_PLANET} for ${inputs.who} in ${run.id}");
    invoker.on("a", [](ScriptedCall&) { return Outcome{{{"items", {"x", "y"}}}, {}}; });
    inputs = {{"who", "me"}};

    run(builder.build());

    EXPECT_EQ(*invoker.calls().at(1)->params, R"({"text":"y of earth for me in run-1"})");
}

TEST_F(RunLoopTest, GivesTheOutputOfTheTaskThatLedHereAsInputToFunctionsThatTakeIt) {
    core::FunctionInfo info;
    info.parameters = {"input", "text"};
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a");
    builder.task("b").info = &info;
    builder.task("c").info = &info;
    core::Task& given = builder.task("d");
    given.info = &info;
    given.params = core::Template(boost::json::value{{"input", 1}});
    invoker.on("a", [](ScriptedCall&) { return Outcome{7, {}}; });
    invoker.on("c", [](ScriptedCall&) { return Outcome{8, {}}; });

    run(builder.build());

    EXPECT_EQ(*invoker.calls().at(1)->params, R"({"input":7})");
    EXPECT_EQ(*invoker.calls().at(2)->params, "{}") << "null is not handed on";
    EXPECT_EQ(*invoker.calls().at(3)->params, R"({"input":1})") << "what the document gives stands";
}

TEST_F(RunLoopTest, GivesTheOutputsOfItsNeedsByNameInAGraph) {
    core::FunctionInfo info;
    info.parameters = {"input"};
    WorkflowBuilder builder(Flow::Graph);
    builder.task("a");
    builder.task("b");
    core::Task& join = builder.task("join");
    join.info = &info;
    join.needs = {0, 1};
    invoker.on("a", [](ScriptedCall&) { return Outcome{1, {}}; });
    invoker.on("b", [](ScriptedCall&) { return Outcome{"two", {}}; });

    run(builder.build());

    EXPECT_EQ(*invoker.calls().at(2)->params, R"({"input":{"a":1,"b":"two"}})");
}

TEST_F(RunLoopTest, TellsTheInvokerWhereATaskAsksToRun) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a").isolation = core::Isolation::Process;
    builder.task("b");

    run(builder.build());

    EXPECT_EQ(invoker.calls().at(0)->isolation, core::Isolation::Process);
    EXPECT_EQ(invoker.calls().at(1)->isolation, std::nullopt);
}

TEST_F(RunLoopTest, EvaluatesVariablesOnceAndOutputsAtTheEnd) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a").output = core::Template(text("${output.n}"));
    builder.workflow().variables.push_back({"first", {}, core::Template(text("${inputs.x}"))});
    builder.workflow().variables.push_back({"second", {}, core::Template(text("<${first}>"))});
    builder.workflow().outputs.push_back(
        {"all", {}, core::Template(text("${tasks.a.output} ${vars.second}"))});
    inputs = {{"x", 3}};
    invoker.on("a", [](ScriptedCall&) { return Outcome{{{"n", 5}}, {}}; });

    EXPECT_EQ(run(builder.build()).outputs.at("all"), "5 <3>");
}

TEST_F(RunLoopTest, FailsATaskBeforeItStartsWhenAPlaceholderHasNoValue) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a").params = object("text", "${inputs.nobody}");
    builder.workflow().tasks[0].retry.attempts_max = 3;
    builder.workflow().file = "w.yaml";

    const core::RunReport report = run(builder.build());

    EXPECT_EQ(report.status, RunStatus::Failed);
    EXPECT_EQ(report.tasks[0].failure->code, "unresolved");
    EXPECT_TRUE(invoker.calls().empty());
}

TEST_F(RunLoopTest, EndsTheRunBeforeAnyTaskWhenAVariableHasNoValue) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a");
    builder.workflow().variables.push_back({"v", {}, core::Template(text("${ENV:MISSING}"))});

    const core::RunReport report = run(builder.build());

    EXPECT_EQ(report.status, RunStatus::Failed);
    EXPECT_EQ(report.failure->code, "unresolved");
    EXPECT_TRUE(invoker.calls().empty());
}

TEST_F(RunLoopTest, RunsIndependentTasksAtTheSameTime) {
    WorkflowBuilder builder(Flow::Graph);
    std::latch all_here(3);
    for (const char* name : {"a", "b", "c"}) {
        builder.task(name);
        invoker.on(name, [&](ScriptedCall&) {
            all_here.arrive_and_wait();  // never returns unless all three run together
            return Outcome{};
        });
    }

    EXPECT_EQ(run(builder.build()).status, RunStatus::Succeeded);
}

TEST_F(RunLoopTest, TriesAFailedAttemptAgainUnderTheSameIdempotencyKey) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a").retry = {.attempts_max = 3, .delay = 1ms};
    invoker.on("a", [](ScriptedCall& call) {
        return call.invocation->attempt < 3 ? failure("unavailable") : Outcome{"done", {}};
    });

    const core::RunReport report = run(builder.build());

    EXPECT_EQ(report.status, RunStatus::Succeeded);
    EXPECT_EQ(report.tasks[0].attempts, 3U);
    const auto calls = invoker.calls();
    ASSERT_EQ(calls.size(), 3U);
    EXPECT_EQ(calls[0]->idempotency_key, calls[2]->idempotency_key);
}

TEST_F(RunLoopTest, CancelsATaskThatRunsIntoItsTimeout) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a").timeout = 5ms;
    invoker.on("a", [](ScriptedCall& call) {
        call.wait_until_cancelled();
        return failure("cancelled", false);
    });

    const core::RunReport report = run(builder.build());

    EXPECT_EQ(report.tasks[0].failure->code, "deadline");
    EXPECT_TRUE(invoker.calls().at(0)->deadline.has_value());
}

TEST_F(RunLoopTest, GetsControlBackFromAFunctionThatIgnoresItsCancellation) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a").timeout = 5ms;
    settings.cancel_grace = 5ms;
    std::latch released(1);
    invoker.on("a", [&](ScriptedCall& call) {
        released.wait();
        call.observer.log(*call.invocation, core::TaskLogLevel::Info, "too late", {});
        return Outcome{"too late", {}};
    });

    const core::RunReport report = run(builder.build());

    EXPECT_EQ(report.tasks[0].failure->code, "deadline");
    EXPECT_EQ(pool.written_off(), 1U);
    released.count_down();
    wait_for_stragglers();
    const Words words = sink.words();
    EXPECT_EQ(words.back(), "run ended failed") << "nothing is heard of an abandoned call";
}

TEST_F(RunLoopTest, EndsCancelledWithinTheGraceWhateverItsTasksDo) {
    WorkflowBuilder builder(Flow::Graph);
    builder.task("polite");
    builder.task("deaf");
    builder.task("later").needs = {0, 1};
    settings.cancel_grace = 20ms;
    std::latch both_run(2);
    std::latch released(1);
    invoker.on("polite", [&](ScriptedCall& call) {
        both_run.count_down();
        call.wait_until_cancelled();
        return failure("cancelled", false);
    });
    invoker.on("deaf", [&](ScriptedCall&) {
        both_run.count_down();
        released.wait();
        return Outcome{};
    });
    const auto loop = make(builder.build(), journal);
    loop->start();
    both_run.wait();

    loop->cancel("by hand");
    const core::RunReport report = loop->wait();
    released.count_down();
    wait_for_stragglers();

    EXPECT_EQ(report.status, RunStatus::Cancelled);
    EXPECT_EQ(report.failure->message, "by hand");
    for (const core::TaskReport& task : report.tasks) {
        EXPECT_EQ(task.status, TaskStatus::Cancelled) << task.name;
    }
}

TEST_F(RunLoopTest, KeepsOutputThatCameWithAFailure) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a");
    invoker.on("a", [](ScriptedCall&) {
        return Outcome{{{"status", 404}}, core::Failure{"not_found", "no such page", false}};
    });

    const core::RunReport report = run(builder.build());

    EXPECT_EQ(core::output_of(report.tasks[0]), (boost::json::value{{"status", 404}}));
}

TEST_F(RunLoopTest, JournalsEveryAttemptBeforeItStartsAndEveryOutcomeBeforeWhatFollows) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a");
    builder.task("b");
    run(builder.build());

    const auto records = journal.load("run-1");
    Words words;
    for (const core::JournalRecord& record : records) {
        EXPECT_EQ(record.number, words.size() + 1);
        if (const auto* started = std::get_if<core::AttemptStarted>(&record.entry)) {
            words.push_back("attempt " + std::to_string(started->task));
        } else if (const auto* event = std::get_if<core::MachineEvent>(&record.entry)) {
            words.push_back("event " + std::to_string(event->event.index()));
        } else {
            words.push_back(std::holds_alternative<core::RunCreated>(record.entry) ? "created"
                                                                                   : "ended");
        }
    }
    EXPECT_EQ(words, (Words{"created", "event 0", "attempt 0", "event 1", "attempt 1", "event 1",
                            "ended"}));
}

/// Takes so many batches and then no more.
class FailingJournal final : public core::Journal {
public:
    explicit FailingJournal(std::uint64_t good) : good_(good) {}
    void append(const std::string& /*run_id*/,
                const core::JournalBatch& batch,
                Done done) override {
        const core::JournalFailure failure{false, "no such device"};
        if (asked_++ >= good_) {
            done(&failure);
            return;
        }
        for (const core::JournalRecord& record : batch.records) {
            ended_ = ended_ || std::holds_alternative<core::RunEnded>(record.entry);
        }
        done(nullptr);
    }
    [[nodiscard]] bool has_ended() const { return ended_; }

private:
    std::uint64_t good_;
    std::uint64_t asked_ = 0;
    bool ended_ = false;
};

TEST_F(RunLoopTest, DoesNotAcceptARunThatTheJournalDoesNotTake) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a");
    FailingJournal broken(0);
    std::string refusal;
    RunRequest request{.workflow = std::make_shared<const core::Workflow>(builder.build()),
                       .inputs = {},
                       .run_id = "run-1",
                       .on_accepted = [&](const core::JournalFailure* failure) {
                           refusal = failure == nullptr ? "accepted" : failure->message;
                       }};
    const auto loop = RunLoop::make(
        RunServices{invoker, broken, sink, clock, pool, timers, nullptr}, std::move(request));
    loop->start();
    static_cast<void>(loop->wait());

    EXPECT_EQ(refusal, "no such device");
    EXPECT_TRUE(invoker.calls().empty());
    EXPECT_TRUE(sink.words().empty()) << "nobody heard of it";
}

TEST_F(RunLoopTest, HaltsWithTheReasonWhenTheJournalBreaksAndNeverSaysThatItSucceeded) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a");
    builder.task("b");
    for (std::uint64_t good = 1; good < 3; ++good) {
        FailingJournal broken(good);
        const auto loop = make(builder.build(), broken);
        loop->start();
        const core::RunReport& report = loop->wait();
        EXPECT_EQ(report.status, RunStatus::Failed) << good;
        ASSERT_TRUE(report.failure) << good;
        EXPECT_EQ(report.failure->code, "storage_error") << good;
        EXPECT_NE(report.failure->message.find("no such device"), std::string::npos) << good;
        EXPECT_FALSE(broken.has_ended()) << "it stays open on record";
    }
    for (const std::string& word : sink.words()) {
        EXPECT_EQ(word.find("run ended"), std::string::npos) << word;
    }
}

TEST_F(RunLoopTest, PutsWhatBelongsTogetherOnRecordAtOnce) {
    struct CountingJournal final : core::Journal {
        void append(const std::string& /*run_id*/,
                    const core::JournalBatch& batch,
                    Done done) override {
            sizes.push_back(batch.records.size());
            done(nullptr);
        }
        std::vector<std::size_t> sizes;
    };
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a");
    builder.task("b");
    builder.task("c");
    CountingJournal counting;
    const auto loop = make(builder.build(), counting);
    loop->start();
    static_cast<void>(loop->wait());
    // Creation, start and first attempt; an end and the next attempt; the last end and the run's.
    EXPECT_EQ(counting.sizes, (std::vector<std::size_t>{3, 2, 2, 2}));
}

TEST_F(RunLoopTest, ACallThatFindsNoMemoryFailsAndTheOthersGoOn) {
    WorkflowBuilder builder(Flow::Graph);
    builder.task("greedy").allow_failure = true;
    builder.task("modest");
    invoker.on("greedy", [](ScriptedCall&) -> Outcome { throw std::bad_alloc(); });

    const core::RunReport report = run(builder.build());

    EXPECT_EQ(report.status, RunStatus::Succeeded);
    EXPECT_EQ(report.tasks[0].failure->code, "exhausted");
    EXPECT_EQ(report.tasks[1].status, TaskStatus::Succeeded);
}

TEST_F(RunLoopTest, SaysOnceThatTheJournalTakesNothingForNow) {
    struct FullJournal final : core::Journal {
        explicit FullJournal(core::Journal& journal) : next(journal) {}
        void append(const std::string& run_id,
                    const core::JournalBatch& batch,
                    Done done) override {
            if (refusals > 0) {
                --refusals;
                const core::JournalFailure failure{true, "the disk is full"};
                done(&failure);
                return;
            }
            next.append(run_id, batch, std::move(done));
        }
        core::Journal& next;
        int refusals = 2;
    } full(journal);
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a");
    const auto loop = make(builder.build(), full);
    loop->start();

    EXPECT_EQ(loop->wait().status, RunStatus::Succeeded);
    const Words words = sink.words();
    EXPECT_EQ(std::count(words.begin(), words.end(), "held up the disk is full"), 1);
}

TEST_F(RunLoopTest, EndsTenThousandTasksUnderAStormOfCancellations) {
    WorkflowBuilder builder(Flow::Graph);
    for (int index = 0; index < 10'000; ++index) {
        builder.task("t" + std::to_string(index));
    }
    std::atomic<int> begun{0};
    std::latch some_begun(100);
    for (int index = 0; index < 10'000; ++index) {
        invoker.on("t" + std::to_string(index), [&](ScriptedCall&) {
            if (begun++ < 100) {
                some_begun.count_down();
            }
            return Outcome{};
        });
    }
    const auto loop = make(builder.build(), journal);
    loop->start();
    some_begun.wait();
    std::vector<std::jthread> cancellers;
    cancellers.reserve(4);
    for (int index = 0; index < 4; ++index) {
        cancellers.emplace_back([&] { loop->cancel("storm"); });
    }

    const core::RunReport& report = loop->wait();
    // Either the storm was in time or everything had ended: what there is not is a task without an
    // end.
    for (const core::TaskReport& task : report.tasks) {
        EXPECT_TRUE(task.status == TaskStatus::Succeeded || task.status == TaskStatus::Cancelled);
    }
}

}  // namespace
}  // namespace oa::host
