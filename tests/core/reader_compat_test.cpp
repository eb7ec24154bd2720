#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "tests/core/fake_scope.hpp"
#include "tests/core/reader_fixture.hpp"

namespace oa::core {
namespace {

struct ReaderCompatTest : ReaderFixture {
    ReaderCompatTest() {
        catalog.add("oa-utility", "setvar", R"({
            "required": ["varname"], "properties": {"varname": {}, "varvalue": {}}})");
    }

    static std::string older(const std::string& text) { return "compat: oa3\n" + text; }
    Workflow old_workflow(const std::string& text) const { return workflow(older(text)); }
    std::string mistakes(const std::string& text) const { return diagnostics(older(text)); }

    /// A parameter `text` of a task that prints, with these variables.
    static std::string printed(const std::string& text, const std::string& vars) {
        FakeScope scope;
        scope.roots["vars"] = boost::json::parse(vars);
        for (const auto& variable : scope.roots["vars"].as_object()) {
            boost::json::value copy = variable.value();
            scope.roots[variable.key()] = std::move(copy);
        }
        scope.variables = {{"HOME", "/home/ada"}};
        scope.secrets = {{"k", "s"}};
        const ReaderCompatTest fixture;
        const Workflow read = fixture.old_workflow(
            "variables: " + vars + "\ntasks:\n  - util.print:\n      text: |-\n        " + text +
            "\n");
        return write_json(read.tasks.at(0).params.resolve(scope).at("text"));
    }

private:
    void TestBody() override {}
};

struct ReaderCompatTexts : ReaderCompatTest {};

// ----- texts -----

TEST_F(ReaderCompatTexts, FillsInVariablesInBraces) {
    EXPECT_EQ(printed("{name}", R"({"name": "v"})"), R"("v")");
    EXPECT_EQ(printed("{n}", R"({"n": 5})"), R"("5")");
    EXPECT_EQ(printed("${n}", R"({"n": 5})"), "5");
    EXPECT_EQ(printed("a {d['k']} {d[k]} {d.k} {missing}", R"({"d": {"k": "x"}})"),
              R"("a x x x {missing}")");
    EXPECT_EQ(printed("{{literal}} {1+1} awk {print $1}", "{}"),
              R"("{literal} {1+1} awk {print $1}")");
    EXPECT_EQ(printed(R"({"a":{"b":1}})", "{}"), R"("{\"a\":{\"b\":1}}")");
    EXPECT_EQ(printed("{ENV:HOME} WALLET{k} ${{ENV:HOME}}", "{}"), R"("/home/ada s /home/ada")");
}

TEST_F(ReaderCompatTexts, FillsThemInInVariablesToo) {
    const Workflow read =
        old_workflow("variables: {b: 'x{a}', a: 1}\ntasks: [{util.print: {text: 'x'}}]\n");
    ASSERT_EQ(read.variables.size(), 2U);
    EXPECT_EQ(read.variables[0].name, "a");
    EXPECT_FALSE(read.variables[1].value.is_literal());
    EXPECT_EQ(mistakes("variables: {b: '{a}', a: '{b}'}\ntasks: [{util.print: {}}]\n"),
              "f.yaml:2:13: error: these variables need each other: b -> a -> b\n");
}

TEST_F(ReaderCompatTexts, LeavesTextAloneElsewhere) {
    const Workflow read =
        old_workflow("variables: {a: 1}\ntasks: [{util.print: {}, output: {x: '{a}'}}]\n");
    EXPECT_EQ(write_json(read.tasks[0].output->literal()), R"({"x":"{a}"})");
    EXPECT_EQ(write_json(workflow("variables: {a: 1}\ntasks: [{util.print: {text: '{a}'}}]\n")
                             .tasks[0]
                             .params.literal()),
              R"({"text":"{a}"})");
}

TEST_F(ReaderCompatTexts, LeavesWhatNamesNothing) {
    EXPECT_EQ(
        mistakes("variables: {HOST: h}\n"
                 "tasks:\n"
                 "  - util.print: {text: 'a ${HOTS} ${HOST} ${other.x}'}\n"),
        "f.yaml:4:27: warning: '${HOTS}' names no variable and is left as it is; did you mean "
        "'HOST'?\n"
        "f.yaml:4:43: warning: '${other.x}' names no variable and is left as it is\n");
    EXPECT_EQ(printed("a ${HOTS} ${HOST}", R"({"HOST": "h"})"), R"("a ${HOTS} h")");
}

TEST_F(ReaderCompatTexts, LeavesWhatIsNoExpressionWithAWarning) {
    const std::string found =
        mistakes("tasks:\n  - util.print: {text: 'x ${1x} ${a[\"} ${HOME:-x}'}\n");
    EXPECT_EQ(found.substr(0, 43), "f.yaml:3:30: warning: this stays as it is: ");
    EXPECT_EQ(found.find("error"), std::string::npos) << found;
    EXPECT_EQ(printed("x ${1x} {n}", R"({"n": 1})"), R"("x ${1x} 1")");
}

TEST_F(ReaderCompatTexts, EvaluatesExpressionsWhoseNamesAreKnown) {
    EXPECT_EQ(printed("${n + 1} ${n + m} {n + 1}", R"({"n": 5})"), R"("6 ${n + m} {n + 1}")");
}

TEST_F(ReaderCompatTexts, StillRefusesUnknownInputsAndTasks) {
    EXPECT_EQ(mistakes("tasks: [{util.print: {text: '${inputs.x} ${tasks.y.output}'}}]\n"),
              "f.yaml:2:30: error: ${inputs.x}: there is no input 'x'\n"
              "f.yaml:2:42: error: ${tasks.y.output}: there is no task 'y'\n");
}

TEST_F(ReaderCompatTexts, TakesVariablesWithNamesOfTheLanguage) {
    EXPECT_EQ(printed("${key} {item}", R"({"key": "k", "item": "i"})"), R"("k i")");
    EXPECT_EQ(mistakes("tasks: [{util.print: {text: '${key}'}}]\n"),
              "f.yaml:2:30: warning: '${key}' names no variable and is left as it is\n");
    EXPECT_EQ(mistakes("tasks: [{util.print: {text: '${item}'}, for_each: [1]}]\n"), "");
}

// ----- variables that tasks set -----

TEST_F(ReaderCompatTexts, SavesInAVariableWhereverThatStands) {
    const Workflow read = old_workflow(
        "tasks:\n"
        "  - {module: util, function: print, text: a, saveonvar: one}\n"
        "  - util.print: {text: a, saveonvar: two}\n"
        "  - util.print: {text: a}\n"
        "    saveonvar: three\n"
        "  - util.print: {text: '${one} {two} ${three}'}\n");
    EXPECT_EQ(read.tasks[0].save_as, "one");
    EXPECT_EQ(write_json(read.tasks[0].params.literal()), R"({"text":"a"})");
    EXPECT_EQ(read.tasks[1].save_as, "two");
    EXPECT_EQ(write_json(read.tasks[1].params.literal()), R"({"text":"a"})");
    EXPECT_EQ(read.tasks[2].save_as, "three");
    EXPECT_EQ(diagnostics(older("tasks: [{util.print: {saveonvar: [x]}}]\n")),
              "f.yaml:2:34: error: 'saveonvar' takes a text, not a list\n");
}

TEST_F(ReaderCompatTexts, LeavesTheParameterToAFunctionThatHasIt) {
    catalog.add("util", "keep", R"({"properties": {"saveonvar": {}}})");
    const Workflow read = old_workflow("tasks: [{util.keep: {saveonvar: x}}]\n");
    EXPECT_EQ(read.tasks[0].save_as, "x");
    EXPECT_EQ(write_json(read.tasks[0].params.literal()), R"({"saveonvar":"x"})");
    EXPECT_EQ(workflow("tasks: [{util.keep: {saveonvar: x}}]\n").tasks[0].save_as, std::nullopt);
}

TEST_F(ReaderCompatTexts, DoesNotWarnOfVariablesThatATaskMaySet) {
    EXPECT_EQ(mistakes("tasks:\n"
                       "  - util.print: {text: '${A} ${B}'}\n"
                       "    output: '${A}'\n"
                       "  - util.print: {saveonvar: A}\n"
                       "  - oa-utility.setvar: {varname: B}\n"
                       "outputs: {x: A, y: vars.B}\n"),
              "");
    EXPECT_EQ(mistakes("variables: {V: X}\n"
                       "tasks:\n"
                       "  - util.print: {text: '${ANY}'}\n"
                       "  - oa-utility.setvar: {varname: '${V}'}\n"
                       "outputs: {x: ANY}\n"),
              "");
}

// ----- keys -----

TEST_F(ReaderCompatTexts, KnowsOlderSpellings) {
    const std::string text =
        "tasks:\n"
        "  - {name: a, util.print: {}, onsuccess: b, onfailure: END}\n"
        "  - {name: b, util.print: {}, on_success: END}\n";
    EXPECT_EQ(mistakes(text),
              "f.yaml:3:31: warning: 'onsuccess' is read as 'on_success'\n"
              "f.yaml:3:45: warning: 'onfailure' is read as 'on_failure'\n"
              "f.yaml:3:56: warning: 'END' is read as 'end'\n"
              "f.yaml:4:43: warning: 'END' is read as 'end'\n");
    const Workflow read = old_workflow(text);
    EXPECT_EQ(read.tasks[0].on_success, std::vector<TaskIndex>{1});
    EXPECT_TRUE(read.tasks[0].ends_on_failure);
    EXPECT_TRUE(read.tasks[1].ends_on_success);
    EXPECT_EQ(mistakes("tasks:\n"
                       "  - {name: a, util.print: {}, on_success: end, onsuccess: b}\n"),
              "f.yaml:3:48: warning: 'onsuccess' is ignored, since 'on_success' is given\n");
    EXPECT_EQ(diagnostics(text),
              "f.yaml:2:31: error: the key 'onsuccess' is unknown here; did you mean "
              "'on_success'?\n"
              "f.yaml:2:45: error: the key 'onfailure' is unknown here; did you mean "
              "'on_failure'?\n"
              "f.yaml:3:43: error: there is no task 'END'; did you mean 'end'?\n");
}

TEST_F(ReaderCompatTexts, IgnoresParametersThatTheFunctionDoesNotKnow) {
    const std::string text =
        "tasks:\n"
        "  - util.print: {text: a, texd: b}\n"
        "    colour: red\n"
        "  - {module: util, function: print, text: a, wait: 5}\n"
        "  - util.any: {what: 1}\n";
    EXPECT_EQ(mistakes(text),
              "f.yaml:3:27: warning: util.print has no parameter 'texd', so it is ignored; did you "
              "mean 'text'?\n"
              "f.yaml:4:5: warning: the key 'colour' is unknown here and is ignored\n"
              "f.yaml:5:46: warning: the key 'wait' is unknown here and is ignored\n");
    const Workflow read = old_workflow(text);
    EXPECT_EQ(write_json(read.tasks[0].params.literal()), R"({"text":"a"})");
    EXPECT_EQ(write_json(read.tasks[1].params.literal()), R"({"text":"a"})");
    EXPECT_EQ(write_json(read.tasks[2].params.literal()), R"({"what":1})");
}

TEST_F(ReaderCompatTexts, ReadsTheListSyntaxWithoutAName) {
    const Workflow read = workflow("- name:\n  tasks: [{util.print: {text: '{name}'}}]\n");
    EXPECT_EQ(read.name, "f");
    ASSERT_EQ(read.variables.size(), 1U);
    EXPECT_TRUE(read.variables[0].value.literal().is_null());
}

TEST_F(ReaderCompatTexts, SeesTheFirstOfSeveralTasksOfOneNameAsThere) {
    EXPECT_EQ(mistakes("tasks:\n"
                       "  - {name: a, util.print: {text: 1}}\n"
                       "  - {name: b, util.print: {text: '${tasks.a.output}'}}\n"
                       "  - {name: a, util.print: {text: 2}}\n"),
              "f.yaml:5:12: warning: another task is named 'a'; it is in line 3, column 12\n");
}

// ----- lists of steps -----

const std::string steps =
    "tasks:\n"
    "  - name: all\n"
    "    module: oaworkflow\n"
    "    function: runworkflow\n"
    "    start_step: second\n"
    "    steps:\n"
    "      - {name: first, module: util, function: print, params: {text: 'a ${SAVED}'}}\n"
    "      - name: second\n"
    "        module: util\n"
    "        function: print\n"
    "        params: {text: 'b {host}', saveonvar: SAVED}\n"
    "        on_success: first\n"
    "        on_failure: END\n"
    "    on_success: after\n"
    "  - {name: after, util.print: {text: '${SAVED}'}}\n";

TEST_F(ReaderCompatTexts, ReadsAListOfStepsAsAWorkflow) {
    ReadResult result = read(older("variables: {host: h}\n" + steps));
    ASSERT_TRUE(result.workflow) << words(result);
    EXPECT_EQ(words(result), "f.yaml:15:21: warning: 'END' is read as 'end'\n");
    const Task& task = result.workflow->tasks.at(0);
    EXPECT_EQ(task.module, "oaworkflow");
    EXPECT_EQ(task.info, nullptr);
    EXPECT_EQ(write_json(task.params.literal()), "{}");
    ASSERT_TRUE(task.sub_workflow);
    EXPECT_TRUE(task.sub_workflow->shares_variables);
    const Workflow* inner = task.sub_workflow->workflow;
    ASSERT_NE(inner, nullptr);
    EXPECT_EQ(inner->flow, Flow::Transitions);
    EXPECT_EQ(inner->entries, std::vector<TaskIndex>{1});
    EXPECT_EQ(inner->activations_per_task_max, 10U);
    EXPECT_TRUE(inner->compat_oa3);
    EXPECT_TRUE(inner->variables.empty());
    EXPECT_EQ(inner->file, "f.yaml");
    ASSERT_EQ(inner->tasks.size(), 2U);
    EXPECT_EQ(inner->tasks[0].name, "first");
    EXPECT_EQ(inner->tasks[0].info, catalog.find("util", "print"));
    EXPECT_EQ(inner->tasks[1].on_success, std::vector<TaskIndex>{0});
    EXPECT_TRUE(inner->tasks[1].ends_on_failure);
    EXPECT_EQ(inner->tasks[1].save_as, "SAVED");
    EXPECT_FALSE(inner->tasks[1].params.is_literal());
}

TEST_F(ReaderCompatTexts, ReadsStepsInTheShortFormToo) {
    const Workflow read = old_workflow(
        "tasks:\n"
        "  - oaworkflow.runworkflow:\n"
        "      start_step: a\n"
        "      steps: [{name: a, module: oaworkflow, function: runworkflow, params: {start_step: "
        "b, "
        "steps: [{name: b, module: util, function: print}]}}]\n");
    EXPECT_TRUE(read.tasks.at(0).sub_workflow);
    EXPECT_EQ(read.tasks[0].name, "oaworkflow.runworkflow");
}

TEST_F(ReaderCompatTexts, ChecksTheSteps) {
    EXPECT_EQ(
        mistakes("tasks:\n"
                 "  - oaworkflow.runworkflow:\n"
                 "      start_step: frist\n"
                 "      steps:\n"
                 "        - {name: first, module: util, function: prnt, on_success: nowhere}\n"
                 "        - {module: util, function: print, parms: {}}\n"
                 "        - x\n"
                 "  - oaworkflow.runworkflow: {start_step: a}\n"
                 "  - oaworkflow.runworkflow: {start_step: a, steps: []}\n"
                 "  - oaworkflow.runworkflow: {start_step: a, steps: x, more: 1}\n"),
        "f.yaml:4:19: error: there is no step 'frist'; did you mean 'first'?\n"
        "f.yaml:6:49: error: the module 'util' has no function 'prnt'; did you mean 'print'?\n"
        "f.yaml:7:12: error: a step has a name, and this one has none\n"
        "f.yaml:7:43: error: the key 'parms' is unknown here; did you mean 'params'?\n"
        "f.yaml:8:11: error: a step is a mapping, not the text 'x'\n"
        "f.yaml:9:5: error: the parameter 'steps' of oaworkflow.runworkflow is missing\n"
        "f.yaml:10:52: error: 'steps' takes a list of steps, not an empty one\n"
        "f.yaml:11:52: error: 'steps' takes a list of steps, not the text 'x'\n"
        "f.yaml:11:55: warning: oaworkflow.runworkflow has no parameter 'more', so it is "
        "ignored\n");
    EXPECT_EQ(mistakes("tasks:\n"
                       "  - oaworkflow.runworkflow:\n"
                       "      start_step: a\n"
                       "      steps:\n"
                       "        - {name: a, module: util, function: print, on_success: nowhere}\n"
                       "        - {name: a, module: util, function: print, params: {text: "
                       "'${tasks.z.output}'}}\n"),
              "f.yaml:6:64: error: there is no task 'nowhere'\n"
              "f.yaml:7:18: error: another task is named 'a'; it is in line 6, column 18\n"
              "f.yaml:7:68: error: ${tasks.z.output}: there is no task 'z'\n");
}

TEST_F(ReaderCompatTexts, KnowsNoStepsInOtherDocuments) {
    EXPECT_EQ(diagnostics("tasks: [{oaworkflow.runworkflow: {}}]\n"),
              "f.yaml:1:10: error: there is no module 'oaworkflow'\n");
}

}  // namespace
}  // namespace oa::core
