#include <string>

#include <gtest/gtest.h>

#include "tests/core/generated_workflow.hpp"
#include "tests/core/machine_driver.hpp"
#include "tests/support/workflow_builder.hpp"

namespace oa::core {
namespace {

using test::condition;
using test::Machine;
using test::unavailable;
using test::Words;
using test::WorkflowBuilder;

Workflow one_loop(std::uint32_t max_parallel = 16) {
    WorkflowBuilder builder(Flow::Sequence);
    Loop loop;
    loop.max_parallel = max_parallel;
    builder.task("a").for_each = loop;
    return builder.build();
}

TEST(RunMachineLoopTest, RunsATaskForEachElement) {
    Machine machine(one_loop());

    EXPECT_EQ(machine.start(), (Words{"decide a"}));
    EXPECT_EQ(machine.decide_loop("a", 2), (Words{"start a[0]", "start a[1]"}));
    EXPECT_EQ(machine.succeed("a[1]"), (Words{"end a[1] succeeded"}));
    EXPECT_EQ(machine.succeed("a[0]"),
              (Words{"end a[0] succeeded", "end a succeeded", "finish succeeded"}));
    EXPECT_EQ(machine.state(0).elements, 2U);
    EXPECT_EQ(machine.state(0).attempts, 2U);
}

TEST(RunMachineLoopTest, SucceedsAtOnceWithoutElements) {
    Machine machine(one_loop());
    machine.start();
    EXPECT_EQ(machine.decide_loop("a", 0), (Words{"end a succeeded", "finish succeeded"}));
}

TEST(RunMachineLoopTest, KeepsNoMoreElementsOpenThanAllowed) {
    Machine machine(one_loop(2));
    machine.start();
    EXPECT_EQ(machine.decide_loop("a", 4), (Words{"start a[0]", "start a[1]"}));
    EXPECT_EQ(machine.succeed("a[0]"), (Words{"end a[0] succeeded", "start a[2]"}));
    EXPECT_EQ(machine.get().in_flight(), 2U);
}

TEST(RunMachineLoopTest, SharesTheSlotsOfTheRunWithOtherTasks) {
    WorkflowBuilder builder(Flow::Graph);
    builder.workflow().concurrency.max_parallel = 2;
    builder.task("a").for_each = Loop{};
    builder.task("b");
    Machine machine(builder.build());
    EXPECT_EQ(machine.start(), (Words{"decide a", "start b"}));
    EXPECT_EQ(machine.decide_loop("a", 3), (Words{"start a[0]"}));
    EXPECT_EQ(machine.succeed("b"), (Words{"end b succeeded", "start a[1]"}));
}

TEST(RunMachineLoopTest, GoesOnAfterAnElementFailedAndTellsHowManyDid) {
    Machine machine(one_loop(1));
    machine.start();
    machine.decide_loop("a", 3);
    EXPECT_EQ(machine.succeed("a[0]"), (Words{"end a[0] succeeded", "start a[1]"}));
    EXPECT_EQ(machine.fail("a[1]"), (Words{"end a[1] failed", "start a[2]"}));
    EXPECT_EQ(machine.fail("a[2]"), (Words{"end a[2] failed", "end a failed", "finish failed"}));
    EXPECT_EQ(machine.state(0).failure->message,
              "2 of 3 elements failed, element 1 first of all: bad url");
    EXPECT_EQ(machine.state(0).failure->code, "invalid_params");
}

TEST(RunMachineLoopTest, StopsAtTheFirstFailedElementWithFailFast) {
    Workflow workflow = one_loop(2);
    workflow.fail_fast = true;
    Machine machine(workflow);
    machine.start();
    machine.decide_loop("a", 5);
    EXPECT_EQ(machine.fail("a[0]"), (Words{"end a[0] failed", "cancel a[1]"}));
    EXPECT_EQ(machine.fail("a[1]"), (Words{"end a[1] cancelled", "end a failed", "finish failed"}));
    EXPECT_EQ(machine.state(0).failure->message, "1 of 5 elements failed, element 0: bad url");
}

TEST(RunMachineLoopTest, TriesEachElementAgainOnItsOwn) {
    Workflow workflow = one_loop();
    workflow.tasks[0].retry.attempts_max = 2;
    Machine machine(workflow);
    machine.start();
    machine.decide_loop("a", 2);
    EXPECT_EQ(machine.fail("a[0]", unavailable), (Words{"retry a[0]"}));
    EXPECT_EQ(machine.succeed("a[1]"), (Words{"end a[1] succeeded"}));
    EXPECT_EQ(machine.fire(Timer::Kind::RetryDelay, "a[0]"), (Words{"start a[0] #2"}));
    EXPECT_EQ(machine.succeed("a[0]"),
              (Words{"end a[0] succeeded", "end a succeeded", "finish succeeded"}));
    EXPECT_EQ(machine.state(0).attempts, 3U);
}

TEST(RunMachineLoopTest, AsksForEachElementWhereTheConditionReadsIt) {
    Workflow workflow = one_loop(1);
    workflow.tasks[0].when = condition("item");
    Machine machine(workflow);
    EXPECT_EQ(machine.start(), (Words{"decide a"}));
    EXPECT_EQ(machine.decide_loop("a", 2), (Words{"decide a[0]"}));
    EXPECT_EQ(machine.decide("a[0]", false), (Words{"end a[0] skipped", "decide a[1]"}));
    EXPECT_EQ(machine.decide("a[1]", true), (Words{"start a[1]"}));
    EXPECT_EQ(machine.succeed("a[1]"),
              (Words{"end a[1] succeeded", "end a succeeded", "finish succeeded"}));
}

TEST(RunMachineLoopTest, AsksOnceWhereTheConditionReadsNoElement) {
    Workflow workflow = one_loop(1);
    workflow.tasks[0].when = condition("inputs.x");
    Machine machine(workflow);
    EXPECT_EQ(machine.start(), (Words{"decide a"}));
    EXPECT_EQ(machine.decide("a", false), (Words{"end a skipped", "finish succeeded"}));
}

TEST(RunMachineLoopTest, CancelsWhatRunsAndLeavesTheRestOut) {
    Machine machine(one_loop(1));
    machine.start();
    machine.decide_loop("a", 3);
    EXPECT_EQ(machine.cancel(), (Words{"cancel a[0]"}));
    EXPECT_EQ(machine.succeed("a[0]"),
              (Words{"end a[0] succeeded", "end a cancelled", "finish cancelled"}));
}

TEST(RunMachineLoopTest, LetsALoopThatWasDoneWhenItWasCancelledCountAsDone) {
    Machine machine(one_loop(1));
    machine.start();
    machine.decide_loop("a", 1);
    EXPECT_EQ(machine.cancel(), (Words{"cancel a[0]"}));
    EXPECT_EQ(machine.succeed("a[0]"),
              (Words{"end a[0] succeeded", "end a succeeded", "finish cancelled"}));
}

TEST(RunMachineLoopTest, BeginsElementsOnlyWhenTheirTurnComes) {
    constexpr std::uint32_t elements = 100'000;
    Machine machine(one_loop(4));
    machine.start();
    machine.decide_loop("a", elements);
    for (std::uint32_t element = 0; element < elements; ++element) {
        ASSERT_LE(machine.get().in_flight(), 4U);
        machine.succeed("a[" + std::to_string(element) + "]");
    }
    EXPECT_EQ(machine.get().status(), RunStatus::Succeeded);
}

}  // namespace
}  // namespace oa::core
