#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "tests/core/fake_scope.hpp"
#include "tests/core/reader_fixture.hpp"

namespace oa::core {
namespace {

struct ReaderLoopTest : ReaderFixture {
    Task task(const std::string& keys) const {
        return workflow(
                   "inputs: {list: {type: array}, n: {type: integer}}\n"
                   "tasks:\n  - {util.print: {}, " +
                   keys + "}\n")
            .tasks.at(0);
    }
    std::string mistakes(const std::string& keys) const {
        return diagnostics(
            "inputs: {list: {type: array}, n: {type: integer}}\n"
            "tasks:\n"
            "  - util.print: {}\n" +
            keys);
    }
};

TEST_F(ReaderLoopTest, ReadsAnExpressionBareOrInBrackets) {
    FakeScope scope;
    scope.roots["inputs"] = boost::json::parse(R"({"list": [1, 2]})");
    for (const auto* const text : {"inputs.list", "'${inputs.list}'", "'${ inputs.list } '",
                                   "{items: inputs.list}", "'$<inputs.list>'"}) {
        const Task read = task(std::string("for_each: ") + text);
        ASSERT_TRUE(read.for_each) << text;
        EXPECT_EQ(write_json(read.for_each->items.resolve(scope)), "[1,2]") << text;
        EXPECT_EQ(read.for_each->max_parallel, std::nullopt);
    }
    EXPECT_EQ(task("for_each: inputs.list").for_each->position, (SourcePosition{3, 32}));
}

TEST_F(ReaderLoopTest, ReadsListsAndMapsAsTheyStand) {
    EXPECT_EQ(write_json(task("for_each: [a, 2]").for_each->items.literal()), R"(["a",2])");
    EXPECT_EQ(write_json(task("for_each: {a: 1}").for_each->items.literal()), R"({"a":1})");
    EXPECT_EQ(write_json(task("for_each: {items: [1], other: 2}").for_each->items.literal()),
              R"({"items":[1],"other":2})");
    EXPECT_EQ(write_json(task("for_each: {items: {x: 1}}").for_each->items.literal()),
              R"({"x":1})");
    EXPECT_EQ(write_json(task("for_each: []").for_each->items.literal()), "[]");
    EXPECT_FALSE(task("for_each: ['${inputs.n}', 2]").for_each->items.is_literal());
    EXPECT_FALSE(task("for_each: ").for_each);
}

TEST_F(ReaderLoopTest, ReadsHowManyRunAtATime) {
    EXPECT_EQ(task("for_each: {items: [1], max_parallel: 3}").for_each->max_parallel, 3U);
    EXPECT_EQ(task("for_each: [1], max_parallel: 4").for_each->max_parallel, 4U);
}

TEST_F(ReaderLoopTest, ChecksHowManyRunAtATime) {
    EXPECT_EQ(mistakes("    max_parallel: 3\n"),
              "f.yaml:4:5: error: 'max_parallel' of a task is for 'for_each', which is not there; "
              "concurrency.max_parallel limits how many tasks run at a time\n");
    EXPECT_EQ(
        mistakes("    for_each: {items: [1], max_parallel: 0}\n    max_parallel: x\n"),
        "f.yaml:4:42: error: 'max_parallel' takes a whole number from 1 to 1000, not the "
        "number 0\n"
        "f.yaml:5:19: error: 'max_parallel' takes a whole number from 1 to 1000, not the text "
        "'x'\n");
    EXPECT_EQ(mistakes("    for_each: {items: [1], max_parallel: 2}\n    max_parallel: 2\n"),
              "f.yaml:5:5: error: 'max_parallel' stands below 'for_each' already\n");
}

TEST_F(ReaderLoopTest, SaysWhatItGoesThrough) {
    EXPECT_EQ(mistakes("    for_each: 5\n"),
              "f.yaml:4:15: error: 'for_each' takes a list, a mapping or an expression that gives "
              "one, not the number 5\n");
    EXPECT_EQ(mistakes("    for_each: inputs.n\n"),
              "f.yaml:4:15: error: inputs.n: 'for_each' goes through a list or a map, and this is "
              "an integer; give the list itself, such as [1, 2, 3]\n");
    EXPECT_EQ(mistakes("    for_each: a ${inputs.n}\n"),
              "f.yaml:4:15: error: 'for_each' takes one expression, and there is other text "
              "beside '${inputs.n}'; write it without brackets, as in inputs.files\n");
    EXPECT_EQ(
        mistakes("    for_each: ${ENV:LIST}\n"),
        "f.yaml:4:15: error: 'for_each' takes an expression, and '${ENV:LIST}' is a text; give "
        "it to a variable, and name that here\n");
    EXPECT_EQ(mistakes("    for_each: inputs.\n").substr(0, 20), "f.yaml:4:22: error: ");
}

TEST_F(ReaderLoopTest, KnowsTheElementInTheTaskOnly) {
    EXPECT_EQ(mistakes("    for_each: inputs.list\n"
                       "    when: item.ok\n"
                       "    output: item\n"
                       "    retry: {max_attempts: 2, when: item.again}\n"
                       "    needs: []\n"
                       "  - util.any: {a: '${item.x} ${index} ${key}'}\n"
                       "    for_each: inputs.list\n"),
              "");
    EXPECT_EQ(mistakes("    for_each: item\n"
                       "  - util.any: {a: '${item} ${index}', b: '${key}'}\n"
                       "outputs: {a: item}\n"),
              "f.yaml:4:15: error: item: there is no 'item' yet while 'for_each' is evaluated\n"
              "f.yaml:5:20: error: ${item}: 'item' is known only in a task with 'for_each'\n"
              "f.yaml:5:28: error: ${index}: 'index' is known only in a task with 'for_each'\n"
              "f.yaml:5:43: error: ${key}: 'key' is known only in a task with 'for_each'\n"
              "f.yaml:6:14: error: item: 'item' is known only in a task with 'for_each'\n");
}

TEST_F(ReaderLoopTest, WarnsOfVariablesThatTheLanguageHides) {
    EXPECT_EQ(diagnostics("variables: {item: 1, success: 2}\n"
                          "tasks: [{util.any: {a: '${vars.item}', b: '${item}'}}]\n"),
              "f.yaml:1:13: warning: the variable 'item' is hidden by a name of the language; read "
              "it as vars.item\n"
              "f.yaml:1:22: warning: the variable 'success' is hidden by a name of the language; "
              "read it as vars.success\n"
              "f.yaml:2:44: error: ${item}: 'item' is known only in a task with 'for_each'; the "
              "variable is read as vars.item\n");
}

}  // namespace
}  // namespace oa::core
