// Waits and pauses of runs that outlive their host, answers from outside, and clocks that jump. All
// on one thread, under a clock of the test's own.

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/workflow/reader.hpp"
#include "host/engine/run_loop.hpp"
#include "host/store/memory_journal.hpp"
#include "tests/support/fake_catalog.hpp"
#include "tests/support/fake_workflow_source.hpp"
#include "tests/support/recording_sink.hpp"
#include "tests/support/scripted_invoker.hpp"
#include "tests/support/timeline.hpp"
#include "tests/support/workflow_builder.hpp"

namespace oa::host {
namespace {

using namespace std::chrono_literals;
using core::RunStatus;
using core::TaskStatus;
using Words = std::vector<std::string>;

/// Does what it is given at once.
class InlineRunner final : public JobRunner {
public:
    void submit(std::shared_ptr<Job> job) override { job->run(); }
    void write_off(Job& /*job*/) override {}
};

/// Can be told to fail for good.
class BreakableJournal final : public core::Journal {
public:
    explicit BreakableJournal(MemoryJournal& journal) : journal_(journal) {}
    void append(const std::string& run_id, const core::JournalBatch& batch, Done done) override {
        if (is_broken) {
            const core::JournalFailure failure{false, "the disk is gone"};
            done(&failure);
            return;
        }
        journal_.append(run_id, batch, std::move(done));
    }

    bool is_broken = false;

private:
    MemoryJournal& journal_;
};

struct RunWaitsTest : testing::Test {
    test::FakeCatalog catalog;
    test::FakeWorkflowSource files;
    test::Timeline time{core::parse_time("2026-01-01T00:00:00Z").value()};
    InlineRunner runner;
    MemoryJournal journal;
    BreakableJournal breakable{journal};
    test::ScriptedInvoker invoker;
    std::shared_ptr<test::RecordingSink> sink = std::make_shared<test::RecordingSink>();
    std::shared_ptr<const core::Workflow> workflow;
    std::optional<core::RunReport> ended;
    bool was_left = false;

    RunWaitsTest() { catalog.add("test", "do", R"({"additionalProperties": true})"); }

    void read(const std::string& document) {
        core::ReadOptions options;
        options.workflows = &files;
        core::ReadResult result = core::read_workflow(document, "w.yaml", catalog, options);
        for (const core::Diagnostic& diagnostic : result.diagnostics) {
            ADD_FAILURE() << to_string(diagnostic);
        }
        ASSERT_TRUE(result.workflow);
        workflow = result.workflow;
    }
    std::shared_ptr<RunLoop> make(const std::string& id = "run",
                                  const std::shared_ptr<const Reuse>& reuse = nullptr) {
        ended.reset();
        RunServices services{invoker, breakable, *sink, time, runner, time, {}};
        services.history = &journal;
        RunRequest request{.workflow = workflow, .inputs = {}, .run_id = id};
        request.reuse = reuse;
        request.on_left = [this] { was_left = true; };
        request.on_end = [this](const core::RunReport& report,
                                const boost::json::object& /*variables*/) { ended = report; };
        return RunLoop::make(std::move(services), std::move(request));
    }
    std::shared_ptr<RunLoop> start(const std::string& document) {
        read(document);
        auto loop = make();
        loop->start();
        return loop;
    }
    /// The host dies, and another one goes on after a while.
    std::shared_ptr<RunLoop> next_life(std::shared_ptr<RunLoop>& loop,
                                       std::chrono::milliseconds after = 0ms) {
        loop.reset();
        time.pass_unseen(after);
        sink = std::make_shared<test::RecordingSink>();
        auto next = make();
        next->resume(journal.load("run"));
        return next;
    }
    [[nodiscard]] std::string output_of(core::TaskIndex task) const {
        return ended ? boost::json::serialize(core::output_of(ended->tasks.at(task)))
                     : "has not ended";
    }
    [[nodiscard]] Words called() const {
        Words words;
        for (const auto& call : invoker.calls()) {
            words.push_back(call->task);
        }
        return words;
    }
};

// ----- over the lives of hosts -----

TEST_F(RunWaitsTest, ASleepGoesOnWhileThereIsNoHost) {
    auto loop = start("tasks: [{sleep: 1h}]");
    time.advance(10min);
    loop = next_life(loop, 20min);
    EXPECT_EQ(sink->words(), (Words{"run started w", "wait sleep"}));
    time.advance(30min - 1ms);
    EXPECT_FALSE(ended);
    time.advance(1ms);
    ASSERT_TRUE(ended);
    EXPECT_EQ(output_of(0), R"({"until":"2026-01-01T01:00:00.000Z"})");
    EXPECT_EQ(ended->tasks[0].duration, 1h);
}

TEST_F(RunWaitsTest, ASleepWhoseTimeIsOverEndsWhenThereIsAHostAgain) {
    auto loop = start("tasks: [{sleep: 1h}]");
    loop = next_life(loop, 48h);
    time.advance(0ms);
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->status, RunStatus::Succeeded);
}

TEST_F(RunWaitsTest, AWaitForATimeOutlivesItsHost) {
    auto loop = start("tasks: [{wait_until: 2026-01-01T02:00:00Z}]");
    time.advance(30min);
    loop = next_life(loop, 1h);
    time.advance(30min - 1ms);
    EXPECT_FALSE(ended);
    time.advance(1ms);
    EXPECT_TRUE(ended);
}

TEST_F(RunWaitsTest, AnApprovalOutlivesItsHost) {
    auto loop = start(
        "tasks:\n"
        "  - {name: gate, approval: {message: 'Deploy?', by: ada, timeout: 2h}}\n"
        "  - {name: deploy, test.do: {by: '${tasks.gate.output.by}'}}\n");
    time.advance(30min);
    loop = next_life(loop, 30min);
    const std::vector<OpenApproval> open = loop->approvals();
    ASSERT_EQ(open.size(), 1U);
    EXPECT_EQ(open[0].task, "gate");
    EXPECT_EQ(open[0].message, "Deploy?");
    EXPECT_EQ(open[0].by, (Words{"ada"}));
    EXPECT_EQ(core::format_time(open[0].since), "2026-01-01T00:00:00.000Z");
    EXPECT_EQ(core::format_time(*open[0].until), "2026-01-01T02:00:00.000Z");
    EXPECT_TRUE(loop->answer("gate", {}, {true, "ada", "fine"}));
    ASSERT_TRUE(ended);
    EXPECT_EQ(*invoker.calls().at(0)->params, R"({"by":"ada"})");
}

TEST_F(RunWaitsTest, AHostThatStopsDoesNotWaitForAnswers) {
    files.documents["inner"] = "tasks: [{name: gate, approval: 'Deploy?'}]";
    auto loop = start(
        "tasks:\n"
        "  - {name: deploy, workflow: inner}\n"
        "  - {name: nap, sleep: 1h}\n"
        "  - {name: after, needs: [deploy, nap], test.do: {}}\n");
    loop->suspend();
    EXPECT_TRUE(was_left);
    EXPECT_FALSE(ended);
    EXPECT_TRUE(loop->approvals().empty());
    EXPECT_EQ(time.timers(), 0U);
    loop = next_life(loop, 1h);
    time.advance(0ms);
    EXPECT_TRUE(loop->answer("deploy/gate", {}, {}));
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->status, RunStatus::Succeeded);
}

TEST_F(RunWaitsTest, TheTimeOutOfAnApprovalOutlivesItsHost) {
    auto loop = start("tasks: [{approval: {message: a, timeout: 2h}}]");
    loop = next_life(loop, 1h);
    time.advance(1h);
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->failure->code, "deadline");
}

TEST_F(RunWaitsTest, AnAnswerIsNotAskedForAgain) {
    auto loop = start(
        "tasks:\n"
        "  - {name: gate, approval: 'Deploy?'}\n"
        "  - {name: nap, sleep: 1h, output: tasks.gate.output.comment}\n");
    ASSERT_TRUE(loop->answer("gate", {}, {true, "ada", "fine"}));
    loop = next_life(loop);
    EXPECT_TRUE(loop->approvals().empty());
    time.advance(1h);
    EXPECT_EQ(output_of(1), R"("fine")");
}

TEST_F(RunWaitsTest, APauseOutlivesItsHost) {
    auto loop = start(
        "tasks:\n"
        "  - {name: nap, sleep: 1h}\n"
        "  - {name: next, test.do: {}}\n");
    loop->pause("a window");
    loop = next_life(loop, 2h);
    time.advance(1h);
    EXPECT_FALSE(ended);
    EXPECT_EQ(sink->words(), (Words{"run started w", "paused a window", "wait nap", "waited nap",
                                    "end nap succeeded"}));
    loop->resume();
    ASSERT_TRUE(ended);
    EXPECT_EQ(called(), (Words{"next"}));
}

TEST_F(RunWaitsTest, WaitsAndPausesOfRunsWithinOutliveTheirHost) {
    files.documents["inner"] =
        "tasks: [{name: gate, approval: 'Deploy?'}, {name: work, test.do: {}}]";
    auto loop = start("tasks: [{name: deploy, for_each: [a, b], workflow: inner}]");
    loop->pause("a window");
    loop = next_life(loop);
    Words open;
    for (const OpenApproval& approval : loop->approvals()) {
        open.push_back(approval.task);
    }
    EXPECT_EQ(open, (Words{"deploy[0]/gate", "deploy[1]/gate"}));
    EXPECT_TRUE(loop->answer("deploy[1]/gate", {}, {}));
    EXPECT_TRUE(called().empty()) << "it is paused within, too";
    loop->resume();
    EXPECT_EQ(called(), (Words{"work"}));
    EXPECT_TRUE(loop->answer("deploy[0]/gate", {}, {}));
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->status, RunStatus::Succeeded);
}

TEST_F(RunWaitsTest, APauseThatTheRunsWithinHaveNotHeardOfReachesThem) {
    files.documents["inner"] =
        "tasks: [{name: gate, approval: 'Deploy?'}, {name: work, test.do: {}}]";
    auto loop = start("tasks: [{name: deploy, workflow: inner}]");
    std::vector<core::JournalRecord> records = journal.load("run");
    const std::uint64_t last = records.back().number;
    records.push_back({last + 1, time.wall(), core::MachineEvent{core::PauseRequested{"p"}, {}}});
    loop.reset();
    loop = make();
    loop->resume(records);
    static_cast<void>(loop->answer("deploy/gate", {}, {}));
    EXPECT_TRUE(called().empty());

    // And the other way round: the end of a pause that they have not heard of.
    records.push_back({last + 2, time.wall(), core::MachineEvent{core::ResumeRequested{}, {}}});
    loop.reset();
    loop = make();
    loop->resume(records);
    EXPECT_EQ(called(), (Words{"work"}));
    EXPECT_TRUE(ended);
}

/// Whatever of a run is on record when the host dies, the next one brings it to the same end.
TEST_F(RunWaitsTest, EveryMomentIsGoodEnoughToDieIn) {
    const std::string document =
        "tasks:\n"
        "  - {name: nap, sleep: 10m}\n"
        "  - {name: until, needs: nap, wait_until: 2026-01-01T01:00:00Z, output: output.until}\n"
        "  - {name: gates, needs: nap, for_each: [a, b], approval: 'Use ${item}?', "
        "output: output.by}\n"
        "  - {name: late, needs: nap, approval: {message: c, timeout: 1m, default: approve}}\n"
        "  - {name: work, needs: [until, gates, late], test.do: {by: '${tasks.gates.output}'}}\n"
        "outputs: {all: '[tasks.until.output, tasks.gates.output, tasks.late.output.approved]'}\n";
    const auto drive = [&](RunLoop& loop) {
        for (int step = 0; step < 200 && !ended; ++step) {
            for (const OpenApproval& open : loop.approvals()) {
                if (open.task == "gates") {
                    static_cast<void>(loop.answer(open.task, open.element, {true, "ada", ""}));
                }
            }
            time.advance(1min);
        }
    };
    auto whole = start(document);
    drive(*whole);
    ASSERT_TRUE(ended);
    const std::string outputs = boost::json::serialize(ended->outputs);
    EXPECT_EQ(outputs, R"({"all":["2026-01-01T01:00:00.000Z",["ada","ada"],true]})");
    const std::vector<core::JournalRecord> records = journal.load("run");
    ASSERT_GT(records.size(), 15U);
    for (std::size_t kept = 1; kept < records.size(); ++kept) {
        auto next = make("again-" + std::to_string(kept));
        next->resume({records.begin(), records.begin() + static_cast<std::ptrdiff_t>(kept)});
        drive(*next);
        ASSERT_TRUE(ended) << "after " << kept << " records";
        EXPECT_EQ(boost::json::serialize(ended->outputs), outputs) << "after " << kept;
    }
}

TEST_F(RunWaitsTest, ARunThatIsDoneAgainTakesOverItsAnswers) {
    auto loop = start(
        "tasks:\n"
        "  - {name: gate, approval: 'Deploy?'}\n"
        "  - {name: nap, sleep: 1h}\n"
        "  - {name: work, test.do: {said: '${tasks.gate.output.comment}'}}\n");
    invoker.on("work", [](test::ScriptedCall&) {
        return core::Outcome{nullptr, core::Failure{"internal", "no", false}};
    });
    static_cast<void>(loop->answer("gate", {}, {true, "ada", "fine"}));
    time.advance(1h);
    ASSERT_EQ(ended->status, RunStatus::Failed);

    invoker.on("work", [](test::ScriptedCall&) { return core::Outcome{}; });
    const auto reuse = std::make_shared<const Reuse>(
        make_reuse(*workflow, "run", journal.load("run"), std::nullopt));
    loop = make("again", reuse);
    loop->start();
    ASSERT_TRUE(ended) << "it waits again";
    EXPECT_EQ(ended->status, RunStatus::Succeeded);
    EXPECT_EQ(*invoker.calls().back()->params, R"({"said":"fine"})");

    const auto from = std::make_shared<const Reuse>(
        make_reuse(*workflow, "run", journal.load("run"), core::TaskIndex{0}));
    loop = make("from", from);
    loop->start();
    EXPECT_EQ(loop->approvals().size(), 1U) << "it is to be asked for again";
}

// ----- answers -----

TEST_F(RunWaitsTest, TellsWhatBecameOfAnAnswer) {
    auto loop = start("tasks: [{name: gate, approval: 'Deploy?'}, {name: b, approval: b}]");
    std::vector<bool> told;
    const auto note = [&](bool taken) { told.push_back(taken); };
    EXPECT_FALSE(loop->answer("b", {}, {}, note)) << "it does not wait yet";
    EXPECT_FALSE(loop->answer("gate", 0, {}, note)) << "there are no elements";
    EXPECT_TRUE(told.empty());
    EXPECT_TRUE(loop->answer("gate", {}, {}, note));
    EXPECT_EQ(told, (std::vector<bool>{true}));
    EXPECT_FALSE(loop->answer("gate", {}, {}, note)) << "it has been answered";
    EXPECT_EQ(told.size(), 1U);
}

TEST_F(RunWaitsTest, SaysSoWhenAnAnswerDoesNotGetOnRecord) {
    auto loop = start("tasks: [{name: gate, approval: 'Deploy?'}]");
    breakable.is_broken = true;
    std::vector<bool> told;
    EXPECT_TRUE(loop->answer("gate", {}, {}, [&](bool taken) { told.push_back(taken); }));
    EXPECT_EQ(told, (std::vector<bool>{false}));
    EXPECT_EQ(loop->wait().failure->code, "storage_error");
    EXPECT_TRUE(loop->approvals().empty());
}

TEST_F(RunWaitsTest, SaysSoWhenTheRunEndsBeforeTheAnswer) {
    auto loop = start("tasks: [{name: gate, approval: 'Deploy?'}]");
    std::vector<bool> told;
    // The answer is left in the mailbox behind the cancellation, by somebody who hears of it.
    struct Meddler final : core::Journal {
        core::Journal& journal;
        std::function<void()> once;
        explicit Meddler(core::Journal& to) : journal(to) {}
        void append(const std::string& id, const core::JournalBatch& batch, Done done) override {
            if (const auto meddle = std::exchange(once, nullptr)) {
                meddle();
            }
            journal.append(id, batch, std::move(done));
        }
    } meddler(journal);
    RunServices services{invoker, meddler, *sink, time, runner, time, {}};
    loop = RunLoop::make(services, RunRequest{.workflow = workflow, .inputs = {}, .run_id = "b"});
    loop->start();
    meddler.once = [&] {
        EXPECT_TRUE(loop->answer("gate", {}, {}, [&](bool taken) { told.push_back(taken); }));
    };
    loop->cancel("enough");
    EXPECT_EQ(told, (std::vector<bool>{false}));
    EXPECT_EQ(loop->wait().status, RunStatus::Cancelled);
}

TEST_F(RunWaitsTest, TakesOneAnswerOfMany) {
    constexpr int rounds = 50;
    constexpr int people = 4;
    for (int round = 0; round < rounds; ++round) {
        read("tasks: [{name: gate, approval: 'Deploy?'}]");
        auto loop = make("run-" + std::to_string(round));
        loop->start();
        std::atomic<int> taken{0};
        std::atomic<int> recorded{0};
        std::vector<std::thread> threads;
        threads.reserve(people);
        for (int person = 0; person < people; ++person) {
            threads.emplace_back([&] {
                static_cast<void>(loop->approvals());
                taken += loop->answer("gate", {}, {true, "somebody", ""},
                                      [&](bool on_record) { recorded += on_record ? 1 : 0; })
                             ? 1
                             : 0;
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        EXPECT_EQ(taken, 1);
        EXPECT_EQ(recorded, 1);
        EXPECT_EQ(loop->wait().status, RunStatus::Succeeded);
    }
}

TEST_F(RunWaitsTest, LooksAtNamesAndGroups) {
    const auto may = [](Words by, const ApprovalAnswer& answer) {
        OpenApproval approval;
        approval.by = std::move(by);
        return may_answer(approval, answer);
    };
    EXPECT_TRUE(may({}, {true, "", ""}));
    EXPECT_TRUE(may({"ada", "eve"}, {true, "eve", ""}));
    EXPECT_FALSE(may({"ada"}, {true, "Ada", ""}));
    EXPECT_FALSE(may({"ada"}, {true, "", ""}));
    EXPECT_TRUE(may({"group:ops"}, {true, "eve", "", {"dev", "ops"}}));
    EXPECT_FALSE(may({"group:ops"}, {true, "eve", "", {"dev"}}));
    EXPECT_FALSE(may({"group:ops"}, {true, "group:ops", ""})) << "a name is no group";
    EXPECT_FALSE(may({"ops"}, {true, "eve", "", {"ops"}})) << "and a group no name";
}

TEST_F(RunWaitsTest, AnApprovalIsOpenOnlyWhenItIsOnRecord) {
    auto loop = start("tasks: [{name: nap, sleep: 1s}, {name: gate, approval: 'Deploy?'}]");
    EXPECT_TRUE(loop->approvals().empty());
    breakable.is_broken = true;
    time.advance(1s);
    EXPECT_TRUE(loop->approvals().empty());
    EXPECT_EQ(loop->wait().failure->code, "storage_error");
}

TEST_F(RunWaitsTest, AWaitIsSeenInTheReportOfItsTask) {
    auto loop = start(
        "tasks:\n"
        "  - {name: gate, approval: 'Deploy?', allow_failure: true}\n"
        "  - {name: nap, sleep: 5s}\n");
    time.advance(3s);
    static_cast<void>(loop->answer("gate", {}, {false, "eve", "no"}));
    time.advance(5s);
    ASSERT_TRUE(ended);
    const core::TaskReport& gate = ended->tasks[0];
    EXPECT_EQ(gate.status, TaskStatus::Failed);
    EXPECT_EQ(gate.duration, 3s);
    EXPECT_EQ(gate.attempts, 1U);
    EXPECT_EQ(gate.failure->code, "rejected");
    EXPECT_EQ(gate.failure->message, "rejected by eve: no");
    EXPECT_EQ(core::format_time(*ended->tasks[1].started_at), "2026-01-01T00:00:03.000Z");
    EXPECT_EQ(sink->words(),
              (Words{"run started w", "wait gate for: Deploy?", "waited gate", "end gate failed",
                     "wait nap", "waited nap", "end nap succeeded", "run ended succeeded"}));
    EXPECT_EQ(time.timers(), 0U);
}

// ----- clocks and pauses -----

TEST_F(RunWaitsTest, FollowsTheWallClock) {
    auto loop = start("tasks: [{wait_until: 2026-01-01T01:00:00Z}]");
    time.set_wall(-24h);
    time.advance(24h);
    EXPECT_FALSE(ended);
    time.set_wall(1h);
    time.advance(10s);
    EXPECT_TRUE(ended) << "it looks at the clock every ten seconds";
}

TEST_F(RunWaitsTest, ASleepDoesNotFollowTheWallClock) {
    auto loop = start("tasks: [{sleep: 1h}]");
    time.set_wall(24h);
    time.advance(59min);
    EXPECT_FALSE(ended);
    time.advance(1min);
    EXPECT_TRUE(ended);
}

TEST_F(RunWaitsTest, NothingTakesLessThanNoTimeWhenTheClockIsSetBackBetweenHosts) {
    auto loop = start("tasks: [{sleep: 1h}]");
    time.set_wall(-24h);
    loop = next_life(loop);
    time.advance(1h);
    ASSERT_TRUE(ended) << "a sleep gets no longer by it";
    EXPECT_GE(ended->tasks[0].duration, 0ms);
    EXPECT_GE(ended->duration, 0ms);
}

TEST_F(RunWaitsTest, CanBePausedBeforeItStarts) {
    read("tasks: [{name: a, test.do: {}}]");
    auto loop = make();
    loop->pause("not yet");
    loop->start();
    EXPECT_FALSE(ended);
    EXPECT_EQ(sink->words(), (Words{"run started w", "paused not yet"}));
    loop = next_life(loop);
    EXPECT_TRUE(called().empty());
    loop->resume();
    EXPECT_TRUE(ended);
}

TEST_F(RunWaitsTest, PutsAPauseOnRecordOnce) {
    auto loop = start("tasks: [{sleep: 1h}]");
    const auto requests = [&] {
        std::size_t count = 0;
        for (const core::JournalRecord& record : journal.load("run")) {
            const auto* event = std::get_if<core::MachineEvent>(&record.entry);
            count +=
                event != nullptr && (std::holds_alternative<core::PauseRequested>(event->event) ||
                                     std::holds_alternative<core::ResumeRequested>(event->event))
                    ? 1
                    : 0;
        }
        return count;
    };
    loop->resume();
    EXPECT_EQ(requests(), 0U);
    loop->pause("a");
    loop->pause("b");
    EXPECT_EQ(requests(), 1U);
    loop->resume();
    loop->resume();
    EXPECT_EQ(requests(), 2U);
}

}  // namespace
}  // namespace oa::host
