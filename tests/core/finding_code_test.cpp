#include <string>

#include <gtest/gtest.h>

#include "tests/core/reader_fixture.hpp"

namespace oa::core {
namespace {

struct FindingCodeTest : ReaderFixture {
    /// The codes of what is wrong with a document, in its order.
    std::string codes(const std::string& document) {
        std::string text;
        for (const Diagnostic& finding : read_workflow(document, "f.yaml", catalog).diagnostics) {
            text += (text.empty() ? "" : " ") + std::string(code_of(finding));
        }
        return text;
    }
};

// Tools are set up with these words; a change breaks them.
TEST_F(FindingCodeTest, SaysTheKindOfEachMistake) {
    const std::string task = "tasks: [{name: a, util.print: {}}]\n";
    EXPECT_EQ(codes(task), "");
    EXPECT_EQ(codes("tasks: [\n"), "syntax");
    EXPECT_EQ(codes("a: 1\na: 2\n" + task), "unknown-key syntax");
    EXPECT_EQ(codes(task + "timeot: 5"), "unknown-key");
    EXPECT_EQ(codes("name: a"), "missing-key");
    EXPECT_EQ(codes("tasks: 5"), "wrong-type");
    EXPECT_EQ(codes(task + "fail_fast: maybe"), "wrong-type");
    EXPECT_EQ(codes(task + "timeout: 5parsecs"), "wrong-type");
    EXPECT_EQ(codes(task + "concurrency: {max_runs: 1, overlap: kill}"), "wrong-value");
    EXPECT_EQ(codes(task + "schedule: {timezone: UTC}"), "missing-key");
    EXPECT_EQ(codes(task + "schedule: often"), "wrong-value");
    EXPECT_EQ(codes(task + "variables: {a: '${b}', b: '${a}'}"), "variable-cycle");
}

TEST_F(FindingCodeTest, SaysTheKindOfEachMistakeInTasks) {
    EXPECT_EQ(codes("tasks: [{name: a}]"), "no-call");
    EXPECT_EQ(codes("tasks: [{module: io}]"), "no-call");
    EXPECT_EQ(codes("tasks: [{util.print: {}, util.any: {}}]"), "second-call");
    EXPECT_EQ(codes("tasks: [{oi.read: {}}]"), "unknown-module");
    EXPECT_EQ(codes("tasks: [{io.raed: {}}]"), "unknown-function");
    EXPECT_EQ(codes("tasks: [{io.read: {}}]"), "missing-parameter");
    EXPECT_EQ(codes("tasks: [{io.read: {path: a, pth: b}}]"), "unknown-parameter");
    EXPECT_EQ(codes("tasks: [{io.read: {path: 5}}]"), "wrong-type");
    EXPECT_EQ(codes("tasks: [{io.read: {path: a, mode: x}}]"), "wrong-value");
    EXPECT_EQ(codes("tasks: [{util.old: {}}]"), "deprecated-function");
    EXPECT_EQ(codes("tasks: [{util.print: {}, workflow: x}]"), "workflow-error unknown-workflow");
    EXPECT_EQ(codes("tasks: [{workflow: x}]"), "unknown-workflow");
    EXPECT_EQ(codes("tasks: [{util.print: {text: '${nothing}'}}]"), "unknown-name");
    EXPECT_EQ(codes("tasks: [{util.print: {text: '${1 +}'}}]"), "expression");
}

TEST_F(FindingCodeTest, SaysTheKindOfEachMistakeInTheFlow) {
    const std::string a = "tasks: [{name: a, util.print: {}";
    EXPECT_EQ(codes(a + "}, {name: a, util.print: {}}]"), "duplicate-task");
    EXPECT_EQ(codes(a + ", needs: b}]"), "unknown-task");
    EXPECT_EQ(codes(a + ", needs: a}]"), "task-cycle");
    EXPECT_EQ(codes(a + ", needs: b}, {name: b, util.print: {}, needs: a}]"), "task-cycle");
    EXPECT_EQ(codes(a + ", on_success: [end, a]}]"), "wrong-flow");
    EXPECT_EQ(codes(a + ", on_success: end}, {name: b, util.print: {}, on_success: b}]"),
              "unreachable-task");
}

}  // namespace
}  // namespace oa::core
