#include <string>

#include <gtest/gtest.h>

#include "tests/core/reader_fixture.hpp"

namespace oa::core {
namespace {

struct ReaderFinallyTest : ReaderFixture {};

TEST_F(ReaderFinallyTest, PutsFinalTasksBehindAllOthers) {
    const Workflow read = workflow(
        "finally:\n"
        "  - {name: tidy, util.print: {text: '${tasks.a.status}'}, allow_failure: true}\n"
        "  - {util.print: {}, retry: 2}\n"
        "tasks:\n"
        "  - {name: a, util.print: {}}\n"
        "  - {name: b, util.print: {}, needs: a}\n"
        "  - {name: c, util.print: {}}\n");
    ASSERT_EQ(read.tasks.size(), 5U);
    EXPECT_EQ(read.finally_count, 2U);
    EXPECT_EQ(read.main_count(), 3U);
    EXPECT_EQ(read.tasks[3].name, "tidy");
    EXPECT_TRUE(read.tasks[3].allow_failure);
    EXPECT_EQ(read.tasks[4].name, "util.print");
    EXPECT_EQ(read.tasks[4].retry.attempts_max, 2U);
    EXPECT_EQ(read.flow, Flow::Graph);
    EXPECT_EQ(read.entries, (std::vector<TaskIndex>{0, 2}));
}

TEST_F(ReaderFinallyTest, DoesNotLetFinalTasksDecideTheFlow) {
    const Workflow read = workflow("tasks: [{util.print: {}}]\nfinally: [{util.print: {}}]\n");
    EXPECT_EQ(read.flow, Flow::Sequence);
    EXPECT_EQ(read.finally_count, 1U);
    EXPECT_EQ(workflow("tasks: [{util.print: {}}]\nfinally: []\n").finally_count, 0U);
    EXPECT_EQ(workflow("tasks: [{util.print: {}}]\nfinally:\n").finally_count, 0U);
}

TEST_F(ReaderFinallyTest, RefusesWhatLeadsFromOneToAnother) {
    const std::string one_after_the_other =
        "the tasks of 'finally' run one after the other, whatever happened, so there is no ";
    EXPECT_EQ(diagnostics("tasks: [{name: a, util.print: {}}]\n"
                          "finally:\n"
                          "  - {name: x, util.print: {}, needs: a}\n"
                          "  - {name: y, util.print: {}, on_success: x}\n"
                          "  - {name: z, util.print: {}, on_failure: x}\n"),
              "f.yaml:3:31: error: " + one_after_the_other +
                  "'needs'\n"
                  "f.yaml:4:31: error: " +
                  one_after_the_other +
                  "'on_success'\n"
                  "f.yaml:5:31: error: " +
                  one_after_the_other + "'on_failure'\n");
}

TEST_F(ReaderFinallyTest, RefusesTargetsAndNeedsThatAreFinalTasks) {
    EXPECT_EQ(diagnostics("tasks:\n"
                          "  - {name: a, util.print: {}, needs: x}\n"
                          "  - {name: b, util.print: {}, on_failure: x}\n"
                          "finally: [{name: x, util.print: {}}]\n"),
              "f.yaml:2:38: error: 'x' is a task of 'finally'; those run after all others, so "
              "nothing can lead to them or wait for them\n"
              "f.yaml:3:43: error: 'x' is a task of 'finally'; those run after all others, so "
              "nothing can lead to them or wait for them\n");
}

TEST_F(ReaderFinallyTest, SharesTheNamesWithAllTasks) {
    const std::string text =
        "tasks: [{name: a, util.print: {}}]\nfinally: [{name: a, util.print: {}}]\n";
    EXPECT_EQ(diagnostics(text),
              "f.yaml:2:18: error: another task is named 'a'; it is in line 1, column 16\n");
    EXPECT_EQ(diagnostics("compat: oa3\n" + text),
              "f.yaml:3:18: error: another task is named 'a'; it is in line 2, column 16\n");
}

TEST_F(ReaderFinallyTest, WarnsOfResultsThatAreNotThereYet) {
    EXPECT_EQ(
        diagnostics("tasks: [{name: a, util.print: {text: '${tasks.y.output}'}}]\n"
                    "finally:\n"
                    "  - {name: x, util.print: {text: '${tasks.y.output}'}}\n"
                    "  - {name: y, util.print: {text: '${tasks.x.output} ${tasks.a.output}'}}\n"),
        "f.yaml:1:39: warning: ${tasks.y.output}: 'y' runs only after this task, so its "
        "result is not there yet\n"
        "f.yaml:3:35: warning: ${tasks.y.output}: 'y' runs only after this task, so its "
        "result is not there yet\n");
}

TEST_F(ReaderFinallyTest, ChecksTheList) {
    EXPECT_EQ(diagnostics("tasks: [{util.print: {}}]\nfinally: {a: 1}\n"),
              "f.yaml:2:10: error: 'finally' takes a list of tasks, not a mapping; begin each "
              "task with '- ', and give its name as 'name'\n");
    EXPECT_EQ(diagnostics("tasks: [{util.print: {}}]\nfinally: [x]\n"),
              "f.yaml:2:11: error: a task is a mapping, not the text 'x'\n");
    ReadOptions options;
    options.tasks_max = 2;
    EXPECT_EQ(words(read_workflow("tasks: [{util.print: {}}]\n"
                                  "finally: [{util.print: {}}, {util.print: {}}]\n",
                                  "f.yaml", catalog, options)),
              "f.yaml:2:29: error: the workflow has more than 2 tasks\n");
}

}  // namespace
}  // namespace oa::core
