#include "core/run/run_machine.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/core/machine_driver.hpp"
#include "tests/support/workflow_builder.hpp"

namespace oa::core {
namespace {

using namespace std::chrono_literals;
using test::invalid;
using test::Machine;
using test::unavailable;
using test::Words;
using test::WorkflowBuilder;

TEST(RunMachineTest, RunsASequenceInDocumentOrder) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a");
    builder.task("b");
    Machine machine(builder.build());

    EXPECT_EQ(machine.start(), (Words{"start a"}));
    EXPECT_EQ(machine.succeed("a"), (Words{"end a succeeded", "start b"}));
    EXPECT_EQ(machine.succeed("b"), (Words{"end b succeeded", "finish succeeded"}));
}

TEST(RunMachineTest, StopsASequenceAtTheFirstFailure) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a");
    builder.task("b");
    Machine machine(builder.build());
    machine.start();

    EXPECT_EQ(machine.fail("a"), (Words{"end a failed", "end b skipped", "finish failed"}));
    EXPECT_EQ(machine.run_failure->message, "task 'a' failed: bad url");
    EXPECT_EQ(machine.state(1).failure->code, "skipped");
}

TEST(RunMachineTest, GoesOnInASequenceAfterAFailureThatIsAllowed) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a").allow_failure = true;
    builder.task("b");
    Machine machine(builder.build());
    machine.start();

    EXPECT_EQ(machine.fail("a"), (Words{"end a failed", "start b"}));
    EXPECT_EQ(machine.succeed("b"), (Words{"end b succeeded", "finish succeeded"}));
}

TEST(RunMachineTest, FollowsTransitionsAndStartsAListInParallel) {
    WorkflowBuilder builder(Flow::Transitions);
    builder.task("a").on_success = {1, 2};
    builder.task("b");
    builder.task("c");
    builder.task("d");
    builder.workflow().tasks[0].on_failure = {3};
    Machine machine(builder.build());
    machine.start();

    EXPECT_EQ(machine.succeed("a"), (Words{"end a succeeded", "start b", "start c"}));
    machine.succeed("c");
    EXPECT_EQ(machine.succeed("b"),
              (Words{"end b succeeded", "end d skipped", "finish succeeded"}));
}

TEST(RunMachineTest, FailsTheRunEvenIfTheFailureWasHandled) {
    WorkflowBuilder builder(Flow::Transitions);
    builder.task("a").on_failure = {1};
    builder.task("b");
    Machine machine(builder.build());
    machine.start();

    EXPECT_EQ(machine.fail("a"), (Words{"end a failed", "start b"}));
    EXPECT_EQ(machine.succeed("b"), (Words{"end b succeeded", "finish failed"}));
}

TEST(RunMachineTest, SucceedsWhenALoopRepeatsAFailedTaskUntilItSucceeds) {
    WorkflowBuilder builder(Flow::Transitions);
    builder.task("try").on_failure = {1};
    builder.task("mend").on_success = {0};
    Machine machine(builder.build());
    machine.start();

    machine.fail("try");
    EXPECT_EQ(machine.succeed("mend"), (Words{"end mend succeeded", "start try"}));
    EXPECT_EQ(machine.succeed("try"), (Words{"end try succeeded", "finish succeeded"}));
    EXPECT_EQ(machine.state(0).activations, 2U);
}

TEST(RunMachineTest, EndsALoopWithoutAWayOutByTheStepLimit) {
    WorkflowBuilder builder(Flow::Transitions);
    builder.task("a").on_success = {0};
    Machine machine(builder.build());
    machine.start();

    Words words;
    for (int step = 0; step < 100; ++step) {
        words = machine.succeed("a");
    }

    EXPECT_EQ(words.back(), "finish failed");
    EXPECT_EQ(machine.run_failure->code, "step_limit");
    EXPECT_EQ(machine.state(0).activations, 100U);
}

TEST(RunMachineTest, StartsATaskOfAGraphWhenAllItsNeedsHaveSucceeded) {
    WorkflowBuilder builder(Flow::Graph);
    builder.task("a");
    builder.task("b");
    builder.task("join").needs = {0, 1};
    Machine machine(builder.build());

    EXPECT_EQ(machine.start(), (Words{"start a", "start b"}));
    EXPECT_EQ(machine.succeed("b"), (Words{"end b succeeded"}));
    EXPECT_EQ(machine.succeed("a"), (Words{"end a succeeded", "start join"}));
    EXPECT_EQ(machine.succeed("join"), (Words{"end join succeeded", "finish succeeded"}));
}

TEST(RunMachineTest, SkipsWhatNeedsAFailedTaskAndSaysWhyWhileOtherBranchesGoOn) {
    WorkflowBuilder builder(Flow::Graph);
    builder.task("a");
    builder.task("b");
    builder.task("after_a").needs = {0};
    builder.task("after_after").needs = {2};
    builder.task("after_b").needs = {1};
    Machine machine(builder.build());
    machine.start();

    EXPECT_EQ(machine.fail("a"),
              (Words{"end a failed", "end after_a skipped", "end after_after skipped"}));
    EXPECT_EQ(machine.state(2).failure->message, "needs 'a', which failed");
    EXPECT_EQ(machine.state(3).failure->message, "needs 'after_a', which was skipped");
    EXPECT_EQ(machine.succeed("b"), (Words{"end b succeeded", "start after_b"}));
    EXPECT_EQ(machine.succeed("after_b"), (Words{"end after_b succeeded", "finish failed"}));
}

TEST(RunMachineTest, CountsANeedThatWasAllowedToFailAsMet) {
    WorkflowBuilder builder(Flow::Graph);
    builder.task("a").allow_failure = true;
    builder.task("b").needs = {0};
    Machine machine(builder.build());
    machine.start();

    EXPECT_EQ(machine.fail("a"), (Words{"end a failed", "start b"}));
    EXPECT_EQ(machine.succeed("b"), (Words{"end b succeeded", "finish succeeded"}));
}

TEST(RunMachineTest, RunsAHandlerOfAGraphOnlyWhenItIsLedTo) {
    WorkflowBuilder builder(Flow::Graph);
    builder.task("a").on_failure = {1};
    builder.task("clean_up");
    builder.task("b").needs = {0};
    {
        Machine machine(builder.build());
        EXPECT_EQ(machine.start(), (Words{"start a"}));
        EXPECT_EQ(machine.fail("a"), (Words{"end a failed", "end b skipped", "start clean_up"}));
        EXPECT_EQ(machine.succeed("clean_up"), (Words{"end clean_up succeeded", "finish failed"}));
    }
    Machine machine(builder.build());
    machine.start();
    EXPECT_EQ(machine.succeed("a"), (Words{"end a succeeded", "end clean_up skipped", "start b"}));
}

TEST(RunMachineTest, WaitsForAHandlerThatIsNeeded) {
    WorkflowBuilder builder(Flow::Graph);
    builder.task("a").on_success = {1};
    builder.task("handler");
    builder.task("b").needs = {1};
    Machine machine(builder.build());
    machine.start();

    EXPECT_EQ(machine.succeed("a"), (Words{"end a succeeded", "start handler"}));
    EXPECT_EQ(machine.succeed("handler"), (Words{"end handler succeeded", "start b"}));
}

TEST(RunMachineTest, ReleasesWhatNeedsAHandlerInACircleOnceNothingCanActivateItAnyMore) {
    WorkflowBuilder builder(Flow::Graph);
    builder.task("a").on_success = {1};
    builder.task("h1").on_success = {2};
    builder.task("h2").on_failure = {1};
    builder.task("b").needs = {1};
    Machine machine(builder.build());
    machine.start();
    machine.succeed("a");
    EXPECT_EQ(machine.succeed("h1"), (Words{"end h1 succeeded", "start h2"}));

    // Until h2 has ended it could still have led back to h1.
    EXPECT_EQ(machine.succeed("h2"), (Words{"end h2 succeeded", "start b"}));
    EXPECT_EQ(machine.succeed("b"), (Words{"end b succeeded", "finish succeeded"}));
}

TEST(RunMachineTest, RunsNoMoreAttemptsAtOneTimeThanAllowed) {
    WorkflowBuilder builder(Flow::Graph);
    for (const char* name : {"a", "b", "c"}) {
        builder.task(name);
    }
    RunSettings settings;
    settings.max_parallel = 2;
    Machine machine(builder.build(), settings);

    EXPECT_EQ(machine.start(), (Words{"start a", "start b"}));
    EXPECT_EQ(machine.succeed("b"), (Words{"end b succeeded", "start c"}));
}

TEST(RunMachineTest, LetsTheDocumentDecideHowManyRunInParallel) {
    WorkflowBuilder builder(Flow::Graph);
    builder.task("a");
    builder.task("b");
    builder.workflow().concurrency.max_parallel = 1;
    Machine machine(builder.build());

    EXPECT_EQ(machine.start(), (Words{"start a"}));
}

TEST(RunMachineTest, TriesAgainWithGrowingDelaysAndThenFails) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a").retry = {
        .attempts_max = 4, .delay = 100ms, .backoff = 3, .delay_max = 500ms, .jitter = 0};
    Machine machine(builder.build());
    machine.start();

    for (int attempt = 2; attempt <= 4; ++attempt) {
        EXPECT_EQ(machine.fail("a", unavailable), (Words{"retry a"}));
        EXPECT_EQ(machine.fire(Timer::Kind::RetryDelay, "a"),
                  (Words{"start a #" + std::to_string(attempt)}));
    }
    EXPECT_EQ(machine.fail("a", unavailable), (Words{"end a failed", "finish failed"}));
    EXPECT_EQ(machine.delays, (std::vector<Milliseconds>{100ms, 300ms, 500ms}));
    EXPECT_EQ(machine.state(0).attempts, 4U);
}

TEST(RunMachineTest, DoesNotTryAgainWhatCannotSucceed) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a").retry.attempts_max = 3;
    Machine machine(builder.build());
    machine.start();

    EXPECT_EQ(machine.fail("a", invalid), (Words{"end a failed", "finish failed"}));
}

TEST(RunMachineTest, WaitsAtLeastAsLongAsTheFailureAsks) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a").retry = {.attempts_max = 2, .delay = 10ms, .backoff = 1, .jitter = 0};
    Machine machine(builder.build());
    machine.start();

    Failure busy = unavailable;
    busy.retry_after_ms = 7'000;
    machine.fail("a", busy);
    EXPECT_EQ(machine.delays, (std::vector<Milliseconds>{7s}));
}

TEST(RunMachineTest, DrawsTheJitterFromTheSeed) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a").retry = {.attempts_max = 2, .delay = 1s, .backoff = 1, .jitter = 0.5};
    std::vector<Milliseconds> delays;
    for (const std::uint64_t seed : {1U, 2U, 3U, 1U}) {
        RunSettings settings;
        settings.seed = seed;
        Machine machine(builder.build(), settings);
        machine.start();
        machine.fail("a", unavailable);
        delays.push_back(machine.delays.front());
        EXPECT_GE(delays.back(), 500ms);
        EXPECT_LE(delays.back(), 1500ms);
    }
    EXPECT_EQ(delays[0], delays[3]);
    EXPECT_TRUE(delays[0] != delays[1] || delays[1] != delays[2]);
}

TEST(RunMachineTest, AsksAnAttemptToStopWhenItsTimeIsUpAndGivesItUpAfterTheGrace) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a").timeout = 50ms;
    Machine machine(builder.build());
    machine.start();

    EXPECT_EQ(machine.fire(Timer::Kind::AttemptTimeout, "a"), (Words{"cancel a"}));
    EXPECT_EQ(machine.fire(Timer::Kind::CancelGrace, "a"),
              (Words{"abandon a", "end a failed", "finish failed"}));
    EXPECT_EQ(machine.state(0).failure->code, "deadline");
    EXPECT_EQ(machine.state(0).failure->message, "did not end within 50ms");
}

TEST(RunMachineTest, GivesAnAttemptTheTimeOfTheSettingsWhereItHasNoneOfItsOwn) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a");
    builder.task("b").timeout = 5s;
    core::SubWorkflow within;
    builder.task("c").sub_workflow = within;
    core::RunSettings settings;
    settings.attempt_timeout = 3s;
    Machine machine(builder.build(), settings);
    machine.start();

    EXPECT_EQ(machine.delays, std::vector<core::Milliseconds>{3s});
    EXPECT_EQ(machine.succeed("a"), (Words{"end a succeeded", "start b"}));
    EXPECT_EQ(machine.delays, (std::vector<core::Milliseconds>{3s, 5s}));
    machine.succeed("b");
    EXPECT_EQ(machine.delays.size(), 2U);
    EXPECT_TRUE(machine.timers.empty());
}

TEST(RunMachineTest, AsksAnAttemptToStopWhenTheTimeOfTheSettingsIsUp) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a");
    core::RunSettings settings;
    settings.attempt_timeout = 3s;
    Machine machine(builder.build(), settings);
    machine.start();

    EXPECT_EQ(machine.fire(Timer::Kind::AttemptTimeout, "a"), (Words{"cancel a"}));
    EXPECT_EQ(machine.succeed("a"), (Words{"end a failed", "finish failed"}));
    EXPECT_EQ(machine.state(0).failure->message, "did not end within 3s");
}

TEST(RunMachineTest, CountsAnAttemptThatEndsAfterItsTimeAsTimedOut) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a").timeout = 50ms;
    Machine machine(builder.build());
    machine.start();
    machine.fire(Timer::Kind::AttemptTimeout, "a");

    EXPECT_EQ(machine.succeed("a"), (Words{"end a failed", "finish failed"}));
    EXPECT_EQ(machine.state(0).failure->code, "deadline");
}

TEST(RunMachineTest, TriesATimedOutAttemptAgain) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a").timeout = 50ms;
    builder.workflow().tasks[0].retry.attempts_max = 2;
    Machine machine(builder.build());
    machine.start();
    machine.fire(Timer::Kind::AttemptTimeout, "a");

    EXPECT_EQ(machine.fail("a", {.code = "cancelled", .message = "stopped"}), (Words{"retry a"}));
    EXPECT_EQ(machine.fire(Timer::Kind::RetryDelay, "a"), (Words{"start a #2"}));
    EXPECT_EQ(machine.succeed("a"), (Words{"end a succeeded", "finish succeeded"}));
}

TEST(RunMachineTest, CancelsWhatRunsAndWhatWaitsWhenTheRunIsCancelled) {
    WorkflowBuilder builder(Flow::Graph);
    builder.task("a");
    builder.task("b").retry.attempts_max = 2;
    builder.task("c");
    builder.task("d").needs = {0};
    RunSettings settings;
    settings.max_parallel = 2;
    Machine machine(builder.build(), settings);
    machine.start();
    EXPECT_EQ(machine.fail("b", unavailable), (Words{"retry b", "start c"}));

    EXPECT_EQ(machine.send(CancelRequested{"by hand"}),
              (Words{"cancel a", "end b cancelled", "cancel c"}));
    EXPECT_EQ(machine.fail("a", {.code = "cancelled", .message = "stopped"}),
              (Words{"end a cancelled"}));
    // What succeeded in spite of it has succeeded.
    EXPECT_EQ(machine.succeed("c"),
              (Words{"end c succeeded", "end d cancelled", "finish cancelled"}));
    EXPECT_EQ(machine.run_failure->message, "by hand");
}

TEST(RunMachineTest, GivesUpOnATaskThatIgnoresTheCancellation) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a");
    Machine machine(builder.build());
    machine.start();
    machine.send(CancelRequested{"by hand"});

    EXPECT_EQ(machine.fire(Timer::Kind::CancelGrace, "a"),
              (Words{"abandon a", "end a cancelled", "finish cancelled"}));
}

TEST(RunMachineTest, StopsTheRunWhenItsTimeIsUp) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a");
    builder.task("b");
    builder.workflow().timeout = 2s;
    Machine machine(builder.build());
    machine.start();

    EXPECT_EQ(machine.send(TimerFired{{.kind = Timer::Kind::RunTimeout}}), (Words{"cancel a"}));
    EXPECT_EQ(machine.fail("a"), (Words{"end a cancelled", "end b cancelled", "finish failed"}));
    EXPECT_EQ(machine.run_failure->code, "deadline");
}

TEST(RunMachineTest, StopsEverythingAtTheFirstUnhandledFailureWithFailFast) {
    WorkflowBuilder builder(Flow::Graph);
    builder.task("handled").on_failure = {1};
    builder.task("handler");
    builder.task("bad");
    builder.task("slow");
    builder.workflow().fail_fast = true;
    Machine machine(builder.build());
    machine.start();

    EXPECT_EQ(machine.fail("handled"), (Words{"end handled failed", "start handler"}));
    EXPECT_EQ(machine.fail("bad"), (Words{"end bad failed", "cancel slow", "cancel handler"}));
    machine.fail("handler");
    EXPECT_EQ(machine.fail("slow"), (Words{"end slow cancelled", "finish failed"}));
    EXPECT_EQ(machine.run_failure->message, "task 'bad' failed: bad url");
}

TEST(RunMachineTest, EndsBeforeAnythingStartsWhenTheRunIsImpossible) {
    WorkflowBuilder builder(Flow::Sequence);
    builder.task("a");
    Machine machine(builder.build());

    EXPECT_EQ(machine.send(RunFailed{{.code = "unresolved", .message = "no such variable"}}),
              (Words{"end a cancelled", "finish failed"}));
    EXPECT_EQ(machine.start(), Words{});
    EXPECT_EQ(machine.run_failure->code, "unresolved");
}

TEST(RunMachineTest, SkipsAChainAsLongAsADocumentWithoutExhaustingTheStack) {
    WorkflowBuilder builder(Flow::Graph);
    builder.task("t0");
    for (TaskIndex index = 1; index < 100'000; ++index) {
        builder.task("t" + std::to_string(index)).needs = {index - 1};
    }
    Machine machine(builder.build());
    machine.start();

    const Words words = machine.fail("t0");
    EXPECT_EQ(words.size(), 100'001U);
    EXPECT_EQ(words.back(), "finish failed");
}

}  // namespace
}  // namespace oa::core
