#include "oa/json.hpp"

#include <clocale>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "oa/testing.hpp"

namespace oa {
namespace {

/// What the reader says of a text that it refuses; empty when it takes it.
std::string refusal(std::string_view text) {
    try {
        static_cast<void>(Json::parse(text));
    } catch (const JsonError& error) {
        return error.what();
    }
    return {};
}

std::string nested(std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
}

TEST(JsonTest, BuildsObjectsFromInitialiserLists) {
    const Json json{{"a", 1}, {"b", Json::array({1, "x", nullptr})}, {"c", {{"d", true}}}};

    EXPECT_EQ(json.dump(), R"({"a":1,"b":[1,"x",null],"c":{"d":true}})");
}

TEST(JsonTest, TakesVectorsAndOptionals) {
    const std::vector<std::string> names{"a", "b"};
    const Json json{{"names", names}, {"none", std::optional<int>()}, {"one", std::optional(1)}};

    EXPECT_EQ(json.dump(), R"({"names":["a","b"],"none":null,"one":1})");
}

TEST(JsonTest, KeepsTheLastOfEqualKeysOfAnInitialiserList) {
    EXPECT_EQ((Json{{"a", 1}, {"a", 2}}), (Json{{"a", 2}}));
}

TEST(JsonTest, KeepsTheOrderOfKeys) {
    EXPECT_EQ(Json::parse(R"({"z":1,"a":2,"m":3})").dump(), R"({"z":1,"a":2,"m":3})");
}

TEST(JsonTest, FindsEveryKeyOfALargeObject) {
    constexpr int count = 5000;
    Json json = Json::object();
    for (int i = 0; i < count; ++i) {
        json["key" + std::to_string(i)] = i;
    }
    json.as_object().erase("key17");

    EXPECT_EQ(json.size(), count - 1U);
    EXPECT_EQ(json.find("key17"), nullptr);
    for (int i = 18; i < count; ++i) {
        ASSERT_EQ(json.get<int>("key" + std::to_string(i)), i);
    }
    const Json copy = json;
    EXPECT_EQ(copy, Json::parse(json.dump()));
}

TEST(JsonTest, KeepsIntegersOf64BitsExact) {
    EXPECT_EQ(Json::parse("-9223372036854775808").as_int(),
              std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(Json::parse("18446744073709551615").as_uint(),
              std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(Json(9007199254740993).dump(), "9007199254740993");
    EXPECT_TRUE(Json::parse("18446744073709551616").is_double());
}

TEST(JsonTest, WritesTheShortestTextOfADouble) {
    EXPECT_EQ(Json(5.0).dump(), "5");
    EXPECT_EQ(Json(0.1).dump(), "0.1");
    EXPECT_EQ(Json(1e300).dump(), "1e+300");
    EXPECT_EQ(Json(std::numeric_limits<double>::infinity()).dump(), "null");
    EXPECT_EQ(Json(std::numeric_limits<double>::quiet_NaN()).dump(), "null");
}

TEST(JsonTest, ReadsDoublesToTheLastBit) {
    for (const double value :
         {0.1, -2.5e-3, 123456.789e-10, 1.7976931348623157e308, 4.9406564584124654e-324,
          2.2250738585072011e-308, 9007199254740993.5}) {
        EXPECT_EQ(Json::parse(Json(value).dump()).as_double(), value);
    }
    EXPECT_EQ(Json::parse("1E2").as_double(), 100);
    EXPECT_EQ(Json::parse("0." + std::string(400, '0') + "1e401").as_double(), 1);
    EXPECT_EQ(Json::parse("1e-99999999999999999999").as_double(), 0);
}

TEST(JsonTest, ReadsNumbersWhateverTheLocale) {
    // Not every machine has such a locale; where none is, the default one is tested.
    static_cast<void>(std::setlocale(LC_NUMERIC, "de_DE.UTF-8"));
    const double value = Json::parse("1.5").as_double();
    static_cast<void>(std::setlocale(LC_NUMERIC, "C"));

    EXPECT_EQ(value, 1.5);
}

TEST(JsonTest, RefusesWhatRfc8259DoesNotKnow) {
    for (const char* text : {"",
                             " ",
                             "nul",
                             "tru",
                             "True",
                             "'a'",
                             "[1,]",
                             "[1 2]",
                             "{\"a\"}",
                             "{\"a\":1,}",
                             "{a:1}",
                             "01",
                             "-",
                             "+1",
                             "1.",
                             ".5",
                             "1e",
                             "1e+",
                             "0x10",
                             "NaN",
                             "Infinity",
                             "1e999",
                             "-1e999",
                             "[1]x",
                             "\"a",
                             "\"\\x\"",
                             "\"\\u12\"",
                             "\"\\u12g4\"",
                             "\"\\",
                             "// c\n1",
                             "\"\t\"",
                             "[\"a\nb\"]",
                             "\xEF\xBB\xBF"
                             "1",
                             "\"\\ud800\"",
                             "\"\\udc00\"",
                             "\"\\ud800\\u0041\"",
                             "[",
                             "{",
                             "{\"a\":",
                             "]",
                             "1 1"}) {
        EXPECT_NE(refusal(text), "") << text;
    }
}

TEST(JsonTest, RefusesBytesThatAreNotUtf8) {
    for (const char* bytes : {"\x80", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80",
                              "\xF5\x80\x80\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\xFF"}) {
        EXPECT_NE(refusal("\"" + std::string(bytes) + "\""), "");
        EXPECT_FALSE(is_utf8(bytes));
    }
    EXPECT_EQ(Json::parse("\"\xE2\x82\xAC\xF0\x9F\x98\x80\"").as_string(),
              "\xE2\x82\xAC\xF0\x9F\x98\x80");
    EXPECT_TRUE(is_utf8("a\xE2\x82\xAC\xF0\x9F\x98\x80"));
}

TEST(JsonTest, RefusesDuplicateKeys) {
    EXPECT_EQ(refusal(R"({"a":1,"a":2})"), "line 1, column 8: the key \"a\" is there twice");
    EXPECT_NE(refusal(R"({"a":1,"\u0061":2})"), "");
}

TEST(JsonTest, ReadsSixtyFourLevelsAndNoMore) {
    EXPECT_EQ(refusal(nested(64)), "");
    EXPECT_NE(refusal(nested(65)), "");
    EXPECT_NE(refusal(std::string(1'000'000, '[')), "");
}

TEST(JsonTest, TellsLineAndColumnInCharacters) {
    EXPECT_EQ(refusal("[1,\n \"\xC3\xA4\", ?]"), "line 2, column 7: expected a value");
}

TEST(JsonTest, ReadsAndWritesEscapes) {
    const Json json = Json::parse(R"("\"\\\/\b\f\n\r\t\u0000\u00e4\ud83d\ude00")");

    EXPECT_EQ(json.as_string(), std::string("\"\\/\b\f\n\r\t\0\xC3\xA4\xF0\x9F\x98\x80", 15));
    EXPECT_EQ(json.dump(), "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\xC3\xA4\xF0\x9F\x98\x80\"");
}

TEST(JsonTest, ReplacesBytesThatAreNotUtf8WhenWriting) {
    EXPECT_EQ(Json("a\xFFz").dump(), "\"a\xEF\xBF\xBDz\"");
}

TEST(JsonTest, WritesIndented) {
    const Json json{{"a", Json::array({1})}, {"b", Json::object()}};

    EXPECT_EQ(json.dump(JsonStyle::Indented), "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}");
}

TEST(JsonTest, ComparesNumbersByValueAndObjectsWithoutOrder) {
    EXPECT_EQ(Json(1), Json(1.0));
    EXPECT_EQ(Json(std::numeric_limits<std::uint64_t>::max()),
              Json(std::numeric_limits<std::uint64_t>::max()));
    EXPECT_NE(Json(9007199254740993), Json(9007199254740992.0));
    EXPECT_NE(Json(std::numeric_limits<std::uint64_t>::max()), Json(0x1p64));
    EXPECT_NE(Json(1), Json("1"));
    EXPECT_NE(Json(0), Json(false));
    EXPECT_NE(Json(), Json(0));
    EXPECT_EQ(Json::parse(R"({"a":1,"b":2})"), Json::parse(R"({"b":2,"a":1})"));
    EXPECT_NE(Json::parse(R"({"a":1,"b":2})"), Json::parse(R"({"b":2,"c":1})"));
    EXPECT_NE(Json::parse("[1,2]"), Json::parse("[2,1]"));
}

TEST(JsonTest, ReadsTypedMembers) {
    const Json json{{"port", 8080}, {"rate", 1.5}, {"tags", Json::array({"a"})}, {"none", nullptr}};

    EXPECT_EQ(json.get<std::uint16_t>("port"), 8080);
    EXPECT_EQ(json.get<double>("port"), 8080);
    EXPECT_EQ(json.get<std::vector<std::string>>("tags"), std::vector<std::string>{"a"});
    EXPECT_EQ(json.get<int>("missing", 7), 7);
    EXPECT_EQ(json.get<int>("none", 7), 7);
    EXPECT_EQ(json.get<std::optional<int>>("none"), std::nullopt);
    EXPECT_EQ(json["missing"], Json());
    EXPECT_EQ(Json(3.0).as_int(), 3);
}

using Mismatch = std::pair<std::string, std::string>;

/// Pointer and message of the error that reading a member as a T gives.
template <typename T>
Mismatch mismatch(const Json& json, std::string_view key) {
    try {
        static_cast<void>(json.get<T>(key));
    } catch (const JsonError& error) {
        return {error.pointer(), error.what()};
    }
    return {};
}

TEST(JsonTest, TellsWhereAndWhatWasExpected) {
    const Json json{{"port", 70000}, {"a/b", Json::array({"x", 2})}, {"rate", 1.5}};

    EXPECT_EQ(mismatch<std::uint16_t>(json, "port"),
              Mismatch("/port", "expected an integer from 0 to 65535, found the number 70000"));
    EXPECT_EQ(mismatch<std::vector<std::string>>(json, "a/b"),
              Mismatch("/a~1b/1", "expected a string, found the number 2"));
    EXPECT_EQ(mismatch<int>(json, "rate").first, "/rate");
    EXPECT_EQ(mismatch<int>(json, "missing"), Mismatch("/missing", "it is missing"));
}

TEST(JsonTest, NeverShowsTheContentOfAString) {
    EXPECT_EQ(mismatch<int>(Json{{"key", "hunter2"}}, "key").second.find("hunter2"),
              std::string::npos);
}

TEST(JsonTest, GrowsFromNull) {
    Json json;
    json["list"].push_back(1);
    json["list"].push_back("x");

    EXPECT_EQ(json.dump(), R"({"list":[1,"x"]})");
}

TEST(JsonTest, RefusesValuesOfAnotherKind) {
    EXPECT_THROW(static_cast<void>(Json(1).as_string()), JsonError);
    EXPECT_THROW(static_cast<void>(Json("x").as_array()), JsonError);
    EXPECT_THROW(static_cast<void>(Json(1.5).as_int()), JsonError);
    EXPECT_THROW(static_cast<void>(Json(-1).as_uint()), JsonError);
    EXPECT_THROW(static_cast<void>(Json(1e300).as_int()), JsonError);
    EXPECT_THROW(static_cast<void>(Json::array({1}).at(std::size_t{1})), JsonError);
}

}  // namespace
}  // namespace oa
