#include <algorithm>
#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "tests/core/fake_scope.hpp"
#include "tests/core/reader_fixture.hpp"

namespace oa::core {
namespace {

struct ReaderConditionsTest : ReaderFixture {
    static std::string document(const std::string& keys) {
        return "inputs: {go: {type: boolean}, n: {type: integer}, s: {type: string}}\n"
               "tasks:\n"
               "  - util.print: {}\n" +
               keys;
    }
    Task task(const std::string& keys) const { return workflow(document(keys)).tasks.at(0); }
    std::string mistakes(const std::string& keys) const { return diagnostics(document(keys)); }
};

TEST_F(ReaderConditionsTest, ReadsAConditionBareOrInBrackets) {
    FakeScope scope;
    scope.roots["inputs"] = boost::json::parse(R"({"go": true})");
    for (const auto* const text : {"inputs.go", "'${inputs.go}'", " '${ inputs.go }  '",
                                   "'$<inputs.go>'", "|\n      inputs.go\n"}) {
        const Task read = task(std::string("    when: ") + text + "\n");
        ASSERT_TRUE(read.when) << text;
        EXPECT_TRUE(read.when->expression.test(scope)) << text;
    }
    const Task read = task("    when: ${inputs.go}\n");
    EXPECT_EQ(read.when->text, "${inputs.go}");
    EXPECT_EQ(read.when->position, (SourcePosition{4, 11}));
    EXPECT_FALSE(task("    when:\n").when);
}

TEST_F(ReaderConditionsTest, ReadsWhenToTryAgain) {
    const Task read = task("    retry: {max_attempts: 3, when: error.retryable}\n");
    ASSERT_TRUE(read.retry.when);
    EXPECT_EQ(read.retry.when->text, "error.retryable");
    EXPECT_FALSE(task("    retry: 3\n").retry.when);
    const Workflow defaults = workflow(
        "inputs: {again: {type: boolean}}\n"
        "defaults: {retry: {max_attempts: 3, when: error.retryable}}\n"
        "tasks: [{util.print: {}}, {util.print: {}, retry: {when: inputs.again}}]\n");
    EXPECT_EQ(defaults.tasks[0].retry.when->text, "error.retryable");
    EXPECT_EQ(defaults.tasks[1].retry.when->text, "inputs.again");
}

TEST_F(ReaderConditionsTest, SaysWhatIsNoCondition) {
    EXPECT_EQ(mistakes("    when: [a]\n"),
              "f.yaml:4:11: error: 'when' takes a condition, not a list\n");
    EXPECT_EQ(mistakes("    when: 1\n"),
              "f.yaml:4:11: error: 'when' takes a condition, not the number 1\n");
    EXPECT_EQ(mistakes("    when: ${inputs.go} ${inputs.go}\n"),
              "f.yaml:4:11: error: 'when' takes one expression, and there is other text beside "
              "'${inputs.go}'; "
              "write it without brackets, as in inputs.env == 'live'\n");
    EXPECT_EQ(mistakes("    when: '\"${inputs.s}\"'\n"),
              "f.yaml:4:11: error: 'when' takes one expression, and there is other text beside "
              "'${inputs.s}'; "
              "write it without brackets, as in inputs.env == 'live'\n");
    EXPECT_EQ(
        mistakes("    when: ${WALLET:x}\n"),
        "f.yaml:4:11: error: 'when' takes an expression, and '${WALLET:x}' is a text; give it "
        "to a variable, and name that here\n");
    EXPECT_EQ(mistakes("    when: inputs.\n").substr(0, 20), "f.yaml:4:18: error: ");
    EXPECT_EQ(mistakes("    when: '  ${inputs.}'\n").substr(0, 20), "f.yaml:4:23: error: ");
    EXPECT_EQ(mistakes("    when: ''\n").substr(0, 20), "f.yaml:4:12: error: ");
}

TEST_F(ReaderConditionsTest, WantsTrueOrFalse) {
    EXPECT_EQ(mistakes("    when: inputs.n\n"
                       "    retry: {max_attempts: 2, when: '${error.message}'}\n"),
              "f.yaml:4:11: error: inputs.n: a condition is true or false, and this is an integer; "
              "compare it, as in inputs.n != 0\n"
              "f.yaml:5:37: error: ${error.message}: a condition is true or false, and this is a "
              "string; compare it, as in error.message != ''\n");
}

TEST_F(ReaderConditionsTest, KnowsTheErrorOnlyWhereAFailureIsAtHand) {
    EXPECT_EQ(mistakes("    when: error.retryable\n"
                       "    retry: {max_attempts: 2, when: error.kode}\n"
                       "    output: error\n"),
              "f.yaml:4:11: error: error.retryable: 'error' is known only in 'when' of 'retry'; "
              "elsewhere write tasks.NAME.error\n"
              "f.yaml:5:36: error: error.kode: an error has no 'kode'; did you mean 'code'?\n"
              "f.yaml:6:13: error: error: 'error' is known only in 'when' of 'retry'; elsewhere "
              "write tasks.NAME.error\n");
    EXPECT_EQ(diagnostics("defaults: {retry: {max_attempts: 2, when: item.x}}\n"
                          "tasks: [{util.print: {}, for_each: [1]}]\n"),
              "f.yaml:1:43: error: item.x: 'item' is known only in a task with 'for_each'\n");
}

TEST_F(ReaderConditionsTest, KnowsWhatRunsWorkflowsAndErrorsHave) {
    EXPECT_EQ(
        mistakes("  - util.any:\n"
                 "      ok: ['${run.id} ${run.attempt} ${run.status} ${run.error.code}', "
                 "'${workflow.name}', '${run}']\n"
                 "      a: ${run.number}\n"
                 "      b: ${workflow.file}\n"
                 "      c: ${tasks[\"util.print\"].error.reason}\n"),
        "f.yaml:6:10: error: ${run.number}: 'run' has no 'number'; it has id, attempt, status "
        "and error\n"
        "f.yaml:7:10: error: ${workflow.file}: 'workflow' has no 'file'; it has name\n"
        "f.yaml:8:10: error: ${tasks[\"util.print\"].error.reason}: an error has no 'reason'; "
        "it has code, message and retryable\n");
}

// ----- expressions that are more than a path -----

TEST_F(ReaderConditionsTest, TakesABooleanForACondition) {
    FakeScope scope;
    EXPECT_TRUE(task("    when: true\n").when->expression.test(scope));
    EXPECT_FALSE(task("    when: false\n").when->expression.test(scope));
    EXPECT_EQ(task("    when: false\n").when->text, "false");
    EXPECT_FALSE(workflow("compat: oa3\n" + document("    when: no\n"))
                     .tasks[0]
                     .when->expression.test(scope));
    EXPECT_EQ(mistakes("    when: no\n"), "f.yaml:4:11: error: no: 'no' is unknown here\n");
}

TEST_F(ReaderConditionsTest, PointsIntoAnExpression) {
    EXPECT_EQ(
        mistakes("    when: inputs.n > 1 && inputs.m == 2 || gone\n"
                 "    output: \"{'a': ${x}}\"\n"
                 "  - util.any: {x: \"é ${ [1, 2].map(i, i + y) }\", y: '${size(inputs.q)}'}\n"),
        "f.yaml:4:27: error: inputs.m: there is no input 'm'\n"
        "f.yaml:4:44: error: gone: 'gone' is unknown here\n"
        "f.yaml:5:20: error: ${x}: 'x' is unknown here\n"
        "f.yaml:6:43: error: y: 'y' is unknown here\n"
        "f.yaml:6:61: error: inputs.q: there is no input 'q'\n");
}

TEST_F(ReaderConditionsTest, ChecksTypesAtTheWrongByte) {
    const std::string found = mistakes(
        "    when: inputs.go && inputs.n + 'x' == 3\n"
        "    output: upper(inputs.s)\n"
        "  - util.any: {x: \"${inputs.n + 1} ${inputs.n + ''}\"}\n"
        "    for_each: '[inputs.n]'\n"
        "    when: item > 3 && index < 5 && size(key) > 1\n"
        "  - util.any: {}\n"
        "    for_each: inputs.s + 'x'\n"
        "    when: inputs.n + 1\n");
    EXPECT_NE(found.find("f.yaml:4:33: error: "), std::string::npos) << found;
    EXPECT_NE(found.find("f.yaml:5:13: error: "), std::string::npos) << found;
    EXPECT_NE(found.find("f.yaml:6:47: error: "), std::string::npos) << found;
    EXPECT_NE(found.find("f.yaml:10:15: error: inputs.s + 'x': 'for_each' goes through a list or a "
                         "map, and this is a string; "),
              std::string::npos)
        << found;
    EXPECT_NE(
        found.find("f.yaml:11:11: error: inputs.n + 1: a condition is true or false, and this "
                   "is an integer; "),
        std::string::npos)
        << found;
    EXPECT_EQ(std::count(found.begin(), found.end(), '\n'), 5) << found;
}

TEST_F(ReaderConditionsTest, AsksHowTasksWentInConditionsOnly) {
    EXPECT_EQ(mistakes("    when: always()\n"
                       "    retry: {max_attempts: 2, when: failure()}\n"
                       "    output: success()\n"
                       "  - {util.print: {}, when: failure() && inputs.go}\n"
                       "  - {util.print: {}, when: success}\n"),
              "f.yaml:5:36: error: success(), failure() and always() can be asked in a task's "
              "'when' only\n"
              "f.yaml:6:13: error: success(), failure() and always() can be asked in a task's "
              "'when' only\n"
              "f.yaml:8:28: error: success: 'success' is a function of 'when': success()\n");
}

TEST_F(ReaderConditionsTest, LetsHasAskForWhatMayBeMissing) {
    EXPECT_EQ(mistakes("    when: has(inputs.gone) || has(vars.gone) || has(run.gone)\n"
                       "    output: \"has(output.x) ? output.x : null\"\n"
                       "  - util.print: {}\n"
                       "    when: has(tasks.nowhere) || has(inputs.gone.deeper)\n"),
              "f.yaml:7:37: error: inputs.gone.deeper: there is no input 'gone'\n");
}

TEST_F(ReaderConditionsTest, LeavesBoundNamesAlone) {
    EXPECT_EQ(mistakes("    when: '[1, 2].exists(tasks, tasks > 1) && [1].all(x, x == 1)'\n"), "");
}

// ----- the order of tasks -----

TEST_F(ReaderConditionsTest, WarnsOfResultsThatAreNotThereYetInASequence) {
    EXPECT_EQ(
        of_tasks("  - {name: a, util.any: {x: '${tasks.b.output}', y: '${tasks.a.status}'}}\n"
                 "  - name: b\n"
                 "    util.any: {x: '${tasks.a.output}'}\n"
                 "    output: tasks.b.output\n"
                 "    retry: {max_attempts: 2, when: tasks.b.error.retryable}\n"),
        "f.yaml:2:30: warning: ${tasks.b.output}: 'b' runs only after this task, so its "
        "result is not there yet\n"
        "f.yaml:2:54: warning: ${tasks.a.status}: the task reads its own result, which is not "
        "there yet\n"
        "f.yaml:5:13: warning: tasks.b.output: the task reads its own result, which is not "
        "there yet; what the function gave is 'output' here\n");
}

TEST_F(ReaderConditionsTest, WarnsOfTasksThatAreNotAwaitedInAGraph) {
    EXPECT_EQ(of_tasks("  - {name: a, util.print: {}}\n"
                       "  - {name: b, util.print: {}, needs: a}\n"
                       "  - {name: c, util.any: {x: '${tasks.a.output} ${tasks.b.output}'}, "
                       "needs: b, on_failure: h}\n"
                       "  - {name: d, util.any: {x: '${tasks.a.output} ${tasks.c.output}'}, "
                       "needs: a}\n"
                       "  - {name: h, util.any: {x: '${tasks.a.output} ${tasks.c.error}'}}\n"
                       "  - {name: e, util.any: {x: '${tasks.f.output}'}}\n"
                       "  - {name: f, util.any: {}, needs: e}\n"),
              "f.yaml:5:48: warning: ${tasks.c.output}: this task does not wait for 'c', so its "
              "result may not be there yet; add it to 'needs'\n"
              "f.yaml:7:30: warning: ${tasks.f.output}: 'f' runs only after this task, so its "
              "result is not there yet\n");
}

TEST_F(ReaderConditionsTest, LetsTransitionsReadEveryTask) {
    EXPECT_EQ(of_tasks("  - {name: a, util.any: {x: '${tasks.b.output} ${tasks.a.output}'}, "
                       "on_success: b}\n"
                       "  - {name: b, util.print: {}, on_success: a}\n"),
              "");
}

TEST_F(ReaderConditionsTest, SaysNothingOfTheOrderWhereTheFlowIsWrong) {
    EXPECT_EQ(of_tasks("  - {name: a, util.any: {}}\n"
                       "  - {name: b, util.any: {x: '${tasks.a.output}'}, needs: x}\n"),
              "f.yaml:3:58: error: there is no task 'x'\n");
}

// ----- secrets -----

TEST_F(ReaderConditionsTest, ListsTheSecretsThatHaveToBeThere) {
    const ReadResult result = read(
        "variables: {a: 'x ${WALLET:db/user}'}\n"
        "tasks:\n"
        "  - util.any: {p: '${VAULT:pw}', q: '${WALLET:other:-none}'}\n"
        "    output: {z: '${WALLET:z}'}\n");
    ASSERT_TRUE(result.workflow) << words(result);
    std::string secrets;
    for (const SecretUse& use : result.secrets) {
        secrets += use.file + ":" + std::to_string(use.position.line) + ":" +
                   std::to_string(use.position.column) + " " +
                   (use.store == SecretStore::Vault ? "vault " : "") + use.key +
                   (use.has_default ? " or a default\n" : "\n");
    }
    EXPECT_EQ(secrets,
              "f.yaml:1:19 db/user\nf.yaml:3:20 vault pw\n"
              "f.yaml:3:38 other or a default\nf.yaml:4:18 z\n");
}

// ----- what belongs elsewhere -----

TEST_F(ReaderConditionsTest, PointsToOutputsInPlaceOfSavedVariables) {
    EXPECT_EQ(of_tasks("  - {module: util, function: print, text: a, saveonvar: x}\n"
                       "  - {util.print: {text: a, saveonvar: x}}\n"),
              "f.yaml:2:46: error: 'saveonvar' belongs to the older system; other tasks read this "
              "task's output as tasks.NAME.output, and 'output' reshapes it\n"
              "f.yaml:3:28: error: 'saveonvar' belongs to the older system; other tasks read this "
              "task's output as tasks.NAME.output, and 'output' reshapes it\n");
}

}  // namespace
}  // namespace oa::core
