// Forged histories: one in which all is well, with a death in it, and one for each way to break a
// promise.

#include "tests/crash/checker/checker.hpp"

#include <sstream>
#include <string>
#include <vector>

#include "tests/crash/checker/forger.hpp"

namespace oa::test {
namespace {

/// Leaves a record out, and closes the gap.
void forget(StoredRun& run, std::size_t number) {
    run.records.erase(run.records.begin() + static_cast<std::ptrdiff_t>(number) - 1);
    for (std::size_t i = 0; i < run.records.size(); ++i) {
        run.records[i].number = i + 1;
    }
}

TEST(CrashChecker, FindsNothingWhereAllIsWell) {
    for (const core::Flow flow :
         {core::Flow::Sequence, core::Flow::Graph, core::Flow::Transitions}) {
        Forger forger = sound(flow);
        const Verdict verdict = judge(forger.evidence());
        EXPECT_EQ(breaches(forger.evidence()), std::vector<std::string>{});
        EXPECT_EQ(verdict.figures.runs, 1U);
        EXPECT_EQ(verdict.figures.deaths, 1U);
        EXPECT_EQ(verdict.figures.attempts, 3U);
        EXPECT_EQ(verdict.figures.attempts_again, 1U);
        EXPECT_EQ(verdict.figures.attempts_in_doubt, 1U);
        EXPECT_EQ(verdict.figures.recoveries, std::vector{Milliseconds{1}});
    }
}

TEST(CrashChecker, FindsNothingWrongWithRetriesAndTheirFailures) {
    Forger forger;
    forger.create();
    forger.start(0);
    forger.see(0, false);
    forger.fail(0);
    forger.start(0, 2);
    forger.see(0, false, 2);
    forger.see(0, true, 2);
    forger.succeed(0, 2);
    forger.do_task(1);
    forger.end();
    EXPECT_EQ(breaches(forger.evidence()), std::vector<std::string>{});
}

TEST(CrashChecker, I1AcknowledgedRunsAreThereAndEnd) {
    Forger lost = sound();
    lost.evidence().acknowledged.push_back({"S", ""});
    expect_breach(lost.evidence(), "I1 run S: it was acknowledged, and there is no such run");

    Forger open = sound();
    open.run().records.pop_back();
    expect_breach(open.evidence(), "I1 run R: it has not ended, after 8 records");
}

TEST(CrashChecker, I2OtherRunsAreWholeOrNotThere) {
    Forger open = sound();
    open.evidence().acknowledged.clear();
    open.run().records.pop_back();
    expect_breach(open.evidence(), "I2 run R: it has not ended, after 8 records");

    Forger headless = sound();
    headless.evidence().acknowledged.clear();
    headless.run().records.erase(headless.run().records.begin());
    expect_breach(headless.evidence(), "I2 run R: its first record is not that of its creation");
}

TEST(CrashChecker, I3SuccessHasBeenSeen) {
    Forger forger = sound();
    auto& witness = forger.evidence().witness;
    witness.pop_back();  // the end of b
    expect_breach(forger.evidence(),
                  "I3 run R, task b, record 8: it has succeeded, but the witness saw no end");
}

TEST(CrashChecker, I4TheWitnessSeesNothingThatIsNotOnRecord) {
    Forger stranger = sound();
    stranger.evidence().witness.push_back(
        {"S", "a", "S/a/0", 1, second_host, false, stranger.tick()});
    expect_breach(stranger.evidence(),
                  "I4 run S, task a: the witness saw a run that is not on record");

    Forger attempt = sound();
    attempt.see(1, false, 2);
    expect_breach(attempt.evidence(),
                  "I4 run R, task b: the witness saw attempt 2 of R/b/1, which "
                  "is not on record");
    Forger task = sound();
    task.evidence().witness.back().task = "a";
    expect_breach(task.evidence(), "I4 run R, task a: the witness saw R/b/1 as another task");
}

TEST(CrashChecker, I5TasksWaitForWhatTheyNeed) {
    for (const core::Flow flow : {core::Flow::Sequence, core::Flow::Graph}) {
        Forger early(flow);
        early.create();
        early.start(0);
        early.see(0, false);
        early.start(1);
        early.see(0, true);
        early.succeed(0);
        expect_breach(early.evidence(),
                      "I5 run R, task b, record 4: it starts before 'a' has ended");

        Forger alone(flow);
        alone.create();
        alone.do_task(1);
        expect_breach(alone.evidence(), "I5 run R, task b, record 3: it starts, but 'a' never did");
    }
    Forger jump(core::Flow::Transitions);
    jump.create();
    jump.do_task(1);
    expect_breach(jump.evidence(),
                  "I5 run R, task b, record 3: it starts, but nothing has led to it");
}

TEST(CrashChecker, I5TheWitnessSeesTheSameOrder) {
    Forger unsaved = sound();
    unsaved.evidence().witness[3].at = unsaved.run().records[5].at - Milliseconds{1};  // b begins
    expect_breach(unsaved.evidence(),
                  "I5 run R, task b, record 7: the witness saw it begin before "
                  "the end of 'a' was on record");
    Forger early = sound();
    early.evidence().witness[2].at = early.evidence().witness[3].at + Milliseconds{1};  // a ends
    expect_breach(early.evidence(),
                  "I5 run R, task b, record 7: the witness saw it begin before it "
                  "saw an end of 'a'");
}

TEST(CrashChecker, I5WhatIsDoneFinallyComesLast) {
    WorkflowBuilder builder(core::Flow::Sequence);
    builder.task("a");
    builder.task("last");
    builder.workflow().finally_count = 1;
    Forger forger;
    forger.create();
    forger.run().workflow = std::make_shared<const core::Workflow>(builder.build());
    forger.start(0);
    forger.start(1);
    expect_breach(forger.evidence(),
                  "I5 run R, task last, record 4: it starts before 'a' has ended");
}

TEST(CrashChecker, I6AttemptsAreRepeatedOnlyAfterADeath) {
    Forger again = sound();
    forget(again.run(), 4);  // that it was taken up
    expect_breach(again.evidence(),
                  "I6 run R, task a, record 4: the attempt starts again, though no "
                  "host has died meanwhile");
    Forger twice = sound();
    twice.evidence().witness.insert(twice.evidence().witness.begin(),
                                    twice.evidence().witness.front());
    expect_breach(twice.evidence(),
                  "I6 run R, task a, record 5: the witness saw it begin 3 times, "
                  "of 2 on record");
}

TEST(CrashChecker, I6RunsWithinRunsAreTakenUpWithTheOutermostOne) {
    Forger forger;
    forger.create("outer");
    forger.create("inner");
    auto& runs = forger.evidence().runs;
    std::get<core::RunCreated>(runs[1].records[0].entry).parent_run_id = "outer";
    forger.start(0);
    forger.see(0, false);
    const core::WallTime resumed = forger.tick();
    forger.do_task(0);
    forger.do_task(1);
    forger.end();
    const std::string again =
        "I6 run inner, task a, record 4: the attempt starts again, though no "
        "host has died meanwhile";
    expect_breach(forger.evidence(), again);

    runs[0].records.push_back({3, resumed, core::RunResumed{1, false}});
    runs[0].records.push_back({4, forger.tick(), core::RunEnded{}});
    EXPECT_EQ(breaches(forger.evidence()), std::vector<std::string>{});
}

TEST(CrashChecker, I7RecordsAreWithoutGapAndEndOnce) {
    Forger gap = sound();
    gap.run().records.erase(gap.run().records.begin() + 4);
    expect_breach(gap.evidence(), "I7 run R, record 6: it is the record at place 5");

    Forger after = sound();
    after.resume();
    expect_breach(after.evidence(), "I7 run R, record 10: it follows the end of the run");

    Forger created = sound();
    created.run().records[3].entry = created.run().records[0].entry;
    expect_breach(created.evidence(), "I7 run R, record 4: it creates the run once more");

    Forger twice = sound();
    twice.run().records.pop_back();
    twice.fail(0);
    twice.end();
    expect_breach(twice.evidence(), "I7 run R, task a, record 9: the attempt ends a second time");

    Forger undead = sound();
    undead.run().records.pop_back();
    undead.start(0);
    undead.end();
    expect_breach(undead.evidence(),
                  "I7 run R, task a, record 9: the attempt starts after its end");

    Forger nothing;
    nothing.create();
    nothing.succeed(0);
    expect_breach(nothing.evidence(),
                  "I7 run R, record 3: an attempt has succeeded that never started");
}

TEST(CrashChecker, I8SomeTasksBeginOnce) {
    Forger forger;
    forger.create();
    forger.do_task(0);
    forger.start(1);
    forger.see(1, false);
    forger.die();
    forger.resume();
    forger.do_task(1);
    forger.end();
    expect_breach(forger.evidence(),
                  "I8 run R, task b, record 7: the witness saw it begin 2 times, "
                  "though it is `idempotent: false`");
}

TEST(CrashChecker, I9TheDeadLeaveNothingAndDoNothing) {
    Forger left = sound();
    left.evidence().left_over.push_back("process 4711");
    expect_breach(left.evidence(), "I9: left over: process 4711");

    Forger zombie = sound();
    zombie.evidence().witness.back().fence = first_host;
    expect_breach(zombie.evidence(), "I9 run R: process 100 worked on R/b/1 after its death");
}

TEST(CrashChecker, I10TheStoreIsSound) {
    Forger forger = sound();
    forger.evidence().store_problems.push_back("run R, record 3 is not what was written");
    expect_breach(forger.evidence(), "I10: run R, record 3 is not what was written");
}

TEST(CrashChecker, I11EachTickHasOneRun) {
    Forger forger = sound();
    forger.evidence().ticks = {{"daily", epoch, {"R"}},
                               {"daily", epoch + std::chrono::hours(24), {"R", "S"}},
                               {"daily", epoch + std::chrono::hours(48), {}},
                               {"daily", epoch + std::chrono::hours(72), {}, true}};
    EXPECT_EQ(breaches(forger.evidence()),
              (std::vector<std::string>{
                  "I11 run S: daily at 2024-12-19T00:00:00.000Z was started 2 times",
                  "I11: daily at 2024-12-20T00:00:00.000Z was never started"}));
}

TEST(CrashChecker, I12TheSameRequestGetsTheSameRun) {
    Forger forger = sound();
    forger.evidence().acknowledged.push_back({"R", "please"});
    EXPECT_EQ(breaches(forger.evidence()), std::vector<std::string>{});
    forger.create("S");
    forger.end();
    forger.evidence().acknowledged.push_back({"S", "please"});
    expect_breach(forger.evidence(), "I12 run S: the request 'please' got the run R before");
}

TEST(CrashChecker, I13OpenRunsAreTakenUpInTime) {
    Forger forger;
    forger.create();
    forger.die();
    const std::string late = "I13 run R: the host that started at " +
                             core::format_time(forger.evidence().lives.back().started) +
                             " left it alone for longer than 10000 ms";
    for (int i = 0; i < 10'001; ++i) {
        forger.tick();
    }
    forger.resume();
    forger.end();
    expect_breach(forger.evidence(), late);

    forger.evidence().lives.back().died = forger.evidence().lives.back().started + Milliseconds{9};
    EXPECT_EQ(breaches(forger.evidence()), std::vector<std::string>{}) << "it died before it could";

    forger.evidence().lives.back().died.reset();
    forger.run().records.resize(2);
    expect_breach(forger.evidence(), late);
}

TEST(CrashChecker, CountsRunsThatWereGivenUp) {
    Forger forger;
    forger.create();
    forger.end("quarantined");
    EXPECT_EQ(judge(forger.evidence()).figures.quarantined, 1U);
}

TEST(WitnessFile, ReadsLinesAndLeavesOutTornOnes) {
    std::istringstream file(
        "\nR,a,R/a/0,2,77,begin,1000000,.\nR,b,R/b/1,1,77,begin,10\nR,a,R/a/0,2,77,end,2000000,."
        "\nR,b,R/b/1,1,77,be");
    std::vector<std::string> problems;
    const std::vector<WitnessLine> lines = read_witness(file, problems);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_TRUE(problems.empty());
    EXPECT_EQ(lines[1].key, "R/a/0");
    EXPECT_EQ(lines[1].attempt, 2U);
    EXPECT_EQ(lines[1].fence, 77);
    EXPECT_TRUE(lines[1].is_end);
    EXPECT_EQ(lines[1].at, core::WallTime(Milliseconds{2}));
}

TEST(WitnessFile, TellsOfLinesThatAreNone) {
    std::istringstream file(
        "R,a,R/a/0,2,77,begun,1,.\n,a,k,1,1,end,1,.\nR,a,k,x,1,end,1,.\nR,.\n,.");
    std::vector<std::string> problems;
    EXPECT_TRUE(read_witness(file, problems).empty());
    EXPECT_EQ(problems.size(), 5U);
    EXPECT_EQ(problems.front(),
              "the witness file has a line that is none: R,a,R/a/0,2,77,begun,1,.");
}

}  // namespace
}  // namespace oa::test
