#include <string>

#include <gtest/gtest.h>

#include "tests/core/schema_fixture.hpp"

namespace oa::core {
namespace {

struct SchemaCompileTest : SchemaFixture {};

TEST_F(SchemaCompileTest, NamesEveryMistakeWithItsPlace) {
    EXPECT_EQ(
        mistakes(R"json({"type":"object","properties":{
        "a":{"type":"strng"},"b":{"type":"text"},"c":{"pattern":"(?=x)"},"d":{"minLength":"5"},
        "e":{"enum":[]},"f":{"required":"a"},"g":5,"h":{"minimum":"1"},"i":{"multipleOf":0},
        "j":{"items":[{}]},"k":{"allOf":[]},"l":{"uniqueItems":1},"m":{"required":true},
        "n":{"maxItems":-1},"o":{"properties":[]},"p":{"$ref":5}}})json"),
        "the schema at /properties/a/type: there is no type 'strng'; did you mean 'string'?\n"
        "the schema at /properties/b/type: there is no type 'text'; known are string, integer, "
        "number, boolean, array, object and null\n"
        "the schema at /properties/c/pattern: the pattern '(?=x)' is no regular expression: "
        "invalid perl operator: (?=; its syntax is that of RE2, which has no look-ahead and "
        "no back-references\n"
        "the schema at /properties/d/minLength: 'minLength' takes a whole number from 0 up, "
        "not the text '5'\n"
        "the schema at /properties/e/enum: 'enum' takes a list with at least one value, not a "
        "list\n"
        "the schema at /properties/f/required: 'required' takes a list of names, not the text "
        "'a'\n"
        "the schema at /properties/g: a schema is a mapping, true or false, not the number 5\n"
        "the schema at /properties/h/minimum: 'minimum' takes a number, not the text '1'\n"
        "the schema at /properties/i/multipleOf: 'multipleOf' takes a number above 0, not the "
        "number 0\n"
        "the schema at /properties/j/items: 'items' takes one schema, for every item, not a "
        "list; a schema for each item is 'prefixItems'\n"
        "the schema at /properties/k/allOf: 'allOf' takes a list of schemas with at least one "
        "in it, not a list\n"
        "the schema at /properties/l/uniqueItems: 'uniqueItems' takes true or false, not the "
        "number 1\n"
        "the schema at /properties/m/required: 'required' takes a list of names, not the "
        "boolean true; it stands beside 'properties' and lists the fields\n"
        "the schema at /properties/n/maxItems: 'maxItems' takes a whole number from 0 up, not "
        "the number -1\n"
        "the schema at /properties/o/properties: 'properties' takes a mapping of schemas, not "
        "a list\n"
        "the schema at /properties/p/$ref: '$ref' takes a reference such as '#/$defs/name', "
        "not the number 5\n");
}

TEST_F(SchemaCompileTest, RefusesReferencesThatLeadNowhere) {
    EXPECT_EQ(
        mistakes(R"({"$defs":{"user":{"$anchor":"person"}},"allOf":[
        {"$ref":"#/$defs/usr"},{"$ref":"#persn"},{"$ref":"https://example.org/schema"},
        {"$ref":"other.json#/a"},{"$ref":"#/allOf"},{"$ref":"#/$defs/user/$anchor"}]})"),
        "the schema at /allOf/0/$ref: '#/$defs/usr' leads nowhere in this schema; did you "
        "mean '#/$defs/user'?\n"
        "the schema at /allOf/1/$ref: there is no anchor 'persn' in this schema; did you mean "
        "'person'?\n"
        "the schema at /allOf/2/$ref: 'https://example.org/schema' is not in this schema, and "
        "no other document is read; put what it refers to below '$defs' and write "
        "'#/$defs/<name>'\n"
        "the schema at /allOf/3/$ref: 'other.json#/a' is not in this schema, and no other "
        "document is read; put what it refers to below '$defs' and write '#/$defs/<name>'\n"
        "the schema at /allOf/4/$ref: '#/allOf' leads to a list, which is no schema\n"
        "the schema at /allOf/5/$ref: '#/$defs/user/$anchor' leads to the text 'person', "
        "which is no schema\n");
}

TEST_F(SchemaCompileTest, RefusesTwoSchemasOfOneName) {
    EXPECT_EQ(mistakes(R"({"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}}})"),
              "the schema at /$defs/b: another schema has the anchor 'x' already\n");
    EXPECT_EQ(mistakes(R"({"$defs":{"a":{"$id":"x"},"b":{"$id":"x"}}})"),
              "the schema at /$defs/b/$id: another schema has the $id 'x' already\n");
    EXPECT_EQ(mistakes(R"({"$id":"x#y"})"),
              "the schema at /$id: '$id' takes a URI without a fragment, not the text 'x#y'\n");
    EXPECT_EQ(mistakes(R"({"$anchor":"1x"})"),
              "the schema at /$anchor: '$anchor' takes a name of letters, digits, '-', '_' and "
              "'.', not the text '1x'\n");
}

TEST_F(SchemaCompileTest, RefusesSchemasThatNeverEnd) {
    const std::string never_ends =
        ": the schema leads back to itself without going into the value, which would never end\n";
    EXPECT_EQ(mistakes(R"({"$ref":"#"})"), "the schema" + never_ends);
    EXPECT_EQ(mistakes(R"({"$ref":"#/$defs/a","$defs":{"a":{"anyOf":[true,{"$ref":"#/$defs/b"}]},
                           "b":{"not":{"$ref":"#/$defs/a"}}}})"),
              "the schema at /$defs/a" + never_ends);
    EXPECT_EQ(mistakes(R"({"properties":{"a":{"$ref":"#"}}})"), "");
}

TEST_F(SchemaCompileTest, KeepsToItsLimits) {
    SchemaLimits limits;
    limits.depth_max = 3;
    EXPECT_EQ(mistakes(R"({"not":{"not":{"not":{}}}})", limits),
              "the schema: is nested too deep; at most 3 levels are allowed\n");
    limits = {};
    limits.nodes_max = 3;
    EXPECT_EQ(mistakes(R"({"allOf":[{},{},{},{},{}]})", limits),
              "the schema: has more than 3 schemas in it, which is too many\n");
    limits = {};
    limits.patterns_max = 1;
    EXPECT_EQ(mistakes(R"({"allOf":[{"pattern":"a"},{"pattern":"a"},{"pattern":"b"}]})", limits),
              "the schema at /allOf/2/pattern: the schema has more than 1 patterns, which is too "
              "many\n");
    limits = {};
    EXPECT_EQ(mistakes(R"({"pattern":"((\\p{L}{1000}){100}){100}"})", limits)
                  .find("the schema at /pattern: the pattern '"),
              0U);
}

TEST_F(SchemaCompileTest, ReportsAFewOfManyMistakes) {
    std::string text = R"({"allOf":[)";
    for (int i = 0; i < 100; ++i) {
        text += R"({"type":"nothing"},)";
    }
    text += "{}]}";
    const auto compiled = Schema::compile(parse_json(text));
    EXPECT_EQ(compiled.mistakes.size(), 20U);
    EXPECT_FALSE(compiled.schema.has_value());
}

TEST_F(SchemaCompileTest, IgnoresWhatItDoesNotKnow) {
    EXPECT_EQ(mistakes(R"({"$schema":"https://json-schema.org/draft/2020-12/schema",
        "$comment":"x","title":1,"description":[],"examples":1,"deprecated":1,"readOnly":1,
        "$vocabulary":1,"x-ui":{"type":5},"contentEncoding":"base64","discriminator":{},
        "minContains":1,"then":{"type":"null"}})"),
              "");
}

}  // namespace
}  // namespace oa::core
