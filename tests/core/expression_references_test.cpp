// What an expression reads, as those learn it who check documents and order tasks.

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/expression/expression.hpp"
#include "tests/core/fake_scope.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;

Expression parsed(std::string_view text) {
    auto result = Expression::parse(text);
    EXPECT_TRUE(result.expression) << text << ": " << result.error.message;
    EXPECT_EQ(result.consumed, text.size()) << text << ": " << result.error.message;
    return result.expression.value();
}

/// "offset root.segment.segment", with ? behind what has() tests.
std::vector<std::string> references(std::string_view text) {
    std::vector<std::string> words;
    const auto expression = parsed(text);
    for (const auto& reference : expression.references()) {
        auto word = std::to_string(reference.offset) + " " + reference.root;
        for (const auto& segment : reference.segments) {
            const auto* const name = std::get_if<std::string>(&segment);
            word +=
                "." + (name != nullptr ? *name : std::to_string(std::get<std::int64_t>(segment)));
        }
        words.push_back(word + (reference.tested ? "?" : ""));
    }
    return words;
}

using Words = std::vector<std::string>;

TEST(ExpressionReferencesTest, AreAllPathsInTheOrderOfTheText) {
    EXPECT_EQ(
        references("a.b + size(c[0].d) > (e)['f'] && [g, {h: i}] == j ? k : -l"),
        (Words{"0 a.b", "11 c.0.d", "22 e.f", "34 g", "38 h", "41 i", "48 j", "52 k", "57 l"}));
}

TEST(ExpressionReferencesTest, EndWhereAKeyIsComputed) {
    EXPECT_EQ(references("a.b[c.d].e"), (Words{"0 a.b", "4 c.d"}));
    EXPECT_EQ(references("a[true].b"), (Words{"0 a"}));
    EXPECT_EQ(references("a.b.size().c"), (Words{"0 a.b"}));
    EXPECT_EQ(references("a.`b c`[\"d\"][-1]"), (Words{"0 a.b c.d.-1"}));
}

TEST(ExpressionReferencesTest, LeaveOutWhatMacrosBind) {
    EXPECT_EQ(references("a.filter(b, b.c > d.e).map(b, b.f + a.g)"),
              (Words{"0 a", "18 d.e", "36 a.g"}));
    EXPECT_EQ(references("a.exists(i, v, i == v) && v"), (Words{"0 a", "26 v"}));
    EXPECT_EQ(references("x.map(x, x.y)"), (Words{"0 x"}));
    EXPECT_EQ(references("a.map(x, x.map(x, x.b) + x.c + [.x])"), (Words{"0 a", "33 x"}));
}

TEST(ExpressionReferencesTest, TellWhatHasTests) {
    EXPECT_EQ(references("has(a.b.c) && has(d.e) ? a.b.c : f"),
              (Words{"4 a.b.c?", "18 d.e?", "25 a.b.c", "33 f"}));
}

TEST(ExpressionReferencesTest, LeaveOutFunctionsAndTypes) {
    EXPECT_EQ(references("math.greatest(a, 1) + strings.quote(b).size()"), (Words{"14 a", "36 b"}));
    EXPECT_EQ(references("type(a) == int || type(b) in [list, map]"), (Words{"5 a", "23 b"}));
    EXPECT_EQ(references("[a].map(x, type(x)).all(t, t == google.protobuf.Timestamp)"),
              (Words{"1 a"}));
    // A variable may well be called so.
    EXPECT_EQ(references("list[0] + map.x + string"), (Words{"0 list.0", "10 map.x", "18 string"}));
}

TEST(ExpressionReferencesTest, StayWhenAValueIsKnownWithoutThem) {
    EXPECT_EQ(references("true || a.b"), (Words{"8 a.b"}));
    EXPECT_EQ(references("false ? a : 1"), (Words{"8 a"}));
}

TEST(ExpressionReferencesTest, KnowAPathThatIsAllThereIs) {
    EXPECT_NE(parsed("a.b[0]").as_path(), nullptr);
    EXPECT_NE(parsed("(a.b)").as_path(), nullptr);
    for (const auto* const text : {"has(a.b)", "a + 1", "'text'", "a.map(x, x)", "a[b]", "{}.a"}) {
        EXPECT_EQ(parsed(text).as_path(), nullptr) << text;
    }
}

TEST(ExpressionReferencesTest, TellWhichNamesAreRead) {
    const auto expression = parsed("a.b + c.map(d, d.e)");
    EXPECT_TRUE(expression.reads("a"));
    EXPECT_TRUE(expression.reads("c"));
    EXPECT_FALSE(expression.reads("b"));
    EXPECT_FALSE(expression.reads("d"));
}

struct StatusScope final : Scope {
    std::optional<bool> verdict;

    [[nodiscard]] const json::value* find(std::string_view /*name*/) const override {
        return nullptr;
    }
    [[nodiscard]] const json::value* find_task(std::string_view /*name*/) const override {
        return nullptr;
    }
    [[nodiscard]] std::optional<std::string> environment(std::string_view /*name*/) const override {
        return std::nullopt;
    }
    [[nodiscard]] std::vector<std::string> names() const override { return {}; }
    [[nodiscard]] std::vector<std::string> task_names() const override { return {}; }
    [[nodiscard]] std::optional<bool> status(StatusFunction function) const override {
        return function == StatusFunction::Always ? std::optional(true) : verdict;
    }
};

TEST(ExpressionStatusTest, AsksTheScopeHowTheTasksBeforeWent) {
    StatusScope scope;
    scope.verdict = false;
    EXPECT_FALSE(parsed("success()").test(scope));
    EXPECT_TRUE(parsed("!success() && always()").test(scope));
    EXPECT_TRUE(parsed("failure() || true").test(scope));
    EXPECT_TRUE(parsed("1 == 2 || failure() == false").calls_status());
    EXPECT_FALSE(parsed("a.success == 1").calls_status());
}

TEST(ExpressionStatusTest, ExistsInConditionsOnly) {
    const StatusScope scope;
    try {
        (void)parsed("success()").evaluate(scope);
        ADD_FAILURE();
    } catch (const EvaluationError& error) {
        EXPECT_EQ(std::string(error.what()), "success() exists in conditions only");
        EXPECT_EQ(error.offset(), 0U);
    }
    try {
        (void)parsed("success == true").evaluate(scope);
        ADD_FAILURE();
    } catch (const EvaluationError& error) {
        EXPECT_EQ(error.hint(), "the function is called as success()");
    }
}

TEST(ExpressionConditionTest, TakesTrueAndFalseOnly) {
    FakeScope scope;
    scope.roots = json::parse(R"({"n": 1, "text": "true", "list": []})").as_object();
    EXPECT_TRUE(parsed("n == 1").test(scope));
    for (const auto* const text : {"n", "text", "list", "null"}) {
        try {
            (void)parsed(text).test(scope);
            ADD_FAILURE() << text;
        } catch (const EvaluationError& error) {
            EXPECT_NE(std::string(error.what()).find("not true or false"), std::string::npos);
        }
    }
}

TEST(ExpressionConditionTest, LetsAVariableHideATypeOfItsName) {
    FakeScope scope;
    scope.roots = json::parse(R"({"list": [1], "n": 1})").as_object();
    EXPECT_TRUE(parsed("list == [1]").test(scope));
    EXPECT_TRUE(parsed("type(list) == list").test(scope));
    EXPECT_TRUE(parsed("[n].map(x, type(x)).all(t, t == int)").test(scope));
}

TEST(ExpressionTextTest, AppendsWhatIsNoJsonAsTheTextThatItBecomes) {
    const FakeScope scope;
    std::string out;
    parsed("duration('90s')").append_to(out, scope);
    parsed("timestamp(0)").append_to(out, scope);
    parsed("[1, 'a']").append_to(out, scope);
    EXPECT_EQ(out, "90s1970-01-01T00:00:00Z[1,\"a\"]");
    EXPECT_THROW(parsed("1.0 / 0.0").append_to(out, scope), EvaluationError);
    EXPECT_EQ(out, "90s1970-01-01T00:00:00Z[1,\"a\"]");
}

TEST(ExpressionTaskTest, SuggestsATaskForAComputedName) {
    FakeScope scope;
    scope.tasks = json::parse(R"({"fetch": {}})").as_object();
    try {
        (void)parsed("tasks['fet' + 'sh'].output").evaluate(scope);
        ADD_FAILURE();
    } catch (const EvaluationError& error) {
        EXPECT_EQ(std::string(error.what()), "no task is named 'fetsh'");
        EXPECT_EQ(error.hint(), "did you mean 'fetch'?");
    }
}

}  // namespace
}  // namespace oa::core
