#include <array>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/plugins/support/cancelling.hpp"
#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/subprocess.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {
namespace {

struct JsonChangeTest : ::testing::Test {
    PluginHarness json{OA_PLUGIN_FILE};
    TemporaryFolder folder;

    Json output(std::string_view function, const Json& params) {
        const Reply reply = json.run(function, params);
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
        return reply.json;
    }
    Reply refused(std::string_view function, const Json& params, int status) {
        Reply reply = json.run(function, params);
        EXPECT_EQ(reply.status, status) << reply.json.dump();
        return reply;
    }
    std::string results(const std::string& query, const char* data) {
        return output("query", {{"query", query}, {"data", Json::parse(data)}})["results"].dump();
    }
    /// What jq itself gives, as one list.
    std::string of_jq(const std::string& query, const char* data) const {
        const std::string file = folder.write("data.json", data);
        const ProcessResult lines = run_program({"/usr/bin/jq", "-c", query, file});
        EXPECT_EQ(lines.exit_status, 0) << lines.err;
        std::string list = "[";
        for (const char c : lines.out) {
            list += c == '\n' ? ',' : c;
        }
        if (list.size() > 1) {
            list.pop_back();
        }
        return Json::parse(list + "]").dump();
    }
    std::string difference(const char* from, const char* to) {
        return output("diff", {{"from", Json::parse(from)}, {"to", Json::parse(to)}})["patch"]
            .dump();
    }
    std::string patched(const char* data, const char* patch) {
        return output("patch",
                      {{"data", Json::parse(data)}, {"patch", Json::parse(patch)}})["value"]
            .dump();
    }
};

// ---- query

TEST_F(JsonChangeTest, GivesWhatJqGives) {
    const char* const data = R"({"items": [{"name": "tea", "price": 12.5, "tags": ["hot", "dry"]},
        {"name": "salt", "price": 1, "tags": []}, {"name": "ü", "price": null}], "n": 3})";
    const std::vector<std::string> queries{
        ".",
        ".items[].name",
        ".items | map(select(.price > 2))",
        "[.items[] | {(.name): .price}] | add",
        ".items | group_by(.price) | length",
        ".items[0].tags | join(\"-\")",
        "reduce .items[] as $i (0; . + ($i.price // 0))",
        "[paths(type == \"number\")]",
        ".items | sort_by(.name) | reverse | .[].name",
        "def twice(f): f | f; .n | twice(. * 2)",
        "to_entries | map(.key)",
        "[limit(3; range(100))]",
        "try error(\"x\") catch .",
        "[.items[].name | ascii_upcase | test(\"T\")]",
        ".items[0] | @csv \"\\([.name, .price])\"",
        "path(..) | tostring",
        "empty",
        "[splits(\", *\"; null)?]",
        "now | type",
        "# a comment\n.n # and another",
    };
    for (const std::string& query : queries) {
        EXPECT_EQ(results(query, data), of_jq(query, data)) << query;
    }
}

TEST_F(JsonChangeTest, AQueryHasVariablesAndTheInput) {
    const Json found =
        output("query", {{"query", "map(select(. > $least)) | [., $names]"},
                         {"input", "[1, 5, 9]"},
                         {"variables", {{"least", 4}, {"names", Json::array({"a"})}}}});
    EXPECT_EQ(found["value"].dump(), R"([[5,9],["a"]])");
    EXPECT_EQ(found["count"].as_int(), 1);
}

TEST_F(JsonChangeTest, AQueryReadsAFileOfManyValues) {
    std::string lines;
    for (int i = 0; i < 20'000; ++i) {
        lines += "{\"n\": " + std::to_string(i) + ", \"text\": \"äöü\"}\n";
    }
    const std::string file = folder.write("lines.json", lines);
    const Json found =
        output("query", {{"query", "select(.n % 5000 == 0) | [.n, .text]"}, {"file", file}});
    EXPECT_EQ(found["results"].dump(), R"([[0,"äöü"],[5000,"äöü"],[10000,"äöü"],[15000,"äöü"]])");
    EXPECT_EQ(
        refused("query", {{"query", "."}, {"file", folder.at("none")}}, OA_NOT_FOUND).json.dump(),
        "null");
    const std::string broken = folder.write("broken.json", "{\"a\": 1}\n{\"a\": ");
    const Reply reply = refused("query", {{"query", ".a"}, {"file", broken}}, OA_INVALID_PARAMS);
    EXPECT_NE(reply.message.find("broken.json"), std::string::npos) << reply.message;
    EXPECT_EQ(reply.pointer, "/file");
}

TEST_F(JsonChangeTest, AFileThatCannotBeReadSaysSo) {
    refused("query", {{"query", "."}, {"file", folder.path().string()}}, OA_PERMISSION);
    const std::string half = folder.write("half.json", "{\"a\": 1} {\"a\": ");
    EXPECT_EQ(refused("query", {{"query", ".a"}, {"file", half}}, OA_INVALID_PARAMS).pointer,
              "/file");
    EXPECT_EQ(refused("query", {{"query", "."}, {"data", "[1,"}}, OA_INVALID_PARAMS).pointer,
              "/data");
}

TEST_F(JsonChangeTest, NothingLeadsOutOfAQuery) {
    EXPECT_EQ(results("$ENV", "{}"), "[{}]");
    EXPECT_EQ(results("$ENV.PATH", "{}"), "[null]");
    EXPECT_EQ(results("input_filename", "{}"), "[null]");
    EXPECT_EQ(results("stderr", "1"), "[1]");
    for (const char* query :
         {"env", "env.PATH", "input", "[inputs]", "\"a\" | modulemeta", "[.] | map(env)"}) {
        const Reply reply = refused("query", {{"query", query}, {"data", 1}}, OA_PRECONDITION);
        EXPECT_NE(reply.message.find("shut off"), std::string::npos)
            << query << ": " << reply.message;
    }
    for (const char* query :
         {"import \"a\" as a; .", "  include \"a\"; .", "import \"a\" as $a; ."}) {
        EXPECT_EQ(refused("query", {{"query", query}, {"data", 1}}, OA_INVALID_PARAMS).pointer,
                  "/query");
    }
    const std::string module = folder.write("m.jq", "def secret: 42;");
    const std::string query =
        "1) , (import \"" + module.substr(0, module.size() - 3) + "\" as m; m::secret";
    refused("query", {{"query", query}, {"data", 1}}, OA_INVALID_PARAMS);
}

TEST_F(JsonChangeTest, AQueryThatFailsSaysWhy) {
    const Reply syntax =
        refused("query", {{"query", ".a\n| nothing(1)"}, {"data", 1}}, OA_INVALID_PARAMS);
    EXPECT_EQ(syntax.message,
              "the query is none of jq: nothing/1 is not defined at <top-level>, line 2:");
    const Reply kind = refused("query", {{"query", ".a"}, {"data", 1}}, OA_PRECONDITION);
    EXPECT_EQ(kind.message, "the query failed: Cannot index number with string \"a\"");
    EXPECT_EQ(refused("query", {{"query", "error({a: 1})"}, {"data", 1}}, OA_PRECONDITION).message,
              "the query failed: {\"a\":1}");
    for (const char* halts : {"halt", "1 | halt_error", "halt_error(0)"}) {
        refused("query", {{"query", halts}, {"data", 1}}, OA_PRECONDITION);
    }
    const Reply many =
        refused("query", {{"query", "range(11)"}, {"data", 1}, {"max_results", 10}}, OA_EXHAUSTED);
    EXPECT_EQ(many.pointer, "/max_results");
    EXPECT_EQ(results("[range(10)]", "1"), "[[0,1,2,3,4,5,6,7,8,9]]");
}

// What one instruction of jq takes is not interrupted. In the host it is a process of its own that
// ends; see the tests of isolation.
TEST_F(JsonChangeTest, AQueryIsForAProcessOfItsOwnAndStopsBetweenResults) {
    EXPECT_NE(json.function("query").flags & OA_F_ISOLATE, 0U);
    CallOptions options;
    options.cancel_after_polls = 1000;
    const Reply reply = json.run(
        "query", {{"query", "repeat(1)"}, {"data", 1}, {"max_results", 1'000'000}}, options);
    EXPECT_EQ(reply.status, OA_CANCELLED) << reply.message;
}

TEST_F(JsonChangeTest, AQueryThatNeverEndsEndsWithinASecondOfBeingCancelled) {
    const std::string spaces = folder.write("spaces.json", std::string(1 << 20, ' ') + "1");
    for (const Json& params :
         {Json{{"query", "[limit(1; repeat(1) | select(. > 1))]"}, {"data", 1}},
          Json{{"query", "def f: f; f"}, {"data", 1}},
          Json{{"query", "last(repeat(1))"}, {"file", spaces}}}) {
        const auto cancelled = run_and_cancel(
            json, "query", params, [](const FakeCall& call) { return call.has_callbacks(); });
        EXPECT_EQ(cancelled.reply.status, OA_CANCELLED) << params.dump();
        EXPECT_LT(cancelled.taken, std::chrono::seconds(1)) << params.dump();
    }
    EXPECT_EQ(results(".", "1"), "[1]") << "the next one runs";
}

// ---- diff and patch

TEST_F(JsonChangeTest, TellsWhatHasChangedInMapsAndLists) {
    EXPECT_EQ(
        difference(R"({"a": 1, "b/c": {"~": 1}})", R"({"b/c": {"~": 2}, "d": null})"),
        R"([{"op":"remove","path":"/a"},{"op":"replace","path":"/b~1c/~0","value":2},{"op":"add","path":"/d","value":null}])");
    EXPECT_EQ(difference("[1, 2, 3]", "[1, 3]"), R"([{"op":"remove","path":"/1"}])");
    EXPECT_EQ(
        difference("[1, 2, 3, 9]", "[0, 9]"),
        R"([{"op":"replace","path":"/0","value":0},{"op":"remove","path":"/2"},{"op":"remove","path":"/1"}])");
    EXPECT_EQ(difference("1", "[1]"), R"([{"op":"replace","path":"","value":[1]}])");
}

// Whatever two values are, the patch between them leads from one to the other.
TEST_F(JsonChangeTest, APatchLeadsFromOneToTheOther) {
    const std::vector<const char*> values{
        "null",
        "[]",
        "{}",
        "[1, [2, {\"a\": 3}], 4]",
        "[4, [2, {\"a\": null}], 1, 1]",
        "\"x\"",
        "{\"a\": {}}",
        "{\"\": [1]}",
        "{\"a\": {\"b\": [1, 2, 3]}, \"c\": 0}",
        "{\"c\": 0, \"a\": {\"b\": [3, 2, 1, 0]}, \"a/b\": \"~1\"}"};
    for (const char* from : values) {
        for (const char* to : values) {
            const std::string patch = difference(from, to);
            const Json made = output("patch", {{"data", from}, {"patch", Json::parse(patch)}});
            EXPECT_TRUE(made["value"] == Json::parse(to)) << from << " -> " << to << ": " << patch;
        }
    }
}

// The examples of RFC 6902, appendix A, and more.
TEST_F(JsonChangeTest, AppliesEveryOperation) {
    EXPECT_EQ(patched(R"({"foo": "bar"})", R"([{"op": "add", "path": "/baz", "value": "qux"}])"),
              R"({"foo":"bar","baz":"qux"})");
    EXPECT_EQ(patched(R"({"foo": ["bar", "baz"]})",
                      R"([{"op": "add", "path": "/foo/1", "value": "qux"}])"),
              R"({"foo":["bar","qux","baz"]})");
    EXPECT_EQ(patched(R"({"foo": ["a", "b", "c"]})",
                      R"([{"op": "move", "from": "/foo/0", "path": "/foo/2"}])"),
              R"({"foo":["b","c","a"]})");
    EXPECT_EQ(patched(R"({"a": {"b": 1}})", R"([{"op": "copy", "from": "/a", "path": "/a/c"}])"),
              R"({"a":{"b":1,"c":{"b":1}}})");
    EXPECT_EQ(patched("1", R"([{"op": "replace", "path": "", "value": [2]}])"), "[2]");
    EXPECT_EQ(patched(R"({"/": 9, "~1": 10})", R"([{"op": "test", "path": "/~01", "value": 10}])"),
              R"({"/":9,"~1":10})");
}

TEST_F(JsonChangeTest, APatchThatDoesNotFitNamesItsOperation) {
    const auto pointer = [&](const char* patch, int status) {
        return refused("patch",
                       {{"data", Json::parse(R"({"a": [1]})")}, {"patch", Json::parse(patch)}},
                       status)
            .pointer;
    };
    EXPECT_EQ(
        pointer(R"([{"op": "test", "path": "/a", "value": [1]}, {"op": "remove", "path": "/b"}])",
                OA_PRECONDITION),
        "/patch/1");
    EXPECT_EQ(pointer(R"([{"op": "add", "path": "/a/2", "value": 0}])", OA_PRECONDITION),
              "/patch/0");
    EXPECT_EQ(pointer(R"([{"op": "add", "path": "/a/01", "value": 0}])", OA_PRECONDITION),
              "/patch/0");
    EXPECT_EQ(pointer(R"([{"op": "remove", "path": "/a/-"}])", OA_PRECONDITION), "/patch/0");
    EXPECT_EQ(pointer(R"([{"op": "spam", "path": "/a"}])", OA_INVALID_PARAMS), "/patch/0/op");
    EXPECT_EQ(pointer(R"([{"op": "add", "path": "/a"}])", OA_INVALID_PARAMS), "/patch/0/value");
    EXPECT_EQ(pointer(R"([{"op": "add", "path": "a", "value": 1}])", OA_INVALID_PARAMS),
              "/patch/0/path");
    EXPECT_EQ(pointer(R"([{"op": "add", "path": "/~2", "value": 1}])", OA_INVALID_PARAMS),
              "/patch/0/path");
    EXPECT_EQ(pointer(R"([{"op": "move", "from": "/a", "path": "/a/0"}])", OA_INVALID_PARAMS),
              "/patch/0/path");
    EXPECT_EQ(pointer(R"([5])", OA_INVALID_PARAMS), "/patch/0");
}

// The table of RFC 7396, appendix A.
TEST_F(JsonChangeTest, LaysAMergePatchOver) {
    const std::vector<std::array<const char*, 3>> table{
        {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
        {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
        {R"({"a":"b"})", R"({"a":null})", "{}"},
        {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
        {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
        {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
        {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
        {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
        {R"({"a":"b"})", "null", "null"},
        {R"({"a":"foo"})", "\"bar\"", "\"bar\""},
        {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
        {"[1,2]", R"({"a":"b","c":null})", R"({"a":"b"})"},
        {"{}", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"}};
    for (const auto& [data, patch, expected] : table) {
        EXPECT_EQ(patched(data, patch), expected) << data << " + " << patch;
    }
}

// ---- transform

TEST_F(JsonChangeTest, TransformsInTheOrderOfItsParameters) {
    const Json made = output("transform", Json::parse(R"({
        "data": [{"Name": " Ada ", "Price": "12.50", "n": 3.9, "ok": "Yes", "extra": 1, "none": null},
                 {"Name": "Bob", "none": 5}],
        "rename": {"name": "Name", "price": "Price", "same": "same"},
        "convert": {"name": "trim", "price": "number", "n": "integer", "ok": "boolean", "none": "text"},
        "defaults": {"none": "-", "price": 0}, "set": {"kind": "tea"}, "remove": ["extra", "absent"]})"));
    EXPECT_EQ(made["value"].dump(),
              R"([{"n":3,"ok":true,"none":"-","name":"Ada","price":12.5,"kind":"tea"},)"
              R"({"none":"5","name":"Bob","price":0,"kind":"tea"}])");
    EXPECT_EQ(made["count"].as_int(), 2);
}

TEST_F(JsonChangeTest, ConvertsAllKinds) {
    const auto converted = [&](const char* value, const char* how) {
        return output("transform", {{"data", {{"x", Json::parse(value)}}},
                                    {"convert", {{"x", how}}}})["value"]["x"]
            .dump();
    };
    EXPECT_EQ(converted("12", "text"), R"("12")");
    EXPECT_EQ(converted("[1]", "text"), R"("[1]")");
    EXPECT_EQ(converted("\" -7 \"", "number"), "-7");
    EXPECT_EQ(converted("true", "integer"), "1");
    EXPECT_EQ(converted("-2.9", "integer"), "-2");
    EXPECT_EQ(converted("\"off\"", "boolean"), "false");
    EXPECT_EQ(converted("\"aé\"", "upper"), "\"AÉ\"");
    EXPECT_EQ(converted("\"AÉ\"", "lower"), "\"aé\"");
    EXPECT_EQ(converted(R"("{\"a\": 1}")", "from_json"), R"({"a":1})");
    EXPECT_EQ(converted(R"({"a": 1})", "to_json"), R"("{\"a\":1}")");
}

TEST_F(JsonChangeTest, WhatCannotBeConvertedIsNamed) {
    const Reply reply = refused(
        "transform", Json::parse(R"({"data": [{"n": 1}, {"n": "x"}], "convert": {"n": "number"}})"),
        OA_INVALID_PARAMS);
    EXPECT_EQ(reply.pointer, "/data/1/n");
    EXPECT_EQ(
        output(
            "transform",
            Json::parse(R"({"data": {"n": "1e30"}, "convert": {"n": "integer"}, "strict": false})"))
            ["value"]
                .dump(),
        R"({"n":null})");
    EXPECT_EQ(refused("transform", Json::parse(R"({"data": [1]})"), OA_INVALID_PARAMS).pointer,
              "/data/0");
    EXPECT_EQ(refused("transform", Json::parse(R"({"data": {}, "convert": {"n": "numbr"}})"),
                      OA_INVALID_PARAMS)
                  .pointer,
              "/convert/n");
}

}  // namespace
}  // namespace oa::test
