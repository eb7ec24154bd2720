#include <filesystem>
#include <string>

#include "tests/plugins/files/files_fixture.hpp"
#include "tests/plugins/support/cancelling.hpp"

namespace oa::test {
namespace {

namespace fs = std::filesystem;
using oa::Json;

struct TextTest : FilesFixture {
    /// What is left of a text after a replacement.
    std::string replaced(std::string_view text, Json params) {
        put_file(folder.at("f"), text);
        params["path"] = folder.at("f");
        const Reply reply = files.run("replace", params);
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
        return content_of(folder.at("f"));
    }
    Reply fill(std::string_view text, const Json& values, Json params = Json::object()) {
        params["template"] = text;
        params["values"] = values;
        return files.run("template", params);
    }
    std::string filled(std::string_view text, const Json& values) {
        const Reply reply = fill(text, values);
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
        return reply.json.get<std::string>("content");
    }
};

TEST_F(TextTest, ReplacesTexts) {
    EXPECT_EQ(replaced("a.b.c", {{"search", "."}, {"replacement", "\\1"}}), "a\\1b\\1c");
    EXPECT_EQ(replaced("aaa", {{"search", "a"}, {"replacement", "b"}, {"count", 2}}), "bba");
    EXPECT_EQ(replaced("Ab aB", {{"search", "ab"}, {"replacement", ""}, {"ignore_case", true}}),
              " ");
    EXPECT_EQ(replaced("x\xFFy", {{"search", "y"}, {"replacement", "z"}}), "x\xFFz");
    EXPECT_EQ(replaced("none", {{"search", "q"}, {"replacement", ""}}), "none");
}

TEST_F(TextTest, ReplacesExpressions) {
    const auto regex = [](const char* search, const char* replacement) {
        return Json{{"search", search}, {"replacement", replacement}, {"regex", true}};
    };
    EXPECT_EQ(replaced("k=1\nkk=2\n", regex("^k=(\\d)$", "k: \\1")), "k: 1\nkk=2\n");
    EXPECT_EQ(replaced("ab", regex("x*", "-")), "-a-b-");
    EXPECT_EQ(replaced("äb", regex("x*", "-")), "-ä-b-");
    EXPECT_EQ(replaced("abc", regex("b", "[\\0]")), "a[b]c");
    EXPECT_EQ(replaced("one\ntwo\n", regex("^", "> ")), "> one\n> two\n> ");
    put_file(folder.at("f"), "x");
    Json wrong = regex("(", "");
    wrong["path"] = folder.at("f");
    EXPECT_EQ(files.run("replace", wrong).pointer, "/search");
    wrong["search"] = "x";
    wrong["replacement"] = "\\3";
    EXPECT_EQ(files.run("replace", wrong).pointer, "/replacement");
    put_file(folder.at("f"), "x\xFF");
    wrong["replacement"] = "";
    EXPECT_EQ(files.run("replace", wrong).status, OA_PRECONDITION);
}

TEST_F(TextTest, ChangesAllFilesOrNone) {
    put_file(folder.at("a"), "old old");
    put_file(folder.at("b"), "old");
    put_file(folder.at("c"), "other");
    fs::permissions(folder.at("a"), fs::perms(0604));
    const Json two{{"search", "old"},
                   {"replacement", "new"},
                   {"path", Json::array({folder.at("a"), folder.at("b"), folder.at("none")})}};
    EXPECT_EQ(files.run("replace", two).status, OA_NOT_FOUND);
    EXPECT_EQ(content_of(folder.at("a")), "old old");
    EXPECT_EQ(count_names(folder.path()), 3U);

    Json all = two;
    all["path"] = Json::array({folder.at("a"), folder.at("b"), folder.at("c")});
    all["dry_run"] = true;
    const Reply dry = files.run("replace", all);
    EXPECT_EQ(dry.json["replacements"], Json(3));
    EXPECT_EQ(content_of(folder.at("a")), "old old");
    all["dry_run"] = false;
    const Reply done = files.run("replace", all);
    ASSERT_EQ(done.status, OA_OK) << done.message;
    EXPECT_EQ(done.json["files"],
              Json::array({Json{{"path", folder.at("a")}, {"replacements", 2}},
                           Json{{"path", folder.at("b")}, {"replacements", 1}}}));
    EXPECT_EQ(content_of(folder.at("a")), "new new");
    EXPECT_EQ(fs::status(folder.at("a")).permissions(), fs::perms(0604));
}

TEST_F(TextTest, LimitsWhatItReplaces) {
    put_file(folder.at("f"), std::string(1000, 'a'));
    const Json grow{{"path", folder.at("f")},
                    {"search", "a"},
                    {"replacement", std::string(1000, 'b')},
                    {"max_bytes", 100'000}};
    EXPECT_EQ(files.run("replace", grow).status, OA_EXHAUSTED);
    EXPECT_EQ(content_of(folder.at("f")), std::string(1000, 'a'));
    put_file(folder.at("f"), std::string(8 << 20, 'a'));
    CallOptions options;
    options.cancel_after_polls = 200;
    const Reply stopped = files.run(
        "replace", {{"path", folder.at("f")}, {"search", "a"}, {"replacement", "b"}}, options);
    EXPECT_EQ(stopped.status, OA_CANCELLED);
    EXPECT_EQ(count_names(folder.path()), 1U);
}

TEST_F(TextTest, FillsTemplates) {
    const Json values{{"name", "Ada"},
                      {"n", 3},
                      {"none", nullptr},
                      {"yes", true},
                      {"list", Json::array({"x", Json{{"k", "v"}}})},
                      {"a.b", "dotted"},
                      {"evil", "{{ name }}"}};
    EXPECT_EQ(filled("{{name}} {{ n }} [{{ none }}] {{ yes }}", values), "Ada 3 [] true");
    EXPECT_EQ(filled("{{ list.0 }} {{ list.1.k }} {{ a.b }}", values), "x v dotted");
    EXPECT_EQ(filled("{{ list }}", values), "[\"x\",{\"k\":\"v\"}]");
    EXPECT_EQ(filled("{{ evil }}", values), "{{ name }}");
    EXPECT_EQ(filled("{{ \"{{\" }} } {x} {{ '}}' }}", values), "{{ } {x} }}");
    EXPECT_EQ(filled("", values), "");
    const Reply missing = fill("a\nb {{ nobody }}", values);
    EXPECT_EQ(missing.status, OA_INVALID_PARAMS);
    EXPECT_NE(missing.message.find("line 2"), std::string::npos) << missing.message;
    EXPECT_EQ(fill("a{{ nobody }}b", values, {{"missing", "empty"}}).json["content"], Json("ab"));
    EXPECT_EQ(fill("{{ open", values).status, OA_INVALID_PARAMS);
    EXPECT_EQ(fill("{{ }}", values).status, OA_INVALID_PARAMS);
    EXPECT_EQ(fill("{{ list.7 }}", values).status, OA_INVALID_PARAMS);
}

TEST_F(TextTest, FillsTemplatesFromFilesIntoFiles) {
    put_file(folder.at("t"), "port = {{ port }}\n");
    const Reply reply = files.run("template", {{"source", folder.at("t")},
                                               {"path", folder.at("out")},
                                               {"mode", "0600"},
                                               {"input", {{"port", 80}}}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(content_of(folder.at("out")), "port = 80\n");
    EXPECT_EQ(fs::status(folder.at("out")).permissions(), fs::perms(0600));
    EXPECT_EQ(files.run("template", Json{{"values", Json::object()}}).pointer, "/template");
    EXPECT_EQ(files
                  .run("template", {{"source", folder.at("t")},
                                    {"values", Json::object()},
                                    {"path", folder.at("out")}})
                  .status,
              OA_INVALID_PARAMS);
    EXPECT_EQ(content_of(folder.at("out")), "port = 80\n");
}

}  // namespace
}  // namespace oa::test
