#include <string>

#include <sys/stat.h>

#include "tests/plugins/database/database_fixture.hpp"

namespace oa::test {
namespace {

struct SqliteTest : DatabaseFixture {
    SqliteTest() {
        folder.write("test.db", "");  // an empty file is an empty database
        connection = {{"kind", "sqlite"}, {"file", folder.at("test.db")}};
    }
};

TEST_F(SqliteTest, KeepsTypes) {
    execute(
        "CREATE TABLE t (i INTEGER, r REAL, s TEXT, b BLOB, f BOOLEAN, d DECIMAL(10,2), "
        "at DATETIME, j JSON)");
    execute("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            Json::array({9007199254740993,
                         0.1,
                         "grün \"x\"",
                         {{"$base64", "AAH/"}},
                         true,
                         "12.50",
                         "2024-05-01 12:00:00.123456",
                         {{"a", Json::array({1, nullptr})}}}));
    execute("INSERT INTO t (i) VALUES (-9223372036854775808)");
    const Json out = done("query", {{"sql", "SELECT * FROM t"}});
    const Json expected{{"i", 9007199254740993},
                        {"r", 0.1},
                        {"s", "grün \"x\""},
                        {"b", "AAH/"},
                        {"f", true},
                        {"d", "12.5"},
                        {"at", "2024-05-01T12:00:00.123456"},
                        {"j", {{"a", Json::array({1, nullptr})}}}};
    EXPECT_EQ(out["rows"].at(std::size_t{0}), expected);
    EXPECT_EQ(out["rows"].at(std::size_t{1})["i"], Json(INT64_MIN));
    EXPECT_EQ(out["rows"].at(std::size_t{1})["j"], Json());
    EXPECT_EQ(out["columns"].at(std::size_t{5}), (Json{{"name", "d"}, {"type", "decimal(10,2)"}}));
    EXPECT_EQ(
        done("query", {{"sql", "SELECT d FROM t WHERE d > 0"}, {"decimals", "number"}})["rows"],
        Json::array({{{"d", 12.5}}}));
    EXPECT_EQ(value("SELECT ?", Json::array({std::string("a\0b", 3)})),
              Json(std::string("a\0b", 3)));
}

TEST_F(SqliteTest, BindsByNameAndByPlace) {
    EXPECT_EQ(rows("SELECT :b, :a, :b", {{"a", 1}, {"b", "x"}}),
              Json::array({Json::array({"x", 1, "x"})}));
    EXPECT_EQ(rows("SELECT ?, '?', ? -- ?", Json::array({1, nullptr})),
              Json::array({Json::array({1, "?", nullptr})}));
    const auto pointer = [&](const char* sql, Json params) {
        const Reply reply = run("query", {{"sql", sql}, {"params", std::move(params)}});
        EXPECT_EQ(reply.status, OA_INVALID_PARAMS);
        return reply.pointer;
    };
    EXPECT_EQ(pointer("SELECT :a", {{"b", 1}}), "/params");
    EXPECT_EQ(pointer("SELECT 1", {{"b", 1}}), "/params/b");
    EXPECT_EQ(pointer("SELECT ?", Json::array({1, 2})), "/params");
    EXPECT_EQ(pointer("SELECT ?", {}), "/sql");
    EXPECT_EQ(pointer("SELECT ?", "x"), "/params");
    EXPECT_EQ(pointer("SELECT ?", Json::array({{{"$base64", "?"}}})), "/params/0");
    EXPECT_EQ(pointer(" -- nothing\n;", {}), "/sql");
    EXPECT_EQ(pointer("SELECT 1; SELECT 2", {}), "/sql");
}

TEST_F(SqliteTest, WhatLooksLikeSqlStaysAValue) {
    execute("CREATE TABLE t (s TEXT)");
    const std::string evil = "'); DROP TABLE t; --";
    execute("INSERT INTO t VALUES (:s)", {{"s", evil}});
    EXPECT_EQ(value("SELECT s FROM t WHERE s = ?", Json::array({evil})), Json(evil));
}

TEST_F(SqliteTest, ReadsAndWritesBlobsAsFiles) {
    const std::string bytes = std::string("\0\1\377", 3) + std::string(100'000, 'x');
    const std::string path = folder.write("in.bin", bytes);
    execute("CREATE TABLE t (b BLOB)");
    execute("INSERT INTO t VALUES (?)", Json::array({{{"$file", path}}}));
    const Json out =
        done("query", {{"sql", "SELECT b FROM t"}, {"blob_folder", folder.path().string()}});
    std::ifstream file(out["rows"].at(std::size_t{0})["b"].as_string(), std::ios::binary);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), bytes);
    EXPECT_EQ(
        run("execute", {{"sql", "SELECT ?"}, {"params", Json::array({{{"$file", "/nowhere"}}})}})
            .status,
        OA_NOT_FOUND);
    CallOptions with_blob;
    with_blob.blobs = {"abc"};
    const Reply reply = database.run("query",
                                     {{"connection", connection},
                                      {"sql", "SELECT length(?)"},
                                      {"params", Json::array({{{"$blob", 0}}})},
                                      {"row_format", "arrays"}},
                                     with_blob);
    EXPECT_EQ(reply.json["rows"], Json::array({Json::array({3})})) << reply.message;
}

TEST_F(SqliteTest, LimitsWhatAnAnswerHolds) {
    const std::string ten =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) "
        "SELECT i FROM n";
    const Reply over = run("query", {{"sql", ten}, {"max_rows", 9}});
    EXPECT_EQ(over.status, OA_EXHAUSTED);
    EXPECT_NE(over.message.find("export"), std::string::npos) << over.message;
    const Json cut = done("query", {{"sql", ten}, {"max_rows", 9}, {"on_max_rows", "truncate"}});
    EXPECT_EQ(cut["row_count"], Json(9));
    EXPECT_EQ(cut["truncated"], Json(true));
    const Json all = done("query", {{"sql", ten}, {"max_rows", 10}});
    EXPECT_EQ(all["truncated"], Json(false));
    EXPECT_EQ(run("query", {{"sql", "SELECT hex(zeroblob(500000))"}}).status, OA_EXHAUSTED);
}

TEST_F(SqliteTest, NamesColumnsApart) {
    const Json out = done("query", {{"sql", "SELECT 1 AS a, 2 AS a, 3 AS a_2"}});
    EXPECT_EQ(out["rows"].at(std::size_t{0}), (Json{{"a", 1}, {"a_2", 2}, {"a_2_2", 3}}));
}

TEST_F(SqliteTest, TellsWhatAStatementDid) {
    execute("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)");
    EXPECT_EQ(execute("INSERT INTO t (n) VALUES (5), (6)")["rows_affected"], Json(2));
    EXPECT_EQ(execute("INSERT INTO t (n) VALUES (7)")["last_insert_id"], Json(3));
    EXPECT_EQ(execute("UPDATE t SET n = n + 1 WHERE n < 7")["rows_affected"], Json(2));
    EXPECT_EQ(execute("DELETE FROM t WHERE n = 100")["rows_affected"], Json(0));
    const Json returned = execute("INSERT INTO t (n) VALUES (9) RETURNING id, n");
    EXPECT_EQ(returned["rows"], Json::array({{{"id", 4}, {"n", 9}}}));
    EXPECT_EQ(returned["rows_affected"], Json(1));
}

TEST_F(SqliteTest, QueryOnlyReads) {
    execute("CREATE TABLE t (n INTEGER)");
    EXPECT_EQ(run("query", {{"sql", "INSERT INTO t VALUES (1) RETURNING n"}}).status,
              OA_PRECONDITION);
    EXPECT_EQ(run("query", {{"sql", "SELECT n FROM t"}}).status, OA_OK);
    connection["file"] = folder.at("missing.db");
    EXPECT_EQ(run("query", {{"sql", "SELECT 1"}}).status, OA_NOT_FOUND);
    EXPECT_FALSE(std::filesystem::exists(folder.at("missing.db")));
}

TEST_F(SqliteTest, TransactionsAreAllOrNothing) {
    execute("CREATE TABLE t (n INTEGER UNIQUE)");
    const Json done_all =
        done("transaction",
             {{"statements",
               Json::array({"INSERT INTO t VALUES (1)",
                            {{"sql", "INSERT INTO t VALUES (:n)"}, {"params", {{"n", 2}}}}})}});
    EXPECT_EQ(done_all["results"].size(), 2U);
    const Reply failed = run(
        "transaction",
        {{"statements", Json::array({"INSERT INTO t VALUES (3)", "INSERT INTO t VALUES (2)"})}});
    EXPECT_EQ(failed.status, OA_CONFLICT);
    EXPECT_EQ(failed.pointer, "/statements/1");
    EXPECT_NE(failed.message.find("statement 2"), std::string::npos) << failed.message;
    EXPECT_EQ(value("SELECT count(*) FROM t"), Json(2));
    EXPECT_EQ(run("transaction",
                  {{"statements", Json::array({"INSERT INTO t VALUES (4)"})}, {"read_only", true}})
                  .status,
              OA_PRECONDITION);
    for (const char* word : {"COMMIT", "/* x */ begin", "ROLLBACK", "END"}) {
        const Reply reply =
            run("transaction", {{"statements", Json::array({"INSERT INTO t VALUES (5)", word})}});
        EXPECT_EQ(reply.pointer, "/statements/1") << word;
    }
    EXPECT_EQ(value("SELECT count(*) FROM t"), Json(2));
}

TEST_F(SqliteTest, TypesErrors) {
    execute("CREATE TABLE t (n INTEGER UNIQUE NOT NULL CHECK (n > 0))");
    execute("INSERT INTO t VALUES (1)");
    const auto status = [&](const std::string& sql) { return run("execute", {{"sql", sql}}); };
    const Reply syntax = status("SELECT 'ü',\n  1 FORM t");
    EXPECT_EQ(syntax.status, OA_INVALID_PARAMS);
    EXPECT_EQ(syntax.pointer, "/sql");
    EXPECT_EQ(syntax.details["position"], (Json{{"line", 2}, {"column", 10}})) << syntax.message;
    EXPECT_EQ(status("SELECT * FROM nowhere").status, OA_NOT_FOUND);
    EXPECT_EQ(status("SELECT nothing FROM t").status, OA_INVALID_PARAMS);
    EXPECT_EQ(status("INSERT INTO t VALUES (1)").status, OA_CONFLICT);
    EXPECT_EQ(status("INSERT INTO t VALUES (NULL)").status, OA_PRECONDITION);
    EXPECT_EQ(status("INSERT INTO t VALUES (-1)").status, OA_PRECONDITION);
    EXPECT_EQ(status("CREATE TABLE t (n)").status, OA_CONFLICT);
    folder.write("text.db", "this is no database, but a text that is long enough to be looked at");
    connection["file"] = folder.at("text.db");
    EXPECT_EQ(status("SELECT * FROM t").status, OA_PRECONDITION);
    connection["file"] = folder.path().string();
    EXPECT_EQ(status("SELECT 1").status, OA_PRECONDITION);
}

TEST_F(SqliteTest, OpensNoOtherFileAndNoExtension) {
    EXPECT_EQ(run("execute", {{"sql", "ATTACH '" + folder.at("other.db") + "' AS other"}}).status,
              OA_PERMISSION);
    EXPECT_EQ(run("execute",
                  {{"sql", "ATTACH ? AS other"}, {"params", Json::array({folder.at("other.db")})}})
                  .status,
              OA_PERMISSION);
    EXPECT_EQ(run("execute", {{"sql", "VACUUM INTO '" + folder.at("other.db") + "'"}}).status,
              OA_PERMISSION);
    EXPECT_FALSE(std::filesystem::exists(folder.at("other.db")));
    EXPECT_NE(run("execute", {{"sql", "SELECT load_extension('x')"}}).status, OA_OK);
    execute("VACUUM");
}

TEST_F(SqliteTest, WaitsForALockNoLongerThanItMay) {
    execute("CREATE TABLE t (n INTEGER)");
    // A shared lock of the system keeps out who wants to write: another process would hold it so.
    const std::string holder =
        "import sqlite3,sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "c.execute('BEGIN IMMEDIATE'); print('ready', flush=True); sys.stdin.read()";
    FILE* const other = ::popen(
        ("python3 -c \"" + holder + "\" " + folder.at("test.db") + " > " + folder.at("ready"))
            .c_str(),
        "w");
    while (folder.read("ready").empty()) {
        std::this_thread::yield();
    }
    connection["busy_timeout"] = "50ms";
    const Reply reply = run("execute", {{"sql", "INSERT INTO t VALUES (1)"}});
    EXPECT_EQ(reply.status, OA_UNAVAILABLE) << reply.message;
    EXPECT_EQ(reply.retry, OA_RETRY_YES);
    connection["busy_timeout"] = "60s";
    Reply cancelled;
    const auto took = cancel_when(
        "execute", {{"sql", "INSERT INTO t VALUES (1)"}}, [] { return true; }, cancelled);
    EXPECT_EQ(cancelled.status, OA_CANCELLED);
    EXPECT_LT(took.count(), 1000);
    ::pclose(other);
    execute("INSERT INTO t VALUES (1)");
}

TEST_F(SqliteTest, EndsWhenCancelledOrLate) {
    const std::string endless =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT count(*) FROM n";
    Reply reply;
    const auto took = cancel_when(
        "query", {{"sql", endless}}, [] { return true; }, reply);
    EXPECT_EQ(reply.status, OA_CANCELLED);
    EXPECT_LT(took.count(), 1000);
    const Reply late = run("query", {{"sql", endless}, {"statement_timeout", "50ms"}});
    EXPECT_EQ(late.status, OA_DEADLINE) << late.message;
    EXPECT_NE(late.message.find("statement_timeout"), std::string::npos);
}

TEST_F(SqliteTest, LeavesNothingBehindAThousandTimes) {
    execute("CREATE TABLE t (n INTEGER)");
    expect_nothing_left("SQLite", [&](PluginHarness& plugin, int i) {
        plugin.run("execute", {{"connection", connection},
                               {"sql", "INSERT INTO t VALUES (?)"},
                               {"params", Json::array({i})}});
        plugin.run("query",
                   {{"connection", connection},
                    {"sql", i % 2 == 0 ? "SELECT * FROM nowhere" : "SELECT n FROM t LIMIT 5"}});
    });
    EXPECT_EQ(value("SELECT count(*) FROM t"), Json(1200));
}

}  // namespace
}  // namespace oa::test
