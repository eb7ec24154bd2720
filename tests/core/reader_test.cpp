#include "core/workflow/reader.hpp"

#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "tests/core/fake_scope.hpp"
#include "tests/core/reader_fixture.hpp"

namespace oa::core {
namespace {

using namespace std::chrono_literals;

struct ReaderTest : ReaderFixture {
    static std::string params(const Task& task) { return write_json(task.params.literal()); }
};

// ----- the document -----

TEST_F(ReaderTest, ReadsEveryKeyOfADocument) {
    const Workflow read = workflow(R"(
name: nightly
description: what it does
tags: [a, b]
inputs:
  count: {type: integer, required: true, description: how many}
variables: {base: x}
timeout: 5m
fail_fast: true
concurrency: {max_parallel: 4}
defaults: {retry: 3, timeout: 10s, isolation: in-process}
tasks:
  - util.print: {text: "${base}"}
outputs:
  text: tasks["util.print"].output
  both: "${base} ${inputs.count}"
  fixed: 5
)");
    EXPECT_EQ(read.name, "nightly");
    EXPECT_EQ(read.file, "f.yaml");
    EXPECT_EQ(read.description, "what it does");
    EXPECT_EQ(read.tags, (std::vector<std::string>{"a", "b"}));
    ASSERT_EQ(read.inputs.size(), 1U);
    EXPECT_EQ(read.inputs[0].name, "count");
    EXPECT_TRUE(read.inputs[0].required);
    EXPECT_EQ(read.inputs[0].position, (SourcePosition{6, 3}));
    ASSERT_EQ(read.variables.size(), 1U);
    EXPECT_EQ(read.timeout, 5min);
    EXPECT_TRUE(read.fail_fast);
    EXPECT_EQ(read.concurrency.max_parallel, 4U);
    EXPECT_FALSE(read.compat_oa3);
    ASSERT_EQ(read.tasks.size(), 1U);
    EXPECT_EQ(read.tasks[0].retry.attempts_max, 3U);
    EXPECT_EQ(read.tasks[0].timeout, 10s);
    EXPECT_EQ(read.tasks[0].isolation, Isolation::InProcess);
    ASSERT_EQ(read.outputs.size(), 3U);
    EXPECT_FALSE(read.outputs[0].value.is_literal());
    EXPECT_FALSE(read.outputs[1].value.is_literal());
    EXPECT_EQ(read.outputs[2].value.literal(), 5);
}

TEST_F(ReaderTest, NamesTheWorkflowAfterItsFile) {
    const auto name = [this](const std::string& file) {
        return read_workflow("tasks: [{util.print: {}}]", file, catalog).workflow->name;
    };
    EXPECT_EQ(name("/some/where/nightly-report.yaml"), "nightly-report");
    EXPECT_EQ(name("x.y.yml"), "x.y");
    EXPECT_EQ(name(""), "workflow");
}

TEST_F(ReaderTest, ReadsTheOlderShape) {
    const Workflow read = workflow(
        "- name: old\n"
        "  host: example.org\n"
        "  timeout: 5\n"
        "  verbose: yes\n"
        "  tasks:\n"
        "    - name: a\n"
        "      util.print: {text: '${host} ${name} ${unknown}'}\n"
        "- ignored: true\n");
    EXPECT_EQ(read.name, "old");
    EXPECT_TRUE(read.compat_oa3);
    EXPECT_FALSE(read.timeout.has_value());
    ASSERT_EQ(read.variables.size(), 4U);
    EXPECT_EQ(read.variables[2].name, "timeout");
    EXPECT_EQ(read.variables[3].value.literal(), true);
}

TEST_F(ReaderTest, LeavesAnUnknownNameAsItIsUnderCompat) {
    EXPECT_EQ(
        diagnostics("compat: oa3\n"
                    "variables: {host: h}\n"
                    "tasks:\n"
                    "  - util.print: {text: 'a ${hots} b'}\n"),
        "f.yaml:4:27: warning: '${hots}' names no variable and is left as it is; did you mean "
        "'host'?\n");
    const Workflow read = workflow("compat: oa3\ntasks: [{util.print: {text: 'a ${x} b'}}]");
    EXPECT_EQ(write_json(read.tasks[0].params.resolve(FakeScope())), R"({"text":"a ${x} b"})");
}

TEST_F(ReaderTest, ReadsBooleansOfTheOlderSystemOnlyUnderCompat) {
    const std::string tasks = "tasks: [{util.any: {a: yes, b: Off, c: 22:30, d: 'no', e: true}}]";
    EXPECT_EQ(params(workflow(tasks).tasks[0]),
              R"({"a":"yes","b":"Off","c":"22:30","d":"no","e":true})");
    EXPECT_EQ(params(workflow("compat: oa3\n" + tasks).tasks[0]),
              R"({"a":true,"b":false,"c":"22:30","d":"no","e":true})");
}

TEST_F(ReaderTest, RefusesWhatIsNoWorkflow) {
    EXPECT_EQ(diagnostics("- a\n- b\n").substr(0, 66),
              "f.yaml:1:1: error: a workflow is a mapping with 'tasks', not a lis");
    EXPECT_EQ(diagnostics("name: x\n"), "f.yaml:1:1: error: the workflow has no 'tasks'\n");
    EXPECT_EQ(diagnostics("tasks: []\n"),
              "f.yaml:1:8: error: 'tasks' is empty; a workflow has at least one task\n");
    EXPECT_EQ(diagnostics("tasks:\n"),
              "f.yaml:1:1: error: 'tasks' takes a list of tasks, not null\n");
    EXPECT_EQ(diagnostics("tasks: {a: 1}\n"),
              "f.yaml:1:8: error: 'tasks' takes a list of tasks, not a mapping; begin each "
              "task with '- ', and give its name as 'name'\n");
    EXPECT_EQ(diagnostics("tasks: [x]\n"),
              "f.yaml:1:9: error: a task is a mapping, not the text 'x'\n");
}

TEST_F(ReaderTest, ChecksTheDocumentsSettings) {
    EXPECT_EQ(diagnostics("name: [x]\n"
                          "timeout: 0\n"
                          "fail_fast: maybe\n"
                          "concurrency: {max_parallel: 1001}\n"
                          "compat: oa2\n"
                          "tags: [[a]]\n"
                          "variable: {a: 1}\n"
                          "variables: {a: 1}\n"
                          "outputs: [a]\n"
                          "defaults: {retry: 0, timeout: x, isolation: proces, retrys: 1}\n"
                          "tasks: [{util.print: {}}]\n"),
              "f.yaml:1:7: error: 'name' takes a text, not a list\n"
              "f.yaml:2:10: error: 'timeout' takes a duration above 0\n"
              "f.yaml:3:12: error: 'fail_fast' takes true or false, not the text 'maybe'\n"
              "f.yaml:4:29: error: 'max_parallel' takes a whole number from 1 to 1000, not the "
              "number 1001\n"
              "f.yaml:5:9: error: 'compat' takes oa3, not the text 'oa2'\n"
              "f.yaml:6:8: error: each item of 'tags' takes a text, not a list\n"
              "f.yaml:8:1: error: 'variables' and 'variable' are the same; give one of them\n"
              "f.yaml:9:10: error: 'outputs' takes a mapping, not a list\n"
              "f.yaml:10:19: error: 'retry' takes a whole number from 1 to 1000, not the number 0\n"
              "f.yaml:10:31: error: 'timeout' takes a duration, not the text 'x'; write 250ms, "
              "30s, 5m, 2h, 1d or a number of seconds, at most 366d\n"
              "f.yaml:10:45: error: 'isolation' takes in-process or process, not the text "
              "'proces'; did you mean 'process'?\n"
              "f.yaml:10:53: error: the key 'retrys' is unknown here; did you mean 'retry'?\n");
}

TEST_F(ReaderTest, TakesANullAsNotGiven) {
    const Workflow read = workflow(
        "name:\ninputs:\nvariables: ~\noutputs:\ndefaults:\ntimeout:\nconcurrency: {max_parallel: "
        "}\n"
        "tasks:\n  - util.print:\n    needs:\n    on_success:\n    retry: null\n    name:\n");
    EXPECT_EQ(read.name, "f");
    EXPECT_EQ(read.flow, Flow::Sequence);
}

// ----- variables -----

TEST_F(ReaderTest, OrdersVariablesByWhatTheyNeed) {
    const Workflow read = workflow(
        "inputs: {i: {}}\n"
        "variables:\n"
        "  c: '${vars.b}${a}'\n"
        "  b: ['${a}', {x: '${inputs.i}'}]\n"
        "  z: 1\n"
        "  a: '${z}'\n"
        "tasks: [{util.print: {}}]\n");
    std::string order;
    for (const Variable& variable : read.variables) {
        order += variable.name;
    }
    EXPECT_EQ(order, "zabc");
}

TEST_F(ReaderTest, PrintsTheCircleOfVariables) {
    EXPECT_EQ(diagnostics("variables:\n"
                          "  a: ${b}\n"
                          "  b: x ${vars.c}\n"
                          "  c: ['${a}']\n"
                          "  d: ${a}\n"
                          "  e: ${e}\n"
                          "tasks: [{util.print: {}}]\n"),
              "f.yaml:2:3: error: these variables need each other: a -> b -> c -> a\n"
              "f.yaml:6:3: error: these variables need each other: e -> e\n");
}

TEST_F(ReaderTest, KeepsTasksAndInputOutOfVariables) {
    EXPECT_EQ(
        diagnostics("variables:\n"
                    "  a: ${tasks.t.output}\n"
                    "  b: ${input}\n"
                    "  run: 1\n"
                    "tasks: [{name: t, util.print: {}}]\n"),
        "f.yaml:2:6: error: ${tasks.t.output}: variables are evaluated before any task runs\n"
        "f.yaml:3:6: error: ${input}: only tasks have an 'input', the output of the task "
        "before; the run's parameters are under 'inputs'\n"
        "f.yaml:4:3: warning: the variable 'run' is hidden by a name of the language; read it "
        "as vars.run\n");
}

// ----- references -----

TEST_F(ReaderTest, ChecksWhatPlaceholdersName) {
    EXPECT_EQ(
        diagnostics("inputs: {size: {}}\n"
                    "variables: {host: h}\n"
                    "tasks:\n"
                    "  - {name: before, util.print: {}}\n"
                    "  - name: my task\n"
                    "    util.any:\n"
                    "      ok: ['${inputs.size}', '${vars.host}', '${host}', '${input}', "
                    "'${run.id}', '${workflow.name}', '${tasks.before.output.x}', "
                    "'${ENV:HOME}']\n"
                    "      a: ${inputs.sise}\n"
                    "      b: ${vars.hots}\n"
                    "      c: ${hosst}\n"
                    "      d: ${size}\n"
                    "      e: ${env.HOME}\n"
                    "      f: ${tasks.mytask.output}\n"
                    "      g: ${tasks[\"my task\"].outptu}\n"
                    "      h: ${tasks}\n"
                    "      i: ${output}\n"
                    "      j: ${inptus.size}\n"),
        "f.yaml:8:10: error: ${inputs.sise}: there is no input 'sise'; did you mean 'size'?\n"
        "f.yaml:9:10: error: ${vars.hots}: there is no variable 'hots'; did you mean "
        "'host'?\n"
        "f.yaml:10:10: error: ${hosst}: 'hosst' is unknown here; did you mean 'host'?\n"
        "f.yaml:11:10: error: ${size}: 'size' is unknown here; did you mean 'inputs.size'?\n"
        "f.yaml:12:10: error: ${env.HOME}: 'env' is not in scope; write ${ENV:HOME}\n"
        "f.yaml:13:10: error: ${tasks.mytask.output}: there is no task 'mytask'; did you mean "
        "'my task'?\n"
        "f.yaml:14:10: error: ${tasks[\"my task\"].outptu}: a task has no 'outptu'; did you "
        "mean 'output'?\n"
        "f.yaml:15:10: error: ${tasks}: 'tasks' is followed by the name of a task; write "
        "tasks.NAME.output, or tasks[\"my task\"].output\n"
        "f.yaml:16:10: error: ${output}: 'output' is known only in a task's 'output'; elsewhere "
        "write tasks.NAME.output\n"
        "f.yaml:17:10: error: ${inptus.size}: 'inptus' is unknown here; did you mean "
        "'inputs'?\n");
}

TEST_F(ReaderTest, ReadsOutputsAsExpressions) {
    EXPECT_EQ(diagnostics("tasks:\n"
                          "  - name: t\n"
                          "    util.print: {}\n"
                          "    output: output.body[0]\n"
                          "outputs:\n"
                          "  a: tasks.t.output\n"
                          "  b: taks.t.output\n"
                          "  c: {x: 'tasks.t.output', y: '${tasks.u.output}'}\n"
                          "  d: input\n"
                          "  e: tasks.t.output and more\n"
                          "  f: output\n")
                  .substr(0, 70),
              "f.yaml:7:6: error: taks.t.output: 'taks' is unknown here; did you mean");
    const Workflow read = workflow(
        "tasks: [{name: t, util.print: {}, output: 'output.body'}]\n"
        "outputs: {c: {x: tasks.t.output}}\n");
    ASSERT_TRUE(read.tasks[0].output.has_value());
    EXPECT_FALSE(read.tasks[0].output->is_literal());
    EXPECT_EQ(write_json(read.outputs[0].value.literal()), R"({"x":"tasks.t.output"})");
}

TEST_F(ReaderTest, PlacesAMistakeInAnExpression) {
    EXPECT_EQ(diagnostics("tasks: [{name: t, util.print: {}}]\n"
                          "outputs:\n"
                          "  e: tasks.t.output and more\n")
                  .substr(0, 20),
              "f.yaml:3:21: error: ");
}

}  // namespace
}  // namespace oa::core
