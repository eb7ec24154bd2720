// Values, and the library as other programs use it.

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/expression/cel/time.hpp"
#include "core/expression/cel/utf8.hpp"
#include "tests/core/cel_fixture.hpp"

namespace oa::core::cel {
namespace {

struct CelValueTest : CelTest {};

TEST_F(CelValueTest, TakesNumbersOfJsonByTheirForm) {
    activation = JsonActivation(
        R"({"a": 1, "b": 9223372036854775807, "c": 9223372036854775808, "d": 2.0, "e": -1})");
    EXPECT_EQ(evaluated("[a, b, c, d, e].map(x, string(type(x)))"),
              R"(["int","int","uint","double","int"])");
    activation.values["f"] = std::uint64_t{7};
    EXPECT_EQ(evaluated("f + 1"), "8");
}

TEST_F(CelValueTest, BorrowsListsMapsAndTexts) {
    activation = JsonActivation(R"({"a": {"b": [1, {"c": "text"}]}})");
    const auto program = compiled("a.b");
    LocalArena arena(64);
    const auto outcome = program.evaluate(activation, arena);
    EXPECT_EQ(outcome.value.borrowed_json(), &activation.values.at("a").at("b"));
    EXPECT_EQ(arena.bytes_used(), 0U);
    const auto text = compiled("a.b[1].c").evaluate(activation, arena).value.as_text();
    EXPECT_EQ(text.data(), activation.values.at("a").at("b").at(1).at("c").as_string().data());
}

TEST_F(CelValueTest, AllocatesNothingForAnOrdinaryCondition) {
    activation = JsonActivation(R"({"a": {"b": [1, {"c": "text"}]}, "n": 5})");
    for (const auto* const text :
         {"a.b[1].c == 'text' && n > 3", "n in [1, 2, 5]", "has(a.x) ? a.x : n",
          "a.b[1].c.matches('^t') || n == 5", "a.b[1].c.startsWith('te')"}) {
        LocalArena arena(64);
        EXPECT_FALSE(compiled(text).evaluate(activation, arena).error) << text;
        EXPECT_EQ(arena.bytes_used(), 0U) << text;
    }
}

TEST_F(CelValueTest, BecomesJson) {
    EXPECT_EQ(evaluated("{1: 'a', true: 'b', 2u: 'c', 'k': 'd'}"),
              R"({"1":"a","true":"b","2":"c","k":"d"})");
    EXPECT_EQ(evaluated("[b'\\x00\\xff', timestamp(0), duration('-1.5s'), type(1), null]"),
              R"(["AP8=","1970-01-01T00:00:00Z","-1.5s","int",null])");
    EXPECT_EQ(evaluated("18446744073709551615u"), "18446744073709551615");
    EXPECT_TRUE(mentions(evaluated("[0.0 / 0.0]"), "NaN, which JSON has no number for"));
    EXPECT_TRUE(mentions(evaluated("{1: 'a', '1': 'b'}"), "two keys of a map are '1' as text"));
}

TEST_F(CelValueTest, FindsKeysOfLargeMapsByEqualNumbers) {
    EXPECT_EQ(evaluated("{0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7, 8: 8, 9: 9, 10: 10, 'a': "
                        "11, true: 12}[9.0]"),
              "9");
    activation = JsonActivation(R"({"n": []})");
    auto& numbers = activation.values["n"].as_array();
    for (int i = 0; i < 3'000; ++i) {
        numbers.emplace_back(i);
    }
    EXPECT_EQ(evaluated("n.transformMap(i, x, x * 2)[2999u]"), "5998");
    EXPECT_EQ(evaluated("3000 in n.transformMap(i, x, x)"), "false");
    EXPECT_EQ(evaluated("n.transformMap(i, x, x) == n.transformMap(i, x, x)"), "true");
    EXPECT_TRUE(mentions(evaluated("{1: 1, 2: 2, 1.0 == 1 ? 1u : 2u: 3}"), "stands twice"));
}

TEST_F(CelValueTest, ComparesNumbersAcrossTheirTypes) {
    for (const auto* const text :
         {"1 < 1.5", "1u < 1.5", "-1 < 1u", "18446744073709551615u > 1", "2 == 2.0 && 2u == 2",
          "!(0.0 / 0.0 < 1) && !(0.0 / 0.0 > 1)", "0.0 == -0.0", "-9223372036854775808 < 0u"}) {
        EXPECT_EQ(evaluated(text), "true") << text;
    }
}

TEST_F(CelValueTest, TellsOfOverflow) {
    for (const auto* const text :
         {"9223372036854775807 + 1", "-9223372036854775808 - 1", "9223372036854775807 * 2",
          "-9223372036854775808 / -1", "-9223372036854775808 % -1", "-(-9223372036854775808)",
          "0u - 1u", "18446744073709551615u + 1u", "math.abs(-9223372036854775808)", "int(1e30)",
          "uint(-1.5)", "uint(1e30)", "int(18446744073709551615u)", "1u / 0u", "1 % 0"}) {
        EXPECT_EQ(evaluated(text).substr(0, 6), "error:") << text;
    }
}

TEST_F(CelValueTest, KeepsTimeWithinItsRange) {
    EXPECT_EQ(evaluated("timestamp('9999-12-31T23:59:59.999999999Z')"),
              "\"9999-12-31T23:59:59.999999999Z\"");
    for (const auto* const text :
         {"timestamp('0000-12-31T23:59:59Z')", "timestamp('2026-02-30T00:00:00Z')",
          "timestamp('2026-01-01T24:00:00Z')", "timestamp('2026-01-01')",
          "timestamp('2026-01-01T00:00:00')", "timestamp('2026-01-01T00:00:00.Z')",
          "timestamp('2026-01-01T00:00:00+25:00')", "timestamp('0001-01-01T00:00:00+01:00')",
          "duration('')", "duration('1')", "duration('s')", "duration('1h 1m')", "duration('-')",
          "duration('9999999999h')", "duration('1.5')", "timestamp(253402300800)",
          "timestamp('9999-12-31T23:59:59Z') + duration('1s')"}) {
        EXPECT_EQ(evaluated(text).substr(0, 6), "error:") << text;
    }
    EXPECT_EQ(parse_time_span("-1h1.5m3s4ms5us6ns"), -3'693'004'005'006);
    EXPECT_EQ(parse_time_span(".5s"), 500'000'000);
    EXPECT_EQ(format_time_span(std::numeric_limits<std::int64_t>::min()), "-9223372036.854775808s");
    EXPECT_EQ(format_timestamp({-1, 500'000'000}), "1969-12-31T23:59:59.5Z");
}

TEST_F(CelValueTest, KnowsTimeZonesAndWhenTheyChange) {
    // Summer time began at 01:00 UTC.
    EXPECT_EQ(evaluated("timestamp('2026-03-29T00:59:59Z').getHours('Europe/Berlin')"), "1");
    EXPECT_EQ(evaluated("timestamp('2026-03-29T01:00:00Z').getHours('Europe/Berlin')"), "3");
    EXPECT_EQ(evaluated("timestamp('2026-01-01T00:30:00Z').getDayOfYear('America/New_York')"),
              "364");
    EXPECT_EQ(evaluated("timestamp('2026-01-01T00:00:00Z').getMinutes('+05:30')"), "30");
    for (const auto* const zone : {"../etc/passwd", "", "Europe", "+5:30", "+24:00", "berlin"}) {
        EXPECT_EQ(zone_offset(zone, 0), std::nullopt) << zone;
    }
}

TEST_F(CelValueTest, CountsCharactersOfTexts) {
    EXPECT_EQ(evaluated("size('a\\u00e9\\U0001F600')"), "3");
    EXPECT_EQ(evaluated("'a\\u00e9\\U0001F600b'.charAt(2)"), "\"😀\"");
    EXPECT_EQ(evaluated("'héllo'.substring(1, 3).reverse()"), "\"lé\"");
    EXPECT_EQ(evaluated("'héllo'.indexOf('l')"), "2");
    EXPECT_EQ(evaluated("'ab'.replace('', '-')"), "\"-a-b-\"");
    EXPECT_EQ(evaluated("'ab'.split('')"), R"(["a","b"])");
    EXPECT_EQ(evaluated("''.split(',')"), R"([""])");
    EXPECT_TRUE(is_utf8("é😀"));
    for (const auto* const broken :
         {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80"}) {
        EXPECT_FALSE(is_utf8(broken));
    }
}

TEST_F(CelValueTest, WritesDoublesAsJsonDoes) {
    EXPECT_EQ(evaluated("[0.1, 2.0, 1e20, 1e21, 1e-6, 1e-7, -0.0].map(x, string(x))"),
              R"(["0.1","2","100000000000000000000","1e+21","0.000001","1e-07","-0"])");
}

TEST_F(CelValueTest, AsksTheHostForFunctionsAndDottedNames) {
    class Host final : public Activation {
    public:
        [[nodiscard]] std::optional<Value> find(std::string_view name) const override {
            return name == "a.b" ? std::optional(Value::integer(1)) : std::nullopt;
        }
        [[nodiscard]] Called call(std::string_view function,
                                  std::span<const Value> arguments) const override {
            if (function == "twice" && arguments[0].is(Kind::Int)) {
                return {Value::integer(arguments[0].as_int() * 2), "", ""};
            }
            return {std::nullopt, "twice() takes an integer", "write 2"};
        }
    };
    options.functions = {{"twice", 1, set_of(Kind::Int)}};
    options.dotted_names = true;
    const Host host;
    LocalArena arena(1'000);
    EXPECT_EQ(compiled("twice(a.b + 1)").evaluate(host, arena).value.as_int(), 4);
    const auto outcome = compiled("twice('x')").evaluate(host, arena);
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->message, "twice() takes an integer");
    EXPECT_EQ(outcome.error->hint, "write 2");
    const auto checked = compiled("twice() + 'a'").check([](const PathNode&) { return any_kind; });
    ASSERT_FALSE(checked.findings.empty());
    EXPECT_EQ(checked.findings[0].message, "twice() takes 1 argument, not 0");
}

}  // namespace
}  // namespace oa::core::cel
