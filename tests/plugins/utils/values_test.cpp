// template, condition, merge, transform; and what a thousand calls leave behind.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/plugins/support/footprint.hpp"
#include "tests/plugins/support/plugin_harness.hpp"

namespace oa::test {
namespace {

using oa::Json;

struct UtilsValuesTest : ::testing::Test {
    PluginHarness utils{OA_PLUGIN_FILE};

    /// The member of the output of a call that has to succeed; parameters as JSON text.
    std::string made(std::string_view function, std::string_view params, std::string_view member) {
        const Reply reply = utils.run(function, Json::parse(params));
        EXPECT_EQ(reply.status, OA_OK) << params << ": " << reply.message;
        return reply.json[member].dump();
    }
    /// Where a call that has to fail says the parameters are wrong.
    std::string wrong(std::string_view function, std::string_view params) {
        const Reply reply = utils.run(function, Json::parse(params));
        EXPECT_EQ(reply.status, OA_INVALID_PARAMS) << params << reply.json.dump();
        return reply.pointer;
    }
    std::string transformed(std::string_view data, std::string_view steps) {
        return made("transform",
                    "{\"data\": " + std::string(data) + ", \"steps\": " + std::string(steps) + "}",
                    "value");
    }
    std::string bad_step(std::string_view data, std::string_view steps) {
        return wrong("transform", "{\"data\": " + std::string(data) +
                                      ", \"steps\": " + std::string(steps) + "}");
    }
    bool holds(std::string_view params) { return made("condition", params, "result") == "true"; }
};

// ---- template

TEST_F(UtilsValuesTest, FillsTemplates) {
    EXPECT_EQ(made("template", R"({"template": "{{a}} {{ b.0 }} {{c}}{{ \"{{\" }}",
                                   "values": {"a": 1.5, "b": ["x"], "c": null}})",
                   "text"),
              R"("1.5 x {{")");
    EXPECT_EQ(made("template", R"({"template": "{{a}}", "input": {"a": {"b": 1}}})", "text"),
              R"("{\"b\":1}")");
    EXPECT_EQ(made("template", R"({"template": "{{a}}!", "missing": "empty"})", "text"), R"("!")");
    EXPECT_EQ(
        made("template", R"({"template": "{{a}}", "values": {"a": "{{b}}", "b": 1}})", "text"),
        R"("{{b}}")")
        << "values are not looked into";
    EXPECT_EQ(wrong("template", R"({"template": "{{a"})"), "/template");
    EXPECT_EQ(wrong("template", R"({"template": "{{ a }}", "values": {}})"), "/template");
}

TEST_F(UtilsValuesTest, ATemplateThatGrowsTooLongFails) {
    std::string text;
    for (int i = 0; i < 2000; ++i) {
        text += "{{a}}";
    }
    const Reply reply =
        utils.run("template", {{"template", text}, {"values", {{"a", std::string(1000, 'x')}}}});
    EXPECT_EQ(reply.status, OA_EXHAUSTED) << reply.message;
}

// ---- condition

TEST_F(UtilsValuesTest, TestsOneCondition) {
    EXPECT_TRUE(holds(R"({"left": 1, "right": 1.0})"));
    EXPECT_FALSE(holds(R"({"left": "1", "right": 1})"));
    EXPECT_TRUE(holds(R"({"left": "9", "operator": "<", "right": 10})"));
    EXPECT_TRUE(holds(R"({"left": ["a"], "operator": "contains", "right": "a"})"));
    EXPECT_TRUE(
        holds(R"({"left": "Prod", "operator": "==", "right": "prod", "ignore_case": true})"));
    EXPECT_TRUE(holds(R"({"left": "web-12", "operator": "matches", "right": "^web-\\d+$"})"));
    EXPECT_FALSE(holds(R"({"left": null, "operator": "exists"})"));
    for (const char* empty : {"null", "\"\"", "[]", "{}"}) {
        EXPECT_TRUE(holds("{\"left\": " + std::string(empty) + ", \"operator\": \"is_empty\"}"));
    }
    EXPECT_TRUE(holds(R"({"left": 0, "operator": "not_empty"})"));
}

TEST_F(UtilsValuesTest, TestsSeveralConditions) {
    const std::string two = R"("conditions": [{"left": 1, "right": 1}, {"left": 1, "right": 2}])";
    EXPECT_FALSE(holds("{" + two + "}"));
    EXPECT_TRUE(holds(R"({"match": "any", )" + two + "}"));
}

TEST_F(UtilsValuesTest, FailsWhereAConditionIsRequired) {
    const Reply reply =
        utils.run("condition",
                  {{"left", 1}, {"right", 2}, {"required", true}, {"message", "one is not two"}});
    EXPECT_EQ(reply.status, OA_PRECONDITION);
    EXPECT_EQ(reply.message, "one is not two");
    EXPECT_EQ(reply.retry, OA_RETRY_NO);
}

TEST_F(UtilsValuesTest, RefusesConditionsThatMakeNoSense) {
    EXPECT_EQ(wrong("condition", "{}"), "/left");
    EXPECT_EQ(wrong("condition", R"({"left": 1})"), "/right");
    EXPECT_EQ(wrong("condition", R"({"left": 1, "operator": "like", "right": 1})"), "/operator");
    EXPECT_EQ(wrong("condition", R"({"left": 1, "operator": "in", "right": 1})"), "/right");
    EXPECT_EQ(wrong("condition", R"({"left": "a", "operator": "matches", "right": "("})"),
              "/right");
    EXPECT_EQ(wrong("condition", R"({"conditions": []})"), "/conditions");
    EXPECT_EQ(wrong("condition", R"({"left": 1, "conditions": [{"left": 1, "right": 1}]})"),
              "/conditions");
    EXPECT_EQ(wrong("condition", R"({"conditions": [{"left": 1, "right": 1}, {"left": 1}]})"),
              "/conditions/1/right");
}

// ---- merge

TEST_F(UtilsValuesTest, MergesInEveryMode) {
    const std::string maps = R"("sources": [{"a": {"x": 1}, "b": 1}, null, {"a": {"y": 2}}])";
    EXPECT_EQ(made("merge", "{" + maps + "}", "value"), R"({"a":{"x":1,"y":2},"b":1})");
    EXPECT_EQ(made("merge", R"({"mode": "dict", )" + maps + "}", "value"),
              R"({"a":{"y":2},"b":1})");
    EXPECT_EQ(made("merge", R"({"mode": "list", "input": {"a": [1], "b": 2}})", "value"), "[1,2]");
    EXPECT_EQ(
        made("merge", R"({"mode": "list", "unique": true, "sources": [[1, 1.0], 1]})", "value"),
        "[1]");
    EXPECT_EQ(made("merge", R"({"mode": "concat", "sources": ["a", 1, {"b": 2}]})", "value"),
              R"("a\n1\n{\"b\":2}")");
    EXPECT_EQ(made("merge", R"({"sources": []})", "value"), "{}");
    EXPECT_EQ(wrong("merge", R"({"sources": [{}, [1]]})"), "/sources/1");
    EXPECT_EQ(wrong("merge", R"({"input": {"a": 1}})"), "/input/a");
    EXPECT_EQ(wrong("merge", "{}"), "/sources");
}

// ---- transform

TEST_F(UtilsValuesTest, TransformsStepByStep) {
    EXPECT_EQ(transformed(R"("  Straße É ")", R"(["trim", "upper"])"), R"("STRAẞE É")");
    EXPECT_EQ(transformed(R"("É")", R"(["lower", "length"])"), "1");
    EXPECT_EQ(transformed(R"("a\r\nb\n")", R"(["lines"])"), R"(["a","b"])");
    EXPECT_EQ(transformed(R"("aXbX")", R"([{"replace": {"old": "X", "new": ""}}])"), R"("ab")");
    EXPECT_EQ(
        transformed(R"("a,b")", R"([{"split": {}}, "reverse", {"join": {"separator": "+"}}])"),
        R"("b+a")");
    EXPECT_EQ(transformed("[1, [2, [3]], 1]", R"(["flatten", "unique"])"), "[1,2,[3]]");
    EXPECT_EQ(transformed("[]", R"(["first"])"), "null");
    EXPECT_EQ(transformed("[1, 2]", R"(["last", "text"])"), R"("2")");
    EXPECT_EQ(transformed(R"(" 12 ")", R"(["number"])"), "12");
    EXPECT_EQ(transformed(R"("{\"a\": 1}")", R"(["from_json", "length"])"), "1");
    EXPECT_EQ(transformed(R"({"a": 1})", R"(["to_json"])"), R"("{\"a\":1}")");
    EXPECT_EQ(transformed("null", R"([{"default": {"value": [0]}}])"), "[0]");
    EXPECT_EQ(transformed("5", "[]"), "5");
}

TEST_F(UtilsValuesTest, NamesTheStepThatCannotBeDone) {
    EXPECT_EQ(bad_step("5", R"(["text", "explode"])"), "/steps/1");
    EXPECT_EQ(bad_step("5", R"(["first"])"), "/steps/0");
    EXPECT_EQ(bad_step("5", R"(["length"])"), "/steps/0");
    EXPECT_EQ(bad_step(R"("x")", R"(["number"])"), "/steps/0");
    EXPECT_EQ(bad_step(R"("{")", R"(["from_json"])"), "/steps/0");
    EXPECT_EQ(bad_step("5", R"([{"split": {"separator": ""}}])"), "/steps/0/split");
    EXPECT_EQ(bad_step("5", R"([{"split": {"separator": 1}}])"), "/steps/0/split/separator");
    EXPECT_EQ(bad_step("5", R"(["replace"])"), "/steps/0");
    EXPECT_EQ(bad_step("5", R"([{"split": {}, "join": {}}])"), "/steps/0");
    EXPECT_EQ(wrong("transform", R"({"steps": []})"), "/data");
}

TEST_F(UtilsValuesTest, ALongTextIsNotMultipliedWithoutEnd) {
    const Reply reply = utils.run(
        "transform",
        {{"data", std::string(100'000, 'x')},
         {"steps",
          Json::array({Json{{"replace", {{"old", "x"}, {"new", std::string(1000, 'y')}}}}})}});
    EXPECT_EQ(reply.status, OA_EXHAUSTED) << reply.message;
}

// ---- all of them

TEST_F(UtilsValuesTest, AThousandRoundsLeaveNothingBehind) {
    std::vector<std::pair<std::string, Json>> calls;
    for (const std::string& function : utils.function_names()) {
        const Json examples = Json::parse(utils.function(function).examples);
        for (const Json& example : examples.as_array()) {
            if (function.find("sleep") == std::string::npos) {
                calls.emplace_back(function, example.at("params"));
            }
        }
    }
    expect_nothing_left("utils", OA_PLUGIN_FILE, [&](PluginHarness& plugin, int /*i*/) {
        for (const auto& [function, params] : calls) {
            static_cast<void>(plugin.run(function, params));
        }
    });
}

}  // namespace
}  // namespace oa::test
