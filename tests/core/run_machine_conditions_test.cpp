#include <string>

#include <gtest/gtest.h>

#include "tests/core/generated_workflow.hpp"
#include "tests/core/machine_driver.hpp"
#include "tests/support/workflow_builder.hpp"

namespace oa::core {
namespace {

using test::condition;
using test::invalid;
using test::Machine;
using test::unavailable;
using test::Words;
using test::WorkflowBuilder;

TEST(RunMachineConditionsTest, AsksWhetherATaskRunsBeforeItStarts) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a").when = condition("inputs.x");
    builder.task("b");
    Machine machine(builder.build());

    EXPECT_EQ(machine.start(), (Words{"decide a"}));
    EXPECT_EQ(machine.decide("a", true), (Words{"start a"}));
    EXPECT_EQ(machine.succeed("a"), (Words{"end a succeeded", "start b"}));
}

TEST(RunMachineConditionsTest, GoesOnInASequenceBehindATaskWhoseConditionIsFalse) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a").when = condition("inputs.x");
    builder.task("b");
    Machine machine(builder.build());
    machine.start();

    EXPECT_EQ(machine.decide("a", false), (Words{"end a skipped", "start b"}));
    EXPECT_EQ(machine.state(0).failure->message, "its condition is false: inputs.x");
    EXPECT_EQ(machine.succeed("b"), (Words{"end b succeeded", "finish succeeded"}));
}

TEST(RunMachineConditionsTest, FailsATaskWhoseConditionHasNoValue) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a").when = condition("inputs.x");
    Machine machine(builder.build());
    machine.start();

    EXPECT_EQ(machine.fail_to_decide("a"), (Words{"end a failed", "finish failed"}));
    EXPECT_EQ(machine.state(0).attempts, 0U);
}

TEST(RunMachineConditionsTest, RunsInASequenceAfterAFailureOnlyWhatAsksHowThingsWent) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a");
    builder.task("b");
    builder.task("c").when = condition("failure()");
    builder.task("d").when = condition("inputs.x");
    Machine machine(builder.build());
    machine.start();

    EXPECT_EQ(machine.fail("a"), (Words{"end a failed", "end b skipped", "decide c"}));
    EXPECT_EQ(machine.standing("c"), (Standing{false, true}));
    EXPECT_EQ(machine.decide("c", true), (Words{"start c"}));
    EXPECT_EQ(machine.succeed("c"), (Words{"end c succeeded", "end d skipped", "finish failed"}));
}

TEST(RunMachineConditionsTest, TellsSuccessInASequenceWhereTheFailureIsAllowed) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a").allow_failure = true;
    builder.task("b").when = condition("success()");
    Machine machine(builder.build());
    machine.start();

    EXPECT_EQ(machine.fail("a"), (Words{"end a failed", "decide b"}));
    EXPECT_EQ(machine.standing("b"), (Standing{true, false}));
}

TEST(RunMachineConditionsTest, EndsTheBranchOfAStateMachineAtASkippedTask) {
    WorkflowBuilder builder(Flow::Transitions);
    builder.task("a").on_success = {1, 2};
    Task& left = builder.task("left");
    left.when = condition("inputs.x");
    left.on_success = {3};
    Task& right = builder.task("right");
    right.when = condition("inputs.y");
    right.on_success = {3};
    builder.task("c");
    Machine machine(builder.build());
    machine.start();

    EXPECT_EQ(machine.succeed("a"), (Words{"end a succeeded", "decide left", "decide right"}));
    EXPECT_EQ(machine.decide("left", false), (Words{"end left skipped"}));
    EXPECT_EQ(machine.decide("right", true), (Words{"start right"}));
    EXPECT_EQ(machine.succeed("right"), (Words{"end right succeeded", "start c"}));
}

TEST(RunMachineConditionsTest, EndsALoopWhoseConditionIsFalse) {
    WorkflowBuilder builder(Flow::Transitions);
    Task& task = builder.task("a");
    task.when = condition("inputs.x");
    task.on_success = {0};
    Machine machine(builder.build());
    machine.start();

    EXPECT_EQ(machine.decide("a", true), (Words{"start a"}));
    EXPECT_EQ(machine.succeed("a"), (Words{"end a succeeded", "decide a"}));
    EXPECT_EQ(machine.decide("a", false), (Words{"end a skipped", "finish succeeded"}));
}

TEST(RunMachineConditionsTest, TellsHowTheExecutionEndedThatLedThere) {
    WorkflowBuilder builder(Flow::Transitions);
    builder.task("a").on_success = {1, 2};
    builder.task("b").on_success = {3};
    builder.task("c").on_success = {3};
    builder.task("d").on_failure = {4};
    builder.task("e").when = condition("failure()");
    Machine machine(builder.build());
    machine.start();
    machine.succeed("a");
    machine.succeed("b");
    constexpr core::ExecutionIndex first_of_d = 3;
    machine.succeed("c");
    machine.succeed("d");

    EXPECT_EQ(machine.send(AttemptFailed{first_of_d, 1, invalid}),
              (Words{"end d failed", "decide e"}));
    EXPECT_EQ(machine.standing("e"), (Standing{false, true}));
    EXPECT_EQ(machine.state(3).status, TaskStatus::Succeeded) << "its latest execution";
}

TEST(RunMachineConditionsTest, SkipsWhatNeedsASkippedTask) {
    WorkflowBuilder builder(Flow::Graph);
    builder.task("a").when = condition("inputs.x");
    builder.task("b").needs = {0};
    builder.task("c").needs = {1};
    Machine machine(builder.build());
    machine.start();

    EXPECT_EQ(machine.decide("a", false),
              (Words{"end a skipped", "end b skipped", "end c skipped", "finish succeeded"}));
    EXPECT_EQ(machine.state(1).failure->message, "needs 'a', which was skipped");
}

TEST(RunMachineConditionsTest, LetsATaskInAGraphDecideHowItsNeedsMustHaveGone) {
    WorkflowBuilder builder(Flow::Graph);
    builder.task("a");
    Task& repair = builder.task("repair");
    repair.needs = {0};
    repair.when = condition("failure()");
    Task& report = builder.task("report");
    report.needs = {1};
    report.when = condition("always()");
    Machine machine(builder.build());
    machine.start();

    EXPECT_EQ(machine.fail("a"), (Words{"end a failed", "decide repair"}));
    EXPECT_EQ(machine.standing("repair"), (Standing{false, true}));
    EXPECT_EQ(machine.decide("repair", false), (Words{"end repair skipped", "decide report"}));
    EXPECT_EQ(machine.standing("report"), (Standing{false, true}))
        << "the failure lies further back, and still counts";
}

TEST(RunMachineConditionsTest, LetsANeedThatEndedWellMakeUpForWhatFailedBeforeIt) {
    WorkflowBuilder builder(Flow::Graph);
    builder.task("a");
    Task& repair = builder.task("repair");
    repair.needs = {0};
    repair.when = condition("failure()");
    Task& next = builder.task("next");
    next.needs = {1};
    next.when = condition("success()");
    Machine machine(builder.build());
    machine.start();
    machine.fail("a");
    machine.decide("repair", true);

    EXPECT_EQ(machine.succeed("repair"), (Words{"end repair succeeded", "decide next"}));
    EXPECT_EQ(machine.standing("next"), (Standing{true, false}));
}

TEST(RunMachineConditionsTest, TellsAHandlerThatAFailureLedToIt) {
    WorkflowBuilder builder(Flow::Transitions);
    builder.task("a").on_failure = {1};
    builder.task("b").when = condition("failure()");
    Machine machine(builder.build());
    machine.start();

    EXPECT_EQ(machine.fail("a"), (Words{"end a failed", "decide b"}));
    EXPECT_EQ(machine.standing("b"), (Standing{false, true}));
}

TEST(RunMachineConditionsTest, CancelsWhatIsBeingDecided) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a").when = condition("inputs.x");
    Machine machine(builder.build());
    machine.start();

    EXPECT_EQ(machine.cancel(), (Words{"end a cancelled", "finish cancelled"}));
    EXPECT_EQ(machine.decide("a", true), Words{}) << "the answer comes too late";
}

TEST(RunMachineConditionsTest, AsksWhetherAFailureIsWorthAnotherAttempt) {
    WorkflowBuilder builder(Flow::Sequence);
    Task& task = builder.task("a");
    task.retry.attempts_max = 3;
    task.retry.when = condition("error.retryable");
    Machine machine(builder.build());
    machine.start();

    EXPECT_EQ(machine.fail("a", invalid), (Words{"decide retry a"}))
        << "the condition decides, not the failure";
    EXPECT_EQ(machine.decide_retry("a", true), (Words{"retry a"}));
    EXPECT_EQ(machine.fire(Timer::Kind::RetryDelay, "a"), (Words{"start a #2"}));
    EXPECT_EQ(machine.fail("a", unavailable), (Words{"decide retry a"}));
    EXPECT_EQ(machine.decide_retry("a", false), (Words{"end a failed", "finish failed"}));
    EXPECT_EQ(machine.state(0).failure->code, "unavailable");
}

TEST(RunMachineConditionsTest, DoesNotAskAfterTheLastAttempt) {
    WorkflowBuilder builder(Flow::Sequence);
    Task& task = builder.task("a");
    task.retry.when = condition("error.retryable");
    Machine machine(builder.build());
    machine.start();

    EXPECT_EQ(machine.fail("a", unavailable), (Words{"end a failed", "finish failed"}));
}

}  // namespace
}  // namespace oa::core
