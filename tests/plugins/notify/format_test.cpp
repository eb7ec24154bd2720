#include <string>

#include <gtest/gtest.h>

#include "tests/plugins/support/plugin_harness.hpp"

namespace oa::test {
namespace {

using oa::Json;

struct FormatTest : ::testing::Test {
    PluginHarness plugin{OA_PLUGIN_FILE};

    Json content(const Json& params) {
        const Reply reply = plugin.run("oa-notify.formatmessage", params);
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
        return reply.json["content"];
    }
    std::string pointer(const Json& params) {
        const Reply reply = plugin.run("format", params);
        EXPECT_EQ(reply.status, OA_INVALID_PARAMS) << reply.message;
        return reply.pointer;
    }
};

TEST_F(FormatTest, ItsExamplesDoWhatTheyPromise) {
    EXPECT_EQ(joined(plugin.run_examples("format")), "");
    EXPECT_EQ(joined(plugin.run_examples("formatmessage")), "");
}

TEST_F(FormatTest, FillsTemplates) {
    const Json data{{"a", {{"b", Json::array({1, {{"c", "x"}}})}}}, {"n", nullptr}, {"t", true}};
    EXPECT_EQ(content({{"data", data}, {"template", "{a.b[1].c}{a[b][0]} {{{n}}} {t}"}}),
              Json("x1 {null} true"));
    EXPECT_EQ(content({{"input", "text"}, {"template", "<{data}>"}}), Json("<text>"));
    // What a value holds is no template.
    EXPECT_EQ(content({{"data", {{"a", "{b}"}, {"b", "x"}}}, {"template", "{a}"}}), Json("{b}"));
    EXPECT_EQ(pointer({{"data", data}, {"template", "{none}"}}), "/template");
    EXPECT_EQ(pointer({{"data", data}, {"template", "{a.b[7]}"}}), "/template");
    EXPECT_EQ(pointer({{"data", data}, {"template", "{"}}), "/template");
    EXPECT_EQ(pointer({{"data", data}, {"template", "a}"}}), "/template");
    EXPECT_EQ(pointer({{"data", data}, {"template", "{}"}}), "/template");
    EXPECT_EQ(pointer({{"template", "x"}}), "/data");
    EXPECT_EQ(pointer({{"data", 1}, {"format", "html"}}), "/format");
}

TEST_F(FormatTest, HasPlainForms) {
    const Json data{{"host", "db\xC3\xA4"}, {"list", Json::array({1, 2})}};
    EXPECT_EQ(content({{"data", data}, {"format", "text"}}), Json("host: db\xC3\xA4\nlist: [1,2]"));
    EXPECT_EQ(content({{"data", data}, {"format", "markdown"}}),
              Json("**Workflow Result:**\n\n\xE2\x80\xA2 **host**: db\xC3\xA4\n\xE2\x80\xA2 "
                   "**list**: [1,2]"));
    EXPECT_EQ(content({{"data", "x"}, {"format", "markdown"}}), Json("```\nx\n```"));
    EXPECT_EQ(content({{"data", data}, {"format", "json"}}), Json(data.dump(JsonStyle::Indented)));
    EXPECT_EQ(plugin.run("format", {{"data", "\xC3\xA4"}}).json["length"], Json(1));
}

}  // namespace
}  // namespace oa::test
