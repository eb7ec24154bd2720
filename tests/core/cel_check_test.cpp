// What is known to fail before there are values, and what is not reported.

#include <map>
#include <string>
#include <vector>

#include "core/expression/expression.hpp"
#include "tests/core/cel_fixture.hpp"

namespace oa::core {
namespace {

struct ExpressionCheckTest : testing::Test {
    std::map<std::string, StaticType> types{
        {"count", StaticType::Int},   {"ratio", StaticType::Double}, {"name", StaticType::String},
        {"flag", StaticType::Bool},   {"list", StaticType::List},    {"map", StaticType::Map},
        {"nothing", StaticType::Null}};

    Expression::Checked checked(std::string_view text) const {
        const auto parsed = Expression::parse(text);
        EXPECT_TRUE(parsed.expression) << text << ": " << parsed.error.message;
        EXPECT_EQ(parsed.consumed, text.size()) << text << ": " << parsed.error.message;
        return parsed.expression.value().check([this](const Expression::Reference& path) {
            const auto found = types.find(path.root);
            return found == types.end() || !path.segments.empty() ? StaticType::Any : found->second;
        });
    }

    StaticType type(std::string_view text) const {
        const auto result = checked(text);
        for (const auto& error : result.errors) {
            ADD_FAILURE() << text << " at " << error.offset << ": " << error.message;
        }
        return result.type;
    }

    ExpressionError only_error(std::string_view text) const {
        auto errors = checked(text).errors;
        EXPECT_EQ(errors.size(), 1U) << text;
        return errors.empty() ? ExpressionError{} : errors.front();
    }
};

using cel::mentions;

TEST_F(ExpressionCheckTest, TellsTheTypeOfAValue) {
    EXPECT_EQ(type("1"), StaticType::Int);
    EXPECT_EQ(type("1u"), StaticType::Uint);
    EXPECT_EQ(type("1.5 + 2.0"), StaticType::Double);
    EXPECT_EQ(type("count + 1"), StaticType::Int);
    EXPECT_EQ(type("name + 'x'"), StaticType::String);
    EXPECT_EQ(type("b'x'"), StaticType::Bytes);
    EXPECT_EQ(type("count > 1 && flag"), StaticType::Bool);
    EXPECT_EQ(type("list.map(x, 1)"), StaticType::List);
    EXPECT_EQ(type("{'a': list}"), StaticType::Map);
    EXPECT_EQ(type("timestamp(name) - duration('1s')"), StaticType::Timestamp);
    EXPECT_EQ(type("timestamp(name) - timestamp(name)"), StaticType::Duration);
    EXPECT_EQ(type("type(1)"), StaticType::Type);
    EXPECT_EQ(type("null"), StaticType::Null);
    EXPECT_EQ(type("has(map.x)"), StaticType::Bool);
    EXPECT_EQ(type("success()"), StaticType::Bool);
    EXPECT_EQ(type("size(name)"), StaticType::Int);
    EXPECT_EQ(type("flag ? 1 : 'x'"), StaticType::Any);
    EXPECT_EQ(type("flag ? 1 : 1.5"), StaticType::Double);
    EXPECT_EQ(type("name"), StaticType::String);
    EXPECT_EQ(type("ratio"), StaticType::Double);
    EXPECT_EQ(type("map.x"), StaticType::Any);
    EXPECT_EQ(type("['a'].map(x, x + 'b')[0]"), StaticType::String);
}

TEST_F(ExpressionCheckTest, ReportsOperatorsOnTypesThatDoNotGoTogether) {
    const std::vector<std::pair<std::string, std::size_t>> cases{
        {"1 + 'a'", 2},        {"count > '3'", 6},
        {"count + 1.5", 6},    {"1.5 % 2.0", 4},
        {"name - 'x'", 5},     {"list < list", 5},
        {"1 in 2", 2},         {"!name", 0},
        {"-name", 0},          {"flag && name", 8},
        {"name ? 1 : 2", 5},   {"list.filter(x, 1)", 15},
        {"name.map(x, x)", 5}, {"[1].map(x, x + 'a')", 13},
        {"null < 1", 5},       {"{'a': 1}.a + 'x'", 11},
        {"{[1]: 2}", 1},       {"'abc'.x", 6},
        {"[1]['a']", 4}};
    for (const auto& [text, offset] : cases) {
        EXPECT_EQ(only_error(text).offset, offset) << text;
    }
    EXPECT_TRUE(mentions(only_error("count + 1.5").hint, "2.0"));
}

TEST_F(ExpressionCheckTest, ReportsCallsThatCannotBe) {
    EXPECT_EQ(only_error("name.startswith('x')").hint, "did you mean 'startsWith'?");
    EXPECT_EQ(only_error("len(list)").hint, "did you mean 'size'?");
    EXPECT_EQ(only_error("size()").message, "size() takes one argument, not 0");
    EXPECT_EQ(only_error("name.substring()").message,
              "substring() takes one or 2 arguments, not 0");
    EXPECT_EQ(only_error("always(1)").message, "always() takes no arguments, not 1");
    EXPECT_EQ(only_error("size(1)").message,
              "size() takes a string, bytes, a list or a map, not an integer");
    EXPECT_EQ(only_error("count.contains('x')").message,
              "contains() is called on a string, not on an integer or an unsigned integer");
    EXPECT_EQ(only_error("name.indexOf('x', 'y')").message,
              "indexOf() takes an integer as the second argument, not a string");
    EXPECT_EQ(only_error("math.floor(count)").hint, "convert with double(x)");
    EXPECT_EQ(only_error("math.greatest(1, 'a')").offset, 17U);
    EXPECT_TRUE(mentions(only_error("list.all(x)").hint, "list.exists(item"));
}

TEST_F(ExpressionCheckTest, ReportsLiteralsThatNoFunctionTakes) {
    EXPECT_TRUE(
        mentions(only_error("timestamp('tomorrow') > timestamp(name)").message, "tomorrow"));
    EXPECT_TRUE(mentions(only_error("duration('1d')").hint, "24h"));
    EXPECT_TRUE(mentions(only_error("name.matches('(')").message, "regular expression"));
    EXPECT_EQ(only_error("name == '' ? 1 / 0 : 1").message, "division by zero");
}

TEST_F(ExpressionCheckTest, ReportsAllMistakesInTheOrderOfTheText) {
    const auto errors = checked("foo(1) && 1 + 'a' == 2 || name.bar()").errors;
    ASSERT_EQ(errors.size(), 3U);
    EXPECT_EQ(errors[0].offset, 0U);
    EXPECT_EQ(errors[1].offset, 12U);
    EXPECT_EQ(errors[2].offset, 31U);
}

TEST_F(ExpressionCheckTest, SaysNothingOfWhatMaySucceed) {
    for (const auto* const text : {"unknown + 1",
                                   "unknown.a.b > 'x'",
                                   "count == 'x'",
                                   "name != 3",
                                   "ratio + 1",
                                   "ratio * 2.0",
                                   "ratio % 2",
                                   "count + 1u",
                                   "list[unknown] + 1",
                                   "map[unknown].x",
                                   "type(name) == int",
                                   "type(list) in [list, map]",
                                   "dyn(1) + 'a'",
                                   "unknown ? 1 : 'a'",
                                   "(flag ? 1 : 'a') + 1",
                                   "list.map(x, x + 1)",
                                   "map.map(k, k + 'x')",
                                   "nothing == null",
                                   "[1, 'a'].map(x, x + 1)",
                                   "[].map(x, x + 1)",
                                   "unknown.all(x, x)",
                                   "unknown()  || true",
                                   "math.floor(ratio)",
                                   "math.abs(unknown)",
                                   "unknown < unknown",
                                   "size(unknown)",
                                   "1 in unknown",
                                   "string(unknown)",
                                   "{'a': 1, 2: 'b'}[unknown] + 1",
                                   "-unknown",
                                   "list.exists(i, x, i == x)",
                                   "map.transformMap(k, v, v + 1)",
                                   "unknown.getHours('UTC')"}) {
        const auto errors = checked(text).errors;
        const bool function = mentions(text, "unknown()");
        EXPECT_EQ(errors.size(), function ? 1U : 0U)
            << text << (errors.empty() ? "" : ": " + errors.front().message);
    }
}

}  // namespace
}  // namespace oa::core
