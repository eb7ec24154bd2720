#include <chrono>

#include <gtest/gtest.h>

#include "tests/core/generated_workflow.hpp"
#include "tests/core/machine_driver.hpp"
#include "tests/support/workflow_builder.hpp"

namespace oa::core {
namespace {

using namespace std::chrono_literals;
using test::condition;
using test::Machine;
using test::Words;
using test::WorkflowBuilder;

const Failure rejected{.code = "rejected", .message = "not today"};

Wait wait_for(Wait::Kind kind, Wait::Unanswered unanswered = Wait::Unanswered::Fail) {
    Wait wait;
    wait.kind = kind;
    wait.unanswered = unanswered;
    return wait;
}

/// A task that waits, then `b`.
Workflow waiting(Wait wait) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a").wait = std::move(wait);
    builder.task("b");
    return builder.build();
}

TEST(RunMachineWaitTest, SleepsUntilItsTimerFires) {
    for (const auto kind : {Wait::Kind::Sleep, Wait::Kind::Until}) {
        Machine machine(waiting(wait_for(kind)));
        EXPECT_EQ(machine.start(), (Words{"wait a"}));
        EXPECT_EQ(machine.state(0).status, TaskStatus::Running);
        EXPECT_EQ(machine.begin("a", 30s), Words{});
        EXPECT_EQ(machine.delays, (std::vector<Milliseconds>{30s}));
        EXPECT_EQ(machine.get().in_flight(), 0U);
        EXPECT_EQ(machine.fire(Timer::Kind::Wait, "a"), (Words{"end a succeeded", "start b"}));
        EXPECT_EQ(machine.state(0).attempts, 1U);
        EXPECT_EQ(machine.succeed("b"), (Words{"end b succeeded", "finish succeeded"}));
        EXPECT_TRUE(machine.timers.empty());
    }
}

TEST(RunMachineWaitTest, IsNotInTheMiddleOfNothingWhileItWaits) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a").wait = wait_for(Wait::Kind::Sleep);
    Machine machine(builder.build());
    machine.start();
    machine.begin("a", 1s);
    EXPECT_EQ(machine.get().status(), RunStatus::Running);
    EXPECT_EQ(machine.fire(Timer::Kind::Wait, "a"), (Words{"end a succeeded", "finish succeeded"}));
}

TEST(RunMachineWaitTest, AMomentInThePastIsATimerWithoutDelay) {
    Machine machine(waiting(wait_for(Wait::Kind::Until)));
    machine.start();
    machine.begin("a", -5s);
    EXPECT_EQ(machine.delays, (std::vector<Milliseconds>{0ms}));
}

TEST(RunMachineWaitTest, FailsWhereThereIsNoValueToWaitFor) {
    Machine machine(waiting(wait_for(Wait::Kind::Sleep)));
    machine.start();
    EXPECT_EQ(machine.fail_to_begin("a"),
              (Words{"end a failed", "end b skipped", "finish failed"}));
}

TEST(RunMachineWaitTest, OccupiesNoSlot) {
    WorkflowBuilder builder(Flow::Graph);
    builder.task("a").wait = wait_for(Wait::Kind::Sleep);
    builder.task("b");
    builder.task("c").wait = wait_for(Wait::Kind::Sleep);
    builder.task("d");
    builder.workflow().concurrency.max_parallel = 1;
    Machine machine(builder.build());
    EXPECT_EQ(machine.start(), (Words{"wait a", "wait c", "start b"}));
    EXPECT_EQ(machine.get().in_flight(), 1U);
    EXPECT_EQ(machine.succeed("b"), (Words{"end b succeeded", "start d"}));
}

TEST(RunMachineWaitTest, AnApprovalWaitsForItsAnswer) {
    Machine machine(waiting(wait_for(Wait::Kind::Approval)));
    EXPECT_EQ(machine.start(), (Words{"wait a"}));
    EXPECT_EQ(machine.begin("a"), Words{});
    EXPECT_TRUE(machine.timers.empty());
    EXPECT_EQ(machine.answer("a"), (Words{"end a succeeded", "start b"}));
    EXPECT_EQ(machine.answer("a"), Words{}) << "a second answer comes too late";
}

TEST(RunMachineWaitTest, ARejectionFailsTheTask) {
    Machine machine(waiting(wait_for(Wait::Kind::Approval)));
    machine.start();
    machine.begin("a", 1h);
    EXPECT_EQ(machine.answer("a", rejected),
              (Words{"end a failed", "end b skipped", "finish failed"}));
    EXPECT_EQ(machine.state(0).failure, rejected);
    EXPECT_TRUE(machine.timers.empty()) << "the time-out is dropped";
}

TEST(RunMachineWaitTest, ARejectionIsHandledAsAnyFailure) {
    WorkflowBuilder builder(Flow::Transitions);
    Task& task = builder.task("a");
    task.wait = wait_for(Wait::Kind::Approval);
    task.on_failure = {1};
    task.allow_failure = true;
    builder.task("b");
    Machine machine(builder.build());
    machine.start();
    machine.begin("a");
    EXPECT_EQ(machine.answer("a", rejected), (Words{"end a failed", "start b"}));
    EXPECT_EQ(machine.succeed("b"), (Words{"end b succeeded", "finish succeeded"}));
}

TEST(RunMachineWaitTest, AnUnansweredApprovalFollowsItsDefault) {
    {
        Machine machine(waiting(wait_for(Wait::Kind::Approval, Wait::Unanswered::Approve)));
        machine.start();
        machine.begin("a", 2h);
        EXPECT_EQ(machine.fire(Timer::Kind::Wait, "a"), (Words{"end a succeeded", "start b"}));
    }
    {
        Machine machine(waiting(wait_for(Wait::Kind::Approval, Wait::Unanswered::Reject)));
        machine.start();
        machine.begin("a", 2h);
        machine.fire(Timer::Kind::Wait, "a");
        EXPECT_EQ(machine.state(0).failure->code, "rejected");
        EXPECT_EQ(machine.state(0).failure->message,
                  "nobody answered within 2h 0m, which counts as a rejection");
    }
    Machine machine(waiting(wait_for(Wait::Kind::Approval)));
    machine.start();
    machine.begin("a", 2h);
    machine.fire(Timer::Kind::Wait, "a");
    EXPECT_EQ(machine.state(0).failure->code, "deadline");
    EXPECT_EQ(machine.state(0).failure->message, "nobody answered within 2h 0m");
}

TEST(RunMachineWaitTest, IgnoresAnswersThatNobodyWaitsFor) {
    Machine machine(waiting(wait_for(Wait::Kind::Approval)));
    machine.start();
    EXPECT_EQ(machine.answer("a"), Words{}) << "it has not begun";
    EXPECT_EQ(machine.fire(Timer::Kind::Wait, "a"), Words{});
    EXPECT_EQ(machine.succeed("a"), Words{}) << "it is no attempt";
    EXPECT_EQ(machine.fail("a"), Words{});
    machine.begin("a");
    EXPECT_EQ(machine.begin("a", 1s), Words{}) << "it has begun already";
    EXPECT_TRUE(machine.timers.empty());
    EXPECT_EQ(machine.send(WaitEnded{0, 2, {}}), Words{});
    EXPECT_EQ(machine.send(WaitEnded{7, 1, {}}), Words{});
    EXPECT_EQ(machine.get().status(), RunStatus::Running);
}

TEST(RunMachineWaitTest, EndsAtOnceWhenTheRunIsCancelled) {
    {
        Machine machine(waiting(wait_for(Wait::Kind::Sleep)));
        machine.start();
        machine.begin("a", 1h);
        EXPECT_EQ(machine.cancel(),
                  (Words{"end a cancelled", "end b cancelled", "finish cancelled"}));
        EXPECT_TRUE(machine.timers.empty());
    }
    Machine machine(waiting(wait_for(Wait::Kind::Sleep)));
    machine.start();
    EXPECT_EQ(machine.cancel(), (Words{"end a cancelled", "end b cancelled", "finish cancelled"}))
        << "before it has begun";
    EXPECT_EQ(machine.begin("a", 1s), Words{});
}

TEST(RunMachineWaitTest, EndsWhenTheTimeOfTheRunIsOver) {
    Workflow workflow = waiting(wait_for(Wait::Kind::Approval));
    workflow.timeout = 1min;
    Machine machine(workflow);
    machine.start();
    machine.begin("a");
    EXPECT_EQ(machine.send(TimerFired{{.kind = Timer::Kind::RunTimeout}}),
              (Words{"end a cancelled", "end b cancelled", "finish failed"}));
}

TEST(RunMachineWaitTest, IsDecidedOnAsAnyTask) {
    WorkflowBuilder builder(Flow::Sequence);
    Task& task = builder.task("a");
    task.wait = wait_for(Wait::Kind::Sleep);
    task.when = condition("inputs.x");
    Machine machine(builder.build());
    EXPECT_EQ(machine.start(), (Words{"decide a"}));
    EXPECT_EQ(machine.decide("a", true), (Words{"wait a"}));
}

TEST(RunMachineWaitTest, AllElementsWaitAtOnceUnlessTheDocumentSaysOtherwise) {
    WorkflowBuilder builder(Flow::Sequence);
    Task& task = builder.task("a");
    task.wait = wait_for(Wait::Kind::Approval);
    task.for_each = Loop{};
    builder.workflow().concurrency.max_parallel = 1;
    {
        Machine machine(builder.build());
        machine.start();
        EXPECT_EQ(machine.decide_loop("a", 3), (Words{"wait a[0]", "wait a[1]", "wait a[2]"}));
        for (const char* element : {"a[0]", "a[1]", "a[2]"}) {
            machine.begin(element);
        }
        machine.answer("a[1]", rejected);
        machine.answer("a[0]");
        EXPECT_EQ(machine.answer("a[2]"),
                  (Words{"end a[2] succeeded", "end a failed", "finish failed"}));
        EXPECT_EQ(machine.run_failure->code, "rejected");
        EXPECT_EQ(machine.state(0).attempts, 3U);
    }
    builder.workflow().tasks[0].for_each->max_parallel = 2;
    Machine machine(builder.build());
    machine.start();
    EXPECT_EQ(machine.decide_loop("a", 3), (Words{"wait a[0]", "wait a[1]"}));
    machine.begin("a[0]");
    EXPECT_EQ(machine.answer("a[0]"), (Words{"end a[0] succeeded", "wait a[2]"}));
}

TEST(RunMachineWaitTest, WaitsInFinallyToo) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a");
    builder.workflow().entries = {0};
    builder.task("x").wait = wait_for(Wait::Kind::Sleep);
    builder.workflow().finally_count = 1;
    Machine machine(builder.workflow());
    machine.start();
    EXPECT_EQ(machine.succeed("a"), (Words{"end a succeeded", "main succeeded", "wait x"}));
    machine.begin("x", 1s);
    EXPECT_EQ(machine.fire(Timer::Kind::Wait, "x"), (Words{"end x succeeded", "finish succeeded"}));
}

}  // namespace
}  // namespace oa::core
