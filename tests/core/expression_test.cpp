#include "core/expression/expression.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/core/fake_scope.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;
using Segment = Expression::Segment;

Expression parsed(std::string_view text) {
    auto result = Expression::parse(text);
    EXPECT_TRUE(result.expression) << text << ": " << result.error.message;
    EXPECT_EQ(result.consumed, text.size()) << text;
    return result.expression.value_or(Expression{});
}

ExpressionError refused(std::string_view text) {
    auto result = Expression::parse(text);
    EXPECT_FALSE(result.expression) << text;
    return result.error;
}

/// Message and hint of the EvaluationError.
std::pair<std::string, std::string> failure(std::string_view text, const Scope& scope) {
    try {
        const auto value = parsed(text).evaluate(scope);
        ADD_FAILURE() << text << " gave " << json::serialize(value);
    } catch (const EvaluationError& error) {
        return {error.what(), error.hint()};
    }
    return {};
}

bool mentions(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

struct ExpressionTest : testing::Test {
    FakeScope scope;

    ExpressionTest() {
        scope.roots = json::parse(R"({"inputs": {"name": "Ada", "in": 1, "my key": 2, "ключ": 3},
            "list": [10, [20, 21], {"deep": null}], "text": "words", "empty": {}, "nothing": []})")
                          .as_object();
        scope.tasks = json::parse(R"({
            "fetch": {"status": "succeeded", "output": {"items": ["a", "b"], "count": 2}},
            "my task": {"status": "skipped", "output": null}})")
                          .as_object();
    }

    json::value value(std::string_view text) const { return parsed(text).evaluate(scope); }
};

TEST_F(ExpressionTest, SplitsAPathIntoSegments) {
    const auto expression = parsed(R"(tasks["my task"].output.items[12]['x'])");

    EXPECT_EQ(expression.as_path()->root, "tasks");
    const std::vector<Segment> expected{Segment{"my task"}, Segment{"output"}, Segment{"items"},
                                        Segment{std::int64_t{12}}, Segment{"x"}};
    EXPECT_EQ(expression.as_path()->segments, expected);
}

TEST_F(ExpressionTest, AllowsWhiteSpaceAroundEveryToken) {
    const auto expression = parsed(" \t\n list \r\n . x\n [ 0 ]\t[ \"k\" ] \f ");

    EXPECT_EQ(expression.as_path()->root, "list");
    const std::vector<Segment> expected{Segment{"x"}, Segment{std::int64_t{0}}, Segment{"k"}};
    EXPECT_EQ(expression.as_path()->segments, expected);
}

TEST_F(ExpressionTest, StopsWhereAPathCannotGoOnAndTellsWhy) {
    const auto result = Expression::parse("a.b } rest");

    ASSERT_TRUE(result.expression);
    EXPECT_EQ(result.consumed, 4U);
    EXPECT_EQ(result.error.offset, 4U);
    EXPECT_TRUE(mentions(result.error.message, "'}'")) << result.error.message;
}

TEST_F(ExpressionTest, ReadsTheLongestExpression) {
    const auto consumed = [](std::string_view text) { return Expression::parse(text).consumed; };
    EXPECT_EQ(consumed(R"({"a": {"}": 1}}["a"] } rest)"), 21U);
    EXPECT_EQ(consumed("a ? b : c : d"), 10U);
    EXPECT_EQ(consumed("size(a) size(b)"), 8U);
    EXPECT_EQ(consumed("a // as }\n} rest"), 10U);
    EXPECT_EQ(consumed("1 word"), 2U);
}

TEST_F(ExpressionTest, NamesWhatCannotFollow) {
    const auto error = Expression::parse("a word").error;
    EXPECT_EQ(error.offset, 2U);
    EXPECT_EQ(error.message, "'word' cannot stand here");
    EXPECT_TRUE(mentions(Expression::parse("a é").error.message, "'é'"));
    EXPECT_EQ(Expression::parse("a && b").error.message, "");
}

TEST_F(ExpressionTest, ReadsPathsAloneWhereOperatorsCannotStand) {
    const auto path = Expression::parse_path("inputs[\"my key\"][0] > 3");
    ASSERT_TRUE(path.expression);
    EXPECT_EQ(path.consumed, 20U);
    EXPECT_EQ(path.expression->as_path()->segments.size(), 2U);
    EXPECT_EQ(Expression::parse_path("size(a)").consumed, 4U);
    for (const auto* const text :
         {"12", "\"text\"", "-a", "!a", "(a)", "[a]", "true", "", "a[b]", "a[1.5]", "a[-", "a["}) {
        const auto refused = Expression::parse_path(text);
        EXPECT_FALSE(refused.expression) << text;
        EXPECT_FALSE(refused.error.message.empty()) << text;
    }
}

TEST_F(ExpressionTest, RefusesReservedWordsAsRoots) {
    for (const auto* const word : {"in", "if", "while", "var", "void"}) {
        const auto error = refused(word);
        EXPECT_EQ(error.offset, 0U) << word;
        EXPECT_TRUE(mentions(error.message, word)) << error.message;
    }
    EXPECT_EQ(parsed("trueish").as_path()->root, "trueish");
}

TEST_F(ExpressionTest, RefusesKeywordsAsFieldsButTakesThemInBrackets) {
    const auto error = refused("inputs.in");
    EXPECT_EQ(error.offset, 7U);
    EXPECT_EQ(error.hint, "write [\"in\"]");
    EXPECT_EQ(value("inputs[\"in\"]"), json::value(1));
    EXPECT_EQ(parsed("a.package").as_path()->segments.size(), 1U);
}

TEST_F(ExpressionTest, TellsWhereAPathIsBroken) {
    const std::vector<std::pair<std::string, std::size_t>> cases{{"", 0},
                                                                 {"   ", 3},
                                                                 {"a.", 2},
                                                                 {"a.1", 2},
                                                                 {"a..b", 2},
                                                                 {"a[", 2},
                                                                 {"a[]", 2},
                                                                 {"a[0", 3},
                                                                 {"a[-]", 3},
                                                                 {"a[\"x]", 2},
                                                                 {"a[\"x\" y]", 6},
                                                                 {"a['x\n']", 2},
                                                                 {"a[\"\\q\"]", 3},
                                                                 {"a[\"\\u12\"]", 3},
                                                                 {"a[\"\\uD83D\"]", 3},
                                                                 {"a[\"\\", 3},
                                                                 {"a[99999999999999999999]", 2}};
    for (const auto& [text, offset] : cases) {
        const auto error = refused(text);
        EXPECT_EQ(error.offset, offset) << text << ": " << error.message;
        EXPECT_FALSE(error.message.empty()) << text;
    }
}

TEST_F(ExpressionTest, ReadsEscapesInKeys) {
    const auto key = [](std::string_view text) {
        return std::get<std::string>(parsed(text).as_path()->segments.at(0));
    };
    EXPECT_EQ(key(R"(a["q\"uote"])"), "q\"uote");
    EXPECT_EQ(key(R"(a['q\'uote"'])"), "q'uote\"");
    EXPECT_EQ(key(R"(a["\\ \n \t \r \b \f"])"), "\\ \n \t \r \b \f");
    EXPECT_EQ(key(R"(a["\u0041\u00e9\u20AC\U0001F600"])"), "Aé€😀");
    EXPECT_EQ(key(R"(a["}>]${x}"])"), "}>]${x}");
    EXPECT_EQ(key("a[\"ключ\"]"), "ключ");
    EXPECT_EQ(key("a[\"\"]"), "");
}

TEST_F(ExpressionTest, KnowsTheTaskThatItReads) {
    EXPECT_EQ(parsed("tasks.fetch.output").as_path()->task(), "fetch");
    EXPECT_EQ(parsed("tasks[\"my task\"].status").as_path()->task(), "my task");
    EXPECT_EQ(parsed("tasks").as_path()->task(), std::nullopt);
    EXPECT_EQ(parsed("tasks[0]").as_path()->task(), std::nullopt);
    EXPECT_EQ(parsed("inputs.tasks").as_path()->task(), std::nullopt);
}

TEST_F(ExpressionTest, FindsValuesByFieldKeyAndPosition) {
    EXPECT_EQ(value("inputs.name"), json::value("Ada"));
    EXPECT_EQ(value("inputs['my key']"), json::value(2));
    EXPECT_EQ(value("inputs[\"ключ\"]"), json::value(3));
    EXPECT_EQ(value("list[1][0]"), json::value(20));
    EXPECT_EQ(value("list[2].deep"), json::value(nullptr));
    EXPECT_EQ(value("tasks.fetch.output.items[1]"), json::value("b"));
    EXPECT_EQ(value("tasks[\"my task\"].status"), json::value("skipped"));
    EXPECT_EQ(value("empty"), json::value(json::object{}));
}

TEST_F(ExpressionTest, SuggestsTheNameThatWasMeant) {
    const auto [message, hint] = failure("inptus.name", scope);
    EXPECT_EQ(message, "'inptus' is not known");
    EXPECT_TRUE(mentions(hint, "did you mean 'inputs'?")) << hint;
    EXPECT_TRUE(mentions(failure("task.x", scope).second, "'tasks'"));
}

TEST_F(ExpressionTest, ListsWhatIsKnownWhenNothingIsNear) {
    const auto [message, hint] = failure("wholly_different", scope);
    EXPECT_EQ(hint, "known here: inputs, list, text, empty, nothing, tasks");
}

TEST_F(ExpressionTest, PointsToTheEnvironmentVariableOfThatName) {
    scope.variables["HOME_DIR"] = "/home/ada";
    EXPECT_TRUE(mentions(failure("HOME_DIR", scope).second, "ENV:HOME_DIR"));
}

TEST_F(ExpressionTest, NamesThePathUpToAMissingField) {
    const auto [message, hint] = failure("tasks.fetch.output.itemz[0]", scope);
    EXPECT_EQ(message, "tasks.fetch.output has no field 'itemz'; it has items, count");
    EXPECT_TRUE(mentions(hint, "did you mean 'items'?")) << hint;
    EXPECT_EQ(failure("empty.x", scope).first, "empty has no field 'x'; it is empty");
}

TEST_F(ExpressionTest, ListsNoMoreThanAFewOfManyFields) {
    json::object many;
    for (int i = 0; i < 5'000; ++i) {
        many[std::to_string(i) + std::string(500, 'x')] = i;
    }
    scope.roots["many"] = std::move(many);
    const auto [message, hint] = failure("many.z", scope);
    EXPECT_TRUE(mentions(message, "and 4990 more")) << message;
    EXPECT_LT(message.size(), 1'000U);
}

TEST_F(ExpressionTest, TellsTheTypeOfWhatHasNoFields) {
    EXPECT_EQ(failure("text.size", scope).first, "text is a string, so it has no field 'size'");
    EXPECT_EQ(failure("list.first", scope).first, "list is an array, so it has no field 'first'");
    EXPECT_EQ(failure("list[2].deep.er", scope).first,
              "list[2].deep is null, so it has no field 'er'");
    EXPECT_EQ(failure("inputs[\"my key\"].x", scope).first,
              "inputs[\"my key\"] is a number, so it has no field 'x'");
}

TEST_F(ExpressionTest, TellsWhyATaskHasNoOutput) {
    const auto [message, hint] = failure("tasks[\"my task\"].output.id", scope);
    EXPECT_EQ(message, "tasks[\"my task\"].output is null, so it has no field 'id'");
    EXPECT_EQ(hint, "task 'my task' has no output; its status is skipped");
}

TEST_F(ExpressionTest, TellsTheLengthWhenAPositionIsOutOfRange) {
    EXPECT_EQ(failure("list[3]", scope).first, "list has 3 items, so there is no list[3]");
    EXPECT_EQ(failure("nothing[0]", scope).first, "nothing has 0 items, so there is no nothing[0]");
    EXPECT_EQ(failure("list[9223372036854775807]", scope).first,
              "list has 3 items, so there is no list[9223372036854775807]");
}

TEST_F(ExpressionTest, RefusesNegativePositions) {
    EXPECT_EQ(failure("list[-1]", scope).first, "list[-1]: a position cannot be negative");
}

TEST_F(ExpressionTest, RefusesPositionsInWhatIsNoArray) {
    EXPECT_EQ(failure("inputs[0]", scope).first, "inputs is an object, so it has no position [0]");
    EXPECT_EQ(failure("text[0]", scope).first, "text is a string, so it has no position [0]");
}

TEST_F(ExpressionTest, SuggestsTheTaskThatWasMeant) {
    const auto [message, hint] = failure("tasks.fetsh.output", scope);
    EXPECT_EQ(message, "no task is named 'fetsh'");
    EXPECT_TRUE(mentions(hint, "did you mean 'fetch'?")) << hint;
    EXPECT_TRUE(mentions(failure("tasks.qqqqqqqq", scope).second, "fetch, my task"));
}

TEST_F(ExpressionTest, AsksForTheNameOfATask) {
    EXPECT_EQ(failure("tasks[0]", scope).first, "'tasks' needs the name of a task after it");
}

TEST_F(ExpressionTest, GoesThroughAllTasks) {
    EXPECT_EQ(value("size(tasks)"), json::value(2));
    EXPECT_EQ(value("tasks.map(name, tasks[name].status)"),
              json::parse(R"(["succeeded", "skipped"])"));
    EXPECT_EQ(value("\"fetch\" in tasks && !(\"other\" in tasks)"), json::value(true));
    EXPECT_EQ(value("has(tasks.fetch) && !has(tasks.other)"), json::value(true));
    EXPECT_EQ(value("tasks"), json::value(scope.tasks));
}

TEST_F(ExpressionTest, AppendsStringsAsTheyAreAndOthersAsJson) {
    std::string out = ">";
    parsed("text").append_to(out, scope);
    parsed("list[1]").append_to(out, scope);
    parsed("list[2].deep").append_to(out, scope);
    EXPECT_EQ(out, ">words[20,21]null");
}

}  // namespace
}  // namespace oa::core
