// The engine's own runs in a store: what comes back is enough to take a run machine where it was.

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/workflow/reader.hpp"
#include "host/engine/run_loop.hpp"
#include "host/engine/system_clock.hpp"
#include "host/engine/timer_queue.hpp"
#include "host/engine/worker_pool.hpp"
#include "host/store/memory_journal.hpp"
#include "tests/host/store/store_fixture.hpp"
#include "tests/support/fake_catalog.hpp"
#include "tests/support/recording_sink.hpp"
#include "tests/support/scripted_invoker.hpp"

namespace oa::host {
namespace {

/// Keeps the same in memory.
class BothJournals final : public core::Journal {
public:
    explicit BothJournals(RunStore& store) : store_(store) {}

    void append(const std::string& run_id, const core::JournalBatch& batch, Done done) override {
        memory.append(run_id, batch, [](const core::JournalFailure* /*failure*/) {});
        store_.append(run_id, batch, std::move(done));
    }

    MemoryJournal memory;

private:
    RunStore& store_;
};

struct StoredRunTest : StoreFixture {
    RunStore store{settings()};
    BothJournals journal{store};
    test::FakeCatalog catalog;
    SystemClock clock;
    test::ScriptedInvoker invoker;
    test::RecordingSink sink;
    TimerQueue timers;
    WorkerPool pool{8};
    std::shared_ptr<const core::Workflow> workflow;

    core::RunReport run(const std::string& text) {
        catalog.add("test", "do", R"({"additionalProperties": true})");
        core::ReadResult read = core::read_workflow(text, "w.yaml", catalog, {});
        for (const auto& diagnostic : read.diagnostics) {
            ADD_FAILURE() << to_string(diagnostic);
        }
        workflow = read.workflow;
        RunRequest request;
        request.workflow = workflow;
        request.run_id = "run";
        const std::shared_ptr<RunLoop> loop = RunLoop::make(
            RunServices{invoker, journal, sink, clock, pool, timers, nullptr, nullptr, nullptr},
            std::move(request));
        loop->start();
        return loop->wait();
    }
};

TEST_F(StoredRunTest, ComesBackAsItHappened) {
    invoker.on("shaky", [](test::ScriptedCall& call) {
        return call.invocation->attempt < 3
                   ? core::Outcome{nullptr, core::Failure{"unavailable", "not yet", true}}
                   : core::Outcome{"done", {}};
    });
    const core::RunReport report =
        run("tasks:\n"
            "  - {name: shaky, test.do: {}, retry: {max_attempts: 3, delay: 1ms}}\n"
            "  - {name: never, when: 'false', test.do: {}}\n"
            "  - {name: each, for_each: [1, 2, 3], test.do: {n: \"${item}\"}}\n");
    ASSERT_EQ(report.status, core::RunStatus::Succeeded);

    const std::vector<core::JournalRecord> records = store.load("run");
    EXPECT_EQ(as_bytes(records), as_bytes(journal.memory.load("run")));
    EXPECT_EQ(store.find("run")->status, core::RunStatus::Succeeded);
    EXPECT_EQ(store.tasks("run").at(0).summary.attempt, 3U);
    EXPECT_EQ(store.tasks("run").back().executions, 3U);
    EXPECT_TRUE(store.open_runs().empty());
    EXPECT_EQ(store.check().problems, std::vector<std::string>{});
}

TEST_F(StoredRunTest, TakesAMachineWhereItWas) {
    const core::RunReport report =
        run("tasks:\n"
            "  - {name: a, for_each: [1, 2, 3, 4], test.do: {n: \"${item}\"}}\n"
            "  - {name: b, test.do: {}}\n");
    const std::vector<core::JournalRecord> records = store.load("run");
    ASSERT_FALSE(records.empty());
    core::RunMachine machine(*workflow, std::get<core::RunCreated>(records.front().entry).settings);
    std::vector<core::RunCommand> commands;
    for (const core::JournalRecord& record : records) {
        if (const auto* taken = std::get_if<core::MachineEvent>(&record.entry)) {
            commands.clear();
            machine.apply(taken->event, commands);
        }
    }
    EXPECT_EQ(machine.status(), report.status);
    EXPECT_EQ(machine.status(), store.find("run")->status);
}

}  // namespace
}  // namespace oa::host
