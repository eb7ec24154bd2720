#include "host/cli/plugin_commands.hpp"

#include <algorithm>
#include <sstream>

#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "host/cli/plugin_schema.hpp"
#include "host/cli/plugin_text.hpp"
#include "tests/host/plugin/fixtures.hpp"

namespace oa::host {
namespace {

constexpr std::size_t columns = 80;

struct PluginCommandsTest : testing::Test {
    PluginRegistry registry{search_for("good", "no_entry")};
    std::ostringstream out;
    std::ostringstream problems;

    std::string list(bool json) {
        EXPECT_EQ(print_plugin_list(PluginListOptions{json}, registry, out, columns),
                  ExitStatus::Ok);
        return out.str();
    }
    std::string describe(const std::string& name, bool json = false) {
        EXPECT_EQ(describe_plugin(PluginDescribeOptions{name, json ? DescribeFormat::Json
                                                                   : DescribeFormat::Text},
                                  registry, out, problems, columns),
                  ExitStatus::Ok);
        EXPECT_EQ(problems.str(), "");
        return out.str();
    }
    std::string problem_with(const std::string& name) {
        EXPECT_EQ(describe_plugin(PluginDescribeOptions{name}, registry, out, problems, columns),
                  ExitStatus::PluginTrouble);
        EXPECT_EQ(out.str(), "");
        return problems.str();
    }
};

TEST_F(PluginCommandsTest, ListsWhatWasFoundAndWhatWasRefusedWithItsFix) {
    const auto text = list(false);

    EXPECT_NE(text.find("good  1.2.3    2          " +
                        std::filesystem::canonical(fixture("good")).string()),
              std::string::npos)
        << text;
    EXPECT_NE(text.find(fixture("no_entry").string()), std::string::npos);
    EXPECT_NE(text.find("fix: "), std::string::npos);
}

TEST_F(PluginCommandsTest, ListsForPrograms) {
    const auto document = core::parse_json(list(true));

    EXPECT_EQ(document.at("plugins").at(0).at("name"), "good");
    EXPECT_EQ(document.at("plugins").at(0).at("functions").as_array().size(), 2U);
    EXPECT_EQ(document.at("refused").at(0).at("problem"), "no_entry");
    EXPECT_EQ(document.at("searched").as_array().size(), 2U);
}

TEST_F(PluginCommandsTest, NamesThePlacesWhenNothingIsFound) {
    const PluginRegistry empty(search_for("no_entry"));

    print_plugin_list(PluginListOptions{}, empty, out, columns);

    EXPECT_EQ(out.str().rfind("No plug-ins were found. Searched:\n  " +
                                  fixture("no_entry").string() + " (test)\n",
                              0),
              0U)
        << out.str();
}

TEST_F(PluginCommandsTest, DescribesAModuleByItsFunctions) {
    const auto text = describe("com.example.good");

    EXPECT_EQ(text.rfind("good 1.2.3 (com.example.good)\nDoes little, but does it well\n", 0), 0U);
    EXPECT_NE(text.find("\n  act(path, mode?, times?)\n"), std::string::npos) << text;
    EXPECT_NE(text.find("Deprecated since 1.1.0: use good.act."), std::string::npos) << text;
}

TEST_F(PluginCommandsTest, DescribesAFunctionInFull) {
    const auto text = describe("good.act");

    EXPECT_EQ(text, R"(good.act (module good 1.2.3)
Acts on a file in one of two ways, and tells whether that is done.

Parameters
  NAME   TYPE       REQUIRED  DEFAULT  DESCRIPTION
  path   string     yes                The file to work on, which must exist
                                       already and be readable by the user that
                                       runs the host program.
  mode   fast|safe            safe     How to go about it
  times  integer              1

Output
  NAME  TYPE
  done  boolean

Behaviour
  idempotent, thread safe, filesystem, time-out 5000 ms

Also called
  do-it, oa-io.act, oa-io.act.now

Example: Act on a file
  - good.act:
      path: "/tmp/a: b"
      times: 2
  gives
      done: true
)");
}

TEST_F(PluginCommandsTest, DescribesAFunctionByAnyOfItsNames) {
    for (const char* name : {"com.example.good.act", "good-old.do-it", "oa-io.act.now"}) {
        out.str("");
        EXPECT_EQ(describe(name).rfind("good.act (", 0), 0U) << name;
    }
}

TEST_F(PluginCommandsTest, DescribesForPrograms) {
    const auto module = core::parse_json(describe("good", true));
    EXPECT_EQ(module.at("id"), "com.example.good");
    EXPECT_EQ(module.at("abi"), "1.0");
    EXPECT_EQ(module.at("functions").at(1).at("deprecated").at("replace_with"), "good.act");
    out.str("");

    const auto function = core::parse_json(describe("good.act", true));
    EXPECT_EQ(function.at("params_schema").at("properties").at("mode").at("default"), "safe");
    EXPECT_EQ(function.at("examples").as_array().size(), 1U);
    EXPECT_EQ(function.at("flags").at(0), "idempotent");
}

TEST_F(PluginCommandsTest, SuggestsTheNearestName) {
    EXPECT_NE(problem_with("godo").find("did you mean 'good'?"), std::string::npos);
    EXPECT_NE(problem_with("good.akt").find("did you mean 'act'?"), std::string::npos);
    EXPECT_NE(problem_with("oa-io.act.nov").find("did you mean 'act.now'?"), std::string::npos);
}

TEST_F(PluginCommandsTest, ExplainsAnOlderNameThatStandsForFunctionsOnly) {
    EXPECT_NE(problem_with("oa-io").find("act, act.now"), std::string::npos);
}

TEST_F(PluginCommandsTest, TellsThatAPluginOfThatNameWasRefused) {
    EXPECT_NE(problem_with("no_entry.x").find("was refused"), std::string::npos);
}

TEST(PluginTextTest, WrapsBetweenWords) {
    EXPECT_EQ(wrap("", 10), std::vector<std::string>{});
    EXPECT_EQ(wrap("one two  three", 7), (std::vector<std::string>{"one two", "three"}));
    EXPECT_EQ(wrap("incomprehensible yes", 5),
              (std::vector<std::string>{"incomprehensible", "yes"}));
    EXPECT_EQ(wrap("größe ärger", 11), std::vector<std::string>{"größe ärger"});
    EXPECT_EQ(wrap("a\nb", 11), (std::vector<std::string>{"a", "b"}));
}

TEST(PluginTextTest, KeepsLinesWithinTheColumns) {
    TextTable table;
    table.rows = {{"NAME", "DESCRIPTION"},
                  {"x", "word word word word word word word word word word word word word word"}};
    std::ostringstream out;
    table.print(out, 2, 40);

    std::istringstream lines(out.str());
    for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(line.size(), 40U) << line;
    }
}

std::string yaml(const char* json) {
    std::ostringstream out;
    print_yaml(out, core::parse_json(json), 0);
    return out.str();
}

TEST(PluginTextTest, QuotesWhatYamlWouldReadAsSomethingElse) {
    EXPECT_EQ(yaml(R"({"a":"true","b":"12","c":"x: y","d":"","e":"plain words","f":null})"),
              "a: \"true\"\nb: \"12\"\nc: \"x: y\"\nd: \"\"\ne: plain words\nf: null\n");
    EXPECT_EQ(yaml(R"({"l":[1,{"k":[],"m":2}],"o":{}})"),
              "l:\n  - 1\n  - k: []\n    m: 2\no: {}\n");
    EXPECT_EQ(yaml(R"({"url":"https://example.com/a?b=${c}","line":"a\nb"})"),
              "url: https://example.com/a?b=${c}\nline: \"a\\nb\"\n");
}

std::string type_of(const char* json) {
    return type_words(core::parse_json(json));
}

TEST(PluginSchemaTest, SaysTypesInWords) {
    EXPECT_EQ(type_of(R"({"type":"string"})"), "string");
    EXPECT_EQ(type_of(R"({"type":["integer","null"]})"), "integer|null");
    EXPECT_EQ(type_of(R"({"type":"array","items":{"type":"string"}})"), "array of string");
    EXPECT_EQ(type_of(R"({"type":"array"})"), "array");
    EXPECT_EQ(type_of(R"({"enum":["a",1]})"), "a|1");
    EXPECT_EQ(type_of(R"({"enum":["aaaaaaaaaaaaaa","bbbbbbbbbbbbbbb"]})"), "enum");
    EXPECT_EQ(type_of(R"({"const":"x"})"), "x");
    EXPECT_EQ(type_of(R"({"oneOf":[{"type":"string"},{"type":"number"}]})"), "string|number");
    EXPECT_EQ(type_of(R"({"oneOf":[{"type":"string"},{}]})"), "any");
    EXPECT_EQ(type_of("true"), "any");
}

TEST(PluginSchemaTest, AddsLimitsToTheDescription) {
    const auto schema = core::parse_json(
        R"({"properties":{"n":{"type":"integer","minimum":1,"maximum":9,"description":"How many"},
            "l":{"default":["a","long","default","value"]},"any":true}})");

    const auto table = property_table(schema.as_object());

    ASSERT_EQ(table.rows.size(), 4U);
    EXPECT_EQ(table.rows[1].back(), "How many (at least 1, at most 9)");
    EXPECT_EQ(table.rows[2][3], "see text");
    EXPECT_EQ(table.rows[2].back(), R"(default ["a","long","default","value"])");
    EXPECT_EQ(table.rows[3][1], "any");
}

}  // namespace
}  // namespace oa::host
