// Workflows that run others, on real threads.

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/port/workflow_source.hpp"
#include "core/workflow/reader.hpp"
#include "host/engine/run_loop.hpp"
#include "host/engine/system_clock.hpp"
#include "host/engine/timer_queue.hpp"
#include "host/engine/worker_pool.hpp"
#include "host/store/memory_journal.hpp"
#include "tests/support/fake_catalog.hpp"
#include "tests/support/recording_sink.hpp"
#include "tests/support/scripted_invoker.hpp"

namespace oa::host {
namespace {

using core::Outcome;
using core::RunStatus;
using core::TaskStatus;
using test::ScriptedCall;
using Words = std::vector<std::string>;

/// Documents by the name that tasks call them.
class Documents final : public core::WorkflowSource {
public:
    std::map<std::string, std::string, std::less<>> texts;

    [[nodiscard]] std::variant<Document, Problem> find(std::string_view name,
                                                       const std::string& /*from*/) const override {
        const auto found = texts.find(name);
        if (found == texts.end()) {
            return Problem{"there is none", ""};
        }
        return Document{std::string(name) + ".yaml", found->second};
    }
};

struct SubRunTest : testing::Test {
    SubRunTest() {
        catalog.add("test", "do", R"({"additionalProperties": true})");
        settings.cancel_grace = core::Milliseconds{50};
    }

    std::shared_ptr<RunLoop> make(const std::string& text) { return make(text, journal); }
    std::shared_ptr<RunLoop> make(const std::string& text, core::Journal& kept_in) {
        core::ReadOptions options;
        options.workflows = &documents;
        core::ReadResult read = core::read_workflow(text, "outer.yaml", catalog, options);
        for (const auto& diagnostic : read.diagnostics) {
            ADD_FAILURE() << to_string(diagnostic);
        }
        RunRequest request;
        request.workflow = std::move(read.workflow);
        request.run_id = "run";
        request.settings = settings;
        return RunLoop::make(
            RunServices{invoker, kept_in, sink, clock, pool, timers, nullptr, nullptr, nullptr},
            std::move(request));
    }
    core::RunReport run(const std::string& text) {
        const auto loop = make(text);
        loop->start();
        return loop->wait();
    }

    test::FakeCatalog catalog;
    Documents documents;
    SystemClock clock;
    MemoryJournal journal;
    test::ScriptedInvoker invoker;
    test::RecordingSink sink;
    core::RunSettings settings;
    TimerQueue timers;
    WorkerPool pool{64};
};

TEST_F(SubRunTest, RunsAsATaskAndKeepsItsReport) {
    documents.texts["inner"] =
        "inputs: {who: {type: string}}\n"
        "tasks: [{name: hello, test.do: {to: \"${inputs.who}\"}}]\n"
        "outputs: {greeted: inputs.who}\n";
    const core::RunReport report = run("tasks: [{name: a, workflow: inner, with: {who: Ada}}]\n");

    EXPECT_EQ(report.status, RunStatus::Succeeded);
    EXPECT_EQ(core::output_of(report.tasks[0]), (boost::json::value{{"greeted", "Ada"}}));
    ASSERT_TRUE(report.tasks[0].sub_run);
    EXPECT_EQ(report.tasks[0].sub_run->tasks.at(0).name, "hello");
    EXPECT_EQ(*invoker.calls().at(0)->params, R"({"to":"Ada"})");
    EXPECT_EQ(invoker.calls().at(0)->idempotency_key, "run/a/0/1/hello/0");
    EXPECT_EQ(sink.words(),
              (Words{"run started outer", "start a #1", "a/run started inner", "a/start hello #1",
                     "a/end hello succeeded", "a/run ended succeeded", "end a succeeded",
                     "run ended succeeded"}));
}

TEST_F(SubRunTest, IsJournalledOnItsOwnWithTheRunThatItBelongsTo) {
    documents.texts["inner"] = "tasks: [{name: x, test.do: {}}]\n";
    run("tasks: [{name: a, workflow: inner}]\n");

    const auto records = journal.load("run/a/0/1");
    ASSERT_FALSE(records.empty());
    EXPECT_EQ(std::get<core::RunCreated>(records.front().entry).parent_run_id, "run");
    EXPECT_TRUE(std::holds_alternative<core::RunEnded>(records.back().entry));
}

TEST_F(SubRunTest, FailsTheTaskWithTheNameOfTheWorkflow) {
    documents.texts["inner"] = "tasks: [{name: x, test.do: {}}]\n";
    invoker.on("x", [](ScriptedCall&) {
        return Outcome{nullptr, core::Failure{"not_found", "no such file"}};
    });
    const core::RunReport report = run("tasks: [{name: a, workflow: inner}]\n");

    EXPECT_EQ(report.status, RunStatus::Failed);
    EXPECT_EQ(report.tasks[0].failure->code, "not_found");
    EXPECT_EQ(report.tasks[0].failure->message, "workflow 'inner': task 'x' failed: no such file");
}

TEST_F(SubRunTest, RefusesInputsThatDoNotFitWhenTheyAreKnown) {
    documents.texts["inner"] =
        "inputs: {n: {type: integer, required: true}}\n"
        "tasks: [{name: x, test.do: {}}]\n";
    invoker.on("before", [](ScriptedCall&) { return Outcome{"many", {}}; });
    const core::RunReport report =
        run("tasks:\n"
            "  - {name: before, test.do: {}}\n"
            "  - {name: a, workflow: inner, with: {n: \"${tasks.before.output}\"}}\n");

    EXPECT_EQ(report.tasks[1].failure->code, "invalid_params");
    EXPECT_NE(report.tasks[1].failure->message.find("'n'"), std::string::npos)
        << report.tasks[1].failure->message;
    EXPECT_EQ(invoker.calls().size(), 1U) << "nothing of it ran";
}

TEST_F(SubRunTest, IsStoppedWithTheRunAndDoesWhatItDoesFinally) {
    documents.texts["inner"] =
        "tasks: [{name: x, test.do: {}}]\n"
        "finally: [{name: clean, test.do: {}}]\n";
    std::shared_ptr<RunLoop> loop = make("tasks: [{name: a, workflow: inner}]\n");
    invoker.on("x", [&](ScriptedCall& call) {
        loop->cancel("the test said so");
        call.wait_until_cancelled();
        return Outcome{nullptr, core::Failure{"cancelled", "stopped"}};
    });
    loop->start();
    const core::RunReport report = loop->wait();

    EXPECT_EQ(report.status, RunStatus::Cancelled);
    EXPECT_EQ(report.tasks[0].status, TaskStatus::Cancelled);
    ASSERT_TRUE(report.tasks[0].sub_run);
    EXPECT_EQ(report.tasks[0].sub_run->tasks.at(0).status, TaskStatus::Cancelled);
    EXPECT_EQ(report.tasks[0].sub_run->tasks.at(1).status, TaskStatus::Succeeded);
}

TEST_F(SubRunTest, DoesNotEndBeforeACallWithinItHasBeenGivenUp) {
    documents.texts["inner"] = "tasks: [{name: x, test.do: {}}]\n";
    std::shared_ptr<RunLoop> loop = make("tasks: [{name: a, workflow: inner, timeout: 20ms}]\n");
    invoker.on("x", [](ScriptedCall& call) {
        call.wait_until_abandoned();
        return Outcome{};
    });
    loop->start();
    const core::RunReport report = loop->wait();

    EXPECT_EQ(report.tasks[0].status, TaskStatus::Failed);
    EXPECT_EQ(report.tasks[0].failure->code, "deadline");
    while (pool.written_off() > 0) {
        std::this_thread::yield();
    }
}

TEST_F(SubRunTest, RunsForEachElementSideBySide) {
    documents.texts["inner"] =
        "inputs: {n: {type: integer}}\n"
        "tasks: [{name: x, test.do: {n: \"${inputs.n}\"}}, {name: y, test.do: {}}]\n"
        "outputs: {twice: \"${inputs.n}\"}\n";
    const core::RunReport report =
        run("tasks: [{name: a, for_each: [1, 2, 3, 4, 5, 6, 7, 8], workflow: inner,\n"
            "         with: {n: \"${item}\"}, output: output.twice}]\n");

    EXPECT_EQ(report.status, RunStatus::Succeeded);
    EXPECT_EQ(core::output_of(report.tasks[0]), (boost::json::array{1, 2, 3, 4, 5, 6, 7, 8}));
    EXPECT_EQ(invoker.calls().size(), 16U);
}

TEST_F(SubRunTest, EndsWorkflowsThatRunThemselvesWithoutEnd) {
    documents.texts["inner"] = "tasks: [{name: again, workflow: inner}]\n";
    const core::RunReport report = run("tasks: [{name: a, workflow: inner}]\n");

    EXPECT_EQ(report.status, RunStatus::Failed);
    EXPECT_EQ(report.tasks[0].failure->code, "nesting_limit");
}

TEST_F(SubRunTest, IsTriedAgainAsAWhole) {
    documents.texts["inner"] = "tasks: [{name: x, test.do: {}}, {name: y, test.do: {}}]\n";
    std::atomic<int> times{0};
    invoker.on("y", [&](ScriptedCall&) {
        return ++times == 1 ? Outcome{nullptr, core::Failure{"unavailable", "not yet", true}}
                            : Outcome{};
    });
    const core::RunReport report =
        run("tasks: [{name: a, workflow: inner, retry: {max_attempts: 2, delay: 1ms}}]\n");

    EXPECT_EQ(report.status, RunStatus::Succeeded);
    EXPECT_EQ(invoker.calls().size(), 4U);
    EXPECT_EQ(report.tasks[0].attempts, 2U);
}

/// A journal that takes nothing of runs within runs.
class FailingWithin final : public core::Journal {
public:
    explicit FailingWithin(core::Journal& journal) : journal_(journal) {}

    void append(const std::string& run_id, const core::JournalBatch& batch, Done done) override {
        if (run_id.find('/') == std::string::npos) {
            journal_.append(run_id, batch, std::move(done));
            return;
        }
        const core::JournalFailure failure{false, "the disk is broken"};
        done(&failure);
    }

private:
    core::Journal& journal_;
};

TEST_F(SubRunTest, HaltsTheRunAroundItWhereTheJournalFails) {
    documents.texts["inner"] = "tasks: [{name: x, test.do: {}}]\n";
    FailingWithin failing(journal);
    const auto loop = make("tasks: [{name: a, workflow: inner, allow_failure: true}]\n", failing);
    loop->start();

    EXPECT_EQ(loop->wait().failure->code, "storage_error");
    EXPECT_FALSE(std::holds_alternative<core::RunEnded>(journal.load("run").back().entry))
        << "it is to go on once there is a journal";
    EXPECT_TRUE(invoker.calls().empty());
}

TEST_F(SubRunTest, HasNoMoreTimeBecauseItIsResumed) {
    documents.texts["inner"] = "tasks: [{name: x, test.do: {}}]\n";
    invoker.on("x", [](ScriptedCall& call) {
        call.wait_until_cancelled();
        return Outcome{nullptr, core::Failure{"cancelled", "told to stop"}};
    });
    const core::WallTime then = clock.wall() - std::chrono::hours(2);
    core::RunCreated created;
    created.run_id = "run";
    const std::vector<core::JournalRecord> records{
        {1, then, created},
        {2, then, core::MachineEvent{core::RunStarted{}, nullptr}},
        {3, then, core::AttemptStarted{0, 0, 1, {}}}};
    journal.append("run", {records, {}}, [](const core::JournalFailure* /*failure*/) {});
    const auto loop = make("tasks: [{name: a, workflow: inner, timeout: 1h}]\n", journal);
    loop->resume(records);

    EXPECT_EQ(loop->wait().tasks.at(0).failure->code, "deadline");
}

}  // namespace
}  // namespace oa::host
