#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "core/workflow/graph_model.hpp"
#include "tests/core/reader_fixture.hpp"

namespace oa::core {
namespace {

using namespace std::chrono_literals;

struct ReaderWaitTest : ReaderFixture {
    Task task(const std::string& lines) const {
        Workflow read = workflow("tasks:\n" + lines);
        return read.tasks.empty() ? Task{} : std::move(read.tasks.front());
    }
    Wait wait(const std::string& lines) const { return task(lines).wait.value_or(Wait{}); }
};

TEST_F(ReaderWaitTest, ReadsASleep) {
    for (const char* duration : {"30s", "1.5", "250ms", "0", "366d", "'10'"}) {
        const Wait read = wait("  - {sleep: " + std::string(duration) + "}\n");
        EXPECT_EQ(read.kind, Wait::Kind::Sleep);
        EXPECT_TRUE(read.value.is_literal()) << duration;
    }
    EXPECT_EQ(words_of(wait("  - {sleep: 30s}\n").value), "30s");
    EXPECT_EQ(words_of(wait("  - {sleep: '${run.attempt}m'}\n").value), "${run.attempt}m");
    EXPECT_EQ(wait("  - {sleep: 30s}\n").position, (SourcePosition{2, 13}));
}

TEST_F(ReaderWaitTest, ReadsATime) {
    const Wait read = wait("  - wait_until: 2027-01-01T08:00:00Z\n");
    EXPECT_EQ(read.kind, Wait::Kind::Until);
    EXPECT_EQ(words_of(read.value), "2027-01-01T08:00:00Z");
    EXPECT_EQ(words_of(wait("  - wait_until: '2020-01-01T08:00:00.5+02:00'\n").value),
              "2020-01-01T08:00:00.5+02:00")
        << "a time in the past is one, too";
    EXPECT_FALSE(wait("  - wait_until: ${run.id}\n").value.is_literal());
}

TEST_F(ReaderWaitTest, ReadsAnApproval) {
    const Wait brief = wait("  - approval: Deploy ${run.id}?\n");
    EXPECT_EQ(brief.kind, Wait::Kind::Approval);
    EXPECT_EQ(words_of(brief.value), "Deploy ${run.id}?");
    EXPECT_FALSE(brief.by);
    EXPECT_FALSE(brief.timeout);
    EXPECT_EQ(brief.unanswered, Wait::Unanswered::Fail);

    const Wait full = wait(
        "  - approval:\n"
        "      message: Deploy?\n"
        "      by: [ada, 'group:ops', '${run.id}']\n"
        "      timeout: 2h\n"
        "      default: reject\n");
    EXPECT_EQ(words_of(*full.by), "ada, group:ops, ${run.id}");
    EXPECT_EQ(words_of(*full.timeout), "2h");
    EXPECT_EQ(full.unanswered, Wait::Unanswered::Reject);
    EXPECT_EQ(full.position, (SourcePosition{3, 16}));
    EXPECT_EQ(words_of(*wait("  - approval: {message: a, by: ada}\n").by), "ada");
    EXPECT_FALSE(wait("  - approval: {message: a, by: , timeout: null}\n").by);
    EXPECT_EQ(wait("  - approval: {message: a, timeout: 1, default: approve}\n").unanswered,
              Wait::Unanswered::Approve);
}

TEST_F(ReaderWaitTest, NamesTasksAfterWhatTheyWaitFor) {
    const Workflow read = workflow("tasks: [{sleep: 1}, {sleep: 2}, {approval: a}]\n");
    EXPECT_EQ(read.tasks[0].name, "sleep");
    EXPECT_EQ(read.tasks[1].name, "sleep-2");
    EXPECT_EQ(read.tasks[2].name, "approval");
}

TEST_F(ReaderWaitTest, KnowsEveryKeyThatIsNotAboutACall) {
    const Workflow read = workflow(
        "tasks:\n"
        "  - {name: a, util.print: {}}\n"
        "  - name: b\n"
        "    needs: a\n"
        "    when: run.attempt == 1\n"
        "    for_each: [1, 2]\n"
        "    max_parallel: 1\n"
        "    allow_failure: true\n"
        "    sleep: ${item}\n"
        "    output: output.until\n"
        "    on_success: c\n"
        "    on_failure: c\n"
        "  - {name: c, util.print: {}}\n"
        "finally: [{sleep: 1}, {wait_until: 2027-01-01T08:00:00Z}]\n");
    ASSERT_EQ(read.tasks.size(), 5U);
    const Task& wait = read.tasks[1];
    EXPECT_TRUE(wait.wait && wait.when && wait.for_each && wait.allow_failure && wait.output);
    EXPECT_EQ(wait.on_success, (std::vector<TaskIndex>{2}));
}

TEST_F(ReaderWaitTest, TakesNoDefaultsThatAreAboutCalls) {
    const Workflow read = workflow(
        "defaults: {retry: 3, timeout: 1s, isolation: process}\n"
        "tasks: [{sleep: 5}]\n");
    EXPECT_EQ(read.tasks[0].retry.attempts_max, 1U);
    EXPECT_FALSE(read.tasks[0].timeout);
    EXPECT_FALSE(read.tasks[0].isolation);
}

TEST_F(ReaderWaitTest, SaysWhatADurationAndATimeAre) {
    const std::string duration =
        "; write 250ms, 30s, 5m, 2h, 1d or a number of seconds, at most 366d\n";
    const std::string time =
        "; write it with its zone, as in 2027-01-01T08:00:00Z or 2027-01-01T08:00:00+02:00\n";
    EXPECT_EQ(
        of_tasks("  - sleep: soon\n"
                 "  - sleep: -1\n"
                 "  - sleep: 400d\n"
                 "  - sleep: [1]\n"
                 "  - sleep: inputs.delay\n"
                 "  - wait_until: 2027-01-01\n"
                 "  - wait_until: 2027-01-01T08:00:00\n"
                 "  - wait_until: 2027-02-30T08:00:00Z\n"
                 "  - wait_until: 2200-01-01T08:00:00Z\n"
                 "  - wait_until: 5\n"
                 "  - wait_until: vars.start\n"),
        "f.yaml:2:12: error: 'sleep' takes a duration, not the text 'soon'" + duration +
            "f.yaml:3:12: error: 'sleep' takes a duration, not the number -1" + duration +
            "f.yaml:4:12: error: 'sleep' takes a duration, not the text '400d'" + duration +
            "f.yaml:5:12: error: 'sleep' takes a duration, not a list" + duration +
            "f.yaml:6:12: error: 'sleep' takes a duration, not the text 'inputs.delay'; did you "
            "mean \"${inputs.delay}\"?\n" +
            "f.yaml:7:17: error: 'wait_until' takes a time, not the text '2027-01-01'" + time +
            "f.yaml:8:17: error: 'wait_until' takes a time, not the text '2027-01-01T08:00:00'" +
            time +
            "f.yaml:9:17: error: 'wait_until' takes a time, not the text '2027-02-30T08:00:00Z'" +
            time +
            "f.yaml:10:17: error: 'wait_until' takes a time, not the text '2200-01-01T08:00:00Z'" +
            time + "f.yaml:11:17: error: 'wait_until' takes a time, not the number 5" + time +
            "f.yaml:12:17: error: 'wait_until' takes a time, not the text 'vars.start'; did you "
            "mean \"${vars.start}\"?\n");
}

TEST_F(ReaderWaitTest, SaysWhatAnApprovalIs) {
    EXPECT_EQ(
        of_tasks("  - approval: true\n"
                 "  - approval: [a]\n"
                 "  - approval: {by: ada}\n"
                 "  - approval: {message: {a: b}}\n"
                 "  - approval: {mesage: a}\n"
                 "  - approval: {message: a, by: []}\n"
                 "  - approval: {message: a, by: [ada, 5, '']}\n"
                 "  - approval: {message: a, by: {name: ada}}\n"
                 "  - approval: {message: a, timeout: later}\n"
                 "  - approval: {message: a, timeout: 0}\n"
                 "  - approval: {message: a, default: reject}\n"
                 "  - approval: {message: a, timeout: 1h, default: aprove}\n"),
        "f.yaml:2:15: error: 'approval' takes a message, or a mapping with 'message', not the "
        "boolean true\n"
        "f.yaml:3:15: error: 'approval' takes a message, or a mapping with 'message', not a list\n"
        "f.yaml:4:15: error: 'approval' has no 'message'; say what is to be approved\n"
        "f.yaml:5:25: error: 'message' takes a text, not a mapping\n"
        "f.yaml:6:15: error: 'approval' has no 'message'; say what is to be approved\n"
        "f.yaml:6:16: error: the key 'mesage' is unknown here; did you mean 'message'?\n"
        "f.yaml:7:32: error: 'by' names nobody; leave it out, and anybody who may run things may "
        "answer\n"
        "f.yaml:8:38: error: each item of 'by' takes a name, not the number 5\n"
        "f.yaml:8:41: error: a name cannot be empty\n"
        "f.yaml:9:32: error: 'by' takes a name or a list of names, not a mapping\n"
        "f.yaml:10:37: error: 'timeout' takes a duration, not the text 'later'; write 250ms, 30s, "
        "5m, 2h, 1d or a number of seconds, at most 366d\n"
        "f.yaml:11:37: error: 'timeout' takes a duration above 0\n"
        "f.yaml:12:28: error: 'default' is what happens when 'timeout' is over, and there is none; "
        "give 'timeout' too, as in timeout: 2h\n"
        "f.yaml:13:50: error: 'default' takes fail, approve or reject, not the text 'aprove'; did "
        "you mean 'approve'?\n");
}

TEST_F(ReaderWaitTest, SaysWhatToDoInsteadOfWhatIsAboutCalls) {
    EXPECT_EQ(
        of_tasks("  - sleep: 1\n    with: {a: 1}\n    retry: 2\n    timeout: 5s\n"
                 "    isolation: process\n    idempotent: true\n"
                 "  - approval: a\n    retry: 2\n    timeout: 5s\n"),
        "f.yaml:3:5: error: a task with 'sleep' has no 'with'; what it waits for stands at "
        "'sleep'\n"
        "f.yaml:4:5: error: a task with 'sleep' has no 'retry'; nothing is called that could "
        "fail\n"
        "f.yaml:5:5: error: a task with 'sleep' has no 'timeout'; how long it takes stands at "
        "'sleep'\n"
        "f.yaml:6:5: error: a task with 'sleep' has no 'isolation'; no function is called\n"
        "f.yaml:7:5: error: a task with 'sleep' has no 'idempotent'; no function is called\n"
        "f.yaml:9:5: error: a task with 'approval' has no 'retry'; 'on_failure' names what follows "
        "a rejection\n"
        "f.yaml:10:5: error: a task with 'approval' has no 'timeout'; put it below 'approval', "
        "beside 'message'\n");
}

TEST_F(ReaderWaitTest, DoesOneThingAtATime) {
    EXPECT_EQ(
        of_tasks("  - sleep: 1\n    approval: a\n"
                 "  - sleep: 1\n    util.print: {}\n"
                 "  - module: util\n    function: print\n    sleep: 1\n"
                 "  - workflow: other\n    sleep: 1\n"),
        "f.yaml:3:5: error: a task waits for one thing, and this one has 'sleep' already; make two "
        "tasks of it\n"
        "f.yaml:5:5: error: a task calls a function or waits, not both; make two tasks of it\n"
        "f.yaml:8:5: error: a task calls a function or waits, not both; make two tasks of it\n"
        "f.yaml:9:15: error: there is no place to look for other workflows here\n"
        "f.yaml:10:5: error: a task runs a workflow or waits, not both; make two tasks of it\n");
}

TEST_F(ReaderWaitTest, HasNoApprovalInFinally) {
    EXPECT_EQ(diagnostics("tasks: [{sleep: 1}]\nfinally: [{approval: a}]\n"),
              "f.yaml:2:12: error: 'finally' has to end by itself, so there is no 'approval' in "
              "it; put it in 'tasks'\n");
}

TEST_F(ReaderWaitTest, FindsMisspeltKeys) {
    EXPECT_EQ(of_tasks("  - slep: 30s\n"),
              "f.yaml:2:5: error: the task calls no function; give 'module' and 'function', or "
              "'<module>.<function>:'\n"
              "f.yaml:2:5: error: the key 'slep' is unknown here; did you mean 'sleep'?\n");
    EXPECT_EQ(of_tasks("  - sleep: 30s\n    neds: a\n"),
              "f.yaml:3:5: error: the key 'neds' is unknown here; did you mean 'needs'?\n");
}

TEST_F(ReaderWaitTest, ChecksTheTypesThatAreKnown) {
    const std::string inputs = "inputs: {flag: {type: boolean}, n: {type: integer}}\n";
    EXPECT_EQ(diagnostics(inputs + "tasks:\n"
                                   "  - sleep: ${inputs.n}\n"
                                   "  - sleep: ${inputs.n}m\n"
                                   "  - sleep: ${inputs.flag}\n"
                                   "  - wait_until: ${inputs.n}\n"
                                   "  - wait_until: ${timestamp('2027-01-01T08:00:00Z')}\n"
                                   "  - approval: {message: a, timeout: '${inputs.flag}'}\n"),
              "f.yaml:5:12: error: ${inputs.flag}: a duration is a text such as 30s, or a number "
              "of seconds, and this is a boolean\n"
              "f.yaml:6:17: error: ${inputs.n}: a time is a text such as 2027-01-01T08:00:00Z, and "
              "this is an integer\n"
              "f.yaml:8:38: error: ${inputs.flag}: a duration is a text such as 30s, or a number "
              "of seconds, and this is a boolean\n");
}

TEST_F(ReaderWaitTest, KnowsWhatComesOut) {
    EXPECT_EQ(of_tasks("  - {name: nap, sleep: 1}\n"
                       "  - {name: gate, approval: a}\n"
                       "  - util.print: {text: '${tasks.nap.output.until}'}\n"
                       "  - util.print: {text: '${tasks.gate.output.comment}'}\n"
                       "  - util.print: {text: '${tasks.nap.output.untill}'}\n"
                       "  - util.print: {text: '${tasks.gate.output.aproved}'}\n"),
              "f.yaml:6:25: error: ${tasks.nap.output.untill}: the output of 'sleep' has no "
              "'untill'; did you mean 'until'?\n"
              "f.yaml:7:25: error: ${tasks.gate.output.aproved}: the output of 'approval' has no "
              "'aproved'; did you mean 'approved'?\n");
}

// ----- where these words meant something else -----

TEST_F(ReaderWaitTest, LeavesParametersToTheFunctionsThatTakeThem) {
    catalog.add("old", "pause", R"({"properties": {"sleep": {"type": "integer"}}})");
    const Task read = task("  - module: old\n    function: pause\n    sleep: 5\n");
    EXPECT_FALSE(read.wait);
    EXPECT_EQ(write_json(read.params.literal()), R"({"sleep":5})");
    const Task open = task("  - module: util\n    function: any\n    approval: x\n    sleep: 5\n");
    EXPECT_EQ(write_json(open.params.literal()), R"({"approval":"x","sleep":5})");
}

TEST_F(ReaderWaitTest, IgnoresInOlderDocumentsWhatWasIgnoredThere) {
    EXPECT_EQ(diagnostics("compat: oa3\ntasks:\n"
                          "  - {module: util, function: print, sleep: 5}\n"
                          "  - {util.print: {}, approval: x}\n"
                          "  - {sleep: 5}\n"),
              "f.yaml:3:37: warning: the key 'sleep' is unknown here and is ignored\n"
              "f.yaml:4:22: warning: the key 'approval' is unknown here and is ignored\n");
}

TEST_F(ReaderWaitTest, SaysNothingOfParametersOfAFunctionThatIsNotThere) {
    EXPECT_EQ(of_tasks("  - {module: nope, function: pause, sleep: 5}\n"),
              "f.yaml:2:14: error: there is no module 'nope'\n");
}

}  // namespace
}  // namespace oa::core
