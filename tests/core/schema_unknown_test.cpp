#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/core/schema_fixture.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;

/// Texts stand for values that are not known: '?' for anything, '?text', '?list', '?number' for
/// what is known to be one.
struct SchemaUnknownTest : SchemaFixture {
    static std::optional<TypeSet> kind_of(const json::value& value) {
        if (!value.is_string() || value.get_string().empty() || value.get_string().front() != '?') {
            return std::nullopt;
        }
        const json::string& text = value.get_string();
        if (text == "?text") {
            return type_set::string;
        }
        if (text == "?list") {
            return type_set::array;
        }
        if (text == "?number") {
            return type_set::number;
        }
        return type_set::any;
    }
    static std::string check(std::string_view schema, std::string_view value) {
        ValidateOptions options;
        options.unknown = kind_of;
        return problems(schema, value, options);
    }
};

TEST_F(SchemaUnknownTest, LetsPassWhatMayFit) {
    for (const char* schema :
         {R"({"type":"integer"})", R"({"type":"object","required":["a"]})", R"({"const":5})",
          R"({"enum":[1,2]})", R"({"minimum":5})", R"({"pattern":"^a"})", R"({"minItems":1})",
          R"({"not":{"type":"integer"}})", R"({"not":{"const":5}})", "true",
          R"({"oneOf":[{"type":"string"},{"type":"integer"}]})",
          R"({"allOf":[{"type":"string"},{"minLength":3}]})", R"({"unevaluatedProperties":false})",
          R"({"if":{"const":1},"then":{"type":"integer"},"else":{"type":"string"}})"}) {
        EXPECT_EQ(check(schema, R"("?")"), "") << schema;
    }
}

TEST_F(SchemaUnknownTest, ReportsWhatCannotFit) {
    EXPECT_EQ(check("false", R"("?")"), "the value is not allowed here\n");
    EXPECT_EQ(check(R"({"properties":{"a":false}})", R"({"a":"?"})"), "/a is not allowed here\n");
    EXPECT_EQ(check(R"({"required":["b"],"properties":{"a":{"type":"integer"}}})", R"({"a":"?"})"),
              "the value is missing the field 'b'\n");
    EXPECT_EQ(check(R"({"additionalProperties":false,"properties":{"a":{"type":"integer"}}})",
                    R"({"a":"?","b":"?"})"),
              "the value has no field 'b'\n");
    EXPECT_EQ(check(R"({"maxItems":1})", R"(["?","?"])"),
              "the value takes at most 1 item, not 2\n");
}

TEST_F(SchemaUnknownTest, KnowsTheKindOfAValueBeforeTheValue) {
    EXPECT_EQ(check(R"({"type":"integer"})", R"("?text")"),
              "the value takes an integer, not the text '?text'\n");
    EXPECT_EQ(check(R"({"type":"integer"})", R"("?list")"),
              "the value takes an integer, not a list\n");
    EXPECT_EQ(check(R"({"type":"integer"})", R"("?number")"), "");
    EXPECT_EQ(check(R"({"enum":[1,2]})", R"("?text")"),
              "the value takes 1 or 2, not the text '?text'\n");
    EXPECT_EQ(check(R"({"enum":[1,"a"]})", R"("?text")"), "");
    EXPECT_EQ(check(R"({"type":"string","pattern":"^a","format":"date"})", R"("?text")"), "");
    EXPECT_EQ(check(R"({"anyOf":[{"type":"integer"},{"type":"boolean"}]})", R"("?text")"),
              "the value takes an integer or a boolean, not the text '?text'\n");
    EXPECT_EQ(check(R"({"not":{"type":"string"}})", R"("?text")"),
              "the value takes anything but a string, not the text '?text'\n");
}

TEST_F(SchemaUnknownTest, CountsWhatMayFit) {
    const std::string one_of =
        R"({"oneOf":[{"properties":{"a":{"const":1}},"required":["a"]},{"required":["b"]}]})";
    EXPECT_EQ(check(one_of, R"({"a":"?"})"), "");
    EXPECT_EQ(check(one_of, R"({"a":"?","b":1})"), "");
    EXPECT_EQ(check(one_of, R"({"c":"?"})"), "the value is missing one of the fields 'a' or 'b'\n");
    EXPECT_EQ(check(R"({"contains":{"const":1},"minContains":2})", R"([1,"?"])"), "");
    EXPECT_EQ(check(R"({"contains":{"const":1},"minContains":3})", R"([1,"?"])"),
              "the value takes a list in which at least 3 items are 1, not 1\n");
    EXPECT_EQ(check(R"({"contains":{"const":1},"maxContains":1})", R"([1,"?",1])"),
              "the value takes a list in which at most 1 item is 1, not 2\n");
    EXPECT_EQ(check(R"({"uniqueItems":true})", R"(["?","?",1])"), "");
    EXPECT_EQ(check(R"({"uniqueItems":true})", R"(["?",1,1])"),
              "the value takes a list in which nothing stands twice, and items 1 and 2 are the "
              "same\n");
}

TEST_F(SchemaUnknownTest, FollowsBothWaysOfAConditionThatMayHold) {
    const std::string schema =
        R"({"if":{"properties":{"a":{"const":1}}},"then":{"required":["b"]},
            "else":{"required":["b","c"]}})";
    EXPECT_EQ(check(schema, R"({"a":"?","b":1})"), "");
    EXPECT_EQ(check(schema, R"({"a":"?"})"), "the value is missing the field 'b'\n");
}

TEST_F(SchemaUnknownTest, LooksIntoConstants) {
    EXPECT_EQ(check(R"({"const":{"a":1}})", R"({"a":"?"})"), "");
    EXPECT_EQ(check(R"({"const":[1]})", R"({"a":"?"})"), "the value takes [1], not a mapping\n");
}

TEST_F(SchemaUnknownTest, DoesNotCallAFieldUnknownThatABranchMayKnow) {
    const std::string schema =
        R"({"anyOf":[{"properties":{"k":{"const":1},"x":true},"required":["x"]},{"required":["k"]}],
            "unevaluatedProperties":false})";
    EXPECT_EQ(check(schema, R"({"k":"?","x":1})"), "");
    EXPECT_EQ(check(schema, R"({"k":"?","x":1,"z":1})"), "the value has no field 'z'\n");
}

TEST_F(SchemaUnknownTest, FindsTheAlternativeDespiteAnUnknownTag) {
    const std::string schema =
        R"({"oneOf":[{"properties":{"k":{"const":"a"},"x":{"type":"null"}},"required":["k"]},
                     {"properties":{"k":{"const":"b"},"x":{"type":"null"}},"required":["k"]}]})";
    EXPECT_EQ(check(schema, R"({"k":"?","x":1})"), "/x takes a null, not the number 1\n");
    EXPECT_EQ(check(schema, R"({"k":"?number"})"), "/k takes 'a' or 'b', not a number\n");
}

}  // namespace
}  // namespace oa::core
