#include "host/engine/engine.hpp"

#include <atomic>
#include <future>
#include <latch>
#include <optional>
#include <random>
#include <thread>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "host/engine/deaths.hpp"
#include "host/engine/quiet_sink.hpp"
#include "host/engine/system_clock.hpp"
#include "host/engine/timer_queue.hpp"
#include "host/engine/worker_pool.hpp"
#include "host/store/memory_journal.hpp"
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

constexpr auto patience = 20s;

/// What outlives a host.
struct EngineTest : testing::Test {
    MemoryJournal journal;
    test::ScriptedInvoker invoker;
    SystemClock clock;
    QuietSink sink;
    std::shared_ptr<const core::Workflow> workflow;

    /// One host, from its start to its end.
    struct Life {
        explicit Life(EngineTest& test, core::QueueSettings queue = {})
            : engine(RunServices{.invoker = test.invoker,
                                 .journal = test.journal,
                                 .sink = test.sink,
                                 .clock = test.clock,
                                 .pool = pool,
                                 .timers = timers,
                                 .environment = nullptr,
                                 .history = &test.journal},
                     {.queue = queue, .load = [&test](const std::string& documents) {
                          if (documents != "kept") {
                              throw std::runtime_error("there are no such documents");
                          }
                          return test.workflow;
                      }}) {}

        WorkerPool pool{16};
        TimerQueue timers;
        Engine engine;
    };

    RunRequest request(const std::string& id) const {
        return {.workflow = workflow, .inputs = {}, .run_id = id, .documents = "kept"};
    }
    /// Submits a run and gives its end.
    std::future<core::RunReport> submit(Engine& engine, RunRequest request) {
        auto end = std::make_shared<std::promise<core::RunReport>>();
        request.on_end = [end](const core::RunReport& report,
                               const boost::json::object& /*variables*/) {
            end->set_value(report);
        };
        engine.submit(std::move(request));
        return end->get_future();
    }
    [[nodiscard]] Words called() const {
        Words words;
        for (const auto& call : invoker.calls()) {
            words.push_back(call->task);
        }
        return words;
    }
    [[nodiscard]] std::optional<core::RunEnded> end_of(const std::string& id) const {
        const auto records = journal.load(id);
        const auto* ended =
            records.empty() ? nullptr : std::get_if<core::RunEnded>(&records.back().entry);
        return ended == nullptr ? std::nullopt : std::optional(*ended);
    }
    void put(const std::string& id, std::vector<core::JournalEntry> entries) {
        core::JournalBatch batch;
        std::uint64_t number = journal.load(id).size();
        for (core::JournalEntry& entry : entries) {
            batch.records.push_back({++number, clock.wall(), std::move(entry)});
        }
        journal.append(id, batch,
                       [](const core::JournalFailure* failure) { EXPECT_EQ(failure, nullptr); });
    }
    [[nodiscard]] OpenRun open(const std::string& id, bool had_started = true) const {
        return {id, journal.load(id).size(), had_started};
    }
    void use(Flow flow, const Words& tasks) {
        WorkflowBuilder builder(flow);
        for (const std::string& task : tasks) {
            builder.task(task);
        }
        workflow = std::make_shared<const core::Workflow>(builder.build());
    }
    [[nodiscard]] core::RunCreated created(const std::string& id) const {
        return creation_of(request(id), nullptr);
    }
};

TEST_F(EngineTest, CarriesRunsToTheirEndAndTellsOfTheirAcceptance) {
    use(Flow::Sequence, {"a", "b"});
    Life life(*this);
    std::atomic<int> accepted{0};
    std::vector<std::future<core::RunReport>> ends;
    for (int index = 0; index < 50; ++index) {
        RunRequest one = request("run-" + std::to_string(index));
        one.on_accepted = [&](const core::JournalFailure* refusal) {
            accepted += refusal == nullptr ? 1 : 0;
        };
        ends.push_back(submit(life.engine, std::move(one)));
    }
    for (auto& end : ends) {
        EXPECT_EQ(end.get().status, RunStatus::Succeeded);
    }
    EXPECT_EQ(accepted, 50);
    EXPECT_EQ(called().size(), 100U);
    life.engine.wait_until_idle();
    EXPECT_EQ(life.engine.running(), 0U);
}

TEST_F(EngineTest, StartsNoMoreRunsAtOneTimeThanItMay) {
    use(Flow::Sequence, {"a"});
    std::atomic<int> now{0};
    std::atomic<int> most{0};
    invoker.on("a", [&](ScriptedCall&) {
        most = std::max(most.load(), ++now);
        --now;
        return Outcome{};
    });
    Life life(*this, {.max_runs = 2});
    std::vector<std::future<core::RunReport>> ends;
    ends.reserve(40);
    for (int index = 0; index < 40; ++index) {
        ends.push_back(submit(life.engine, request("run-" + std::to_string(index))));
    }
    for (auto& end : ends) {
        EXPECT_EQ(end.get().status, RunStatus::Succeeded);
    }
    EXPECT_LE(most, 2);
}

TEST_F(EngineTest, RunsThatWaitAreOnRecordAndCanBeCancelledWithoutHavingBegun) {
    use(Flow::Sequence, {"a"});
    std::latch released(1);
    invoker.on("a", [&](ScriptedCall&) {
        released.wait();
        return Outcome{};
    });
    Life life(*this, {.max_runs = 1});
    auto first = submit(life.engine, request("first"));
    auto second = submit(life.engine, request("second"));
    EXPECT_EQ(life.engine.waiting(), 1U);
    ASSERT_EQ(journal.load("second").size(), 1U) << "accepted, so on record";

    EXPECT_TRUE(life.engine.cancel("second", "not needed"));
    const core::RunReport report = second.get();
    released.count_down();

    EXPECT_EQ(report.status, RunStatus::Cancelled);
    EXPECT_EQ(report.failure->message, "not needed");
    EXPECT_EQ(end_of("second")->status, RunStatus::Cancelled);
    EXPECT_EQ(first.get().status, RunStatus::Succeeded);
    EXPECT_EQ(called(), (Words{"a"}));
    EXPECT_FALSE(life.engine.cancel("second", "again")) << "it has ended";
}

TEST_F(EngineTest, RefusesARunWhenTooManyWaitAndKeepsNothingOfIt) {
    use(Flow::Sequence, {"a"});
    std::latch released(1);
    invoker.on("a", [&](ScriptedCall&) {
        released.wait();
        return Outcome{};
    });
    Life life(*this, {.max_runs = 1, .max_waiting = 1});
    auto first = submit(life.engine, request("first"));
    auto second = submit(life.engine, request("second"));
    EXPECT_THROW(life.engine.submit(request("third")), QueueFull);
    EXPECT_TRUE(journal.load("third").empty());
    released.count_down();
    EXPECT_EQ(first.get().status, RunStatus::Succeeded);
    EXPECT_EQ(second.get().status, RunStatus::Succeeded);
}

TEST_F(EngineTest, SkipsOrReplacesRunsAsTheDocumentSays) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a");
    builder.workflow().concurrency.max_runs = 1;
    builder.workflow().concurrency.overlap = core::Overlap::Skip;
    workflow = std::make_shared<const core::Workflow>(builder.build());
    std::latch released(1);
    invoker.on("a", [&](ScriptedCall& call) {
        if (call.invocation->run_id == "replaced") {
            call.wait_until_cancelled();
            return Outcome{nullptr, core::Failure{"cancelled", "stopped"}};
        }
        released.wait();
        return Outcome{};
    });
    Life life(*this);
    auto first = submit(life.engine, request("first"));
    auto skipped = submit(life.engine, request("skipped"));
    EXPECT_EQ(skipped.get().status, RunStatus::Cancelled);
    EXPECT_EQ(end_of("skipped")->status, RunStatus::Cancelled) << "whoever looks for it finds why";
    released.count_down();
    EXPECT_EQ(first.get().status, RunStatus::Succeeded);
    life.engine.wait_until_idle();

    builder.workflow().concurrency.overlap = core::Overlap::CancelRunning;
    workflow = std::make_shared<const core::Workflow>(builder.build());
    auto replaced = submit(life.engine, request("replaced"));
    auto newest = submit(life.engine, request("newest"));
    EXPECT_EQ(replaced.get().status, RunStatus::Cancelled);
    EXPECT_EQ(newest.get().status, RunStatus::Succeeded);
}

TEST_F(EngineTest, CountsRunsByTheKeyThatTheDocumentGives) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a");
    builder.workflow().concurrency.max_runs = 1;
    auto key = core::TextTemplate::parse("${inputs.customer}");
    builder.workflow().concurrency.key = core::Template(std::move(key.text_template));
    workflow = std::make_shared<const core::Workflow>(builder.build());
    std::latch both(2);
    std::latch released(1);
    invoker.on("a", [&](ScriptedCall& call) {
        if (call.invocation->run_id != "second-of-ada") {
            both.count_down();
        }
        released.wait();
        return Outcome{};
    });
    Life life(*this);
    std::vector<std::future<core::RunReport>> ends;
    for (const auto& [id, customer] : std::vector<std::pair<std::string, std::string>>{
             {"first-of-ada", "ada"}, {"second-of-ada", "ada"}, {"first-of-bob", "bob"}}) {
        RunRequest one = request(id);
        one.inputs = {{"customer", customer}};
        ends.push_back(submit(life.engine, std::move(one)));
    }
    both.wait();
    EXPECT_EQ(life.engine.waiting(), 1U);
    EXPECT_EQ(std::get<core::RunCreated>(journal.load("second-of-ada").front().entry).key, "ada");
    released.count_down();
    for (auto& end : ends) {
        EXPECT_EQ(end.get().status, RunStatus::Succeeded);
    }
}

TEST_F(EngineTest, EndsRunsThatAreCancelledAtAnyMomentAndNeverCallsThemSucceeded) {
    WorkflowBuilder builder(Flow::Graph);
    for (int index = 0; index < 6; ++index) {
        core::Task& task = builder.task("t" + std::to_string(index));
        if (index > 1) {
            task.needs = {static_cast<core::TaskIndex>(index - 2)};
        }
    }
    workflow = std::make_shared<const core::Workflow>(builder.build());
    invoker.on("t3", [](ScriptedCall& call) {  // listens
        call.wait_until_cancelled();
        return Outcome{nullptr, core::Failure{"cancelled", "stopped"}};
    });
    invoker.on("t4", [](ScriptedCall& call) {  // does not
        call.wait_until_abandoned();
        return Outcome{};
    });
    std::mt19937 random(7);  // NOLINT: the same moments every time
    int on_record = 0;
    Life life(*this, {.max_runs = 8});
    for (int index = 0; index < 1'000; ++index) {
        const std::string id = "run-" + std::to_string(index);
        RunRequest one = request(id);
        one.settings.cancel_grace = core::Milliseconds{1};
        auto end = submit(life.engine, std::move(one));
        for (auto spin = random() % 4'000; spin > 0; --spin) {
            std::atomic_signal_fence(std::memory_order_seq_cst);
        }
        life.engine.cancel(id, "at some moment");
        ASSERT_EQ(end.wait_for(patience), std::future_status::ready) << id;
        EXPECT_EQ(end.get().status, RunStatus::Cancelled) << id;
        for (const core::JournalRecord& record : journal.load(id)) {
            const auto* taken = std::get_if<core::MachineEvent>(&record.entry);
            on_record +=
                taken != nullptr && std::holds_alternative<core::CancelRequested>(taken->event) ? 1
                                                                                                : 0;
        }
        EXPECT_EQ(end_of(id)->status, RunStatus::Cancelled) << id;
    }
    EXPECT_EQ(on_record, 1'000);
    while (life.pool.written_off() > 0) {
        std::this_thread::yield();
    }
}

TEST_F(EngineTest, ARunWhoseLastTaskEndsWhileTheHostStopsHasEnded) {
    use(Flow::Sequence, {"a"});
    std::latch in_a(1);
    std::latch released(1);
    invoker.on("a", [&](ScriptedCall&) {
        in_a.count_down();
        released.wait();
        return Outcome{};
    });
    Life life(*this);
    std::future<core::RunReport> end = submit(life.engine, request("run"));
    in_a.wait();
    life.engine.find("run")->suspend();  // as stop() does first
    released.count_down();
    ASSERT_EQ(end.wait_for(patience), std::future_status::ready);
    EXPECT_EQ(end.get().status, RunStatus::Succeeded);
    EXPECT_EQ(end_of("run")->status, RunStatus::Succeeded);
    life.engine.stop(patience);
}

TEST_F(EngineTest, LeavesRunsOpenWhenItStopsAndAnotherOneEndsThemWithoutDoingAnythingTwice) {
    use(Flow::Sequence, {"a", "b", "c"});
    std::latch in_b(1);
    std::latch released(1);
    invoker.on("a", [&](ScriptedCall&) { return Outcome{{{"n", 7}}, {}}; });
    invoker.on("b", [&](ScriptedCall&) {
        in_b.count_down();
        released.wait();
        return Outcome{};
    });
    {
        Life life(*this, {.max_runs = 1});
        life.engine.submit(request("run"));
        life.engine.submit(request("waiting"));
        in_b.wait();
        life.engine.find("run")->suspend();  // as stop() does first
        // What runs may end; what follows it does not start.
        released.count_down();
        life.engine.stop(patience);
        EXPECT_THROW(life.engine.submit(request("late")), QueueFull);
    }
    EXPECT_EQ(called(), (Words{"a", "b"}));
    EXPECT_FALSE(end_of("run"));

    Life life(*this, {.max_runs = 1});
    std::vector<std::promise<core::RunReport>> ends(2);
    std::size_t next = 0;
    life.engine.recover({open("run"), open("waiting", false)}, false, [&](RunRequest& found) {
        found.on_end = [&end = ends[next++]](const core::RunReport& report,
                                             const boost::json::object& /*variables*/) {
            end.set_value(report);
        };
    });
    const core::RunReport report = ends[0].get_future().get();
    EXPECT_EQ(report.status, RunStatus::Succeeded);
    EXPECT_EQ(core::output_of(report.tasks[0]), (boost::json::value{{"n", 7}}));
    EXPECT_EQ(ends[1].get_future().get().status, RunStatus::Succeeded);
    EXPECT_EQ(called(), (Words{"a", "b", "c", "a", "b", "c"}));
}

TEST_F(EngineTest, EndsARunOverWhichThreeHostsDiedAndGoesOnWithTheOthers) {
    use(Flow::Sequence, {"a"});
    const core::MachineEvent started{core::RunStarted{}, nullptr};
    put("poison", {created("poison"), started, core::AttemptStarted{0, 0, 1, {}},
                   core::RunResumed{1, false}, core::AttemptStarted{0, 0, 1, {}},
                   core::RunResumed{2, false}, core::AttemptStarted{0, 0, 1, {}}});
    put("healthy", {created("healthy"), started, core::AttemptStarted{0, 0, 1, {}}});
    put("strange", {core::RunEnded{}});

    Life life(*this);
    life.engine.recover({open("poison"), open("healthy"), open("strange")}, true, nullptr);
    life.engine.wait_until_idle();

    ASSERT_TRUE(end_of("poison"));
    EXPECT_EQ(end_of("poison")->status, RunStatus::Failed);
    EXPECT_EQ(end_of("poison")->failure->code, "quarantined");
    EXPECT_NE(end_of("poison")->failure->message.find("3 times"), std::string::npos);
    EXPECT_EQ(end_of("healthy")->status, RunStatus::Succeeded);
    EXPECT_EQ(end_of("strange")->failure->code, "unrecoverable");
    EXPECT_EQ(called(), (Words{"a"})) << "of the healthy one";
}

TEST_F(EngineTest, EndsRunsWithinARunThatDoesNotGoOn) {
    use(Flow::Sequence, {"a"});
    const auto put_within = [this](const std::string& id, const std::string& parent) {
        core::RunCreated entry = created(id);
        entry.parent_run_id = parent;
        put(id, {entry, core::MachineEvent{core::RunStarted{}, nullptr}});
        OpenRun run = open(id);
        run.parent_run_id = parent;
        return run;
    };
    put("strange", {core::AttemptStarted{0, 0, 1, {}}});
    put("healthy", {created("healthy"), core::MachineEvent{core::RunStarted{}, nullptr}});
    const OpenRun child = put_within("child", "strange");
    const OpenRun grandchild = put_within("grandchild", "child");
    const OpenRun orphan = put_within("orphan", "ended long ago");
    const OpenRun kept = put_within("kept", "healthy");
    Life life(*this);
    life.engine.recover({open("strange"), open("healthy"), child, grandchild, orphan, kept}, true,
                        nullptr);
    life.engine.wait_until_idle();

    for (const char* const id : {"child", "grandchild", "orphan"}) {
        ASSERT_TRUE(end_of(id)) << id;
        EXPECT_EQ(end_of(id)->failure->code, "interrupted") << id;
    }
    EXPECT_EQ(end_of("healthy")->status, RunStatus::Succeeded);
    EXPECT_FALSE(end_of("kept")) << "that is for the run around it";
}

TEST_F(EngineTest, LetsSuspectsRunOneByOne) {
    use(Flow::Sequence, {"a", "b"});
    std::atomic<int> now{0};
    std::atomic<int> most{0};
    invoker.on("a", [&](ScriptedCall&) {
        most = std::max(most.load(), ++now);
        --now;
        return Outcome{};
    });
    std::vector<OpenRun> runs;
    for (const char* const id : {"one", "two", "three", "four"}) {
        put(id, {created(id), core::MachineEvent{core::RunStarted{}, nullptr},
                 core::AttemptStarted{0, 0, 1, {}}, core::RunResumed{1, false},
                 core::AttemptStarted{0, 0, 1, {}}});
        runs.push_back(open(id));
    }
    Life life(*this);
    life.engine.recover(runs, true, nullptr);
    life.engine.wait_until_idle();

    EXPECT_EQ(most, 1);
    for (const OpenRun& run : runs) {
        EXPECT_EQ(end_of(run.id)->status, RunStatus::Succeeded) << run.id;
    }
}

TEST_F(EngineTest, PutsOnRecordWhichRequestMadeARun) {
    use(Flow::Sequence, {"a"});
    Life life(*this);
    RunRequest asked = request("run");
    asked.request_key = "order 7";
    asked.request_digest = "0badc0de";
    submit(life.engine, std::move(asked)).wait();
    life.engine.wait_until_idle();
    const auto entry = std::get<core::RunCreated>(journal.load("run").front().entry);
    EXPECT_EQ(entry.request_key, "order 7");
    EXPECT_EQ(entry.request_digest, "0badc0de");
    const RunRequest again = life.engine.retry("run", "again", {});
    EXPECT_EQ(again.request_key + again.request_digest, "");
}

TEST_F(EngineTest, DoesARunAgainFromWhatFailed) {
    use(Flow::Sequence, {"a", "b", "c"});
    std::atomic<bool> broken{true};
    invoker.on("a", [](ScriptedCall&) { return Outcome{5, {}}; });
    invoker.on("b", [&](ScriptedCall&) {
        return broken ? Outcome{nullptr, core::Failure{"not_found", "no such file"}} : Outcome{};
    });
    Life life(*this);
    EXPECT_EQ(submit(life.engine, request("run")).get().status, RunStatus::Failed);
    life.engine.wait_until_idle();
    broken = false;
    const core::RunReport again = submit(life.engine, life.engine.retry("run", "again", {})).get();

    EXPECT_EQ(again.status, RunStatus::Succeeded);
    EXPECT_EQ(core::output_of(again.tasks[0]), boost::json::value(5));
    EXPECT_EQ(called(), (Words{"a", "b", "b", "c"}));
    EXPECT_EQ(std::get<core::RunCreated>(journal.load("again").front().entry).retry_of, "run");

    life.engine.wait_until_idle();
    submit(life.engine, life.engine.retry("run", "all", {.all = true})).wait();
    submit(life.engine, life.engine.retry("again", "from-c", {.from = "c"})).wait();
    EXPECT_EQ(called(), (Words{"a", "b", "b", "c", "a", "b", "c", "c"}));
    EXPECT_THROW(static_cast<void>(life.engine.retry("run", "x", {.from = "zebra"})),
                 std::runtime_error);
    EXPECT_THROW(static_cast<void>(life.engine.retry("nobody", "x", {})), std::runtime_error);
}

TEST_F(EngineTest, CountsDeathsOnlyWhereARunWasWorkedOn) {
    use(Flow::Sequence, {"a"});
    using Entries = std::vector<core::JournalEntry>;
    core::WallTime time;
    const auto records_of = [&](Entries entries) {
        std::vector<core::JournalRecord> records;
        for (core::JournalEntry& entry : entries) {
            time += std::chrono::milliseconds(1);
            records.push_back({records.size() + 1, time, std::move(entry)});
        }
        return records;
    };
    const auto count = [&](Entries entries, bool died = true) {
        return deaths_of(records_of(std::move(entries)), {}, died);
    };
    const core::MachineEvent started{core::RunStarted{}, nullptr};
    const core::AttemptStarted attempt{0, 0, 1, {}};
    const core::MachineEvent success{core::AttemptSucceeded{0, 1}, nullptr};

    EXPECT_EQ(count({created("x"), started, attempt}), 1U) << "an attempt was in flight";
    EXPECT_EQ(count({created("x"), started, attempt}, false), 0U) << "nobody died";
    EXPECT_EQ(count({created("x"), started, attempt, success}), 0U) << "nothing was in flight";
    EXPECT_EQ(count({created("x"), started, attempt, core::RunResumed{1, false}}), 2U)
        << "while it was taken up";
    EXPECT_EQ(count({created("x"), started, core::RunResumed{0, false}}), 1U) << "the same";
    EXPECT_EQ(count({created("x"), started, core::RunResumed{1, false}, core::RunResumed{0, true}}),
              0U)
        << "it waits, and somebody else was at fault";
    EXPECT_EQ(count({created("x"), started, core::RunResumed{2, false}, attempt, success,
                     core::AttemptStarted{1, 1, 1, {}}}),
              1U)
        << "it had come further";
    EXPECT_EQ(count({created("x"), started, attempt, core::RunResumed{1, false}}, false), 1U)
        << "as before";
    EXPECT_EQ(
        count({created("x"), started, attempt, core::MachineEvent{core::CancelRequested{}, nullptr},
               core::MachineEvent{core::TimerFired{{core::Timer::Kind::CancelGrace, 0, 1}},
                                  nullptr}}),
        0U)
        << "it was given up";
    // Its attempt runs a workflow.
    const auto with = [&](Entries before, Entries within, Entries after = {}) {
        auto records = records_of(std::move(before));
        const auto inner = records_of(std::move(within));
        for (core::JournalRecord& record : records_of(std::move(after))) {
            record.number = records.size() + 1;
            records.push_back(std::move(record));
        }
        return deaths_of(records, {inner}, true);
    };
    const Entries before{created("x"), started, core::RunResumed{2, false}, attempt};
    EXPECT_EQ(with(before, {created("x/in"), started, attempt}), 3U) << "there, too";
    EXPECT_EQ(with(before, {created("x/in"), started}), 0U) << "there it waits";
    EXPECT_EQ(with(before,
                   {created("x/in"), started, attempt, success, core::AttemptStarted{1, 1, 1, {}}}),
              1U)
        << "there it had come further";
    EXPECT_EQ(with(before, {created("x/in"), started, attempt, success},
                   {core::RunResumed{1, false}, attempt}),
              0U)
        << "and then it waited";
    EXPECT_EQ(with(before, {created("x/in"), started, attempt, success, attempt},
                   {core::RunResumed{1, false}, attempt}),
              2U)
        << "but not since";
}

}  // namespace
}  // namespace oa::host
