#include "core/json/json.hpp"

#include <cmath>
#include <limits>
#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace oa::core {
namespace {

namespace json = boost::json;

std::string error_of(std::string_view text, const JsonLimits& limits = {}) {
    try {
        (void)parse_json(text, limits);
    } catch (const JsonError& error) {
        return error.what();
    }
    return "accepted";
}

std::string round_trip(std::string_view text) {
    return write_json(parse_json(text));
}

TEST(JsonTest, ReadsEveryKindOfValue) {
    EXPECT_EQ(round_trip(R"( {"a" : [1, -2, 1.5, "x", true, false, null, {}, []]} )"),
              R"({"a":[1,-2,1.5,"x",true,false,null,{},[]]})");
}

TEST(JsonTest, KeepsIntegersOf64BitsExact) {
    EXPECT_EQ(round_trip("[9223372036854775807,-9223372036854775808,18446744073709551615]"),
              "[9223372036854775807,-9223372036854775808,18446744073709551615]");
    EXPECT_TRUE(parse_json("18446744073709551616").is_double());
}

TEST(JsonTest, WritesNumbersAsPeopleDo) {
    EXPECT_EQ(write_json(json::value(5.0)), "5.0");
    EXPECT_EQ(write_json(json::value(1e20)), "1e+20");
    EXPECT_EQ(write_json(json::value(0.1)), "0.1");
    EXPECT_EQ(write_json(json::value(-2.5)), "-2.5");
    EXPECT_EQ(write_json(json::value(1e300)), "1e+300");
    EXPECT_EQ(write_json(json::value(-0.0)), "-0.0");
}

TEST(JsonTest, ReadsBackTheVeryDoubleThatItWrote) {
    for (const double number :
         {0.1, 1.0 / 3.0, 5e-324, 1.7976931348623157e308, 2.2250738585072014e-308,
          9007199254740993.5, 123456.789e-7, 8.988465674311579e307, 1.2345678901234567e-290}) {
        const json::value read = parse_json(write_json(json::value(number)));
        EXPECT_EQ(read.to_number<double>(), number);
    }
    EXPECT_EQ(parse_json("0.1234567890123456789012345678901234567890").get_double(),
              0.1234567890123456789012345678901234567890);
}

TEST(JsonTest, WritesWhatIsNoFiniteNumberAsNull) {
    EXPECT_EQ(write_json(json::value(std::numeric_limits<double>::infinity())), "null");
    EXPECT_EQ(write_json(json::value(std::nan(""))), "null");
}

TEST(JsonTest, RefusesANumberThatIsNotFinite) {
    EXPECT_EQ(error_of("[1, 1e400]").substr(0, 16), "line 1, column 1");
    EXPECT_NE(error_of("[1, 1e400]").find("the number 1e400 is too large"), std::string::npos);
    EXPECT_NE(error_of("-34e2223").find("too large"), std::string::npos);
}

TEST(JsonTest, RefusesADuplicateKeyAtItsObject) {
    const std::string error = error_of("{\"a\": 1,\n \"b\": {\"x\": 1, \"y\": 2, \"x\": 3}}");
    EXPECT_EQ(error.substr(0, 7), "line 2,");
    EXPECT_NE(error.find("the key \"x\" stands twice"), std::string::npos);
    EXPECT_EQ(error_of(R"([{"a":1},{"a":2},{"b":{"a":3},"a":4}])"), "accepted");
}

TEST(JsonTest, RefusesADuplicateKeyThatIsSpelledWithAnEscape) {
    EXPECT_NE(error_of(R"({"a":1,"\u0061":2})").find("stands twice"), std::string::npos);
}

TEST(JsonTest, KeepsTheOrderOfKeys) {
    EXPECT_EQ(round_trip(R"({"z":1,"a":2,"m":3})"), R"({"z":1,"a":2,"m":3})");
}

TEST(JsonTest, StopsAtTheDepthLimit) {
    EXPECT_EQ(error_of(std::string(64, '[') + std::string(64, ']')), "accepted");
    EXPECT_EQ(error_of(std::string(65, '[') + std::string(65, ']')),
              "line 1, column 65: nested too deep");
    EXPECT_NE(error_of(std::string(1'000'000, '[')).find("too deep"), std::string::npos);
}

TEST(JsonTest, StopsAtTheByteLimit) {
    EXPECT_EQ(error_of("[1,2]", {.depth_max = 64, .bytes_max = 4}),
              "the text has 5 bytes; at most 4 are allowed");
}

TEST(JsonTest, NamesThePlaceOfAMistakeInCharacters) {
    EXPECT_EQ(error_of("{\n  \"\u00e9\": tru3}").substr(0, 17), "line 2, column 8:");
    EXPECT_EQ(error_of("[1,2").substr(0, 17), "line 1, column 5:");
    EXPECT_NE(error_of("1 2").find("something follows the value"), std::string::npos);
}

TEST(JsonTest, RefusesWhatIsNoJson) {
    for (const char* text :
         {"", " ", "'a'", "[1,]", "{\"a\":1,}", "NaN", "Infinity", "01", "// x\n1", "\"\x01\"",
          "\"\xff\"", "\"\\ud800\"", "\xef\xbb\xbf{}", "+1", ".5", "{a:1}"}) {
        EXPECT_NE(error_of(text), "accepted") << text;
    }
}

TEST(JsonTest, EscapesOnlyWhatMustBeEscaped) {
    EXPECT_EQ(write_json(json::value("a\"\\/\n\t\x01\u00e9")), "\"a\\\"\\\\/\\n\\t\\u0001\u00e9\"");
}

TEST(JsonTest, IndentsWithTwoSpaces) {
    EXPECT_EQ(write_json(parse_json(R"({"a":[1,{"b":null}],"c":{},"d":[]})"), JsonStyle::Indented),
              "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": {},\n"
              "  \"d\": []\n}");
}

TEST(JsonTest, AppendsToWhatIsThere) {
    std::string out = "x=";
    append_json(out, json::value(1));
    EXPECT_EQ(out, "x=1");
}

TEST(JsonTest, ReadsLongStringsAndKeysWhole) {
    const std::string text = std::string(100'000, 'k');
    const json::value value = parse_json("{\"" + text + "\":\"" + text + "\\n\"}");
    EXPECT_EQ(value.as_object().begin()->key().size(), text.size());
    EXPECT_EQ(value.as_object().begin()->value().as_string().size(), text.size() + 1);
}

}  // namespace
}  // namespace oa::core
