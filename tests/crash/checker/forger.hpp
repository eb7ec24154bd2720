#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "host/engine/execution_id.hpp"
#include "tests/crash/checker/checker.hpp"
#include "tests/support/workflow_builder.hpp"

// Forged histories, to be judged.
namespace oa::test {

using core::Milliseconds;

inline constexpr core::WallTime epoch{std::chrono::hours(24 * 365 * 55)};
inline constexpr std::int64_t first_host = 100;
inline constexpr std::int64_t second_host = 200;

/// Two tasks; of the second it is not said that it may be started twice.
inline std::shared_ptr<const core::Workflow> make_workflow(core::Flow flow) {
    WorkflowBuilder builder(flow);
    builder.task("a");
    builder.task("b").idempotent = false;
    if (flow == core::Flow::Graph) {
        builder.workflow().tasks[1].needs = {0};
    } else if (flow == core::Flow::Transitions) {
        builder.workflow().tasks[0].on_success = {1};
    }
    for (core::Task& task : builder.workflow().tasks) {
        task.module = "witness";
    }
    return std::make_shared<const core::Workflow>(builder.build());
}

/// Writes what a host and the witness leave, one millisecond after the other.
class Forger {
public:
    explicit Forger(core::Flow flow = core::Flow::Sequence) : Forger(make_workflow(flow)) {}
    explicit Forger(std::shared_ptr<const core::Workflow> workflow)
        : workflow_(std::move(workflow)) {
        evidence_.lives.push_back({first_host, tick(), std::nullopt});
    }

    Evidence& evidence() { return evidence_; }
    StoredRun& run() { return evidence_.runs.front(); }

    void create(const std::string& id = "R") {
        evidence_.runs.push_back({id, workflow_, {}});
        core::RunCreated created;
        created.run_id = id;
        write(created);
        write(core::MachineEvent{core::RunStarted{}, nullptr});
    }
    void start(core::TaskIndex task, std::uint32_t attempt = 1) {
        write(core::AttemptStarted{task, task, attempt, std::nullopt});
    }
    void see(core::TaskIndex task, bool is_end, std::uint32_t attempt = 1) {
        const std::string& name = workflow_->tasks.at(task).name;
        const std::string& id = evidence_.runs.back().id;
        evidence_.witness.push_back({id, name, host::execution_id(id, name, task, std::nullopt),
                                     attempt, evidence_.lives.back().process, is_end, tick()});
    }
    void succeed(core::TaskIndex task, std::uint32_t attempt = 1) {
        write(core::MachineEvent{core::AttemptSucceeded{task, attempt}, nullptr});
    }
    void fail(core::TaskIndex task, std::uint32_t attempt = 1) {
        write(core::MachineEvent{
            core::AttemptFailed{task, attempt, core::Failure{"unavailable", "it is away"}},
            nullptr});
    }
    /// All that a task leaves which nothing goes wrong with.
    void do_task(core::TaskIndex task) {
        start(task);
        see(task, false);
        see(task, true);
        succeed(task);
    }
    void end(const std::string& failure = "") {
        core::RunEnded ended;
        if (!failure.empty()) {
            ended.failure = core::Failure{failure, "for a test"};
        }
        write(ended);
    }
    void die(Milliseconds down = Milliseconds{50}) {
        evidence_.lives.back().died = tick();
        now_ += down;
        evidence_.lives.push_back({second_host, tick(), std::nullopt});
    }
    void resume() { write(core::RunResumed{1, false}); }
    void write(core::JournalEntry entry) {
        auto& records = evidence_.runs.back().records;
        records.push_back({records.size() + 1, tick(), std::move(entry)});
    }
    core::WallTime tick() { return now_ += Milliseconds{1}; }

private:
    std::shared_ptr<const core::Workflow> workflow_;
    core::WallTime now_ = epoch;
    Evidence evidence_;
};

/// A run in which the host dies while the first task runs.
inline Forger sound(core::Flow flow = core::Flow::Sequence) {
    Forger forger(flow);
    forger.create();
    forger.evidence().acknowledged.push_back({"R", "please"});
    forger.start(0);
    forger.see(0, false);
    forger.die();
    forger.resume();
    forger.do_task(0);
    forger.do_task(1);
    forger.end();
    return forger;
}

inline std::vector<std::string> breaches(const Evidence& evidence) {
    std::vector<std::string> texts;
    for (const Breach& breach : judge(evidence).breaches) {
        texts.push_back(to_string(breach));
    }
    return texts;
}

/// Whether that breach is among those that were found.
inline void expect_breach(const Evidence& evidence, const std::string& text) {
    const std::vector<std::string> found = breaches(evidence);
    EXPECT_EQ(std::count(found.begin(), found.end(), text), 1)
        << text << "\nfound: " << testing::PrintToString(found);
}

}  // namespace oa::test
