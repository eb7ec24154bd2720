// Forged histories of runs that wait, and of runs that have gone.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/crash/checker/forger.hpp"

namespace oa::test {
namespace {

/// A wait, and a task that the witness sees.
std::shared_ptr<const core::Workflow> waiting(core::Wait::Kind kind) {
    WorkflowBuilder builder(core::Flow::Sequence);
    core::Wait wait;
    wait.kind = kind;
    builder.task("wait").wait = std::move(wait);
    builder.task("after").module = "witness";
    return std::make_shared<const core::Workflow>(builder.build());
}

core::MachineEvent begun(std::optional<Milliseconds> delay) {
    return {core::WaitBegun{0, 1, delay, {}}, nullptr};
}

core::MachineEvent over() {
    return {core::TimerFired{{core::Timer::Kind::Wait, 0, 1}}, nullptr};
}

core::MachineEvent answered(bool yes) {
    core::WaitEnded ended{0, 1, {}};
    if (!yes) {
        ended.failure = core::Failure{"rejected", "by a test"};
    }
    return {ended, nullptr};
}

/// Waits for 10 ms; the host dies meanwhile.
Forger slept() {
    Forger forger(waiting(core::Wait::Kind::Sleep));
    forger.create();
    forger.write(begun(Milliseconds{10}));
    forger.die();
    forger.resume();
    forger.write(over());
    forger.do_task(1);
    forger.end();
    return forger;
}

TEST(CrashCheckerOfWaits, FindsNothingWhereAllIsWell) {
    Forger forger = slept();
    EXPECT_EQ(breaches(forger.evidence()), std::vector<std::string>{});
    EXPECT_EQ(judge(forger.evidence()).figures.waits, 1U);
}

TEST(CrashCheckerOfWaits, FindsNothingWrongWithWaitsThatACancellationEnds) {
    Forger forger(waiting(core::Wait::Kind::Sleep));
    forger.create();
    forger.write(begun(Milliseconds{10}));
    forger.write(core::MachineEvent{core::CancelRequested{"enough"}, nullptr});
    forger.end("cancelled");
    EXPECT_EQ(breaches(forger.evidence()), std::vector<std::string>{});
}

TEST(CrashCheckerOfWaits, I5WhatFollowsComesAfterTheWait) {
    Forger forger(waiting(core::Wait::Kind::Sleep));
    forger.create();
    forger.write(begun(Milliseconds{3}));
    forger.do_task(1);
    forger.write(over());
    forger.end();
    expect_breach(forger.evidence(),
                  "I5 run R, task after, record 4: it starts before 'wait' has ended");
}

TEST(CrashCheckerOfWaits, I14AWaitIsNotOverBeforeItsTime) {
    Forger forger(waiting(core::Wait::Kind::Sleep));
    forger.create();
    forger.write(begun(Milliseconds{10}));
    forger.write(over());
    forger.do_task(1);
    forger.end();
    expect_breach(forger.evidence(),
                  "I14 run R, task wait, record 4: the wait is over after 1 of 10 ms");
}

TEST(CrashCheckerOfWaits, I14AWaitBeginsOnce) {
    Forger forger(waiting(core::Wait::Kind::Sleep));
    forger.create();
    forger.write(begun(Milliseconds{1}));
    forger.die();
    forger.resume();
    forger.write(begun(Milliseconds{1}));
    forger.write(over());
    forger.do_task(1);
    forger.end();
    expect_breach(forger.evidence(),
                  "I14 run R, task wait, record 5: the wait begins a second time");
}

TEST(CrashCheckerOfWaits, I15AnAnswerThatWasToldIsOnRecord) {
    for (const bool yes : {true, false}) {
        Forger forger(waiting(core::Wait::Kind::Approval));
        forger.create();
        forger.write(begun(std::nullopt));
        forger.write(answered(yes));
        if (yes) {
            forger.do_task(1);
        }
        forger.end(yes ? "" : "rejected");
        forger.evidence().answers.push_back({"R", yes});
        EXPECT_EQ(breaches(forger.evidence()), std::vector<std::string>{});
        forger.evidence().answers.push_back({"R", !yes});
        expect_breach(forger.evidence(), std::string("I15 run R: 1 ") +
                                             (yes ? "rejections" : "approvals") +
                                             " were told to be on record, and 0 are");
    }
}

TEST(CrashCheckerOfRunsThatWent, TakesThemForGoneWhereEnoughAreKept) {
    Forger forger = sound();
    forger.evidence().acknowledged.push_back({"S", ""});
    forger.evidence().witness.push_back(
        {"S", "a", "S/a/0", 1, first_host, false, epoch + Milliseconds{1}});
    forger.evidence().keep = 1;
    EXPECT_EQ(breaches(forger.evidence()), std::vector<std::string>{});
    forger.evidence().keep = 2;
    expect_breach(forger.evidence(), "I1 run S: it was acknowledged, and there is no such run");
}

}  // namespace
}  // namespace oa::test
