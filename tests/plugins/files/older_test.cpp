// The names and parameters of oa-io.

#include <algorithm>

#include "tests/plugins/files/archive_fixture.hpp"

namespace oa::test {
namespace {

namespace fs = std::filesystem;
using oa::Json;

struct OlderFilesTest : ArchiveFixture {
    Json older(std::string_view name, const Json& params) {
        const Reply reply = files.run(name, params);
        EXPECT_EQ(reply.status, OA_OK) << name << ": " << reply.message;
        return reply.json;
    }
};

TEST_F(OlderFilesTest, AreDeprecatedAndHaveTheirOldNames) {
    for (const char* name :
         {"oa-io.copy", "oa-io.zip", "oa-io.makezip", "oa-io.unzip", "oa-io.readfile",
          "oa-io.writefile", "oa-io.replace", "oa-io.loadvarfromjson", "oa-io.loadvarfromjeson",
          "oa-io.rename", "oa-io.remove", "oa-io.findfile", "oa-io.regexreplaceinfile",
          "oa-io.template", "oafiles.read_csv", "oafiles.write_json", "oafiles.copy"}) {
        const oa_function& function = files.function(name);
        ASSERT_NE(function.deprecated, nullptr) << name;
        const std::string replacement = function.deprecated->replace_with;
        ASSERT_TRUE(replacement.starts_with("files.")) << name;
        EXPECT_EQ(files.function(replacement.substr(6)).deprecated, nullptr) << name;
    }
}

TEST_F(OlderFilesTest, CopyRenameRemove) {
    make_tree();
    const Json copied = older(
        "oa-io.copy",
        {{"srcpath", folder.at("tree")}, {"dstpath", folder.at("other")}, {"recursive", true}});
    EXPECT_EQ(copied["files_copied"], Json(4));
    EXPECT_EQ(copied["dstpath"], Json(folder.at("other")));
    fs::create_directory(folder.at("d"));
    older("oa-io.copy",
          {{"srcpath", folder.at("tree/a")}, {"dstpath", folder.at("d")}, {"recursive", "false"}});
    EXPECT_EQ(content_of(folder.at("d/a")), "aaa");
    older("oa-io.rename", {{"srcpath", folder.at("d/a")}, {"dstpath", folder.at("d/b.txt")}});
    put_file(folder.at("d/c.txt"), "");
    EXPECT_EQ(older("oa-io.remove", {{"pathtoremove", folder.at("d/*.txt")}})["removed"], Json(2));
    EXPECT_EQ(files.run("oa-io.remove", {{"pathtoremove", folder.at("other")}}).status,
              OA_CONFLICT);
    older("oa-io.remove", {{"pathtoremove", folder.at("other")}, {"recursive", true}});
    EXPECT_FALSE(fs::exists(folder.at("other")));
}

TEST_F(OlderFilesTest, ZipAndUnzip) {
    make_tree();
    put_file(folder.at("tree/x.txt"), "x");
    const Json all = older("oa-io.zip", {{"zipfilename", folder.at("all.zip")},
                                         {"pathtozip", Json::array({folder.at("tree")})},
                                         {"zipfilter", "*"}});
    EXPECT_EQ(all["zip_size"], Json(fs::file_size(folder.at("all.zip"))));
    older("oa-io.makezip", {{"zipfilename", folder.at("some.zip")},
                            {"pathtozip", folder.at("tree")},
                            {"zipfilter", ".tx"}});
    EXPECT_EQ(program({"unzip", "-Z1", "some.zip"}), "tree/x.txt\n");
    older("oa-io.zip", {{"zipfilename", folder.at("in.zip")},
                        {"input", {{"dstpath", folder.at("tree/a")}}},
                        {"zipfilter", "*"}});
    EXPECT_EQ(program({"unzip", "-Z1", "in.zip"}), "a\n");
    const Json unpacked =
        older("oa-io.unzip", {{"input", all}, {"pathwhereunzip", folder.at("new/place")}});
    EXPECT_EQ(unpacked["extract_path"], Json(folder.at("new/place")));
    EXPECT_EQ(unpacked["files_extracted"], Json(6));
    EXPECT_TRUE(fs::exists(folder.at("new/place/tree/x.txt")));
}

TEST_F(OlderFilesTest, ReadWriteAndReplace) {
    put_file(folder.at("f"), "caff\xE8\r\n");
    const Json read =
        older("oa-io.readfile", {{"input", {{"filepath", folder.at("f")}}}, {"varname", "aaa"}});
    EXPECT_EQ(read["content"], Json("caff\u00E8\n"));
    EXPECT_EQ(read["size"], Json(6));
    EXPECT_EQ(read["varname"], Json("aaa"));
    const Json replaced =
        older("oa-io.replace",
              {{"leftvalue", "f"}, {"rightvalue", "F"}, {"varname", "b"}, {"input", read}});
    EXPECT_EQ(replaced["content"], Json("caFF\u00E8\n"));
    EXPECT_EQ(replaced["occurrences"], Json(2));
    EXPECT_EQ(replaced["varname"], Json("b"));

    const std::string out = folder.at("out");
    older("oa-io.writefile", {{"filename", out}, {"content", "c"}, {"input", "i"}});
    EXPECT_EQ(content_of(out), "c");
    EXPECT_EQ(older("oa-io.writefile", {{"filename", out}, {"input", replaced}})["bytes_written"],
              Json(7));
    EXPECT_EQ(older("oa-io.writefile", {{"filename", out}, {"input", {{"a", 1}}}})["filepath"],
              Json(out));
    EXPECT_EQ(content_of(out), "{\n  \"a\": 1\n}");
    const Reply variable =
        files.run("oa-io.writefile", {{"filename", out}, {"varname", "v"}, {"input", "i"}});
    EXPECT_EQ(variable.status, OA_INVALID_PARAMS) << "the input does not beat the variable";
    const Json variables{{"v", Json::array({1})}};
    older("oa-io.writefile",
          {{"filename", out}, {"varname", "v"}, {"variables", variables}, {"input", "i"}});
    EXPECT_EQ(content_of(out), "[1]");
    EXPECT_EQ(
        files
            .run("oa-io.writefile", {{"filename", out}, {"varname", "w"}, {"variables", variables}})
            .status,
        OA_NOT_FOUND);
    EXPECT_EQ(older("oa-io.replace", {{"leftvalue", "1"},
                                      {"rightvalue", "2"},
                                      {"varname", "v"},
                                      {"variables", variables}})["content"],
              Json("[2]"));
    for (const char* name : {"oa-io.writefile", "oa-io.replace"}) {
        EXPECT_EQ(Json::parse(files.function(name).params_schema)["x-fill"]["variables"]["names"],
                  Json("/varname"));
    }
    EXPECT_EQ(
        Json::parse(files.function("oa-io.template").params_schema)["x-fill"]["values"]["from"],
        Json("variables"));
    EXPECT_EQ(files.run("oa-io.writefile", {{"filename", out}, {"input", 5}}).status,
              OA_INVALID_PARAMS);
}

TEST_F(OlderFilesTest, LoadFindAndRewrite) {
    put_file(folder.at("v.json"), R"({"a": 1, "b": [2]})");
    put_file(folder.at("list.json"), "[1]");
    EXPECT_EQ(older("oa-io.loadvarfromjson", {{"filename", folder.at("v.json")}}),
              (Json{{"a", 1}, {"b", Json::array({2})}}));
    EXPECT_EQ(files.run("oa-io.loadvarfromjson", {{"filename", folder.at("list.json")}}).status,
              OA_PRECONDITION);
    Json found = older("oa-io.findfile", {{"filename", "*.json"},
                                          {"path", folder.path().string()},
                                          {"findfirst", false},
                                          {"varname", "x"}});
    EXPECT_EQ(found["filename"], Json(folder.at("v.json")));
    put_file(folder.at("in"), "a=1\nb=2\n");
    older("oa-io.regexreplaceinfile", {{"filein", folder.at("in")},
                                       {"regexmatch", "^(\\w)=\\d$"},
                                       {"regexvalue", "\\1=0"},
                                       {"fileout", folder.at("rewritten")}});
    EXPECT_EQ(content_of(folder.at("rewritten")), "a=0\nb=0\n");
    put_file(folder.at("t"), "Hello {{ who }}");
    older("oa-io.template", {{"templatefile", folder.at("t")},
                             {"dstfile", folder.at("filled")},
                             {"input", {{"who", "Ada"}}}});
    EXPECT_EQ(content_of(folder.at("filled")), "Hello Ada");
    put_file(folder.at("r.csv"), "a\n1\n");
    const Json rows = older("oafiles.read_csv", {{"filepath", folder.at("r.csv")}});
    older("oafiles.write_json", {{"filepath", folder.at("w.json")}, {"input", rows["rows"]}});
    EXPECT_EQ(content_of(folder.at("w.json")), "[\n  {\n    \"a\": \"1\"\n  }\n]\n");
}

}  // namespace
}  // namespace oa::test
