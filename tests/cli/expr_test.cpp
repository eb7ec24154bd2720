// oa expr: what it prints, and with which status it ends.

#include "tests/cli/cli_test.hpp"

namespace oa::test {
namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

struct ExprTest : CliTest {
    const std::string json_file = folder.write(
        "values.json",
        R"({"inputs": {"name": "Ada", "count": 3}, "tasks": {"fetch": {"output": [1, 2]}}})");
    const std::string yaml_file =
        folder.write("values.yaml", "inputs: {name: Ada, count: 3}\nday: 2026-01-31\n");
};

TEST_F(ExprTest, PrintsTheValueAsJson) {
    const ProcessResult result = oa({"expr", "[1, 2].map(x, x * 2)"});
    EXPECT_EQ(result.exit_status, 0) << result.err;
    EXPECT_EQ(result.out, "[2,4]\n");
    EXPECT_EQ(oa({"expr", "'a' + 'b'"}).out, "\"ab\"\n");
    EXPECT_EQ(oa({"expr", "--raw", "'a' + 'b'"}).out, "ab\n");
    EXPECT_EQ(oa({"expr", "--", "-1 - 2"}).out, "-3\n");
}

TEST_F(ExprTest, TakesValuesFromJsonAndYaml) {
    EXPECT_EQ(
        oa({"expr", "inputs.name + tasks.fetch.output.map(x, string(x)).join()", "-b", json_file})
            .out,
        "\"Ada12\"\n");
    EXPECT_EQ(oa({"expr", "[inputs.count + 1, day]", "--bindings", yaml_file}).out,
              "[4,\"2026-01-31\"]\n");
    EXPECT_EQ(oa({"expr", "a", "-b", "-"}, {.input = "{\"a\": 7}"}).out, "7\n");
    EXPECT_EQ(oa({"expr", "-"}, {.input = "1 +\n 2\n"}).out, "3\n");
}

TEST_F(ExprTest, ShowsThePlaceOfAMistake) {
    const ProcessResult result = oa({"expr", "inputs.name == \"é\" &&\n  inputs.count = 3"});
    EXPECT_EQ(result.exit_status, 3);
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(contains(result.err,
                         "oa: '=' cannot stand here\n"
                         "    inputs.count = 3\n"
                         "                 ^\n"
                         "  hint: equality is written ==\n"))
        << result.err;
    const ProcessResult long_line =
        oa({"expr", "\"" + std::string(300, 'e') + "\" = " + std::string(300, 'x')});
    EXPECT_TRUE(contains(long_line.err, "  ...eee")) << long_line.err;
    EXPECT_LT(long_line.err.size(), 500U);
}

TEST_F(ExprTest, TellsWhyThereIsNoValue) {
    const ProcessResult result = oa({"expr", "inputs.nme + \"é\"", "-b", json_file});
    EXPECT_EQ(result.exit_status, 1);
    EXPECT_TRUE(contains(result.err, "the input 'nme' was not given")) << result.err;
    EXPECT_TRUE(contains(result.err, "  inputs.nme + \"é\"\n         ^\n")) << result.err;
    EXPECT_TRUE(contains(result.err, "hint: did you mean 'name'?")) << result.err;
    EXPECT_TRUE(contains(oa({"expr", "1.0 / 0.0"}).err, "JSON has no number for"));
    EXPECT_TRUE(contains(oa({"expr", "HOME"}).err, "ENV:HOME"));
}

TEST_F(ExprTest, PrintsOneJsonDocument) {
    const auto fine = json(oa({"expr", "--json", "1 + 1"}));
    EXPECT_EQ(fine.at("value"), 2);
    EXPECT_TRUE(fine.at("error").is_null());

    const ProcessResult result = oa({"expr", "--json", "1 +\n é"});
    EXPECT_EQ(result.exit_status, 3);
    EXPECT_EQ(result.err, "");
    const auto error = json(result).at("error").as_object();
    EXPECT_EQ(error.at("offset"), 5);
    EXPECT_EQ(error.at("line"), 2);
    EXPECT_EQ(error.at("column"), 2);
}

TEST_F(ExprTest, RefusesBindingsThatAreNone) {
    const std::string list = folder.write("list.json", "[1]");
    const std::string broken = folder.write("broken.json", "{\"a\": }");
    const std::string twice = folder.write("twice.yaml", "a: 1\na: 2\n");
    for (const std::string& file : {list, broken, twice, folder.at("none.json")}) {
        const ProcessResult result = oa({"expr", "1", "-b", file});
        EXPECT_EQ(result.exit_status, 2) << file;
        EXPECT_TRUE(contains(result.err, file)) << result.err;
    }
    EXPECT_EQ(oa({"expr", "-", "-b", "-"}).exit_status, 2);
    EXPECT_EQ(oa({"expr"}).exit_status, 2);
}

}  // namespace
}  // namespace oa::test
