#include <gtest/gtest.h>

#include "tests/core/generated_workflow.hpp"
#include "tests/core/machine_driver.hpp"
#include "tests/support/workflow_builder.hpp"

namespace oa::core {
namespace {

using test::condition;
using test::Machine;
using test::Words;
using test::WorkflowBuilder;

/// A task `a`, and finally `x` and `y`.
Workflow with_finally() {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a");
    builder.workflow().entries = {0};
    builder.task("x");
    builder.task("y");
    builder.workflow().finally_count = 2;
    return builder.workflow();
}

TEST(RunMachineFinallyTest, RunsOneAfterTheOtherWhenAllElseHasSucceeded) {
    Machine machine(with_finally());
    machine.start();
    EXPECT_EQ(machine.succeed("a"), (Words{"end a succeeded", "main succeeded", "start x"}));
    EXPECT_EQ(machine.succeed("x"), (Words{"end x succeeded", "start y"}));
    EXPECT_EQ(machine.succeed("y"), (Words{"end y succeeded", "finish succeeded"}));
}

TEST(RunMachineFinallyTest, RunsAfterAFailureAndLeavesTheVerdict) {
    Machine machine(with_finally());
    machine.start();
    EXPECT_EQ(machine.fail("a"), (Words{"end a failed", "main failed", "start x"}));
    machine.succeed("x");
    EXPECT_EQ(machine.succeed("y"), (Words{"end y succeeded", "finish failed"}));
    EXPECT_EQ(machine.run_failure->message, "task 'a' failed: bad url");
}

TEST(RunMachineFinallyTest, GoesOnWhenOneOfThemFailsAndFailsTheRun) {
    Machine machine(with_finally());
    machine.start();
    machine.succeed("a");
    EXPECT_EQ(machine.fail("x"), (Words{"end x failed", "start y"}));
    EXPECT_EQ(machine.succeed("y"), (Words{"end y succeeded", "finish failed"}));
    EXPECT_EQ(machine.run_failure->message, "task 'x' failed: bad url");
}

TEST(RunMachineFinallyTest, RunsWhenTheRunIsCancelled) {
    Machine machine(with_finally());
    machine.start();
    EXPECT_EQ(machine.cancel(), (Words{"cancel a"}));
    EXPECT_EQ(machine.fail("a"), (Words{"end a cancelled", "main cancelled", "start x"}));
    machine.succeed("x");
    EXPECT_EQ(machine.succeed("y"), (Words{"end y succeeded", "finish cancelled"}));
}

TEST(RunMachineFinallyTest, IsStoppedByTheSecondRequest) {
    Machine machine(with_finally());
    machine.start();
    machine.cancel();
    machine.fail("a");
    EXPECT_EQ(machine.cancel(), (Words{"cancel x"}));
    EXPECT_EQ(machine.fail("x"), (Words{"end x cancelled", "end y cancelled", "finish cancelled"}));
}

TEST(RunMachineFinallyTest, IsLeftAloneByAFirstRequestThatComesLate) {
    Machine machine(with_finally());
    machine.start();
    machine.succeed("a");
    EXPECT_EQ(machine.cancel(), Words{});
    machine.succeed("x");
    EXPECT_EQ(machine.succeed("y"), (Words{"end y succeeded", "finish cancelled"}));
}

TEST(RunMachineFinallyTest, RunsAfterTheTimeOfTheRunIsUpAndHasItsOwn) {
    Workflow workflow = with_finally();
    workflow.timeout = Milliseconds{5};
    Machine machine(workflow);
    machine.start();
    EXPECT_EQ(machine.send(TimerFired{{.kind = Timer::Kind::RunTimeout}}), (Words{"cancel a"}));
    EXPECT_EQ(machine.fail("a"), (Words{"end a cancelled", "main failed", "start x"}));
    EXPECT_EQ(machine.send(TimerFired{{.kind = Timer::Kind::RunTimeout}}), Words{});
    machine.succeed("x");
    EXPECT_EQ(machine.succeed("y"), (Words{"end y succeeded", "finish failed"}));
    EXPECT_EQ(machine.run_failure->code, "deadline");
}

TEST(RunMachineFinallyTest, KnowsHowTheRunWent) {
    Workflow workflow = with_finally();
    workflow.tasks[1].when = condition("failure()");
    workflow.tasks[2].when = condition("success()");
    Machine machine(workflow);
    machine.start();
    EXPECT_EQ(machine.fail("a"), (Words{"end a failed", "main failed", "decide x"}));
    EXPECT_EQ(machine.standing("x"), (Standing{false, true}));
    EXPECT_EQ(machine.decide("x", true), (Words{"start x"}));
    EXPECT_EQ(machine.succeed("x"), (Words{"end x succeeded", "decide y"}));
    EXPECT_EQ(machine.standing("y"), (Standing{false, true}));
}

TEST(RunMachineFinallyTest, DoesNotBeginWhenTheRunIsImpossible) {
    Machine machine(with_finally());
    EXPECT_EQ(machine.send(RunFailed{test::invalid}),
              (Words{"end a cancelled", "main failed", "end x cancelled", "end y cancelled",
                     "finish failed"}));
}

TEST(RunMachineFinallyTest, AsksAWorkflowWithinTheRunAgainWhenItIsAskedAgain) {
    Workflow workflow = with_finally();
    workflow.tasks[0].sub_workflow = SubWorkflow{};
    Machine machine(workflow);
    machine.start();
    EXPECT_EQ(machine.cancel(), (Words{"cancel a"}));
    EXPECT_TRUE(machine.delays.empty()) << "it is never given up on, since it ends by itself";
    EXPECT_EQ(machine.cancel(), (Words{"cancel a"}));
}

}  // namespace
}  // namespace oa::core
