#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/core/reader_fixture.hpp"

namespace oa::core {
namespace {

struct ReaderFlowTest : ReaderFixture {
    /// Each line is the inside of a task's braces; every task prints.
    static std::string document(const std::vector<std::string>& tasks) {
        std::string text = "tasks:\n";
        for (const std::string& task : tasks) {
            text += "  - {" + task + ", util.print: {}}\n";
        }
        return text;
    }
    Workflow flow(const std::vector<std::string>& tasks) const { return workflow(document(tasks)); }
    std::string mistakes(const std::vector<std::string>& tasks) const {
        return diagnostics(document(tasks));
    }
};

using Indices = std::vector<TaskIndex>;

TEST_F(ReaderFlowTest, InfersASequence) {
    const Workflow read = flow({"name: a", "name: b"});
    EXPECT_EQ(read.flow, Flow::Sequence);
    EXPECT_EQ(read.entries, Indices{0});
}

TEST_F(ReaderFlowTest, InfersTransitions) {
    const Workflow read =
        flow({"name: b, on_success: end", "name: a, on_success: [b, c], on_failure: b",
              "name: c, on_failure: c"});
    EXPECT_EQ(read.flow, Flow::Transitions);
    EXPECT_EQ(read.entries, Indices{1});
    EXPECT_EQ(read.tasks[1].on_success, (Indices{0, 2}));
    EXPECT_EQ(read.tasks[1].on_failure, Indices{0});
    EXPECT_TRUE(read.tasks[0].ends_on_success);
    EXPECT_FALSE(read.tasks[0].ends_on_failure);
    EXPECT_TRUE(read.tasks[0].on_success.empty());
    EXPECT_EQ(read.tasks[2].on_failure, Indices{2});
}

TEST_F(ReaderFlowTest, EntersAtATaskThatOnlyNamesItself) {
    const Workflow read = flow({"name: a, on_failure: a, on_success: b", "name: b"});
    EXPECT_EQ(read.entries, Indices{0});
}

TEST_F(ReaderFlowTest, EntersAtTheFirstTaskWhenAllAreNamed) {
    const Workflow read = flow({"name: a, on_success: b", "name: b, on_success: a"});
    EXPECT_EQ(read.entries, Indices{0});
}

TEST_F(ReaderFlowTest, WarnsOfTasksThatNeverRun) {
    const std::string text =
        document({"name: a, on_success: b", "name: b", "name: c, on_success: d", "name: d"});
    EXPECT_TRUE(read(text).workflow);
    EXPECT_EQ(diagnostics(text),
              "f.yaml:4:12: warning: the task 'c' never runs; the run begins with 'a', and nothing "
              "leads from there to it\n"
              "f.yaml:5:12: warning: the task 'd' never runs; the run begins with 'a', and nothing "
              "leads from there to it\n");
}

TEST_F(ReaderFlowTest, InfersAGraph) {
    const Workflow read = flow({"name: d, needs: [b, c]", "name: b, needs: a, on_failure: h",
                                "name: c, needs: a", "name: a", "name: h", "name: lone"});
    EXPECT_EQ(read.flow, Flow::Graph);
    EXPECT_EQ(read.entries, (Indices{3, 5}));
    EXPECT_EQ(read.tasks[0].needs, (Indices{1, 2}));
    EXPECT_EQ(read.tasks[1].on_failure, Indices{4});
}

TEST_F(ReaderFlowTest, PrintsTheCircleOfNeeds) {
    EXPECT_EQ(
        mistakes({"name: x, needs: c", "name: a, needs: b", "name: b, needs: c",
                  "name: c, needs: [y, a]", "name: y", "name: p, needs: q", "name: q, needs: p"}),
        "f.yaml:3:22: error: these tasks wait for each other: a -> b -> c -> a\n"
        "f.yaml:7:22: error: these tasks wait for each other: p -> q -> p\n");
}

TEST_F(ReaderFlowTest, SeesACircleThroughAHandler) {
    EXPECT_EQ(mistakes({"name: a, needs: h, on_failure: h", "name: h"}),
              "f.yaml:2:22: error: these tasks wait for each other: a -> h -> a\n");
}

TEST_F(ReaderFlowTest, RefusesNeedsOfAHandlerInAGraph) {
    EXPECT_EQ(mistakes({"name: a, on_failure: h", "name: b, needs: a, on_success: h",
                        "name: h, needs: c", "name: c"}),
              "f.yaml:4:22: error: 'h' is named by 'on_failure' of 'a', so it cannot have 'needs' "
              "itself; a task either waits for its needs or is started by another\n");
}

TEST_F(ReaderFlowTest, RefusesUnknownAndSenselessTargets) {
    EXPECT_EQ(mistakes({"name: fetch, needs: fetch", "name: b, needs: [fecth, end, fetch, fetch]",
                        "name: c, on_success: [d, end], on_failure: nowhere", "name: d"}),
              "f.yaml:2:26: error: the task 'fetch' cannot need itself\n"
              "f.yaml:3:23: error: there is no task 'fecth'; did you mean 'fetch'?\n"
              "f.yaml:3:30: error: there is no task 'end'\n"
              "f.yaml:3:42: warning: 'fetch' stands twice in this list\n"
              "f.yaml:4:31: error: 'end' stands alone in 'on_success': it ends the branch\n"
              "f.yaml:4:49: error: there is no task 'nowhere'\n");
}

TEST_F(ReaderFlowTest, RefusesDuplicateNamesExceptInASequenceUnderCompat) {
    EXPECT_EQ(mistakes({"name: a", "name: a"}),
              "f.yaml:3:12: error: another task is named 'a'; it is in line 2, column 12\n");
    EXPECT_EQ(diagnostics("compat: oa3\n" + document({"name: a", "name: a"})),
              "f.yaml:4:12: warning: another task is named 'a'; it is in line 3, column 12\n");
    EXPECT_EQ(
        diagnostics("compat: oa3\n" + document({"name: a, on_success: b", "name: b", "name: b"})),
        "f.yaml:5:12: error: another task is named 'b'; it is in line 4, column 12\n"
        "f.yaml:5:12: warning: the task 'b' never runs; the run begins with 'a', and nothing "
        "leads from there to it\n");
}

TEST_F(ReaderFlowTest, ReadsTenThousandTasksInLinearTime) {
    std::string text = "tasks:\n";
    for (int i = 0; i < 10'000; ++i) {
        const std::string name = "task-" + std::to_string(i);
        text += "  - {name: " + name + ", util.print: {text: '${tasks[\"" + name + "\"].output}'}";
        if (i > 0) {
            text += ", needs: [task-" + std::to_string(i - 1) + "]";
        }
        text += "}\n";
    }
    const Workflow read = workflow(text);
    ASSERT_EQ(read.tasks.size(), 10'000U);
    EXPECT_EQ(read.tasks.back().needs, Indices{9'998});
    EXPECT_EQ(read.entries, Indices{0});
}

TEST_F(ReaderFlowTest, FindsACircleOfTenThousandTasksWithoutRecursion) {
    std::vector<std::string> tasks;
    for (int i = 0; i < 10'000; ++i) {
        tasks.push_back("name: t" + std::to_string(i) + ", needs: t" +
                        std::to_string((i + 1) % 10'000));
    }
    const ReadResult result = read(document(tasks));
    ASSERT_EQ(result.diagnostics.size(), 1U);
    EXPECT_EQ(result.diagnostics[0].message.substr(0, 49),
              "these tasks wait for each other: t0 -> t1 -> t2 -");
}

}  // namespace
}  // namespace oa::core
