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
using test::unavailable;
using test::Words;
using test::WorkflowBuilder;

Workflow in_line(std::initializer_list<const char*> names) {
    WorkflowBuilder builder(Flow::Sequence);
    for (const char* name : names) {
        builder.task(name);
    }
    return builder.build();
}

TEST(RunMachinePauseTest, LetsWhatRunsGoOnAndStartsNothing) {
    Machine machine(in_line({"a", "b"}));
    machine.start();
    EXPECT_FALSE(machine.get().paused());
    EXPECT_EQ(machine.pause(), (Words{"paused"}));
    EXPECT_TRUE(machine.get().paused());
    EXPECT_EQ(machine.succeed("a"), (Words{"end a succeeded"}));
    EXPECT_EQ(machine.resume(), (Words{"continued", "start b"}));
    EXPECT_FALSE(machine.get().paused());
    EXPECT_EQ(machine.succeed("b"), (Words{"end b succeeded", "finish succeeded"}));
}

TEST(RunMachinePauseTest, IsSaidOnceHoweverOftenItIsAsked) {
    Machine machine(in_line({"a"}));
    EXPECT_EQ(machine.start(), (Words{"start a"}));
    EXPECT_EQ(machine.resume(), Words{});
    EXPECT_EQ(machine.pause(), (Words{"paused"}));
    EXPECT_EQ(machine.pause(), Words{});
    EXPECT_EQ(machine.resume(), (Words{"continued"}));
    EXPECT_EQ(machine.resume(), Words{});
}

TEST(RunMachinePauseTest, CanComeBeforeTheRunStarts) {
    Machine machine(in_line({"a"}));
    EXPECT_EQ(machine.pause(), (Words{"paused"}));
    EXPECT_EQ(machine.start(), Words{});
    EXPECT_EQ(machine.resume(), (Words{"continued", "start a"}));

    Machine again(in_line({"a"}));
    again.pause();
    EXPECT_EQ(again.resume(), (Words{"continued"}));
    EXPECT_EQ(again.start(), (Words{"start a"}));

    Machine cancelled(in_line({"a"}));
    cancelled.pause();
    EXPECT_EQ(cancelled.cancel(), (Words{"continued", "end a cancelled", "finish cancelled"}));
}

TEST(RunMachinePauseTest, DoesNotKeepARunOpenThatHasNothingLeftToDo) {
    Machine machine(in_line({"a"}));
    machine.start();
    machine.pause();
    EXPECT_EQ(machine.succeed("a"), (Words{"end a succeeded", "finish succeeded"}));
}

TEST(RunMachinePauseTest, HoldsRetriesWhoseTimeHasCome) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a").retry.attempts_max = 2;
    Machine machine(builder.build());
    machine.start();
    machine.pause();
    EXPECT_EQ(machine.fail("a", unavailable), (Words{"retry a"}));
    EXPECT_EQ(machine.fire(Timer::Kind::RetryDelay, "a"), Words{});
    EXPECT_EQ(machine.resume(), (Words{"continued", "start a #2"}));
}

TEST(RunMachinePauseTest, HoldsTheElementsOfLoops) {
    WorkflowBuilder builder(Flow::Sequence);
    Task& task = builder.task("a");
    task.for_each = Loop{};
    task.for_each->max_parallel = 1;
    Machine machine(builder.build());
    machine.start();
    EXPECT_EQ(machine.decide_loop("a", 2), (Words{"start a[0]"}));
    machine.pause();
    EXPECT_EQ(machine.succeed("a[0]"), (Words{"end a[0] succeeded"}));
    EXPECT_EQ(machine.resume(), (Words{"continued", "start a[1]"}));
}

TEST(RunMachinePauseTest, HoldsElementsThatAreToBeAskedFor) {
    WorkflowBuilder builder(Flow::Sequence);
    Task& task = builder.task("a");
    task.for_each = Loop{};
    task.when = condition("item > 1");
    Machine machine(builder.build());
    machine.start();
    machine.pause();
    EXPECT_EQ(machine.decide_loop("a", 1), Words{});
    EXPECT_EQ(machine.resume(), (Words{"continued", "decide a[0]"}));
    machine.pause();
    EXPECT_EQ(machine.decide("a[0]", true), Words{}) << "decided, and held all the same";
    EXPECT_EQ(machine.resume(), (Words{"continued", "start a[0]"}));
}

TEST(RunMachinePauseTest, LetsWaitsGoOnAndBeginsNone) {
    WorkflowBuilder builder(Flow::Graph);
    builder.task("a").wait = Wait{};
    Task& next = builder.task("b");
    next.wait = Wait{};
    next.needs = {0};
    Machine machine(builder.build());
    machine.start();
    machine.begin("a", 1s);
    machine.pause();
    EXPECT_EQ(machine.fire(Timer::Kind::Wait, "a"), (Words{"end a succeeded"}));
    EXPECT_EQ(machine.resume(), (Words{"continued", "wait b"}));
}

Workflow with_finally() {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a");
    builder.task("b");
    builder.workflow().entries = {0};
    builder.task("x");
    builder.workflow().finally_count = 1;
    return builder.workflow();
}

TEST(RunMachinePauseTest, HoldsWhatIsDoneFinally) {
    Machine machine(with_finally());
    machine.start();
    machine.pause();
    EXPECT_EQ(machine.fail("a"), (Words{"end a failed", "end b skipped", "main failed"}));
    EXPECT_EQ(machine.resume(), (Words{"continued", "start x"}));
    EXPECT_EQ(machine.succeed("x"), (Words{"end x succeeded", "finish failed"}));
}

TEST(RunMachinePauseTest, EndsWithACancellationSoThatFinallyRuns) {
    {
        Machine machine(with_finally());
        machine.start();
        machine.pause();
        machine.succeed("a");
        EXPECT_EQ(machine.cancel(),
                  (Words{"continued", "end b cancelled", "main cancelled", "start x"}));
        EXPECT_FALSE(machine.get().paused());
    }
    Machine machine(with_finally());
    machine.start();
    machine.pause();
    machine.fail("a");
    EXPECT_EQ(machine.cancel(), (Words{"continued", "start x"})) << "finally was held";
}

TEST(RunMachinePauseTest, TheTimeOfTheRunGoesOn) {
    Workflow workflow = with_finally();
    workflow.timeout = 1min;
    Machine machine(workflow);
    machine.start();
    machine.pause();
    machine.succeed("a");
    EXPECT_EQ(machine.send(TimerFired{{.kind = Timer::Kind::RunTimeout}}),
              (Words{"end b cancelled", "main failed"}));
    EXPECT_EQ(machine.resume(), (Words{"continued", "start x"}));
}

}  // namespace
}  // namespace oa::core
