#include "core/workflow/inputs.hpp"

#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "tests/core/reader_fixture.hpp"

namespace oa::core {
namespace {

struct InputsTest : ReaderFixture {
    /// A workflow whose inputs are these lines.
    Workflow declare(const std::string& lines) const {
        return workflow("inputs:\n" + lines + "tasks: [{util.print: {}}]\n");
    }
    /// What is wrong with these declarations.
    std::string mistakes(const std::string& lines) const {
        return diagnostics("inputs:\n" + lines + "tasks: [{util.print: {}}]\n");
    }
    static std::string problems(const BoundInputs& bound) {
        std::string text;
        for (const InputProblem& problem : bound.problems) {
            text += problem.input + " " + problem.message;
            text += problem.hint.empty() ? "\n" : "; " + problem.hint + "\n";
        }
        return text;
    }
    static BoundInputs bind(const Workflow& workflow, std::string_view given) {
        return bind_inputs(workflow, parse_json(given).as_object());
    }
    static std::string from_text(const Workflow& workflow,
                                 std::string_view name,
                                 std::string_view text) {
        return write_json(input_from_text(workflow, name, text));
    }
};

// ----- declarations -----

TEST_F(InputsTest, ReadsADeclaration) {
    const Workflow read = declare(
        "  size: {type: integer, default: 5, minimum: 1, maximum: 9, enum: [1, 5, 9]}\n"
        "  mail: {type: string, required: true, pattern: '^.+@.+$', description: where to}\n"
        "  any:\n");
    ASSERT_EQ(read.inputs.size(), 3U);
    const Input& size = read.inputs[0];
    EXPECT_EQ(size.type, "integer");
    EXPECT_EQ(*size.default_value, 5);
    EXPECT_EQ(write_json(size.declaration),
              R"({"type":"integer","default":5,"minimum":1,"maximum":9,"enum":[1,5,9]})");
    EXPECT_TRUE(size.schema);
    EXPECT_EQ(write_json(read.inputs[1].declaration),
              R"({"type":"string","pattern":"^.+@.+$","description":"where to"})");
    EXPECT_TRUE(read.inputs[1].required);
    EXPECT_EQ(read.inputs[1].description, "where to");
    EXPECT_FALSE(read.inputs[2].type.has_value());
    EXPECT_EQ(read.inputs[2].position, (SourcePosition{4, 3}));
}

TEST_F(InputsTest, ChecksDeclarations) {
    EXPECT_EQ(
        mistakes("  a: {type: strng}\n"
                 "  b: {type: text}\n"
                 "  c: {type: string, default: 5}\n"
                 "  d: {type: integer, default: 0, minimum: 1}\n"
                 "  e: {minimum: 5, maximum: 4}\n"
                 "  f: {type: string, minimum: 5}\n"
                 "  g: {type: integer, pattern: x}\n"
                 "  h: {pattern: '(?=x)'}\n"
                 "  i: {enum: []}\n"
                 "  j: {enum: x}\n"
                 "  k: {type: integer, enum: [1, two]}\n"
                 "  l: {enum: [a, b], default: c}\n"
                 "  m: {pattern: '^a', default: b}\n"
                 "  n: {requird: true}\n"
                 "  o: string\n"
                 "  p: {required: 1}\n"
                 "  q: {minimum: x}\n"),
        "f.yaml:2:13: error: there is no type 'strng'; did you mean 'string'?\n"
        "f.yaml:3:13: error: there is no type 'text'; known are string, integer, number, "
        "boolean, array, object and null\n"
        "f.yaml:4:30: error: the default does not fit: the input 'c' takes a string, not the "
        "number 5; put it into quotes to have it as a text\n"
        "f.yaml:5:31: error: the default does not fit: the input 'd' takes at least 1, not 0\n"
        "f.yaml:6:28: error: the minimum 5 is above the maximum 4\n"
        "f.yaml:7:30: error: 'minimum' and 'maximum' are for numbers, and this input is a "
        "string\n"
        "f.yaml:8:31: error: 'pattern' is for texts, and this input is an integer\n"
        "f.yaml:9:16: error: the pattern '(?=x)' is no regular expression: invalid perl "
        "operator: (?=; its syntax is that of RE2, which has no look-ahead and no "
        "back-references\n"
        "f.yaml:10:13: error: 'enum' takes a list of values, not an empty one\n"
        "f.yaml:11:13: error: 'enum' takes a list of values, not the text 'x'\n"
        "f.yaml:12:32: error: the input 'k' takes an integer, not the text 'two'\n"
        "f.yaml:13:30: error: the default does not fit: the input 'l' takes 'a' or 'b', not "
        "the text 'c'\n"
        "f.yaml:14:31: error: the default does not fit: the input 'm' takes a text that "
        "matches '^a', not the text 'b'\n"
        "f.yaml:15:7: error: the key 'requird' is unknown here; did you mean 'required'?\n"
        "f.yaml:16:6: error: an input takes a mapping, not the text 'string'\n"
        "f.yaml:17:17: error: 'required' takes true or false, not the number 1; write true\n"
        "f.yaml:18:16: error: 'minimum' takes a number, not the text 'x'\n");
}

TEST_F(InputsTest, TakesAWholeJsonSchema) {
    const Workflow read = declare(
        "  hosts: {type: array, minItems: 1, items: {type: string, format: hostname}}\n"
        "  server: {type: object, required: [port], properties: {port: {type: integer}, "
        "tls: {type: boolean, default: true}}, default: {port: 80}}\n"
        "  either: {oneOf: [{type: string}, {type: 'null'}]}\n"
        "  several: {type: [integer, 'null']}\n");
    EXPECT_EQ(read.inputs[0].type, "array");
    EXPECT_FALSE(read.inputs[1].required);
    EXPECT_EQ(read.inputs[2].type, std::nullopt);
    EXPECT_EQ(read.inputs[3].type, std::nullopt);
    const BoundInputs bound = bind(read, R"({"hosts":["a.example"],"several":null})");
    EXPECT_EQ(problems(bound), "");
    EXPECT_EQ(write_json(bound.values),
              R"({"hosts":["a.example"],"server":{"port":80,"tls":true},"several":null})");
}

TEST_F(InputsTest, PointsIntoAValueThatDoesNotFit) {
    const Workflow read = declare(
        "  hosts: {type: array, items: {type: string, minLength: 2}}\n"
        "  server: {type: object, required: [port], additionalProperties: false, "
        "properties: {port: {type: integer}}}\n");
    const BoundInputs bound = bind(read, R"({"hosts":["ab",5,"c"],"server":{"prt":1}})");
    EXPECT_EQ(
        problems(bound),
        "hosts at /1 takes a string, not the number 5; put it into quotes to have it as a text\n"
        "hosts at /2 takes a text of at least 2 characters, not of 1\n"
        "server is missing the field 'port'\n"
        "server has no field 'prt'; did you mean 'port'?\n");
    ASSERT_EQ(bound.problems.size(), 4U);
    EXPECT_EQ(bound.problems[0].pointer, "/1");
}

TEST_F(InputsTest, PlacesMistakesOfADeclaration) {
    EXPECT_EQ(
        mistakes("  a:\n"
                 "    type: object\n"
                 "    properties:\n"
                 "      x: {type: strng}\n"
                 "    default:\n"
                 "      x: 1\n"
                 "  b: {items: {pattern: '['}}\n"
                 "  c: {default: {x: [1, two]}, properties: {x: {items: {type: integer}}}}\n"
                 "  d: {propertys: {}}\n"),
        "f.yaml:5:17: error: there is no type 'strng'; did you mean 'string'?\n"
        "f.yaml:8:24: error: the pattern '[' is no regular expression: missing ]: [; its "
        "syntax is that of RE2, which has no look-ahead and no back-references\n"
        "f.yaml:9:24: error: the default does not fit: the input 'c' at /x/1 takes an integer, not "
        "the text 'two'\n"
        "f.yaml:10:7: error: the key 'propertys' is unknown here; did you mean "
        "'properties'?\n");
}

// ----- binding -----

TEST_F(InputsTest, BindsWhatIsGivenInTheOrderOfTheDocument) {
    const Workflow read = declare(
        "  a: {type: string}\n  b: {type: integer, default: 3}\n  c: {}\n  d: {type: array}\n");
    const BoundInputs bound = bind(read, R"({"d":[1],"a":"x"})");
    EXPECT_EQ(problems(bound), "");
    EXPECT_EQ(write_json(bound.values), R"({"a":"x","b":3,"d":[1]})");
}

TEST_F(InputsTest, NamesEveryProblem) {
    const Workflow read = declare(
        "  need: {required: true}\n"
        "  kind: {enum: [a, 5]}\n"
        "  size: {type: integer, minimum: 1, maximum: 9}\n"
        "  mail: {type: string, pattern: '^.+@'}\n"
        "  flag: {type: boolean}\n");
    EXPECT_EQ(problems(bind(read, R"({"kind":"b","size":10,"mail":"x","flag":"true","szie":1})")),
              "need is required and was not given\n"
              "kind takes 'a' or 5, not the text 'b'\n"
              "size takes at most 9, not 10\n"
              "mail takes a text that matches '^.+@', not the text 'x'\n"
              "flag takes a boolean, not the text 'true'\n"
              "szie is no input of this workflow; did you mean 'size'?\n");
    EXPECT_EQ(problems(bind(read, R"({"need":null,"size":0})")), "size takes at least 1, not 0\n");
    EXPECT_EQ(problems(bind(workflow("tasks: [{util.print: {}}]"), R"({"x":1})")),
              "x is not taken: the workflow has no inputs\n");
}

TEST_F(InputsTest, TakesAWholeNumberForAnIntegerHoweverItIsWritten) {
    const Workflow read = declare("  n: {type: integer, enum: [1, 2]}\n");
    const BoundInputs bound = bind(read, R"({"n":2.0})");
    EXPECT_EQ(problems(bound), "");
    EXPECT_TRUE(bound.values.at("n").is_int64());
    EXPECT_EQ(problems(bind(read, R"({"n":1.5})")), "n takes an integer, not the number 1.5\n");
}

TEST_F(InputsTest, FindsAPatternAnywhereInLinearTime) {
    const Workflow read = declare("  s: {pattern: '(a+)+$'}\n");
    const std::string hostile(50'000, 'a');
    EXPECT_EQ(problems(bind(read, "{\"s\":\"" + hostile + "b\"}")).substr(0, 31),
              "s takes a text that matches '(a");
    EXPECT_EQ(problems(bind(read, R"({"s":"xxaa"})")), "");
}

// ----- from the command line -----

TEST_F(InputsTest, ReadsATypedTextAsItsType) {
    const Workflow read = declare(
        "  s: {type: string}\n  i: {type: integer}\n  n: {type: number}\n  b: {type: boolean}\n"
        "  a: {type: array}\n  o: {type: object}\n  x: {}\n");
    EXPECT_EQ(from_text(read, "s", "5"), "\"5\"");
    EXPECT_EQ(from_text(read, "s", "\"q\""), R"("\"q\"")");
    EXPECT_EQ(from_text(read, "i", "5"), "5");
    EXPECT_EQ(from_text(read, "i", "5.5"), "\"5.5\"");
    EXPECT_EQ(from_text(read, "n", "5.5"), "5.5");
    EXPECT_EQ(from_text(read, "b", "true"), "true");
    EXPECT_EQ(from_text(read, "b", "yes"), "\"yes\"");
    EXPECT_EQ(from_text(read, "a", "[1, \"b\"]"), R"([1,"b"])");
    EXPECT_EQ(from_text(read, "o", "{\"a\": 1}"), R"({"a":1})");
    EXPECT_EQ(from_text(read, "o", "[1]"), "\"[1]\"");
    EXPECT_EQ(from_text(read, "x", "[1]"), "[1]");
    EXPECT_EQ(from_text(read, "x", "plain text"), "\"plain text\"");
    EXPECT_EQ(from_text(read, "undeclared", "null"), "null");
    EXPECT_EQ(from_text(read, "undeclared", "1e999"), "\"1e999\"");
}

}  // namespace
}  // namespace oa::core
