#include "core/run/run_queue.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/core/run_queue_fixture.hpp"

namespace oa::core {
namespace {

using test::TextQueue;
using Texts = TextQueue::Texts;

RunTicket of(const std::string& workflow, const std::string& id) {
    return {.id = id, .workflow = workflow};
}

RunTicket limited(const std::string& id, Overlap overlap, std::uint32_t max_runs = 1) {
    return {.id = id, .workflow = "w", .max_runs = max_runs, .overlap = overlap};
}

/// A queue in which one run of another workflow runs and holds the only place.
class BusyQueue : public TextQueue {
public:
    BusyQueue() : TextQueue({.max_runs = 1}) { enqueue(of("other", "busy")); }
};

/// Ends what runs, one after the other, and gives the order of starts.
Texts drain(TextQueue& queue, std::string running) {
    Texts order;
    for (int i = 0; i < 1'000; ++i) {
        const Texts decisions = queue.ended(running);
        if (decisions.empty()) {
            break;
        }
        running = decisions.front().substr(std::string("start ").size());
        order.push_back(running);
    }
    return order;
}

TEST(RunQueue, StartsAtOnceWhereThereIsRoom) {
    TextQueue queue({.max_runs = 2});
    EXPECT_EQ(queue.enqueue(of("w", "a")), Texts{"start a"});
    EXPECT_EQ(queue.enqueue(of("w", "b")), Texts{"start b"});
    EXPECT_EQ(queue.enqueue(of("w", "c")), Texts{});
    EXPECT_EQ(queue.queue().running(), 2U);
    EXPECT_EQ(queue.queue().waiting(), 1U);
    EXPECT_EQ(queue.ended("a"), Texts{"start c"});
    EXPECT_EQ(queue.ended("b"), Texts{});
    EXPECT_EQ(queue.ended("c"), Texts{});
    EXPECT_EQ(queue.queue().running(), 0U);
}

TEST(RunQueue, IgnoresWhatItDoesNotKnowOfOrKnowsOtherwise) {
    TextQueue queue({.max_runs = 1});
    queue.enqueue(of("w", "a"));
    queue.enqueue(of("w", "b"));
    EXPECT_EQ(queue.ended("b"), Texts{}) << "it waits";
    EXPECT_EQ(queue.ended("nobody"), Texts{});
    queue.queue().cancelled("a");  // it runs: its end is to come
    queue.queue().cancelled("nobody");
    EXPECT_EQ(queue.queue().running(), 1U);
    EXPECT_EQ(queue.ended("a"), Texts{"start b"});
    EXPECT_EQ(queue.ended("a"), Texts{});
}

TEST(RunQueue, KeepsToTheLimitOfAWorkflow) {
    TextQueue queue;
    EXPECT_EQ(queue.enqueue(limited("a", Overlap::Queue, 2)), Texts{"start a"});
    EXPECT_EQ(queue.enqueue(limited("b", Overlap::Queue, 2)), Texts{"start b"});
    EXPECT_EQ(queue.enqueue(limited("c", Overlap::Queue, 2)), Texts{});
    EXPECT_EQ(queue.enqueue(of("other", "d")), Texts{"start d"});
    EXPECT_EQ(queue.ended("b"), Texts{"start c"});
}

TEST(RunQueue, CountsRunsOfDifferentKeysApart) {
    TextQueue queue;
    const auto keyed = [](const std::string& id, const std::string& key) {
        RunTicket ticket = limited(id, Overlap::Queue);
        ticket.key = key;
        return ticket;
    };
    EXPECT_EQ(queue.enqueue(keyed("a", "x")), Texts{"start a"});
    EXPECT_EQ(queue.enqueue(keyed("b", "x")), Texts{});
    EXPECT_EQ(queue.enqueue(keyed("c", "y")), Texts{"start c"});
    EXPECT_EQ(queue.ended("a"), Texts{"start b"});
}

TEST(RunQueue, TakesTheLimitOfTheNewestDocument) {
    TextQueue queue;
    queue.enqueue(limited("a", Overlap::Queue, 1));
    EXPECT_EQ(queue.enqueue(limited("b", Overlap::Queue, 1)), Texts{});
    EXPECT_EQ(queue.enqueue(limited("c", Overlap::Queue, 3)), (Texts{"start b", "start c"}));
    EXPECT_EQ(queue.enqueue(limited("d", Overlap::Queue, 1)), Texts{});
    EXPECT_EQ(queue.ended("a"), Texts{});
    EXPECT_EQ(queue.ended("b"), Texts{});
    EXPECT_EQ(queue.ended("c"), Texts{"start d"});
}

TEST(RunQueue, SkipsARunThatIsOneTooMany) {
    TextQueue queue;
    queue.enqueue(limited("a", Overlap::Skip));
    EXPECT_EQ(queue.enqueue(limited("b", Overlap::Skip)), Texts{"refuse b: skipped"});
    EXPECT_EQ(queue.queue().waiting(), 0U);
    EXPECT_EQ(queue.ended("a"), Texts{});
    EXPECT_EQ(queue.enqueue(limited("c", Overlap::Skip)), Texts{"start c"});
}

TEST(RunQueue, SkipCountsRunsThatWaitForTheHost) {
    BusyQueue queue;
    EXPECT_EQ(queue.enqueue(limited("a", Overlap::Skip)), Texts{});
    EXPECT_EQ(queue.enqueue(limited("b", Overlap::Skip)), Texts{"refuse b: skipped"});
}

TEST(RunQueue, SaysWhyARunWasSkipped) {
    RunQueue queue({});
    RunQueue::Decisions decisions;
    RunTicket ticket = limited("a", Overlap::Skip);
    ticket.key = "blue";
    queue.enqueue(ticket, decisions);
    ticket.id = "b";
    queue.enqueue(ticket, decisions);
    EXPECT_EQ(std::get<RefuseRun>(decisions.back()).failure,
              (Failure{"skipped",
                       "'w' has 1 open run(s) of key 'blue', and its `overlap: skip` allows no "
                       "more"}));
}

TEST(RunQueue, CancelsWhatRunsForTheNewRun) {
    TextQueue queue;
    queue.enqueue(limited("a", Overlap::CancelRunning));
    EXPECT_EQ(queue.enqueue(limited("b", Overlap::CancelRunning)),
              Texts{"cancel a: superseded by run b"});
    EXPECT_EQ(queue.enqueue(limited("c", Overlap::CancelRunning)),
              Texts{"cancel b: superseded by run c"})
        << "a is asked once";
    EXPECT_EQ(queue.queue().waiting(), 1U);
    EXPECT_EQ(queue.ended("b"), Texts{}) << "it never ran";
    EXPECT_EQ(queue.ended("a"), Texts{"start c"});
}

TEST(RunQueue, CancelsNoMoreThanStandsInTheWay) {
    TextQueue queue;
    queue.enqueue(limited("a", Overlap::CancelRunning, 2));
    EXPECT_EQ(queue.enqueue(limited("b", Overlap::CancelRunning, 2)), Texts{"start b"});
    EXPECT_EQ(queue.enqueue(limited("c", Overlap::CancelRunning, 2)),
              Texts{"cancel a: superseded by run c"});
    EXPECT_EQ(queue.enqueue(limited("d", Overlap::CancelRunning, 2)),
              Texts{"cancel b: superseded by run d"});
    EXPECT_EQ(queue.ended("b"), Texts{"start c"});
    EXPECT_EQ(queue.ended("a"), Texts{"start d"});
}

TEST(RunQueue, SupersedesNothingOfOtherKeys) {
    TextQueue queue;
    RunTicket ticket = limited("a", Overlap::CancelRunning);
    ticket.key = "x";
    queue.enqueue(ticket);
    ticket.id = "b";
    ticket.key = "y";
    EXPECT_EQ(queue.enqueue(ticket), Texts{"start b"});
}

TEST(RunQueue, StartsHigherPrioritiesFirstAndOldRunsOfOneInOrder) {
    BusyQueue queue;
    const auto add = [&queue](const std::string& id, std::int32_t priority) {
        RunTicket ticket = of("w", id);
        ticket.priority = priority;
        queue.enqueue(ticket);
    };
    add("low", -2'000'000'000);
    add("a", 0);
    add("b", 0);
    add("high", 2'000'000'000);
    add("c", 0);
    EXPECT_EQ(queue.queue().position("high"), 1U);
    EXPECT_EQ(queue.queue().position("b"), 3U);
    EXPECT_EQ(queue.queue().position("low"), 5U);
    EXPECT_EQ(drain(queue, "busy"), (Texts{"high", "a", "b", "c", "low"}));
}

TEST(RunQueue, LetsWorkflowsTakeTurns) {
    BusyQueue queue;
    for (int i = 1; i <= 4; ++i) {
        queue.enqueue(of("A", "a" + std::to_string(i)));
    }
    queue.enqueue(of("B", "b1"));
    queue.enqueue(of("B", "b2"));
    queue.enqueue(of("C", "c1"));
    EXPECT_EQ(drain(queue, "busy"), (Texts{"a1", "b1", "c1", "a2", "b2", "a3", "a4"}));
}

TEST(RunQueue, KeepsTheTurnOfAWorkflowThatItsLimitHeldUp) {
    TextQueue queue({.max_runs = 2});
    queue.enqueue(of("other", "busy"));
    queue.enqueue(limited("w1", Overlap::Queue));
    queue.enqueue(limited("w2", Overlap::Queue));
    queue.enqueue(of("A", "a1"));
    queue.enqueue(of("A", "a2"));
    EXPECT_EQ(queue.ended("busy"), Texts{"start a1"}) << "w2 may not";
    EXPECT_EQ(queue.ended("w1"), Texts{"start w2"}) << "it came before A had its turn";
    EXPECT_EQ(queue.ended("w2"), Texts{"start a2"});
}

TEST(RunQueue, LetsNoPriorityStarve) {
    TextQueue queue({.max_runs = 1, .passes_max = 3});
    queue.enqueue(of("other", "busy"));
    queue.enqueue(of("w", "low"));
    std::string running = "busy";
    std::size_t starts = 0;
    for (int i = 0; running != "low" && i < 100; ++i, ++starts) {
        RunTicket high = of("w", "high" + std::to_string(i));
        high.priority = 9;
        queue.enqueue(high);
        running = queue.ended(running).front().substr(6);
    }
    EXPECT_EQ(starts, 4U);
}

TEST(RunQueue, RefusesWhenTooManyWait) {
    TextQueue queue({.max_runs = 1, .max_waiting = 2});
    EXPECT_EQ(queue.enqueue(of("w", "a")), Texts{"start a"});
    EXPECT_EQ(queue.enqueue(of("w", "b")), Texts{});
    EXPECT_EQ(queue.enqueue(of("w", "c")), Texts{});
    EXPECT_EQ(queue.enqueue(of("w", "d")), Texts{"refuse d: queue_full"});
    EXPECT_EQ(queue.queue().waiting(), 2U);
    EXPECT_EQ(queue.ended("a"), Texts{"start b"});
    EXPECT_EQ(queue.enqueue(of("w", "e")), Texts{});
}

TEST(RunQueue, AFullQueueRefusesNoneThatStartsAtOnce) {
    TextQueue queue({.max_runs = 2, .max_waiting = 1});
    queue.enqueue(limited("a", Overlap::Queue));
    queue.enqueue(limited("b", Overlap::Queue));
    EXPECT_EQ(queue.enqueue(limited("c", Overlap::Queue)), Texts{"refuse c: queue_full"});
    EXPECT_EQ(queue.enqueue(of("other", "d")), Texts{"start d"});
}

TEST(RunQueue, AFullQueueTakesARunInPlaceOfOneThatWaits) {
    TextQueue queue({.max_runs = 1, .max_waiting = 1});
    queue.enqueue(of("other", "busy"));
    queue.enqueue(limited("a", Overlap::CancelRunning));
    EXPECT_EQ(queue.enqueue(limited("b", Overlap::CancelRunning)),
              Texts{"cancel a: superseded by run b"});
    EXPECT_EQ(queue.enqueue(of("x", "c")), Texts{"refuse c: queue_full"});
}

TEST(RunQueue, ARefusedRunSupersedesNothing) {
    TextQueue queue({.max_runs = 2, .max_waiting = 1});
    queue.enqueue(limited("a", Overlap::CancelRunning));
    queue.enqueue(of("other", "b"));
    queue.enqueue(of("other", "c"));
    EXPECT_EQ(queue.enqueue(limited("d", Overlap::CancelRunning)), Texts{"refuse d: queue_full"});
}

TEST(RunQueue, LetsGoOfACancelledRunThatWaits) {
    TextQueue queue({.max_runs = 1});
    queue.enqueue(of("w", "a"));
    queue.enqueue(of("w", "b"));
    queue.enqueue(of("w", "c"));
    queue.queue().cancelled("b");
    EXPECT_EQ(queue.queue().waiting(), 1U);
    EXPECT_EQ(queue.ended("a"), Texts{"start c"});
}

TEST(RunQueue, StartsNothingWhileHeld) {
    TextQueue queue;
    queue.queue().hold();
    EXPECT_TRUE(queue.queue().is_held());
    EXPECT_EQ(queue.enqueue(of("w", "a")), Texts{});
    EXPECT_EQ(queue.restore({{.ticket = of("w", "b"), .had_started = true}}), Texts{});
    EXPECT_EQ(queue.queue().wait_reason("a"), WaitReason::Held);
    EXPECT_EQ(queue.release(), (Texts{"start b", "start a"}));
    EXPECT_FALSE(queue.queue().is_held());
}

TEST(RunQueue, PutsBackWhatAHostLeftBehind) {
    TextQueue queue({.max_runs = 1, .max_waiting = 1});
    RunTicket high = of("w", "high");
    high.priority = 5;
    EXPECT_EQ(queue.restore({{.ticket = of("w", "a")},
                             {.ticket = high},
                             {.ticket = limited("b", Overlap::Skip), .had_started = true},
                             {.ticket = limited("c", Overlap::Skip)},
                             {.ticket = of("w", "d")}}),
              Texts{"start b"})
        << "none is refused, and what had started comes first";
    EXPECT_EQ(queue.queue().waiting(), 4U);
    EXPECT_EQ(drain(queue, "b"), (Texts{"high", "a", "c", "d"}));
}

TEST(RunQueue, StartsARunAgainThatIsToBeCancelled) {
    TextQueue queue;
    EXPECT_EQ(queue.restore({{.ticket = limited("a", Overlap::CancelRunning), .had_started = true},
                             {.ticket = limited("b", Overlap::CancelRunning)},
                             {.ticket = limited("c", Overlap::CancelRunning)}}),
              (Texts{"cancel b: superseded by run c", "start a", "cancel a: superseded by run b"}));
    EXPECT_EQ(queue.ended("a"), Texts{"start c"});
}

TEST(RunQueue, StartsOneSuspectAtATime) {
    TextQueue queue;
    const auto suspect = [](const std::string& workflow, const std::string& id) {
        RunTicket ticket = of(workflow, id);
        ticket.suspect = true;
        return RecoveredRun{.ticket = ticket, .had_started = true};
    };
    EXPECT_EQ(queue.restore({{.ticket = of("v", "healthy"), .had_started = true},
                             suspect("v", "s1"),
                             suspect("w", "s2"),
                             {.ticket = of("w", "waited")}}),
              (Texts{"start s1", "start healthy", "start waited"}));
    EXPECT_EQ(queue.queue().wait_reason("s2"), WaitReason::SuspectRuns);
    EXPECT_EQ(queue.queue().position("s2"), 1U);
    EXPECT_EQ(queue.enqueue(of("w", "new")), Texts{"start new"}) << "s2 holds up nobody";
    EXPECT_EQ(queue.ended("s1"), Texts{"start s2"});
    EXPECT_EQ(queue.ended("s2"), Texts{});
}

TEST(RunQueue, LetsTheNextSuspectStartWhenOneIsTrusted) {
    TextQueue queue;
    RunTicket suspect = of("w", "s1");
    suspect.suspect = true;
    queue.enqueue(suspect);
    suspect.id = "s2";
    EXPECT_EQ(queue.enqueue(suspect), Texts{});
    EXPECT_EQ(queue.trusted("s2"), Texts{}) << "it waits, and has shown nothing";
    EXPECT_EQ(queue.trusted("nobody"), Texts{});
    EXPECT_EQ(queue.trusted("s1"), Texts{"start s2"});
    EXPECT_EQ(queue.trusted("s1"), Texts{});
    EXPECT_EQ(queue.ended("s1"), Texts{});
    suspect.id = "s3";
    EXPECT_EQ(queue.enqueue(suspect), Texts{}) << "s2 runs";
}

TEST(RunQueue, PassesOverASuspectWhoseWorkflowIsBusy) {
    TextQueue queue;
    queue.enqueue(limited("a", Overlap::Queue));
    RunTicket blocked = limited("s1", Overlap::Queue);
    blocked.suspect = true;
    RunTicket free = of("other", "s2");
    free.suspect = true;
    EXPECT_EQ(queue.restore({{.ticket = blocked}, {.ticket = free}}), Texts{"start s2"});
    EXPECT_EQ(queue.queue().wait_reason("s1"), WaitReason::WorkflowBusy);
    EXPECT_EQ(queue.ended("a"), Texts{});
    EXPECT_EQ(queue.ended("s2"), Texts{"start s1"});
}

TEST(RunQueue, TellsWhoWaitsAndWhy) {
    TextQueue queue({.max_runs = 2});
    queue.enqueue(limited("w1", Overlap::Queue));
    queue.enqueue(limited("w2", Overlap::Queue));
    queue.enqueue(of("A", "a1"));
    queue.enqueue(of("A", "a2"));
    queue.enqueue(of("A", "a3"));
    EXPECT_EQ(queue.queue().waiting_by_workflow(),
              (std::map<std::string, std::size_t>{{"A", 2}, {"w", 1}}));
    EXPECT_EQ(queue.queue().wait_reason("w2"), WaitReason::WorkflowBusy);
    EXPECT_EQ(queue.queue().wait_reason("a3"), WaitReason::HostBusy);
    EXPECT_EQ(queue.queue().position("a3"), 3U);
    EXPECT_EQ(queue.queue().wait_reason("w1"), std::nullopt);
    EXPECT_EQ(queue.queue().position("w1"), std::nullopt);
    EXPECT_EQ(queue.queue().position("nobody"), std::nullopt);
}

}  // namespace
}  // namespace oa::core
