#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "host/plugin/schema_extension.hpp"
#include "tests/plugins/support/footprint.hpp"
#include "tests/plugins/support/plugin_harness.hpp"

namespace oa::test {
namespace {

using oa::Json;

void give_schemas(PluginHarness& json) {
    const auto schemas = host::schema_extension();
    json.host().extension(schemas.id, schemas.table);
}

/// oa-json of version 3: names, parameters, `input`, outputs.
struct OlderJsonTest : ::testing::Test {
    PluginHarness json{OA_PLUGIN_FILE};

    OlderJsonTest() { give_schemas(json); }

    Json output(std::string_view name, std::string_view params) {
        const Reply reply = json.run(name, Json::parse(params));
        EXPECT_EQ(reply.status, OA_OK) << name << params << ": " << reply.message;
        return reply.json;
    }
    std::string member(std::string_view name, std::string_view params, std::string_view key) {
        return output(name, params)[key].dump();
    }
    std::string wrong(std::string_view name, std::string_view params) {
        const Reply reply = json.run(name, Json::parse(params));
        EXPECT_EQ(reply.status, OA_INVALID_PARAMS) << name << params << reply.json.dump();
        return reply.pointer;
    }
    /// The n of the items of a list that jsonfilter keeps.
    std::string kept(const std::string& op,
                     const std::string& value,
                     const std::string& more = "") {
        const Json out = output(
            "oa-json.jsonfilter",
            R"({"data": [{"n": 1, "v": 25}, {"n": 2, "v": "25"}, {"n": 3, "v": "Red"}, {"n": 4},
                         {"n": 5, "v": null}, 6], "field": "v", "operator": ")" +
                op + R"(", "value": )" + value + more + "}");
        EXPECT_EQ(out["original_count"], Json(6));
        std::string all;
        for (const Json& item : out["filtered"].as_array()) {
            all += item["n"].dump();
        }
        return all;
    }
};

TEST_F(OlderJsonTest, AreDeprecatedAndHaveTheirOldNames) {
    for (const char* name : {"oa-json.jsonfilter", "oa-json.jsonextract", "oa-json.jsontransform",
                             "oa-json.jsonmerge", "oa-json.jsonaggregate", "oa-json.jsonvalidate",
                             "oa-json.jsonsort", "oa-utility.jsonvalidate", "oautils.process_json",
                             "oautils.extract_field", "oadataframe.filter"}) {
        const oa_function& function = json.function(name);
        ASSERT_NE(function.deprecated, nullptr) << name;
        const std::string replacement = function.deprecated->replace_with;
        ASSERT_TRUE(replacement.starts_with("json.")) << name;
        EXPECT_EQ(json.function(replacement.substr(5)).deprecated, nullptr) << name;
    }
}

TEST_F(OlderJsonTest, NameWhatTheySave) {
    for (const auto& [name, pointer] :
         {std::pair("jsonfilter", "/filtered"), std::pair("jsonextract", "/extracted"),
          std::pair("jsontransform", "/transformed"), std::pair("jsonmerge", "/merged"),
          std::pair("jsonaggregate", "/result"), std::pair("jsonsort", "/sorted")}) {
        EXPECT_EQ(Json::parse(json.function(name).params_schema)["x-saves"], Json(pointer));
    }
}

TEST_F(OlderJsonTest, FiltersWithEveryOperator) {
    EXPECT_EQ(kept("==", "25"), "1");
    EXPECT_EQ(kept("!=", "25"), "2345");
    EXPECT_EQ(kept("==", "null"), "45");
    EXPECT_EQ(kept(">", "24.5"), "12");
    EXPECT_EQ(kept("<", "\"26\""), "12");
    EXPECT_EQ(kept(">=", "25"), "12");
    EXPECT_EQ(kept("<=", "24"), "");
    EXPECT_EQ(kept("contains", "\"5\""), "12");
    EXPECT_EQ(kept("contains", "5"), "") << "the value has to be a text";
    EXPECT_EQ(kept("in", R"([25, "Red"])"), "13");
    EXPECT_EQ(kept("in", R"("[\"25\"]")"), "2");
    EXPECT_EQ(kept("in", R"("no list")"), "");
    EXPECT_EQ(kept("exists", "true"), "1235");
    EXPECT_EQ(kept("not_exists", "true"), "4");
    EXPECT_EQ(kept("resembles", "25"), "");
    EXPECT_EQ(kept("==", "\"red\""), "");
    EXPECT_EQ(kept("==", "\"red\"", R"(, "case_sensitive": false)"), "3");
    EXPECT_EQ(kept("contains", "\"RE\"", R"(, "case_sensitive": "false")"), "3");

    EXPECT_EQ(wrong("jsonfilter", R"({"data": [], "field": "a", "operator": "exists"})"), "/value");
    EXPECT_EQ(wrong("jsonfilter", R"({"data": {}, "field": "a", "operator": "==", "value": 1})"),
              "/data");
    EXPECT_EQ(wrong("jsonfilter", R"({"field": "a", "operator": "==", "value": 1})"), "/data");
}

TEST_F(OlderJsonTest, FindTheirDataInTheInput) {
    const std::string filter = R"("field": "a", "operator": "==", "value": 1, "input": )";
    for (const char* input :
         {R"({"content": "no", "json": [{"a": 1}]})", R"({"rows": [], "data": [{"a": 1}]})",
          R"({"json": null, "rows": [{"a": 1}]})", R"({"content": "[{\"a\": 1}]"})",
          R"([{"a": 1}])", R"("[{\"a\": 1}]")"}) {
        EXPECT_EQ(member("jsonfilter", "{" + filter + input + "}", "filtered"), R"([{"a":1}])")
            << input;
    }
    const std::string fields = R"({"fields": ["a"], "input": )";
    EXPECT_EQ(member("jsonextract", fields + R"({"filtered": [{"a": 1}], "json": {"a": 2}}})",
                     "extracted"),
              R"({"a":2})");
    EXPECT_EQ(member("jsonextract", fields + R"({"a": 3, "b": 4}})", "extracted"), R"({"a":3})");
    EXPECT_EQ(member("jsontransform", R"({"input": {"extracted": {"a": 1}, "filtered": 2}})",
                     "transformed"),
              R"({"a":1})");
    for (const char* function : {"jsonaggregate", "jsonsort"}) {
        const std::string start = R"({"operation": "count", "sort_by": "a", "input": )";
        EXPECT_EQ(output(function, start + R"({"size": 2, "list": [{"a": 1}, {}]}})").size(), 5U);
        EXPECT_EQ(wrong(function, start + R"({"size": 2}})"), "/data");
        EXPECT_EQ(wrong(function, start + R"("[1]"})"), "/data");
    }
}

TEST_F(OlderJsonTest, FiltersByAWrittenCondition) {
    const auto written = [&](const char* condition) {
        return member("oadataframe.filter",
                      R"({"input": [{"age": 36, "name": "Ada"}, {"age": "17", "name": "Bob"}],
                          "condition": ")" +
                          std::string(condition) + "\"}",
                      "count") +
               json.run("oadataframe.filter", {{"data", Json::array()}, {"condition", condition}})
                   .json["filter"]["value"]
                   .dump();
    };
    EXPECT_EQ(written("age > 18"), "118");
    EXPECT_EQ(written("age<=18"), "118");
    EXPECT_EQ(written("name == Ada"), "1\"Ada\"");
    EXPECT_EQ(written("name != 'Ada'"), "1\"Ada\"");
    EXPECT_EQ(written("name contains d"), "1\"d\"");
    EXPECT_EQ(written("age in [36]"), "1[36]");
    for (const char* condition : {"age", "> 18", "age >", "   "}) {
        EXPECT_EQ(wrong("oadataframe.filter",
                        R"({"data": [], "condition": ")" + std::string(condition) + "\"}"),
                  "/condition");
    }
}

TEST_F(OlderJsonTest, ExtractsFields) {
    EXPECT_EQ(output("jsonextract",
                     R"({"data": [{"a": 1, "b.c": 2, "b": {"c": 3}, "n": null}, 5],
                         "fields": "a, b.c ,n"})"),
              Json::parse(R"({"extracted": [{"a": 1, "b.c": 2}], "fields": ["a", "b.c", "n"],
                              "count": 1})"));
    EXPECT_EQ(member("jsonextract",
                     R"({"data": {"b": {"c": 3}}, "fields": ["b.c", "b.x"], "flatten": true,
                         "keep_nulls": true})",
                     "extracted"),
              R"({"b.c":3,"b.x":null})");
    EXPECT_EQ(wrong("jsonextract", R"({"data": 5, "fields": ["a"]})"), "/data");
    EXPECT_EQ(wrong("jsonextract", R"({"data": {}})"), "/fields");
    EXPECT_EQ(output("oautils.extract_field",
                     R"({"field": "main.temp", "input": {"json": {"main": {"temp": 21}}}})"),
              Json(21));
}

TEST_F(OlderJsonTest, TransformsFields) {
    const std::string item =
        R"({"name": "ada", "age": "36", "f": "1.5", "no": "x", "none": null, "keep": 1})";
    EXPECT_EQ(member("jsontransform", R"({"data": )" + item + R"(, "mapping": {
                         "NAME": "upper:name", "age": "int:age", "f2": "float:f", "no": "int:no",
                         "zero": "int:none", "empty": "str:none", "yes": "bool:name",
                         "odd": "swap:name", "gone": "nowhere"},
                         "add_fields": {"x": [1]}, "remove_fields": ["name", "none", "f"]})",
                     "transformed"),
              R"({"NAME":"ADA","age":36,"f2":1.5,"no":"x","zero":0,"empty":"","yes":true,)"
              R"("odd":"ada","gone":null,"keep":1,"x":[1]})");
    EXPECT_EQ(
        member("jsontransform",
               R"({"data": {"a": 1, "b": 2}, "mapping": {"c": "a", "d": "str:b"}})", "transformed"),
        R"({"c":1,"d":"2","b":2})")
        << "a field that a function reads is copied, too";
    EXPECT_EQ(output("oautils.process_json", R"({"input": {"json": [{"a": 1}, 2]}})"),
              Json::parse(R"({"transformed": [{"a": 1}], "count": 1})"));
    EXPECT_EQ(wrong("jsontransform", R"({"data": 5})"), "/data");
    EXPECT_EQ(wrong("jsontransform", R"({"data": {}, "mapping": [1]})"), "/mapping");
}

TEST_F(OlderJsonTest, MergesOutputsAndValues) {
    EXPECT_EQ(output("jsonmerge", R"({"sources": ["a", "none", {"x": 2}],
                                      "outputs": {"a": {"x": 1, "y": {"p": 1}}},
                                      "input": {"y": {"q": 2}}})"),
              Json::parse(R"({"merged": {"x": 2, "y": {"q": 2}}, "sources_count": 3,
                              "merge_type": "dict"})"));
    const std::string two = R"("sources": [{"x": 1, "y": {"p": 1}}, {"x": 2, "y": {"q": 2}}, 5])";
    EXPECT_EQ(member("jsonmerge", R"({"overwrite": false, )" + two + "}", "merged"),
              R"({"x":1,"y":{"p":1}})");
    EXPECT_EQ(member("jsonmerge", R"({"merge_type": "deep", )" + two + "}", "merged"),
              R"({"x":2,"y":{"p":1,"q":2}})");
    EXPECT_EQ(member("jsonmerge",
                     R"({"merge_type": "array", "unique": true,
                         "sources": [[2, "2", {"a": 1, "b": 2}], {"b": 2, "a": 1}, 7, [2, 3]]})",
                     "merged"),
              R"([2,{"a":1,"b":2},3])");
    EXPECT_EQ(wrong("jsonmerge", R"({"sources": [{}]})"), "/sources");
    EXPECT_EQ(wrong("jsonmerge", R"({"sources": [{}, {}], "merge_type": "zip"})"), "/merge_type");
}

TEST_F(OlderJsonTest, Aggregates) {
    const std::string list =
        R"({"data": [{"t": "a", "n": 1}, {"t": "b", "n": "5"}, {"t": "a", "n": 2},
                                          {"n": "x"}, {"t": null, "n": true}, 7], "operation": )";
    const auto result = [&](const std::string& rest) {
        return member("jsonaggregate", list + rest + "}", "result");
    };
    EXPECT_EQ(result(R"("count")"), "6");
    EXPECT_EQ(Json::parse(result(R"("sum", "field": "n")")), Json(9));
    EXPECT_EQ(result(R"("avg", "field": "n")"), "2.25");
    EXPECT_EQ(Json::parse(result(R"("min", "field": "n")")), Json(1));
    EXPECT_EQ(Json::parse(result(R"("max", "field": "n")")), Json(5));
    EXPECT_EQ(Json::parse(result(R"("max", "field": "none")")), Json(0));
    EXPECT_EQ(Json::parse(result(R"("sum", "field": "n", "group_by": "t")")),
              Json::parse(R"({"a": 3, "b": 5, "None": 1})"));
    EXPECT_EQ(result(R"("count", "group_by": "t")"), R"({"a":2,"b":1,"null":1,"None":1})");
    EXPECT_EQ(result(R"("group", "group_by": "t")"),
              R"({"a":[{"t":"a","n":1},{"t":"a","n":2}],"b":[{"t":"b","n":"5"}],)"
              R"("null":[{"n":"x"}],"None":[{"t":null,"n":true}]})");
    EXPECT_EQ(wrong("jsonaggregate", list + R"("group"})"), "/group_by");
    EXPECT_EQ(wrong("jsonaggregate", list + R"("sum"})"), "/field");
    EXPECT_EQ(wrong("jsonaggregate", list + R"("median"})"), "/operation");
}

TEST_F(OlderJsonTest, Sorts) {
    const auto order = [&](const std::string& rest) {
        return member("jsonsort",
                      R"({"data": [{"k": 10}, {"k": "9"}, {"k": null}, {"k": "b"}, {"k": "A"}],
                                      "sort_by": "k")" +
                          rest + "}",
                      "sorted");
    };
    EXPECT_EQ(order(""), R"([{"k":"9"},{"k":10},{"k":null},{"k":"b"},{"k":"A"}])");
    EXPECT_EQ(order(R"(, "numeric": false)"),
              R"([{"k":null},{"k":10},{"k":"9"},{"k":"A"},{"k":"b"}])");
    EXPECT_EQ(order(R"(, "reverse": true)"),
              R"([{"k":null},{"k":"b"},{"k":"A"},{"k":10},{"k":"9"}])");
    EXPECT_EQ(member("jsonsort", R"({"data": [3, 1, 2], "sort_by": "x"})", "sorted"), "[1,2,3]");
}

TEST_F(OlderJsonTest, ValidatesWithTheOutputInAnyCase) {
    const std::string schema =
        R"("schema": {"properties": {"a/b": {"items": {"type": "string"}}}})";
    const Reply strict =
        json.run("jsonvalidate", Json::parse(R"({"data": {"a/b": ["x", 1]}, )" + schema + "}"));
    EXPECT_EQ(strict.status, OA_PRECONDITION);
    EXPECT_EQ(strict.retry, OA_RETRY_NO);
    EXPECT_EQ(strict.json["valid"], Json(false));
    EXPECT_EQ(strict.json["errors"].at(0U)["path"], Json::parse(R"(["a/b", 1])"));
    EXPECT_EQ(strict.json["errors"].at(0U)["validator"], Json("type"));
    EXPECT_EQ(strict.json["strict_mode"], Json(true));

    EXPECT_EQ(output("oa-utility.jsonvalidate",
                     R"({"jsondata": "{\"a/b\": [1]}", "strict": false, )" + schema + "}")["valid"],
              Json(false));
    EXPECT_EQ(
        output("jsonvalidate", R"({"input": {"json": {"a/b": ["x"]}}, )" + schema + "}")["valid"],
        Json(true));
    EXPECT_EQ(output("jsonvalidate",
                     R"({"data": "\"no mail\"", "schema": "{\"format\": \"email\"}"})")["valid"],
              Json(true));
    EXPECT_EQ(wrong("jsonvalidate", R"({"data": 1, "schema": {"type": "int"}})"), "/schema/type");
}

TEST_F(OlderJsonTest, StopWhenCancelled) {
    const Json list = Json::Array(100, Json{{"a", 1}});
    for (const auto& [function, params] :
         {std::pair("jsonfilter", Json{{"field", "a"}, {"operator", "=="}, {"value", 1}}),
          std::pair("jsonextract", Json{{"fields", "a"}}),
          std::pair("jsontransform", Json::object()),
          std::pair("jsonaggregate", Json{{"operation", "group"}, {"group_by", "a"}}),
          std::pair("jsonsort", Json{{"sort_by", "a"}})}) {
        CallOptions options;
        options.cancel_after_polls = 10;
        Json all = params;
        all["data"] = list;
        EXPECT_EQ(json.run(function, all, options).status, OA_CANCELLED) << function;
    }
}

TEST_F(OlderJsonTest, AThousandRoundsLeaveNothingBehind) {
    std::vector<std::pair<std::string, Json>> calls;
    for (const std::string& function : json.function_names()) {
        const Json examples = Json::parse(json.function(function).examples);
        for (const Json& example : examples.as_array()) {
            calls.emplace_back(function, example.at("params"));
            if (function == "query") {
                break;  // to read the functions of jq itself takes a while
            }
        }
    }
    expect_nothing_left("json", OA_PLUGIN_FILE, [&](PluginHarness& plugin, int /*i*/) {
        give_schemas(plugin);
        for (const auto& [function, params] : calls) {
            static_cast<void>(plugin.run(function, params));
        }
    });
}

}  // namespace
}  // namespace oa::test
