#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/plugin/schema_extension.hpp"
#include "tests/plugins/support/plugin_harness.hpp"

namespace oa::test {
namespace {

struct JsonModuleTest : ::testing::Test {
    PluginHarness json{OA_PLUGIN_FILE};

    JsonModuleTest() {
        const auto schemas = host::schema_extension();
        json.host().extension(schemas.id, schemas.table);
    }

    /// The output of a call that has to succeed; parameters as JSON text.
    Json output(std::string_view function, std::string_view params) {
        const Reply reply = json.run(function, Json::parse(params));
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
        return reply.json;
    }
    std::string items(std::string_view function, std::string_view params) {
        return output(function, params)["items"].dump();
    }
    /// Where a call that has to fail says the parameters are wrong.
    std::string wrong(std::string_view function, std::string_view params) {
        const Reply reply = json.run(function, Json::parse(params));
        EXPECT_EQ(reply.status, OA_INVALID_PARAMS) << reply.json.dump();
        return reply.pointer;
    }
    /// The items of [1, 2.5, "3", "b", null, true, [1], {"k": 1}] that pass one condition.
    std::string passing(const char* op, std::string_view value) {
        return items("filter",
                     R"({"data": [1, 2.5, "3", "b", null, true, [1], {"k": 1}], "operator": ")" +
                         std::string(op) + R"(", "value": )" + std::string(value) + "}");
    }
};

TEST_F(JsonModuleTest, DescribesEveryFunction) {
    EXPECT_STREQ(json.module().id, "org.openautomator.json");
    EXPECT_EQ(json.function_names().size(), 19U);
    EXPECT_EQ(joined(json.check_descriptor()), "");
}

TEST_F(JsonModuleTest, KeepsThePromisesOfItsExamples) {
    for (const std::string& function : json.function_names()) {
        EXPECT_EQ(joined(json.run_examples(function)), "");
    }
}

// ---- where data come from

TEST_F(JsonModuleTest, TakesDataFromTheInput) {
    const std::string sorted = R"([1,2])";
    EXPECT_EQ(items("sort", R"({"input": [2, 1]})"), sorted);
    EXPECT_EQ(items("sort", R"({"input": "[2, 1]"})"), sorted);
    EXPECT_EQ(items("sort", R"({"data": "[2, 1]", "input": [9]})"), sorted);
    for (const char* key : {"items", "rows", "json", "data", "content"}) {
        EXPECT_EQ(
            items("sort", R"({"input": {"other": 1, ")" + std::string(key) + R"(": [2, 1]}})"),
            sorted);
    }
    EXPECT_EQ(items("sort", R"({"input": {"content": "[2, 1]"}})"), sorted);
}

TEST_F(JsonModuleTest, SaysThatDataAreMissingOrNoList) {
    EXPECT_EQ(wrong("sort", "{}"), "/data");
    EXPECT_EQ(wrong("sort", R"({"data": null})"), "/data");
    EXPECT_EQ(wrong("sort", R"({"data": {"items": []}})"), "/data");
    EXPECT_EQ(wrong("sort", R"({"data": "[1,"})"), "/data");
    EXPECT_EQ(wrong("sort", R"({"input": {"count": 1}})"), "/input");
    EXPECT_EQ(wrong("sort", R"({"input": {"content": "plain"}})"), "/input");
}

TEST_F(JsonModuleTest, StopsWhenCancelled) {
    for (const char* function : {"filter", "sort", "aggregate", "extract", "merge"}) {
        const Reply reply =
            json.run(function,
                     std::string_view(function) == "merge"
                         ? Json{{"mode", "concat"}, {"sources", Json::array({Json::array({1})})}}
                     : std::string_view(function) == "filter"
                         ? Json{{"data", Json::array({1})}, {"value", 1}}
                     : std::string_view(function) == "sort" ? Json{{"data", Json::array({1})}}
                     : std::string_view(function) == "extract"
                         ? Json{{"data", Json::array({1})}, {"fields", Json::array({"a"})}}
                         : Json{{"data", Json::array({1})}, {"operation", "count"}},
                     CallOptions{.cancelled = true});
        EXPECT_EQ(reply.status, OA_CANCELLED) << function;
    }
}

// ---- filter

TEST_F(JsonModuleTest, ComparesStrictlyForEquality) {
    EXPECT_EQ(passing("==", "1"), "[1]");
    EXPECT_EQ(passing("==", "1.0"), "[1]");
    EXPECT_EQ(passing("==", "3"), "[]");
    EXPECT_EQ(passing("==", R"("3")"), R"(["3"])");
    EXPECT_EQ(passing("==", "null"), "[null]");
    EXPECT_EQ(passing("==", R"({"k": 1})"), R"([{"k":1}])");
    EXPECT_EQ(passing("!=", "1"), R"([2.5,"3","b",null,true,[1],{"k":1}])");
}

TEST_F(JsonModuleTest, OrdersNumbersNumericTextsAndTexts) {
    EXPECT_EQ(passing("<", "3"), "[1,2.5]");
    EXPECT_EQ(passing("<=", "3"), R"([1,2.5,"3"])");
    EXPECT_EQ(passing(">", "2"), R"([2.5,"3"])");
    EXPECT_EQ(passing(">=", R"("b")"), R"(["b"])");
    EXPECT_EQ(passing(">", "null"), "[]");
    EXPECT_EQ(items("filter", R"({"data": [9007199254740993, 9007199254740992],
                                  "operator": ">", "value": 9007199254740992})"),
              "[9007199254740993]");
    EXPECT_EQ(items("filter", R"({"data": ["-1.5e1", "01", "1.", "0x1", "1e999", "- 1"],
                                  "operator": "<", "value": 100})"),
              R"(["-1.5e1"])");
}

TEST_F(JsonModuleTest, LooksIntoTextsListsAndMaps) {
    EXPECT_EQ(passing("contains", R"("b")"), R"(["b"])");
    EXPECT_EQ(passing("contains", "1"), "[[1]]");
    EXPECT_EQ(passing("contains", R"("k")"), R"([{"k":1}])");
    EXPECT_EQ(passing("in", R"([1, "b", null])"), R"([1,"b",null])");
    EXPECT_EQ(passing("starts_with", R"("b")"), R"(["b"])");
    EXPECT_EQ(passing("ends_with", R"("3")"), R"(["3"])");
    EXPECT_EQ(passing("matches", R"("^[a-z]$")"), R"(["b"])");
}

TEST_F(JsonModuleTest, KnowsWhatIsMissingFromWhatIsNull) {
    const std::string data = R"("data": [{"a": null}, {}, 5], "field": "a")";
    EXPECT_EQ(items("filter", "{" + data + R"(, "operator": "exists"})"), R"([{"a":null}])");
    EXPECT_EQ(items("filter", "{" + data + R"(, "operator": "not_exists"})"), "[{},5]");
    EXPECT_EQ(items("filter", "{" + data + R"(, "value": null})"), R"([{"a":null},{},5])");
}

TEST_F(JsonModuleTest, WalksDottedFields) {
    EXPECT_EQ(items("filter", R"({"data": [{"a": {"b": [0, 7]}}, {"a.b.1": 7}, {"a": 7}],
                                  "field": "a.b.1", "value": 7})"),
              R"([{"a":{"b":[0,7]}},{"a.b.1":7}])");
}

TEST_F(JsonModuleTest, CombinesConditions) {
    const std::string where = R"("data": [1, 2, 3, 4],
        "where": [{"operator": ">", "value": 1}, {"operator": "<", "value": 3}])";
    EXPECT_EQ(items("filter", "{" + where + "}"), "[2]");
    EXPECT_EQ(items("filter", "{" + where + R"(, "match": "any"})"), "[1,2,3,4]");
    EXPECT_EQ(items("filter", R"({"data": [1, 2], "where": {"value": 2}})"), "[2]");
}

TEST_F(JsonModuleTest, KnowsWhatIsEmpty) {
    const char* const list = R"([{"k": 0}, {"k": ""}, {"k": []}, {"k": null}, {"k": {}}, {}])";
    const auto kept = [&](const char* op) {
        return output("filter", "{\"data\": " + std::string(list) +
                                    R"(, "field": "k", "operator": ")" + op + "\"}")["count"];
    };
    EXPECT_EQ(kept("is_empty"), Json(5));
    EXPECT_EQ(kept("not_empty"), Json(1));
}

TEST_F(JsonModuleTest, IgnoresCaseWhenAsked) {
    const auto filtered = [&](const std::string& condition) {
        return items("filter",
                     R"({"data": ["Ada", "BOB"], "ignore_case": true, )" + condition + "}");
    };
    EXPECT_EQ(filtered(R"("value": "ADA")"), R"(["Ada"])");
    EXPECT_EQ(filtered(R"("operator": "in", "value": ["bob"])"), R"(["BOB"])");
    EXPECT_EQ(filtered(R"("operator": "contains", "value": "DA")"), R"(["Ada"])");
    EXPECT_EQ(filtered(R"("operator": "starts_with", "value": "bO")"), R"(["BOB"])");
    EXPECT_EQ(filtered(R"("operator": "matches", "value": "^ada$")"), R"(["Ada"])");
    EXPECT_EQ(filtered(R"("operator": "<", "value": "b")"), R"(["Ada"])");
}

TEST_F(JsonModuleTest, RefusesConditionsThatMakeNoSense) {
    EXPECT_EQ(wrong("filter", R"({"data": []})"), "/where");
    EXPECT_EQ(wrong("filter", R"({"data": [], "where": []})"), "/where");
    EXPECT_EQ(wrong("filter", R"({"data": [], "where": [{"value": 1}], "field": "a"})"), "/where");
    EXPECT_EQ(wrong("filter", R"({"data": [], "where": [1]})"), "/where/0");
    EXPECT_EQ(wrong("filter", R"({"data": [], "field": "a"})"), "/value");
    EXPECT_EQ(wrong("filter", R"({"data": [], "operator": "~", "value": 1})"), "/operator");
    EXPECT_EQ(wrong("filter", R"({"data": [], "where": [{"value": 1},
                                  {"operator": "in", "value": 1}]})"),
              "/where/1/value");
    EXPECT_EQ(wrong("filter", R"({"data": [], "operator": "matches", "value": "("})"), "/value");
    EXPECT_EQ(wrong("filter", R"({"data": [], "field": 1, "value": 1})"), "/field");
}

// ---- extract

TEST_F(JsonModuleTest, PicksFields) {
    const std::string data = R"("data": {"a": {"b": 1, "c": null}, "d": 2})";
    const auto picked = [&](const std::string& params) {
        return output("extract", "{" + data + ", " + params + "}")["value"].dump();
    };
    EXPECT_EQ(picked(R"("fields": ["a.b", "a.c", "x"])"), R"({"a":{"b":1}})");
    EXPECT_EQ(picked(R"("fields": ["a.b", "a.c"], "flatten": true, "keep_nulls": true)"),
              R"({"a.b":1,"a.c":null})");
    EXPECT_EQ(picked(R"("fields": ["a.b", "a.c"], "keep_nulls": true)"),
              R"({"a":{"b":1,"c":null}})");
    EXPECT_EQ(picked(R"("fields": {"x.y": "a.b"})"), R"({"x.y":1})");
    EXPECT_EQ(items("extract", R"({"input": {"items": [{"a": 1}, 5]}, "fields": ["a"]})"),
              R"([{"a":1}])");
}

TEST_F(JsonModuleTest, TakesWhatIsAtAPath) {
    EXPECT_EQ(output("extract", R"({"data": {"a": [{"b": null}]}, "path": "a.0.b"})").dump(),
              R"({"value":null})");
    EXPECT_EQ(output("extract", R"({"data": {}, "path": "a", "default": 5})").dump(),
              R"({"value":5})");
    const std::string data = R"("data": {"a": [{"b": [1, 2]}, {"b": [3]}, {}]})";
    EXPECT_EQ(items("extract", "{" + data + R"(, "path": "a.*.b.*"})"), "[1,2,3]");
    EXPECT_EQ(items("extract", "{" + data + R"(, "path": "*.0.b"})"), "[[1,2]]");
    EXPECT_EQ(items("extract", "{" + data + R"(, "path": "a.*.b", "keep_nulls": true})"),
              "[[1,2],[3],null]");
    EXPECT_EQ(json.run("extract", Json::parse(R"({"data": [1], "path": "1"})")).status,
              OA_NOT_FOUND);
}

TEST_F(JsonModuleTest, RefusesWhatCannotBeExtracted) {
    EXPECT_EQ(wrong("extract", R"({"data": {}})"), "/fields");
    EXPECT_EQ(wrong("extract", R"({"data": {}, "fields": []})"), "/fields");
    EXPECT_EQ(wrong("extract", R"({"data": {}, "fields": ["a"], "path": "a"})"), "/fields");
    EXPECT_EQ(wrong("extract", R"({"data": {}, "fields": ["a", 1]})"), "/fields/1");
    EXPECT_EQ(wrong("extract", R"({"data": 5, "fields": ["a"]})"), "/data");
}

// ---- sort

TEST_F(JsonModuleTest, SortsMixedKindsAndPutsNullsLast) {
    const std::string data = R"("data": [null, "b", true, 10, [1], 9, "a", false])";
    EXPECT_EQ(items("sort", "{" + data + "}"), R"([9,10,"a","b",false,true,[1],null])");
    EXPECT_EQ(items("sort", "{" + data + R"(, "descending": true})"),
              R"([[1],true,false,"b","a",10,9,null])");
}

TEST_F(JsonModuleTest, SortsNumericTextsAsAsked) {
    const std::string data = R"("data": ["10", 9, "x", "1e1"])";
    EXPECT_EQ(items("sort", R"({"data": ["10", 9, "1e1"]})"), R"([9,"10","1e1"])");
    EXPECT_EQ(items("sort", "{" + data + R"(, "numeric": true})"), R"([9,"10","1e1","x"])");
    EXPECT_EQ(items("sort", "{" + data + R"(, "numeric": false})"), R"(["10","1e1",9,"x"])");
}

TEST_F(JsonModuleTest, KeepsTheOrderOfEqualItems) {
    EXPECT_EQ(items("sort", R"({"data": [{"a": 2, "n": 1}, {"a": 1, "n": 2}, {"a": 2, "n": 3},
                                         {"a": 1, "n": 4}], "by": "a", "descending": true})"),
              R"([{"a":2,"n":1},{"a":2,"n":3},{"a":1,"n":2},{"a":1,"n":4}])");
    EXPECT_EQ(items("sort", R"({"data": ["b", "A", "B", "a"], "ignore_case": true})"),
              R"(["A","a","b","B"])");
}

TEST_F(JsonModuleTest, RefusesSortKeysThatAreNone) {
    EXPECT_EQ(wrong("sort", R"({"data": [], "by": []})"), "/by");
    EXPECT_EQ(wrong("sort", R"({"data": [], "by": ["a", 1]})"), "/by/1");
    EXPECT_EQ(wrong("sort", R"({"data": [], "by": {"descending": true}})"), "/by");
    EXPECT_EQ(wrong("sort", R"({"data": [], "by": {"field": "a", "descending": 1}})"),
              "/by/descending");
}

// ---- aggregate

TEST_F(JsonModuleTest, ComputesOverPlainNumbers) {
    const auto result = [&](const char* operation, const std::string& data) {
        return output("aggregate", R"({"operation": ")" + std::string(operation) +
                                       R"(", "data": )" + data + "}")["result"]
            .dump();
    };
    EXPECT_EQ(result("sum", "[1, 2.5, \"3\"]"), "6.5");
    EXPECT_EQ(result("sum", "[9007199254740993, 1]"), "9007199254740994");
    EXPECT_EQ(result("sum", "[9223372036854775807, 1]"), "9223372036854775808");
    EXPECT_EQ(result("sum", "[1e100, 1, -1e100]"), "1");
    EXPECT_EQ(result("sum", "[]"), "0");
    EXPECT_EQ(result("avg", "[1, 2]"), "1.5");
    EXPECT_EQ(result("avg", "[]"), "null");
    EXPECT_EQ(result("min", "[3, \"1\", 2]"), "1");
    EXPECT_EQ(result("max", "[3, 18446744073709551615, 2]"), "18446744073709551615");
    EXPECT_EQ(result("min", R"(["2026-02-01", "2026-01-31"])"), R"("2026-01-31")");
    EXPECT_EQ(result("max", "[true]"), "null");
    EXPECT_EQ(result("count", "[1, null]"), "2");
}

TEST_F(JsonModuleTest, GroupsByAFieldOfAnyKind) {
    EXPECT_EQ(output("aggregate", R"({"operation": "count", "group_by": "k",
                        "data": [{"k": "b"}, {"k": 1}, {"k": null}, {}, {"k": "b"}]})")
                  .dump(),
              R"({"result":{"b":2,"1":1,"null":2},"count":5,"skipped":0})");
    EXPECT_EQ(output("aggregate", R"({"operation": "count", "field": "n",
                        "data": [{"n": 1}, {"n": null}, {}]})")
                  .dump(),
              R"({"result":1,"count":3,"skipped":2})");
    EXPECT_EQ(output("aggregate", R"({"operation": "max", "field": "n", "group_by": "k",
                        "data": [{"k": "a", "n": 1}, {"k": "b", "n": "x"}, {"k": "c"}]})")
                  .dump(),
              R"({"result":{"a":1,"b":"x","c":null},"count":3,"skipped":1})");
    EXPECT_EQ(wrong("aggregate", R"({"operation": "group", "data": []})"), "/group_by");
    EXPECT_EQ(wrong("aggregate", R"({"data": []})"), "/operation");
    EXPECT_EQ(wrong("aggregate", R"({"operation": "median", "data": []})"), "/operation");
}

// ---- merge

TEST_F(JsonModuleTest, MergesTheOutputsOfTasksBefore) {
    EXPECT_EQ(output("merge", R"({"input": {"first": {"a": 1}, "second": {"b": 2}}})").dump(),
              R"({"value":{"a":1,"b":2},"sources":2})");
    EXPECT_EQ(output("merge", R"({"input": [{"a": 1}, null, {"a": 2}]})")["value"].dump(),
              R"({"a":2})");
    EXPECT_EQ(output("merge", R"({"mode": "concat", "input": {"x": [1], "y": 2}})")["value"].dump(),
              "[1,2]");
}

TEST_F(JsonModuleTest, LeavesOutEqualElementsWhateverTheirForm) {
    EXPECT_EQ(output("merge", R"({"mode": "concat", "unique": true,
                        "sources": [[1, 1.0, "1", {"a": 1, "b": 2}], [{"b": 2, "a": 1}, null]]})")
                  ["value"]
                      .dump(),
              R"([1,"1",{"a":1,"b":2},null])");
}

TEST_F(JsonModuleTest, RefusesSourcesThatDoNotFit) {
    EXPECT_EQ(wrong("merge", "{}"), "/sources");
    EXPECT_EQ(wrong("merge", R"({"sources": 1})"), "/sources");
    EXPECT_EQ(wrong("merge", R"({"sources": [{}, [1]]})"), "/sources/1");
    EXPECT_EQ(wrong("merge", R"({"sources": [], "unique": true})"), "/unique");
}

// ---- validate

TEST_F(JsonModuleTest, ChecksAgainstASchema) {
    EXPECT_EQ(output("validate", R"({"input": {"a": 1}, "schema": {"required": ["a"]}})").dump(),
              R"({"valid":true,"errors":[]})");
    EXPECT_EQ(
        output("validate", R"({"data": "{\"a\": 1}", "schema": "{\"required\": [\"b\"]}"})").dump(),
        R"({"valid":false,"errors":[{"message":"is missing the field 'b'","path":"",)"
        R"("schema_path":"/required"}]})");
    EXPECT_EQ(output("validate", R"({"data": [], "schema": false})")["valid"], Json(false));
}

TEST_F(JsonModuleTest, ChecksFormatsUnlessTold) {
    const std::string call = R"("data": {"at": "noon"},
                                "schema": {"properties": {"at": {"format": "time"}}})";
    EXPECT_EQ(output("validate", "{" + call + "}")["valid"], Json(false));
    EXPECT_EQ(output("validate", "{" + call + R"(, "formats": false})")["valid"], Json(true));
}

TEST_F(JsonModuleTest, FailsForWhatDoesNotFitWhenStrict) {
    const Reply reply = json.run("validate", Json::parse(R"({"data": {"a": ["x"]}, "strict": true,
                "schema": {"properties": {"a": {"items": {"type": "integer"}}}}})"));
    EXPECT_EQ(reply.status, OA_INVALID_PARAMS);
    EXPECT_EQ(reply.pointer, "/data/a/0");
    EXPECT_EQ(reply.message,
              "the data do not fit the schema: /a/0 takes an integer, not the text 'x'");
    EXPECT_EQ(reply.details["errors"].size(), 1U);
}

TEST_F(JsonModuleTest, RefusesWhatIsNoSchema) {
    EXPECT_EQ(wrong("validate", R"({"data": 1})"), "/schema");
    EXPECT_EQ(wrong("validate", R"({"data": 1, "schema": "{"})"), "/schema");
    EXPECT_EQ(wrong("validate", R"({"data": 1, "schema": 5})"), "/schema");
    EXPECT_EQ(wrong("validate", R"({"schema": true})"), "/data");
    const Reply reply =
        json.run("validate", Json::parse(R"({"data": 1, "schema": {"type": "strng"}})"));
    EXPECT_EQ(reply.pointer, "/schema/type");
    EXPECT_EQ(reply.message, "no JSON Schema: there is no type 'strng'; did you mean 'string'?");
}

TEST_F(JsonModuleTest, SaysThatTheHostCannotCheckSchemas) {
    json.host().extension("oa.schema/1", nullptr);
    const Reply reply = json.run("validate", Json::parse(R"({"data": 1, "schema": true})"));
    EXPECT_EQ(reply.status, OA_UNIMPLEMENTED);
    EXPECT_EQ(reply.message,
              "this host has no validator for JSON Schema (oa.schema/1); a newer one has");
}

}  // namespace
}  // namespace oa::test
