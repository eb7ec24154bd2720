#include <string>

#include "tests/plugins/files/files_fixture.hpp"

namespace oa::test {
namespace {

using oa::Json;

struct CsvTest : FilesFixture {
    Reply read(std::string_view text, Json params = Json::object()) {
        put_file(folder.at("in.csv"), text);
        params["path"] = folder.at("in.csv");
        return files.run("read_csv", params);
    }
    Json rows(std::string_view text, Json params = Json::object()) {
        const Reply reply = read(text, std::move(params));
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
        return reply.json["rows"];
    }
    /// The rows as lists, without a header.
    Json lists(std::string_view text) { return rows(text, {{"header", false}}); }

    std::string written(Json params) {
        params["path"] = folder.at("out.csv");
        const Reply reply = files.run("write_csv", params);
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
        return content_of(folder.at("out.csv"));
    }
};

const Json abc = Json::array({Json::array({"a", "b"}), Json::array({"1", "2"})});

TEST_F(CsvTest, ReadsEveryLineEnding) {
    const std::string mark = "\xEF\xBB\xBF";
    for (const std::string& text :
         {std::string("a,b\n1,2\n"), std::string("a,b\r\n1,2\r\n"), std::string("a,b\r1,2\r"),
          std::string("a,b\n1,2"), std::string("a,b\r\n1,2"), std::string("\n\na,b\n\n\r\n1,2\n\n"),
          mark + "a,b\n1,2\n"}) {
        EXPECT_EQ(lists(text), abc) << ::testing::PrintToString(text);
    }
}

TEST_F(CsvTest, ReadsQuotedFields) {
    EXPECT_EQ(lists("\"a,b\",\"say \"\"hi\"\"\"\n"),
              Json::array({Json::array({"a,b", "say \"hi\""})}));
    EXPECT_EQ(lists("\"two\nlines\",\"with\r\nboth\"\nx,y\n"),
              Json::array({Json::array({"two\nlines", "with\r\nboth"}), Json::array({"x", "y"})}));
    EXPECT_EQ(lists("\"\",\n"), Json::array({Json::array({"", ""})}));
    EXPECT_EQ(lists("\"\"\n"), Json::array({Json::array({""})}));
    EXPECT_EQ(lists("a \"b\" c, d \n"), Json::array({Json::array({"a \"b\" c", " d "})}));
    EXPECT_EQ(lists("\"\"\"\"\n"), Json::array({Json::array({"\""})}));
    EXPECT_EQ(lists("\xEF\xBB\xBF\"a\",b\n"), Json::array({Json::array({"a", "b"})}));
}

TEST_F(CsvTest, EmptyFilesHaveNoRows) {
    for (const char* text : {"", "\n", "\xEF\xBB\xBF", "\r\n\r\n"}) {
        const Reply reply = read(text);
        EXPECT_EQ(reply.json["rows"], Json::array());
        EXPECT_EQ(reply.json["columns"], Json::array());
    }
    EXPECT_EQ(read("a,b\n").json["columns"], Json::array({"a", "b"}));
    EXPECT_EQ(read("\xEF").status, OA_PRECONDITION) << "a lone byte of a mark is no UTF-8";
}

TEST_F(CsvTest, TellsTheLineOfBrokenQuotes) {
    const Reply open = read("a,b\n1,\"never\nclosed\n");
    EXPECT_EQ(open.status, OA_PRECONDITION);
    EXPECT_NE(open.message.find("line 2"), std::string::npos) << open.message;
    const Reply after = read("a,b\r\n\"x\r\ny\",1\r\n\"z\" w,2\r\n");
    EXPECT_EQ(after.status, OA_PRECONDITION);
    EXPECT_NE(after.message.find("line 4"), std::string::npos) << after.message;
}

TEST_F(CsvTest, NamesFieldsByTheHeader) {
    EXPECT_EQ(rows("id,name\n1,Ada\n"), Json::array({Json{{"id", "1"}, {"name", "Ada"}}}));
    EXPECT_EQ(rows("id,\n1,x\n"), Json::array({Json{{"id", "1"}, {"column_2", "x"}}}));
    EXPECT_EQ(rows("id,id\n1,2\n", {{"columns", Json::array({"a", "b"})}}),
              Json::array({Json{{"a", "1"}, {"b", "2"}}}));
    EXPECT_EQ(rows("1,2\n", {{"header", false}, {"columns", Json::array({"a", "b"})}}),
              Json::array({Json{{"a", "1"}, {"b", "2"}}}));
    const Reply twice = read("id,id\n1,2\n");
    EXPECT_EQ(twice.status, OA_PRECONDITION);
    EXPECT_NE(twice.message.find("'id' twice"), std::string::npos) << twice.message;
}

TEST_F(CsvTest, RowsOfAnotherWidthFailUnlessPadded) {
    const Reply fewer = read("a,b\n1,2\n3\n");
    EXPECT_EQ(fewer.status, OA_PRECONDITION);
    EXPECT_NE(fewer.message.find("line 3"), std::string::npos) << fewer.message;
    EXPECT_EQ(rows("a,b\n3\n", {{"short_rows", "pad"}}),
              Json::array({Json{{"a", "3"}, {"b", nullptr}}}));
    EXPECT_EQ(read("a,b\n1,2,3\n", {{"short_rows", "pad"}}).status, OA_PRECONDITION);
}

TEST_F(CsvTest, InfersTypesOnlyWhereNothingIsLost) {
    const Json types{{"header", false}, {"types", "infer"}};
    EXPECT_EQ(rows("1,-2,3.5,1e3,true,false,,x\n", types),
              Json::array({Json::array({1, -2, 3.5, 1000.0, true, false, nullptr, "x"})}));
    EXPECT_EQ(
        rows("007,+1,1.,.5,1e,NaN,0x10,TRUE, 1\n", types),
        Json::array({Json::array({"007", "+1", "1.", ".5", "1e", "NaN", "0x10", "TRUE", " 1"})}));
    EXPECT_EQ(rows("\"1\",\"\"\n", types), Json::array({Json::array({"1", ""})}));
    EXPECT_EQ(rows("9223372036854775807,123456789012345678901234567890,1e999\n", types),
              Json::array(
                  {Json::array({9223372036854775807, "123456789012345678901234567890", "1e999"})}));
    EXPECT_EQ(rows("0,-0.5,-,10\n", types), Json::array({Json::array({0, -0.5, "-", 10})}));
}

TEST_F(CsvTest, ReadsPartsOfAFile) {
    const char* text = "n\n1\n2\n3\n4\n";
    const Reply part = read(text, {{"offset", 1}, {"limit", 2}});
    EXPECT_EQ(part.json["rows"], Json::array({Json{{"n", "2"}}, Json{{"n", "3"}}}));
    EXPECT_EQ(part.json["more"], Json(true));
    const Reply rest = read(text, {{"offset", 3}, {"limit", 2}});
    EXPECT_EQ(rest.json["count"], Json(1));
    EXPECT_EQ(rest.json["more"], Json(false));
    EXPECT_EQ(read(text, {{"offset", 9}}).json["count"], Json(0));
    EXPECT_EQ(read(text, {{"limit", 0}}).json["more"], Json(true));
}

TEST_F(CsvTest, ReadsFieldsAcrossPiecesOfTheFile) {
    // Longer than any buffer, so that quotes and line ends fall on every boundary.
    std::string text = "k,v\r\n";
    for (int i = 0; i < 9000; ++i) {
        text += std::to_string(i) + ",\"a\"\"b\r\n" +
                std::string(static_cast<std::size_t>(i % 7), 'x') + "\"\r\n";
    }
    const Json found = rows(text, {{"columns", Json::array({"k", "v"})}, {"offset", 8000}});
    ASSERT_EQ(found.size(), 1000U);
    EXPECT_EQ(found.at(999)["v"], Json("a\"b\r\n" + std::string(8999 % 7, 'x')));
}

TEST_F(CsvTest, StopsBeforeTheOutputIsTooLong) {
    std::string text = "n\n";
    for (int i = 0; i < 2000; ++i) {
        text += std::string(1000, 'x') + "\n";
    }
    const Reply reply = read(text);
    EXPECT_EQ(reply.status, OA_EXHAUSTED);
    EXPECT_NE(reply.message.find("offset and limit"), std::string::npos) << reply.message;
    EXPECT_EQ(read(text, {{"offset", 1900}}).json["count"], Json(100));
}

TEST_F(CsvTest, RefusesBytesThatAreNoText) {
    const Reply reply = read("a\nb\n\xFF\n");
    EXPECT_EQ(reply.status, OA_PRECONDITION);
    EXPECT_NE(reply.message.find("line 3"), std::string::npos) << reply.message;
}

TEST_F(CsvTest, UsesOtherDelimiters) {
    EXPECT_EQ(rows("a;b\n1,5;\"x;y\"\n", {{"delimiter", ";"}}),
              Json::array({Json{{"a", "1,5"}, {"b", "x;y"}}}));
    EXPECT_EQ(rows("a\tb\n1\t2\n", {{"delimiter", "\t"}}),
              Json::array({Json{{"a", "1"}, {"b", "2"}}}));
    for (const char* wrong : {"", "ab", "\"", "\n", "é"}) {
        EXPECT_EQ(read("a\n", {{"delimiter", wrong}}).pointer, "/delimiter") << wrong;
    }
}

TEST_F(CsvTest, WritesObjectsListsAndValues) {
    EXPECT_EQ(written({{"rows", Json::array({Json{{"a", 1}, {"b", "x"}},
                                             Json{{"b", nullptr}, {"c", true}}})}}),
              "a,b,c\n1,x,\n,,true\n");
    EXPECT_EQ(written({{"rows", Json::array({Json::array({1, "x"}), Json::array({2.5})})}}),
              "1,x\n2.5\n");
    EXPECT_EQ(written({{"rows", Json::array({1, "x", nullptr})}}), "1\nx\n\"\"\n");
    EXPECT_EQ(
        written({{"rows", Json::array({Json{{"a", Json{{"k", 1}}}, {"b", Json::array({1, 2})}}})}}),
        "a,b\n\"{\"\"k\"\":1}\",\"[1,2]\"\n");
    EXPECT_EQ(written({{"rows", Json::array()}, {"columns", Json::array({"a"})}}), "a\n");
    EXPECT_EQ(written({{"rows", Json::array()}}), "");
}

TEST_F(CsvTest, ChoosesColumnsHeaderAndLineEnding) {
    const Json data = Json::array({Json{{"a", 1}, {"b", 2}}});
    EXPECT_EQ(written({{"rows", data}, {"columns", Json::array({"b", "z"})}}), "b,z\n2,\n");
    EXPECT_EQ(written({{"rows", data}, {"header", false}}), "1,2\n");
    EXPECT_EQ(written({{"rows", data}, {"line_ending", "crlf"}, {"delimiter", ";"}}),
              "a;b\r\n1;2\r\n");
    EXPECT_EQ(
        written({{"rows", Json::array({Json::array({1})})}, {"columns", Json::array({"a", "b"})}}),
        "a,b\n1,\n");
    const Reply wide = files.run("write_csv", {{"path", folder.at("w")},
                                               {"rows", Json::array({Json::array({1, 2})})},
                                               {"columns", Json::array({"a"})}});
    EXPECT_EQ(wide.pointer, "/rows/0");
    EXPECT_FALSE(std::filesystem::exists(folder.at("w")));
}

TEST_F(CsvTest, TakesRowsFromTheInput) {
    const Json list = Json::array({Json{{"a", 1}}});
    EXPECT_EQ(written({{"input", list}}), "a\n1\n");
    for (const char* name : {"rows", "data", "items", "records", "results", "result", "json"}) {
        EXPECT_EQ(written({{"input", Json{{name, list}, {"count", 1}}}}), "a\n1\n") << name;
    }
    EXPECT_EQ(written({{"input", Json{{"a", 1}, {"b", 2}}}}), "a,b\n1,2\n");
    EXPECT_EQ(written({{"rows", nullptr}, {"input", list}}), "a\n1\n");
    EXPECT_EQ(written({{"input", Json{{"columns", Json::array({"x", "y"})},
                                      {"rows", Json::array({Json::array({1, 2})})}}}}),
              "x,y\n1,2\n");
    for (const Json& none : {Json(), Json("text"), Json(5)}) {
        EXPECT_EQ(files.run("write_csv", {{"path", folder.at("n")}, {"input", none}}).pointer,
                  "/rows");
    }
}

TEST_F(CsvTest, WhatIsWrittenReadsBackTheSame) {
    const Json data = Json::array(
        {Json{{"k", "a,b"}, {"v", "say \"hi\""}}, Json{{"k", "two\nlines"}, {"v", "cr\rlf\r\n"}},
         Json{{"k", " blanks "}, {"v", "\xEF\xBB\xBFmark"}}, Json{{"k", ""}, {"v", "ünï"}}});
    EXPECT_EQ(rows(written({{"rows", data}})), data);
    const Json single = Json::array({Json{{"k", ""}}, Json{{"k", "\xEF\xBB\xBF"}}});
    EXPECT_EQ(rows(written({{"rows", single}})), single);
}

TEST_F(CsvTest, AFailedWriteLeavesTheOldFile) {
    put_file(folder.at("f"), "old");
    const Reply reply = files.run(
        "write_csv", {{"path", folder.at("f")}, {"rows", Json::array({1})}, {"overwrite", false}});
    EXPECT_EQ(reply.status, OA_CONFLICT);
    EXPECT_EQ(content_of(folder.at("f")), "old");
}

// ---- Encodings, quotes, lines of JSON, formulas

TEST_F(CsvTest, ReadsOtherEncodings) {
    const Json expected = Json::array({Json{{"n", "Gr\u00FC\u00DFe \u20AC"}}});
    const std::string utf16le("\xFF\xFEn\0\n\0G\0r\0\xFC\0\xDF\0e\0 \0\xAC\x20\n\0", 22);
    EXPECT_EQ(rows(utf16le, {{"encoding", "utf-16"}}), expected);
    EXPECT_EQ(rows(utf16le, {{"encoding", "auto"}}), expected);
    EXPECT_EQ(rows(utf16le.substr(2), {{"encoding", "auto"}}), expected);
    EXPECT_EQ(rows("n\nGr\xFC\xDF"
                   "e \x80\n",
                   {{"encoding", "auto"}}),
              expected);
    EXPECT_EQ(rows("n\nGr\xFC\xDF"
                   "e \x80\n",
                   {{"encoding", "windows-1252"}}),
              expected);
    EXPECT_EQ(rows("n\nGr\xC3\xBC\xC3\x9F"
                   "e \xE2\x82\xAC\n",
                   {{"encoding", "auto"}}),
              expected);
    EXPECT_EQ(rows("n\n\xE8\n", {{"encoding", "latin-1"}}), Json::array({Json{{"n", "\u00E8"}}}));
    const Reply odd = read(utf16le.substr(0, 21), {{"encoding", "utf-16"}});
    EXPECT_EQ(odd.status, OA_PRECONDITION) << odd.message;
    EXPECT_EQ(read("n\n\xE8\n").status, OA_PRECONDITION) << "not guessed unless asked";
}

TEST_F(CsvTest, ReadsOtherQuotes) {
    EXPECT_EQ(rows("'a;b';\"c\"\n", {{"header", false}, {"quote", "'"}, {"delimiter", ";"}}),
              Json::array({Json::array({"a;b", "\"c\""})}));
    EXPECT_EQ(rows("\"a,b\n", {{"header", false}, {"quote", ""}}),
              Json::array({Json::array({"\"a", "b"})}));
    EXPECT_EQ(read("a\n", {{"quote", ","}}).pointer, "/quote");
}

TEST_F(CsvTest, TurnsLongFilesIntoLinesOfJson) {
    std::string text = "n,t\n";
    for (int i = 0; i < 100'000; ++i) {
        text += std::to_string(i) + ",\"some, text\"\n";
    }
    const std::string lines = folder.at("out.jsonl");
    const Reply reply = read(text, {{"types", "infer"}, {"jsonl_path", lines}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json["count"], Json(100'000));
    EXPECT_FALSE(reply.json.contains("rows"));
    const std::string written = content_of(lines);
    EXPECT_TRUE(written.starts_with("{\"n\":0,\"t\":\"some, text\"}\n{\"n\":1,"));
    EXPECT_TRUE(written.ends_with("{\"n\":99999,\"t\":\"some, text\"}\n"));
    // What fails leaves the old lines.
    EXPECT_EQ(read("n\n\"open\n", {{"jsonl_path", lines}}).status, OA_PRECONDITION);
    EXPECT_EQ(content_of(lines), written);
}

TEST_F(CsvTest, WritesOtherEncodingsAndQuotes) {
    const auto written = [&](Json params) {
        params["path"] = folder.at("w.csv");
        if (!params.contains("rows")) {
            params["rows"] = Json::array({Json::array({"\u00FC", 1})});
        }
        const Reply reply = files.run("write_csv", params);
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
        return content_of(folder.at("w.csv"));
    };
    EXPECT_EQ(written({{"encoding", "utf-8-bom"}}), "\xEF\xBB\xBF\xC3\xBC,1\n");
    EXPECT_EQ(written({{"encoding", "latin-1"}}), "\xFC,1\n");
    EXPECT_EQ(written({{"encoding", "utf-16"}}), std::string("\xFF\xFE\xFC\0,\0"
                                                             "1\0\n\0",
                                                             10));
    EXPECT_EQ(written({{"quoting", "all"}}), "\"\xC3\xBC\",\"1\"\n");
    const Reply lacking =
        files.run("write_csv", {{"path", folder.at("w.csv")},
                                {"encoding", "latin-1"},
                                {"rows", Json::array({Json::array({"\u20AC"})})}});
    EXPECT_EQ(lacking.status, OA_PRECONDITION) << lacking.message;

    const Json evil =
        Json::array({Json::array({"=cmd|' /C calc'!A0", "+1", "-x", "@y", "\tz", -5})});
    EXPECT_EQ(written({{"rows", evil}, {"escape_formulas", true}}),
              "'=cmd|' /C calc'!A0,'+1,'-x,'@y,'\tz,-5\n");
    EXPECT_EQ(written({{"rows", evil}}), "=cmd|' /C calc'!A0,+1,-x,@y,\tz,-5\n");
}

}  // namespace
}  // namespace oa::test
