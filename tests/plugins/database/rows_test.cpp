#include <fstream>
#include <string>

#include "tests/plugins/database/database_fixture.hpp"

namespace oa::test {
namespace {

/// insert and export, where the kind of database does not matter.
struct RowsTest : DatabaseFixture {
    RowsTest() {
        connection = {{"kind", "sqlite"}, {"file", folder.at("test.db")}};
        execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, n REAL)");
    }
    Json all() { return rows("SELECT id, name, n FROM t ORDER BY id"); }
    Reply insert(Json params) {
        params["table"] = "t";
        return run("insert", std::move(params));
    }
    Json export_to(const std::string& name, const std::string& sql, Json params = Json::object()) {
        params["sql"] = sql;
        params["path"] = folder.at(name);
        return done("export", std::move(params));
    }
};

TEST_F(RowsTest, InsertsObjectsAndLists) {
    const Reply reply = insert({{"rows", Json::array({{{"id", 1}, {"name", "Ada"}},
                                                      {{"name", nullptr}, {"id", 2}},
                                                      {{"id", 3}}})}});
    EXPECT_EQ(reply.json, (Json{{"table", "t"}, {"rows_read", 3}, {"rows_written", 3}}))
        << reply.message;
    insert({{"rows", Json::array({Json::array({4, 0.5})})}, {"columns", Json::array({"id", "n"})}});
    EXPECT_EQ(all(),
              Json::array({Json::array({1, "Ada", nullptr}), Json::array({2, nullptr, nullptr}),
                           Json::array({3, nullptr, nullptr}), Json::array({4, nullptr, 0.5})}));
}

TEST_F(RowsTest, TakesTheInput) {
    EXPECT_EQ(insert({{"input", {{"rows", Json::array({{{"id", 1}}})}, {"columns", 5}}}})
                  .json["rows_written"],
              Json(1));
    EXPECT_EQ(insert({{"input", {{"id", 2}, {"name", "x"}}}}).json["rows_written"], Json(1));
    EXPECT_EQ(insert({{"input", Json::array({{{"id", 3}}})}}).json["rows_written"], Json(1));
    EXPECT_EQ(insert(Json::object()).pointer, "/rows");
    EXPECT_EQ(insert({{"input", "x"}}).pointer, "/input");
}

TEST_F(RowsTest, RefusesRowsThatDoNotFit) {
    const auto pointer = [&](Json rows, Json columns = Json::array()) {
        const Reply reply = insert({{"rows", std::move(rows)}, {"columns", std::move(columns)}});
        EXPECT_EQ(reply.status, OA_INVALID_PARAMS) << reply.message;
        return reply.pointer;
    };
    EXPECT_EQ(pointer(Json::array({{{"id", 1}}, {{"id", 2}, {"age", 3}}})), "/rows/1/age");
    EXPECT_EQ(pointer(Json::array({Json::array({1})})), "/rows/0");
    EXPECT_EQ(pointer(Json::array({Json::array({1})}), Json::array({"id", "n"})), "/rows/0");
    EXPECT_EQ(pointer(Json::array({5}), Json::array({"id"})), "/rows/0");
    EXPECT_EQ(pointer(Json::array({{{"id", 1}}}), Json::array({""})), "/columns");
    EXPECT_EQ(run("insert", {{"table", "a..b"}, {"rows", Json::array({{{"id", 1}}})}}).pointer,
              "/table");
    EXPECT_EQ(all(), Json::array()) << "nothing of what was refused may be there";
}

TEST_F(RowsTest, KeepsAllOrNothing) {
    const Json twice = Json::array({{{"id", 1}}, {{"id", 2}}, {{"id", 1}}});
    const Reply reply = insert({{"rows", twice}});
    EXPECT_EQ(reply.status, OA_CONFLICT);
    EXPECT_NE(reply.message.find("row 3"), std::string::npos) << reply.message;
    EXPECT_EQ(all(), Json::array());
    const Reply part = insert({{"rows", twice}, {"commit", "batch"}, {"batch_size", 2}});
    EXPECT_EQ(part.status, OA_CONFLICT);
    EXPECT_EQ(part.details["rows_committed"], Json(2)) << part.message;
    EXPECT_EQ(part.retry, OA_RETRY_NO);
    EXPECT_EQ(all().size(), 2U);
}

TEST_F(RowsTest, MindsConflicts) {
    insert({{"rows", Json::array({{{"id", 1}, {"name", "a"}}})}});
    const Json more = Json::array(
        {{{"id", 1}, {"name", "b"}}, {{"id", 2}, {"name", "c"}}, {{"id", 2}, {"name", "d"}}});
    EXPECT_EQ(insert({{"rows", more}, {"on_conflict", "update"}}).pointer, "/keys");
    EXPECT_EQ(insert({{"rows", more}, {"on_conflict", "ignore"}}).json["rows_written"], Json(1));
    EXPECT_EQ(all(), Json::array({Json::array({1, "a", nullptr}), Json::array({2, "c", nullptr})}));
    EXPECT_EQ(insert({{"rows", more}, {"on_conflict", "update"}, {"keys", Json::array({"id"})}})
                  .json["rows_written"],
              Json(3));
    EXPECT_EQ(all(), Json::array({Json::array({1, "b", nullptr}), Json::array({2, "d", nullptr})}));
}

TEST_F(RowsTest, ReadsCsvFiles) {
    const std::string path =
        folder.write("in.csv", "name,id,n\n\"Ada, \"\"x\"\"\",1,0.5\n,2,\n\"\",3,1e3\n");
    EXPECT_EQ(insert({{"path", path}}).json["rows_written"], Json(3));
    EXPECT_EQ(all(), Json::array({Json::array({1, "Ada, \"x\"", 0.5}),
                                  Json::array({2, nullptr, nullptr}), Json::array({3, "", 1000})}));
    execute("DELETE FROM t");
    folder.write("plain.tsv", "1\tx\n2\t\\N\n");
    EXPECT_EQ(insert({{"path", folder.at("plain.tsv")},
                      {"header", false},
                      {"null_text", "\\N"},
                      {"columns", Json::array({"id", "name"})}})
                  .status,
              OA_OK);
    EXPECT_EQ(all(),
              Json::array({Json::array({1, "x", nullptr}), Json::array({2, nullptr, nullptr})}));
    execute("DELETE FROM t");
    EXPECT_EQ(insert({{"path", path}, {"columns", Json::array({"id"})}}).status, OA_OK);
    EXPECT_EQ(all().at(std::size_t{0}), Json::array({1, nullptr, nullptr}));
}

TEST_F(RowsTest, ReadsJsonLines) {
    const std::string path = folder.write(
        "in.jsonl",
        "{\"id\": 1, \"name\": \"Ada\"}\n\n  {\"id\":2,\"name\":{\"a\":[1]}}\r\n{\"id\":3}");
    EXPECT_EQ(insert({{"path", path}}).json["rows_written"], Json(3));
    EXPECT_EQ(all().at(std::size_t{1}), Json::array({2, "{\"a\":[1]}", nullptr}));
}

TEST_F(RowsTest, NamesTheLineOfAFileThatIsWrong) {
    const auto message = [&](const char* name, const char* content) {
        const Reply reply = insert({{"path", folder.write(name, content)}});
        EXPECT_EQ(reply.status, OA_PRECONDITION) << reply.message;
        return reply.message;
    };
    EXPECT_NE(message("a.csv", "id,name\n1,x\n2\n").find("line 3"), std::string::npos);
    EXPECT_NE(message("b.csv", "id,name\n1,\"x\n").find("line 2"), std::string::npos);
    EXPECT_NE(message("c.csv", "id,name\n1,\xff\n").find("line 2"), std::string::npos);
    EXPECT_NE(message("d.jsonl", "{\"id\":1}\n{\"id\":\n").find("line 2"), std::string::npos);
    EXPECT_NE(message("e.jsonl", "{\"id\":1}\n{\"x\":2}\n").find("line 2"), std::string::npos);
    EXPECT_EQ(insert({{"path", folder.at("none.csv")}}).status, OA_NOT_FOUND);
    EXPECT_EQ(insert({{"path", folder.at("a.dat")}}).pointer, "/format");
    EXPECT_EQ(all(), Json::array());
}

TEST_F(RowsTest, ExportsWhatInsertReads) {
    insert({{"rows", Json::array({{{"id", 1}, {"name", "a,\"b\"\nc"}, {"n", 0.1}},
                                  {{"id", 2}, {"name", ""}},
                                  {{"id", 3}, {"name", nullptr}}})}});
    const Json before = all();
    for (const char* name : {"out.csv", "out.jsonl", "out.tsv"}) {
        const Json out = export_to(name, "SELECT * FROM t ORDER BY id");
        EXPECT_EQ(out["rows"], Json(3));
        EXPECT_EQ(out["bytes"], Json(folder.read(name).size()));
        EXPECT_EQ(out["columns"].at(std::size_t{1}), (Json{{"name", "name"}, {"type", "text"}}));
        execute("DELETE FROM t");
        EXPECT_EQ(insert({{"path", folder.at(name)}}).status, OA_OK);
        EXPECT_EQ(all(), before) << name;
    }
    EXPECT_EQ(folder.read("out.csv"), "id,name,n\n1,\"a,\"\"b\"\"\nc\",0.1\n2,\"\",\n3,,\n");
    EXPECT_EQ(
        folder.read("out.jsonl"),
        "{\"id\":1,\"name\":\"a,\\\"b\\\"\\nc\",\"n\":0.1}\n{\"id\":2,\"name\":\"\",\"n\":null}\n"
        "{\"id\":3,\"name\":null,\"n\":null}\n");
}

TEST_F(RowsTest, ExportFailsWithoutATrace) {
    folder.write("old.csv", "old");
    const auto failed = [&](Json params) {
        if (!params.contains("path")) {
            params["path"] = folder.at("old.csv");
        }
        return run("export", std::move(params));
    };
    EXPECT_EQ(failed({{"sql", "SELECT * FROM nowhere"}}).status, OA_NOT_FOUND);
    EXPECT_EQ(failed({{"sql", "SELECT 1"}, {"overwrite", false}}).status, OA_CONFLICT);
    EXPECT_EQ(failed({{"sql", "DELETE FROM t"}}).status, OA_PRECONDITION);
    EXPECT_EQ(folder.read("old.csv"), "old");
    EXPECT_EQ(failed({{"sql", "SELECT 1"}, {"path", folder.at("no/where.csv")}}).status,
              OA_NOT_FOUND);
    const std::string many =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
        "100000) SELECT i FROM n";
    EXPECT_EQ(failed({{"sql", many}, {"path", "/dev/full"}, {"format", "csv"}}).status,
              OA_EXHAUSTED);
    EXPECT_EQ(failed({{"sql", "SELECT 1"}, {"path", "/dev/full"}, {"format", "csv"}}).status,
              OA_EXHAUSTED)
        << "the last piece fails as well";
    std::size_t names = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        names +=
            entry.path().filename() == "old.csv" || entry.path().filename() == "test.db" ? 0 : 1;
    }
    EXPECT_EQ(names, 0U) << "no part of a file may be left";
}

}  // namespace
}  // namespace oa::test
