// What a run that is done again takes over of the run before it.

#include "host/engine/reuse.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/run/run_machine.hpp"
#include "tests/support/workflow_builder.hpp"

namespace oa::host {
namespace {

using core::AttemptSucceeded;
using core::Flow;
using core::RunEvent;
using core::TaskIndex;
using test::WorkflowBuilder;

/// An event and what the attempt gave that it ended.
struct Happening {
    RunEvent event;
    std::string output = {};
};

std::vector<core::JournalRecord> records_of(std::vector<Happening> happenings) {
    std::vector<core::JournalRecord> records{{1, {}, core::RunCreated{}}};
    for (Happening& each : happenings) {
        records.push_back(
            {records.size() + 1,
             {},
             core::MachineEvent{std::move(each.event), std::make_shared<const boost::json::value>(
                                                           boost::json::string(each.output))}});
    }
    return records;
}

Reuse reuse_of(const core::Workflow& workflow, std::vector<Happening> happenings) {
    return make_reuse(workflow, "before", records_of(std::move(happenings)), std::nullopt);
}

/// A run that takes over: its machine, and what led to its executions.
class Again {
public:
    Again(const core::Workflow& workflow, const Reuse& reuse)
        : machine_(workflow, {}), lineage_(workflow, machine_), reuse_(reuse) {}

    void send(const RunEvent& event) {
        std::vector<core::RunCommand> commands;
        machine_.apply(event, commands);
        for (const core::RunCommand& command : commands) {
            if (const auto* handed_on = std::get_if<core::HandOn>(&command)) {
                lineage_.see(*handed_on);
            } else if (const auto* ended = std::get_if<core::TaskEnded>(&command)) {
                lineage_.see(*ended);
            } else if (const auto* start = std::get_if<core::StartAttempt>(&command)) {
                starts_.push_back(*start);
            }
        }
    }
    /// Starts one by itself, in place of taking it over.
    void make(std::size_t start) { lineage_.note_made(starts_.at(start)); }
    /// What there is for an attempt that has not ended; empty: nothing.
    [[nodiscard]] std::string known(std::size_t start) const {
        const auto found = reuse_.outputs.find(make_place(starts_.at(start), lineage_));
        return found == reuse_.outputs.end() ? "" : std::string(found->second->as_string());
    }

private:
    core::RunMachine machine_;
    Lineage lineage_;
    const Reuse& reuse_;
    std::vector<core::StartAttempt> starts_;
};

/// a leads to b and c, and each of them to d.
core::Workflow two_ways() {
    WorkflowBuilder builder(Flow::Transitions);
    builder.task("a").on_success = {1, 2};
    builder.task("b").on_success = {3};
    builder.task("c").on_success = {3};
    builder.task("d");
    return builder.build();
}

/// In the run before, c ended first.
std::vector<Happening> c_first() {
    return {{core::RunStarted{}},
            {AttemptSucceeded{0, 1}, "a"},
            {AttemptSucceeded{2, 1}, "c"},
            {AttemptSucceeded{1, 1}, "b"},
            {AttemptSucceeded{3, 1}, "d after c"},
            {AttemptSucceeded{4, 1}, "d after b"}};
}

TEST(ReuseTest, TellsExecutionsByWhatLedToThem) {
    const core::Workflow workflow = two_ways();
    const Reuse reuse = reuse_of(workflow, c_first());
    Again again(workflow, reuse);
    again.send(core::RunStarted{});
    EXPECT_EQ(again.known(0), "a");
    again.send(AttemptSucceeded{0, 1});
    EXPECT_EQ(again.known(1), "b");
    EXPECT_EQ(again.known(2), "c");
    again.send(AttemptSucceeded{1, 1});  // b is first this time
    EXPECT_EQ(again.known(3), "d after b");
    again.send(AttemptSucceeded{2, 1});
    EXPECT_EQ(again.known(4), "d after c");
}

TEST(ReuseTest, TakesNothingOverThatFollowsFromWhatIsMadeAnew) {
    const core::Workflow workflow = two_ways();
    const Reuse reuse = reuse_of(workflow, c_first());
    Again again(workflow, reuse);
    again.send(core::RunStarted{});
    again.send(AttemptSucceeded{0, 1});
    again.make(1);
    again.send(AttemptSucceeded{1, 1});
    EXPECT_EQ(again.known(3), "") << "after b, which may have given something else";
    again.send(AttemptSucceeded{2, 1});
    EXPECT_EQ(again.known(4), "d after c");
}

TEST(ReuseTest, TakesNothingOverWhoseNeedIsMadeAnew) {
    WorkflowBuilder builder(Flow::Graph);
    builder.task("a");
    builder.task("b").needs = {0};
    const core::Workflow workflow = builder.build();
    const Reuse reuse = reuse_of(
        workflow,
        {{core::RunStarted{}}, {AttemptSucceeded{0, 1}, "a"}, {AttemptSucceeded{1, 1}, "b"}});
    Again taken(workflow, reuse);
    taken.send(core::RunStarted{});
    taken.send(AttemptSucceeded{0, 1});
    EXPECT_EQ(taken.known(1), "b");
    Again made(workflow, reuse);
    made.send(core::RunStarted{});
    made.make(0);
    made.send(AttemptSucceeded{0, 1});
    EXPECT_EQ(made.known(1), "");
}

core::Workflow loop(bool saves) {
    WorkflowBuilder builder(Flow::Sequence);
    core::Task& task = builder.task("a");
    task.for_each = core::Loop{};
    task.timeout = core::Milliseconds{10};
    builder.workflow().compat_oa3 = saves;
    if (saves) {
        task.save_as = "x";
    }
    return builder.build();
}

std::vector<Happening> second_element_succeeds() {
    core::Decided decided;
    decided.elements = 2;
    return {{core::RunStarted{}},
            {decided},
            {core::TimerFired{{core::Timer::Kind::AttemptTimeout, 1, 1}}},
            {AttemptSucceeded{1, 1}, "too late"},
            {AttemptSucceeded{2, 1}, "in time"}};
}

TEST(ReuseTest, TakesNothingOverThatCameTooLate) {
    const core::Workflow workflow = loop(false);
    const Reuse reuse = reuse_of(workflow, second_element_succeeds());
    ASSERT_EQ(reuse.outputs.size(), 1U);
    EXPECT_EQ(reuse.outputs.begin()->first.element, 1U);
}

TEST(ReuseTest, TakesNoElementsOverThatSaveForEachOther) {
    const core::Workflow workflow = loop(true);
    EXPECT_TRUE(reuse_of(workflow, second_element_succeeds()).outputs.empty());
}

TEST(ReuseTest, TakesNoElementsOverOfFunctionsThatSetVariables) {
    for (const char* key : {"x-sets-variable", "x-sets-variables"}) {
        core::Workflow workflow = loop(false);
        core::FunctionInfo function;
        function.params_schema[key] = "";
        workflow.compat_oa3 = true;
        workflow.tasks[0].info = &function;
        EXPECT_TRUE(reuse_of(workflow, second_element_succeeds()).outputs.empty()) << key;
    }
}

}  // namespace
}  // namespace oa::host
