#include <chrono>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "tests/plugins/support/cancelling.hpp"
#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {
namespace {

using oa::Json;

/// oa-utility of versions 2 and 3: names, parameters, `input`, outputs.
struct OlderUtilsTest : ::testing::Test {
    TemporaryFolder folder;
    PluginHarness utils{OA_PLUGIN_FILE};

    Json output(std::string_view name, const Json& params) {
        const Reply reply = utils.run(name, params);
        EXPECT_EQ(reply.status, OA_OK) << name << ": " << reply.message;
        return reply.json;
    }
    std::int32_t status(std::string_view name, const Json& params) {
        return utils.run(name, params).status;
    }
    /// A condition's result and, whatever that is, its output.
    bool holds(const Json& params) {
        const Reply reply = utils.run("oa-utility.condition", params);
        EXPECT_EQ(reply.status,
                  reply.json["condition_result"] == Json(true) ? OA_OK : OA_PRECONDITION);
        return reply.status == OA_OK;
    }
};

TEST_F(OlderUtilsTest, AreDeprecatedAndHaveTheirOldNames) {
    for (const char* name : {"oa-utility.setsleep", "oa-utility.sleep", "oa-utility.printvar",
                             "oa-utility.setvar", "oa-utility.dumpvar", "oa-utility.transform",
                             "oa-utility.condition", "oa-utility.conditional", "oa-utility.merge",
                             "oautils.print_text", "oautils.log_message", "oautils.setvar"}) {
        const oa_function& function = utils.function(name);
        ASSERT_NE(function.deprecated, nullptr) << name;
        const std::string replacement = function.deprecated->replace_with;
        ASSERT_TRUE(replacement.starts_with("utils.")) << name;
        EXPECT_EQ(utils.function(replacement.substr(6)).deprecated, nullptr) << name;
    }
}

TEST_F(OlderUtilsTest, SleepsAndHandsTheInputOn) {
    EXPECT_EQ(output("oa-utility.setsleep", {{"seconds", "0.002"}}),
              Json({{"slept_seconds", 0.002}, {"requested_seconds", 0.002}}));
    EXPECT_EQ(output("oa-utility.sleep", {{"seconds", 0}, {"input", Json::array({1})}}),
              Json::array({1}));
    EXPECT_EQ(status("oa-utility.sleep", {{"seconds", -1}}), OA_INVALID_PARAMS);
    EXPECT_EQ(status("oa-utility.sleep", {{"seconds", "soon"}}), OA_INVALID_PARAMS);
    EXPECT_EQ(status("oa-utility.sleep", Json::object()), OA_INVALID_PARAMS);
}

TEST_F(OlderUtilsTest, ALongSleepEndsWithinASecondOfBeingCancelled) {
    for (const char* name : {"oa-utility.setsleep", "sleep"}) {
        const auto cancelled = run_and_cancel(
            utils, name, {{std::string(name) == "sleep" ? "duration" : "seconds", 100'000}},
            [](const FakeCall&) { return true; });
        EXPECT_EQ(cancelled.reply.status, OA_CANCELLED) << name;
        EXPECT_LT(cancelled.taken, std::chrono::seconds(1)) << name;
    }
}

TEST_F(OlderUtilsTest, PrintsTexts) {
    for (const char* name : {"text", "message", "input"}) {
        const Reply reply = utils.run("oautils.log_message", {{name, "hello"}});
        ASSERT_EQ(reply.logs.size(), 1U);
        EXPECT_EQ(reply.logs[0].message, "hello");
        EXPECT_EQ(reply.json, Json({{"content", "hello"}}));
    }
    EXPECT_EQ(status("oautils.print_text", Json::object()), OA_INVALID_PARAMS);
}

TEST_F(OlderUtilsTest, PrintsAVariableOrTheInput) {
    const Json variables{
        {"list", Json::array({1})}, {"long", std::string(600, 'x')}, {"no", nullptr}};
    Reply reply = utils.run("oa-utility.printvar", {{"varname", "list"}, {"variables", variables}});
    EXPECT_EQ(reply.json, Json::array({1}));
    EXPECT_EQ(reply.logs.at(0).message, "list (list): [\n  1\n]");
    reply = utils.run("oa-utility.printvar", {{"varname", "long"}, {"variables", variables}});
    EXPECT_EQ(reply.logs.at(0).message, "long (str): " + std::string(500, 'x') + "...");
    reply = utils.run("oa-utility.printvar", {{"varname", "no"}, {"variables", variables}});
    EXPECT_EQ(reply.status, OA_OK);
    EXPECT_EQ(reply.json, Json());
    EXPECT_EQ(output("oa-utility.printvar", {{"input", 5}}), Json(5));
    EXPECT_EQ(status("oa-utility.printvar", {{"varname", "x"}, {"variables", variables}}),
              OA_NOT_FOUND);
    EXPECT_EQ(status("oa-utility.printvar", Json::object()), OA_INVALID_PARAMS);
    const Reply blind = utils.run("oa-utility.printvar", {{"varname", "x"}});
    EXPECT_EQ(blind.status, OA_INVALID_PARAMS);
    EXPECT_EQ(blind.pointer, "/variables");
}

TEST_F(OlderUtilsTest, SaysWhatToSetAndWhatToBeFilledWith) {
    const Json sets = Json::parse(utils.function("oa-utility.setvar").params_schema);
    EXPECT_EQ(sets["x-sets-variable"], Json({{"name", "/varname"}, {"value", "/varvalue"}}));
    const Json merges = Json::parse(utils.function("oa-utility.merge").params_schema);
    EXPECT_EQ(merges["x-fill"]["outputs"], Json({{"from", "outputs"}, {"names", "/sources"}}));

    EXPECT_EQ(output("oa-utility.setvar", {{"varname", "x"}, {"varvalue", nullptr}, {"input", 1}}),
              Json({{"varname", "x"}, {"varvalue", nullptr}}));
    EXPECT_EQ(output("oa-utility.setvar", {{"varname", "x"}, {"input", 1}})["varvalue"], Json(1));
    EXPECT_EQ(status("oa-utility.setvar", {{"varname", "x"}}), OA_INVALID_PARAMS);
    EXPECT_EQ(status("oa-utility.setvar", {{"varvalue", 1}}), OA_INVALID_PARAMS);
}

TEST_F(OlderUtilsTest, DumpsVariablesAlsoToAFile) {
    const std::string path = folder.at("dump.json");
    const Json variables{{"host", "db1"}, {"token", "***"}};
    EXPECT_EQ(output("oa-utility.dumpvar",
                     {{"variables", variables}, {"savetofile", path}, {"input", 1}}),
              variables);
    EXPECT_EQ(Json::parse(folder.read("dump.json")), variables);
    EXPECT_EQ(output("oa-utility.dumpvar",
                     {{"variables", Json::object()}, {"include_input", "true"}, {"input", 1}}),
              Json({{"_input", 1}}));
    EXPECT_EQ(status("oa-utility.dumpvar",
                     {{"variables", variables}, {"savetofile", folder.at("none/dump.json")}}),
              OA_NOT_FOUND);
    EXPECT_EQ(status("oa-utility.dumpvar", {{"variables", variables}, {"savetofile", "/dev/full"}}),
              OA_EXHAUSTED);
    EXPECT_EQ(status("oa-utility.dumpvar", Json::object()), OA_INVALID_PARAMS);
}

TEST_F(OlderUtilsTest, TransformsTexts) {
    const auto changed = [&](const char* operation, const Json& data,
                             const Json& options = Json::object()) {
        return output("oa-utility.transform",
                      {{"operation", operation}, {"data", data}, {"options", options}})["result"];
    };
    EXPECT_EQ(changed("upper", "grün"), Json("GRÜN"));
    EXPECT_EQ(changed("lower", "ÉA"), Json("éa"));
    EXPECT_EQ(changed("strip", "  a b\n"), Json("a b"));
    EXPECT_EQ(changed("replace", "a-b-c", {{"old", "-"}, {"new", "+"}}), Json("a+b+c"));
    EXPECT_EQ(changed("split", "a,b"), Json::array({"a", "b"}));
    EXPECT_EQ(changed("join", Json::array({"a", 1})), Json("a1"));
    EXPECT_EQ(changed("upper", 5), Json("5"));

    const Json all = output("oa-utility.transform",
                            {{"operation", "upper"}, {"input", {{"content", "x"}, {"size", 1}}}});
    EXPECT_EQ(all, Json({{"operation", "upper"},
                         {"original_type", "str"},
                         {"result_type", "str"},
                         {"result", "X"}}));
    EXPECT_EQ(status("oa-utility.transform", {{"operation", "join"}, {"data", "x"}}),
              OA_INVALID_PARAMS);
    EXPECT_EQ(status("oa-utility.transform",
                     {{"operation", "split"}, {"data", "x"}, {"options", {{"separator", ""}}}}),
              OA_INVALID_PARAMS);
    EXPECT_EQ(status("oa-utility.transform", {{"operation", "explode"}, {"data", "x"}}),
              OA_INVALID_PARAMS);
    EXPECT_EQ(status("oa-utility.transform", {{"operation", "upper"}}), OA_INVALID_PARAMS);
}

TEST_F(OlderUtilsTest, TransformsListsAsBefore2026) {
    const Json list = Json::parse(R"([{"n": 1, "s": "red"}, {"n": 3, "s": "green"}, {"s": 7}])");
    const auto filtered = [&](const char* op, const Json& value, const char* field) {
        return output("oa-utility.transform", {{"operation", "filter"},
                                               {"field", field},
                                               {"condition", {{"operator", op}, {"value", value}}},
                                               {"input", list}})
            .size();
    };
    EXPECT_EQ(filtered("==", 3, "n"), 1U);
    EXPECT_EQ(filtered("!=", 3, "n"), 2U);
    EXPECT_EQ(filtered(">", 1, "n"), 1U);
    EXPECT_EQ(filtered("<", 1, "n"), 1U) << "what is missing counts as 0";
    EXPECT_EQ(filtered("contains", "re", "s"), 2U);
    EXPECT_EQ(filtered("like", "re", "s"), 3U);
    const auto done = [&](const Json& params) {
        Json all = params;
        all["input"] = list;
        return output("oa-utility.transform", all);
    };
    EXPECT_EQ(done({{"operation", "map"}, {"field", "n"}}), Json::array({1, 3, nullptr}));
    EXPECT_EQ(done({{"operation", "extract"}, {"fields", Json::array({"n"})}}),
              Json::parse(R"([{"n": 1}, {"n": 3}, {}])"));
    EXPECT_EQ(done({{"operation", "aggregate"}})["result"], Json(3));
    EXPECT_EQ(done({{"operation", "aggregate"}, {"agg_type", "sum"}, {"field", "n"}}),
              Json::parse(R"({"aggregation": "sum", "field": "n", "result": 4, "count": 3})"));
    EXPECT_EQ(done({{"operation", "passthrough"}}), list);
}

TEST_F(OlderUtilsTest, TestsConditionsWithTheirOutputInAnyCase) {
    EXPECT_TRUE(holds({{"operator", "equals"}, {"left", 5}, {"right", 5}}));
    EXPECT_FALSE(holds({{"operator", "equals"}, {"left", 5}, {"right", "5"}}));
    EXPECT_TRUE(holds({{"operator", "not_equals"}, {"left", 5}, {"right", "5"}}));
    EXPECT_TRUE(holds({{"operator", "contains"}, {"left", 123}, {"right", "2"}}));
    EXPECT_TRUE(holds({{"operator", "less"}, {"left", "9"}, {"right", 10}}));
    EXPECT_FALSE(holds({{"operator", "greater"}, {"left", "9"}, {"right", 10}}));
    EXPECT_TRUE(holds({{"operator", "exists"}, {"left", ""}}));
    EXPECT_FALSE(holds({{"operator", "exists"}, {"input", 1}})) << "it does not look at input";
    EXPECT_TRUE(holds({{"operator", "is_empty"}, {"left", 0}}));
    EXPECT_FALSE(holds({{"operator", "is_empty"}, {"left", "false"}}));
    EXPECT_FALSE(holds({{"operator", "resembles"}, {"left", 0}}));
    EXPECT_EQ(status("oa-utility.condition", {{"operator", "less"}, {"left", "x"}, {"right", 1}}),
              OA_INVALID_PARAMS);
    EXPECT_EQ(
        status("oa-utility.condition", {{"operator", "contains"}, {"left", "x"}, {"right", 1}}),
        OA_INVALID_PARAMS);
    // As conditional.
    EXPECT_TRUE(holds({{"left_value", 1}, {"right_value", 1}}));
    EXPECT_TRUE(holds({{"condition_type", "exists"}, {"input", {{"a", 1}}}, {"field", "a"}}));
    EXPECT_FALSE(holds({{"condition_type", "exists"}, {"input", {{"a", 1}}}, {"field", "b"}}));
}

TEST_F(OlderUtilsTest, MergesOutputsAndTheInputLast) {
    const Json outputs = Json::parse(R"({"a": {"x": 1, "y": 1}, "b": [1], "c": "t"})");
    const auto merged = [&](const char* type, const Json& input) {
        return output("oa-utility.merge", {{"merge_type", type},
                                           {"sources", Json::array({"a", "b", "none", "c"})},
                                           {"outputs", outputs},
                                           {"input", input}});
    };
    EXPECT_EQ(merged("dict", {{"x", 2}}), Json({{"x", 2}, {"y", 1}}));
    EXPECT_EQ(merged("list", Json::array({2})), Json::array({1, 2}));
    EXPECT_EQ(merged("concat", 3), Json("{\"x\":1,\"y\":1}\n[1]\nNone\nt\n3"));
    EXPECT_EQ(merged("other", 3), Json());
    EXPECT_EQ(status("oa-utility.merge", {{"sources", Json::array({"a"})}}), OA_INVALID_PARAMS);
}

}  // namespace
}  // namespace oa::test
