#include "core/schema/schema.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/core/schema_fixture.hpp"

namespace oa::core {
namespace {

// Which values fit is the business of json_schema_conformance; these are about words and places.
struct SchemaTest : SchemaFixture {};

TEST_F(SchemaTest, SaysWhatTypeIsTaken) {
    EXPECT_EQ(problems(R"({"type":"integer"})", R"("5")"),
              "the value takes an integer, not the text '5'\n");
    EXPECT_EQ(problems(R"({"type":"integer"})", "1.5"),
              "the value takes an integer, not the number 1.5\n");
    EXPECT_EQ(problems(R"({"type":"integer"})", "5.0"), "");
    EXPECT_EQ(problems(R"({"type":["integer","null"]})", "[]"),
              "the value takes an integer or a null, not a list\n");
    EXPECT_EQ(problems(R"({"type":"string"})", "true"),
              "the value takes a string, not the boolean true; put it into quotes to have it as a "
              "text\n");
    EXPECT_EQ(problems(R"({"type":"string"})", "null"), "the value takes a string, not null\n");
}

TEST_F(SchemaTest, SaysWhichValuesAreTaken) {
    EXPECT_EQ(problems(R"({"enum":["get","post","put"]})", R"("gte")"),
              "the value takes 'get', 'post' or 'put', not the text 'gte'; did you mean 'get'?\n");
    EXPECT_EQ(problems(R"({"const":5})", "6"), "the value takes 5, not the number 6\n");
    EXPECT_EQ(problems(R"({"type":"string","enum":["abc"],"minLength":3})", R"("b")"),
              "the value takes 'abc', not the text 'b'\n");
}

TEST_F(SchemaTest, SaysWhichNumbersAreTaken) {
    EXPECT_EQ(problems(R"({"minimum":1,"maximum":9})", "0"), "the value takes at least 1, not 0\n");
    EXPECT_EQ(problems(R"({"minimum":1,"maximum":9})", "10"),
              "the value takes at most 9, not 10\n");
    EXPECT_EQ(problems(R"({"exclusiveMinimum":0})", "0"), "the value takes more than 0, not 0\n");
    EXPECT_EQ(problems(R"({"exclusiveMaximum":0.5})", "0.5"),
              "the value takes less than 0.5, not 0.5\n");
    EXPECT_EQ(problems(R"({"multipleOf":5})", "7"), "the value takes a multiple of 5, not 7\n");
}

TEST_F(SchemaTest, ComparesNumbersExactly) {
    EXPECT_EQ(problems(R"({"maximum":9007199254740992})", "9007199254740993"),
              "the value takes at most 9007199254740992, not 9007199254740993\n");
    EXPECT_EQ(problems(R"({"maximum":9223372036854775807})", "9223372036854775808"),
              "the value takes at most 9223372036854775807, not 9223372036854775808\n");
    EXPECT_EQ(problems(R"({"minimum":9223372036854775807})", "9223372036854775808"), "");
    EXPECT_EQ(problems(R"({"maximum":9223372036854775807})", "9223372036854775807"), "");
    EXPECT_EQ(problems(R"({"exclusiveMaximum":18446744073709551615})", "1.8446744073709552e19"),
              "the value takes less than 18446744073709551615, not 18446744073709551616.0\n");
    EXPECT_EQ(problems(R"({"minimum":-0.5})", "0"), "");
    EXPECT_EQ(problems(R"({"minimum":0})", "-0.5"), "the value takes at least 0, not -0.5\n");
    EXPECT_EQ(problems(R"({"enum":[1.0, 18446744073709551615]})", "1"), "");
    EXPECT_NE(problems(R"({"const":9007199254740993})", "9007199254740992.0"), "");
}

TEST_F(SchemaTest, TakesFractionsForTheDecimalNumbersThatTheyAreWrittenAs) {
    for (const char* fitting : {"0", "0.3", "4.35", "19.99", "-1e20", "1.1e3", "123456789.01"}) {
        EXPECT_EQ(problems(R"({"multipleOf":0.01})", fitting), "") << fitting;
    }
    EXPECT_NE(problems(R"({"multipleOf":0.01})", "0.001"), "");
    EXPECT_NE(problems(R"({"multipleOf":0.01})", "4.351"), "");
    EXPECT_EQ(problems(R"({"multipleOf":7})", "9223372036854775807"), "");
    EXPECT_NE(problems(R"({"multipleOf":7})", "9223372036854775806"), "");
    EXPECT_EQ(problems(R"({"multipleOf":0.5})", "1e308"), "");
    EXPECT_NE(problems(R"({"multipleOf":3})", "1e308"), "");
    EXPECT_EQ(problems(R"({"multipleOf":1e-8})", "12391239123"), "");
}

TEST_F(SchemaTest, SaysWhichTextsAreTaken) {
    EXPECT_EQ(problems(R"({"minLength":3})", R"("éé")"),
              "the value takes a text of at least 3 characters, not of 2\n");
    EXPECT_EQ(problems(R"({"minLength":1})", R"("")"),
              "the value takes a text of at least 1 character, not an empty one\n");
    EXPECT_EQ(problems(R"({"maxLength":2})", R"("abc")"),
              "the value takes a text of at most 2 characters, not of 3\n");
    EXPECT_EQ(problems(R"({"maxLength":2})", R"("éé")"), "");
    EXPECT_EQ(problems(R"({"pattern":"^[a-z]+$"})", R"("A1")"),
              "the value takes a text that matches '^[a-z]+$', not the text 'A1'\n");
    EXPECT_EQ(problems(R"({"format":"date"})", R"("31.5.2024")"),
              "the value takes a date such as 2024-05-31, not the text '31.5.2024'\n");
    EXPECT_EQ(problems(R"({"format":"colour"})", R"("x")"), "");
}

TEST_F(SchemaTest, LeavesFormatsAloneWhenTold) {
    ValidateOptions options;
    options.formats = false;
    EXPECT_EQ(problems(R"({"format":"date"})", R"("x")", options), "");
}

TEST_F(SchemaTest, NamesFieldsThatAreMissingOrUnknown) {
    const Schema schema = compile(
        R"({"properties":{"url":{"type":"string"},"old":false},"required":["url"],
            "additionalProperties":false})");
    const auto found = schema.validate(parse_json(R"({"urll":"x","old":1})"));
    EXPECT_EQ(lines_of(found),
              "the value is missing the field 'url'\n"
              "the value has no field 'urll'; did you mean 'url'?\n"
              "/old is not allowed here\n");
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].kind, SchemaProblem::Kind::MissingField);
    EXPECT_EQ(found[0].field, "url");
    EXPECT_EQ(found[0].schema_pointer, "/required");
    EXPECT_EQ(found[1].kind, SchemaProblem::Kind::UnknownField);
    EXPECT_EQ(found[1].field, "urll");
    EXPECT_EQ(found[1].schema_pointer, "/additionalProperties");
    EXPECT_EQ(found[2].kind, SchemaProblem::Kind::Value);
    EXPECT_EQ(found[2].schema_pointer, "/properties/old");
}

TEST_F(SchemaTest, NamesPlacesByJsonPointer) {
    EXPECT_EQ(problems(R"({"properties":{"a/b":{"items":{"properties":{"c~d":{"type":"null"}}}}}})",
                       R"({"a/b":[{},{"c~d":1}]})"),
              "/a~1b/1/c~0d takes a null, not the number 1\n");
}

TEST_F(SchemaTest, SaysWhatIsWrongWithFieldsAsAWhole) {
    EXPECT_EQ(problems(R"({"minProperties":1})", "{}"),
              "the value takes at least 1 field, not an empty mapping\n");
    EXPECT_EQ(problems(R"({"maxProperties":1})", R"({"a":1,"b":2})"),
              "the value takes at most 1 field, not 2\n");
    EXPECT_EQ(problems(R"({"propertyNames":{"pattern":"^[a-z]+$"}})", R"({"a":1,"B":2})"),
              "the value has the field 'B', whose name takes a text that matches '^[a-z]+$', not "
              "the text 'B'\n");
    EXPECT_EQ(problems(R"({"dependentRequired":{"user":["password"]}})", R"({"user":"x"})"),
              "the value is missing the field 'password', which 'user' needs beside it\n");
}

TEST_F(SchemaTest, SaysWhatIsWrongWithLists) {
    EXPECT_EQ(problems(R"({"minItems":1})", "[]"),
              "the value takes at least 1 item, not an empty list\n");
    EXPECT_EQ(problems(R"({"maxItems":1})", "[1,2]"), "the value takes at most 1 item, not 2\n");
    EXPECT_EQ(problems(R"({"prefixItems":[true,true],"items":false})", "[1,2,3,4]"),
              "the value takes at most 2 items, not 4\n");
    EXPECT_EQ(problems(R"({"uniqueItems":true})", R"([{"a":1,"b":2},0,{"b":2.0,"a":1}])"),
              "the value takes a list in which nothing stands twice, and items 0 and 2 are the "
              "same\n");
    EXPECT_EQ(problems(R"({"contains":{"type":"string"}})", "[1,2]"),
              "the value takes a list in which at least 1 item is a string, not none\n");
    EXPECT_EQ(problems(R"({"contains":{"minimum":5},"minContains":2,"maxContains":3})", "[1,7]"),
              "the value takes a list in which at least 2 items fit what is asked for, not 1\n");
    EXPECT_EQ(problems(R"({"contains":{"const":1},"maxContains":1})", "[1,1]"),
              "the value takes a list in which at most 1 item is 1, not 2\n");
}

TEST_F(SchemaTest, ReportsEverythingUpToAMaximum) {
    const std::string schema = R"({"items":{"type":"string"}})";
    ValidateOptions options;
    options.problems_max = 2;
    EXPECT_EQ(problems(schema, "[1,2,3]", options),
              "/0 takes a string, not the number 1; put it into quotes to have it as a text\n"
              "/1 takes a string, not the number 2; put it into quotes to have it as a text\n");
    options.problems_max = 0;
    EXPECT_NE(problems(schema, "[1,2,3]", options), "");
    EXPECT_EQ(problems(R"({"allOf":[{"type":"null"},{"type":"null"}]})", "1"),
              "the value takes a null, not the number 1\n");
}

TEST_F(SchemaTest, KnowsWhatUnevaluatedFieldsAreCalled) {
    EXPECT_EQ(problems(R"({"allOf":[{"properties":{"name":{"type":"string"}}}],
                           "unevaluatedProperties":false})",
                       R"({"name":5,"nmae":1})"),
              "/name takes a string, not the number 5; put it into quotes to have it as a text\n"
              "the value has no field 'nmae'; did you mean 'name'?\n");
}

TEST_F(SchemaTest, SaysWhatIsNotTaken) {
    EXPECT_EQ(problems(R"({"not":{"type":"string"}})", R"("x")"),
              "the value takes anything but a string, not the text 'x'\n");
    EXPECT_EQ(problems(R"({"not":{"required":["a"]}})", R"({"a":1})"),
              "the value takes anything but a mapping with the field 'a', not a mapping\n");
    EXPECT_EQ(problems(R"({"not":{"minimum":5}})", "7"),
              "the value is of a kind that is not allowed here\n");
    EXPECT_EQ(problems("false", "7"), "the value is not allowed here\n");
}

TEST_F(SchemaTest, IsCheapToCopyAndOutlivesItsSource) {
    std::optional<Schema> copy;
    {
        const boost::json::value source = parse_json(R"({"const":{"a":[1]}})");
        const Schema schema = *Schema::compile(source).schema;
        copy = schema;
    }
    EXPECT_TRUE(copy->validate(parse_json(R"({"a":[1]})")).empty());
    EXPECT_FALSE(copy->validate(parse_json(R"({"a":[2]})")).empty());
}

// ----- alternatives -----

TEST_F(SchemaTest, FindsTheAlternativeByTheKindOfTheValue) {
    const std::string schema =
        R"({"anyOf":[{"type":"integer","minimum":1},{"type":"string","pattern":"^[0-9]+%$"}]})";
    EXPECT_EQ(problems(schema, "0"), "the value takes at least 1, not 0\n");
    EXPECT_EQ(problems(schema, R"("x")"),
              "the value takes a text that matches '^[0-9]+%$', not the text 'x'\n");
    EXPECT_EQ(problems(schema, "[]"), "the value takes a string or an integer, not a list\n");
}

TEST_F(SchemaTest, FindsTheAlternativeByTheFieldThatTellsThemApart) {
    const std::string schema = R"({"oneOf":[{"$ref":"#/$defs/file"},{"$ref":"#/$defs/web"}],
        "$defs":{
          "file":{"type":"object","properties":{"kind":{"const":"file"},"path":{"type":"string"}},
                  "required":["kind","path"],"additionalProperties":false},
          "web":{"type":"object","properties":{"kind":{"const":"web"},"url":{"type":"string"}},
                 "required":["kind","url"],"additionalProperties":false}}})";
    EXPECT_EQ(problems(schema, R"({"kind":"web","path":"x"})"),
              "the value is missing the field 'url'\n"
              "the value has no field 'path'\n");
    EXPECT_EQ(problems(schema, R"({"kind":"wbe","url":"x"})"),
              "/kind takes 'file' or 'web', not the text 'wbe'; did you mean 'web'?\n");
    EXPECT_EQ(problems(schema, R"({"url":"x"})"),
              "the value is missing the field 'kind', which is 'file' or 'web'\n");
    EXPECT_EQ(problems(schema, "5"), "the value takes an object, not the number 5\n");
}

TEST_F(SchemaTest, FindsTheAlternativeThatNearlyFits) {
    EXPECT_EQ(problems(R"({"anyOf":[{"required":["a","b","c"]},
                                    {"required":["a"],"properties":{"a":{"type":"null"}}}]})",
                       R"({"a":1})"),
              "/a takes a null, not the number 1\n");
}

TEST_F(SchemaTest, MakesOneListOfAlternativesThatListTheirValues) {
    EXPECT_EQ(
        problems(R"({"oneOf":[{"const":"on","title":"x"},{"enum":["off","auto"]}]})", R"("atuo")"),
        "the value takes 'on', 'off' or 'auto', not the text 'atuo'; did you mean 'auto'?\n");
    EXPECT_EQ(problems(R"({"oneOf":[{"const":"on"},{"const":"off"}]})", "1"),
              "the value takes 'on' or 'off', not the number 1\n");
}

TEST_F(SchemaTest, NamesTheChoiceOfFields) {
    EXPECT_EQ(problems(R"({"anyOf":[{"required":["path"]},{"required":["text"]}]})", "{}"),
              "the value is missing one of the fields 'path' or 'text'\n");
}

TEST_F(SchemaTest, SaysWhenMoreThanOneAlternativeFits) {
    EXPECT_EQ(problems(R"({"oneOf":[{"type":"string"},{"type":"integer","title":"a count"},
                                    {"minimum":3}]})",
                       "5"),
              "the value fits more than one of 3 alternatives, and may fit one only: 'a count' and "
              "number 3\n");
}

TEST_F(SchemaTest, DoesNotCallFieldsOfTheAlternativeUnknown) {
    EXPECT_EQ(problems(R"({"oneOf":[{"properties":{"k":{"const":"a"},"x":{"type":"null"}}},
                                    {"properties":{"k":{"const":"b"},"y":{"type":"null"}}}],
                           "unevaluatedProperties":false})",
                       R"({"k":"b","y":1})"),
              "/y takes a null, not the number 1\n");
}

TEST_F(SchemaTest, FollowsTheConditionThatHolds) {
    const std::string schema = R"({"if":{"properties":{"a":{"const":1}},"required":["a"]},
                                   "then":{"required":["b"]},"else":{"required":["c"]}})";
    EXPECT_EQ(problems(schema, R"({"a":1})"), "the value is missing the field 'b'\n");
    EXPECT_EQ(problems(schema, R"({"a":2})"), "the value is missing the field 'c'\n");
}

// ----- references -----

TEST_F(SchemaTest, FollowsReferencesOfEveryKind) {
    EXPECT_EQ(problems(R"({"$id":"https://example.org/root.json","$ref":"part.json#/$defs/x",
        "$defs":{"p":{"$id":"part.json","$defs":{"x":{"$ref":"#here"},
                                               "y":{"$anchor":"here","type":"null"}}}}})",
                       "1"),
              "the value takes a null, not the number 1\n");
    EXPECT_EQ(problems(R"({"$id":"urn:uuid:deadbeef-1234-ffff-ffff-4321feebdaed",
                           "$ref":"#/definitions/a%20b","definitions":{"a b":{"type":"null"}}})",
                       "1"),
              "the value takes a null, not the number 1\n");
    EXPECT_EQ(problems(R"({"$ref":"#/elsewhere/0","elsewhere":[{"type":"null"}]})", "1"),
              "the value takes a null, not the number 1\n");
}

TEST_F(SchemaTest, FollowsDynamicReferencesToTheOutermostAnchor) {
    const std::string schema = R"({"$id":"https://example.org/strict","$dynamicAnchor":"node",
        "$ref":"tree","unevaluatedProperties":false,
        "$defs":{"t":{"$id":"tree","$dynamicAnchor":"node","properties":{
            "data":true,"children":{"items":{"$dynamicRef":"#node"}}}}}})";
    EXPECT_EQ(problems(schema, R"({"children":[{"data":1}]})"), "");
    EXPECT_EQ(problems(schema, R"({"children":[{"daat":1}]})"),
              "/children/0 has no field 'daat'; did you mean 'data'?\n");
}

TEST_F(SchemaTest, UnderstandsThePatternsOfEcmaScript) {
    EXPECT_EQ(problems(R"({"pattern":"^\\u0041\\cJ\\p{Letter}\\p{Script=Greek}$"})", R"("A\nxπ")"),
              "");
    EXPECT_EQ(problems(R"({"pattern":"^(?<year>\\d{4})[(?<]$"})", R"("2024<")"), "");
    EXPECT_EQ(problems(R"({"pattern":"^\\u{1F600}\\P{Lowercase_Letter}$"})", R"("😀A")"), "");
}

// ----- defaults -----

TEST_F(SchemaTest, PutsDefaultsIn) {
    EXPECT_EQ(
        filled(R"({"properties":{"a":{"default":1},"b":{"default":{}},"c":{}}})", R"({"a":5})"),
        R"({"a":5,"b":{}})");
    EXPECT_EQ(filled(R"({"items":{"properties":{"a":{"default":1}}}})", R"([{},{"a":2},3])"),
              R"([{"a":1},{"a":2},3])");
    EXPECT_EQ(filled(R"({"prefixItems":[{"properties":{"a":{"default":1}}}]})", "[{},{}]"),
              R"([{"a":1},{}])");
    EXPECT_EQ(filled(R"({"additionalProperties":{"properties":{"a":{"default":1}}},
                         "patternProperties":{"^x":true}})",
                     R"({"y":{},"x":{}})"),
              R"({"y":{"a":1},"x":{}})");
    EXPECT_EQ(filled(R"({"default":5})", "{}"), "{}");
}

TEST_F(SchemaTest, CompletesDefaults) {
    EXPECT_EQ(
        filled(R"({"properties":{"retry":{"default":{},"properties":{"times":{"default":3}}}}})",
               "{}"),
        R"({"retry":{"times":3}})");
    EXPECT_EQ(
        filled(R"({"properties":{"next":{"$ref":"#","default":{}},"n":{"default":1}}})", "{}"),
        R"({"n":1,"next":{"n":1}})");
}

TEST_F(SchemaTest, FindsDefaultsThroughReferencesAndBranchesThatAreTaken) {
    EXPECT_EQ(filled(R"({"$ref":"#/$defs/x","allOf":[{"properties":{"b":{"default":2}}}],
                         "$defs":{"x":{"properties":{"a":{"$ref":"#/$defs/y"}}},
                                  "y":{"default":1}}})",
                     "{}"),
              R"({"a":1,"b":2})");
    const std::string conditional =
        R"({"if":{"properties":{"a":{"const":1}},"required":["a"]},
            "then":{"properties":{"b":{"default":1}}},"else":{"properties":{"c":{"default":2}}}})";
    EXPECT_EQ(filled(conditional, R"({"a":1})"), R"({"a":1,"b":1})");
    EXPECT_EQ(filled(conditional, R"({"a":2})"), R"({"a":2,"c":2})");
    const std::string alternatives =
        R"({"oneOf":[{"properties":{"k":{"const":"a"},"x":{"default":1}}},
                     {"properties":{"k":{"const":"b"},"y":{"default":2}}}]})";
    EXPECT_EQ(filled(alternatives, R"({"k":"b"})"), R"({"k":"b","y":2})");
    EXPECT_EQ(filled(alternatives, "{}"), "{}");
}

}  // namespace
}  // namespace oa::core
