#include <string>

#include "tests/plugins/database/database_fixture.hpp"
#include "tests/plugins/database/servers.hpp"

namespace oa::test {
namespace {

struct OdbcTest : DatabaseFixture {
    OdbcTest() {
        OdbcSetup::shared();
        connection = OdbcSetup::connection(folder.at("test.db"));
    }
};

TEST_F(OdbcTest, KeepsTypes) {
    execute("CREATE TABLE t (i BIGINT, r DOUBLE, s VARCHAR(100), b BLOB, at TIMESTAMP)");
    const std::string longer(20'000, 'y');
    execute(
        "INSERT INTO t VALUES (?, ?, ?, ?, ?)",
        Json::array({9007199254740993, 0.5, "grün", {{"$base64", "AAH/"}}, "2024-05-01 12:00:00"}));
    execute("INSERT INTO t (s) VALUES (:s)", {{"s", longer}});
    const Json found = rows("SELECT * FROM t");
    EXPECT_EQ(found.at(std::size_t{0}).at(std::size_t{0}), Json(9007199254740993));
    EXPECT_EQ(found.at(std::size_t{0}).at(std::size_t{1}), Json(0.5));
    EXPECT_EQ(found.at(std::size_t{0}).at(std::size_t{2}), Json("grün"));
    EXPECT_EQ(found.at(std::size_t{0}).at(std::size_t{3}), Json("AAH/"));
    EXPECT_TRUE(
        found.at(std::size_t{0}).at(std::size_t{4}).as_string().starts_with("2024-05-01T12:00:00"));
    EXPECT_EQ(found.at(std::size_t{1}).at(std::size_t{2}), Json(longer));
    EXPECT_EQ(found.at(std::size_t{1}).at(std::size_t{0}), Json());
}

TEST_F(OdbcTest, InsertsExportsAndRollsBack) {
    execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name VARCHAR(20))");
    Json many = Json::array();
    for (int i = 0; i < 500; ++i) {
        many.push_back({{"id", i}, {"name", "n" + std::to_string(i)}});
    }
    EXPECT_EQ(done("insert", {{"table", "t"}, {"rows", many}})["rows_written"], Json(500));
    EXPECT_EQ(done("export", {{"sql", "SELECT * FROM t"}, {"path", folder.at("out.csv")}})["rows"],
              Json(500));
    const Reply twice =
        run("insert",
            {{"table", "t"},
             {"rows", Json::array({{{"id", 1000}, {"name", "x"}}, {{"id", 1}, {"name", "y"}}})}});
    EXPECT_EQ(twice.status, OA_CONFLICT) << twice.message;
    EXPECT_EQ(
        run("transaction", {{"statements", Json::array({"DELETE FROM t", "DELETE FROM nowhere"})}})
            .status,
        OA_NOT_FOUND);
    EXPECT_EQ(value("SELECT count(*) FROM t"), Json(500));
    EXPECT_EQ(done("transaction",
                   {{"statements", Json::array({"DELETE FROM t WHERE id < 10"})}})["results"]
                  .at(std::size_t{0})["rows_affected"],
              Json(10));
    EXPECT_EQ(run("insert",
                  {{"table", "t"}, {"rows", Json::array({{{"id", 1}}})}, {"on_conflict", "ignore"}})
                  .status,
              OA_UNIMPLEMENTED);
}

TEST_F(OdbcTest, TypesErrors) {
    execute("CREATE TABLE t (n INTEGER UNIQUE)");
    execute("INSERT INTO t VALUES (1)");
    const auto status = [&](const char* sql) { return run("execute", {{"sql", sql}}).status; };
    EXPECT_EQ(status("SELECT * FROM nowhere"), OA_NOT_FOUND);
    EXPECT_EQ(status("SELEKT 1"), OA_INVALID_PARAMS);
    EXPECT_EQ(status("INSERT INTO t VALUES (1)"), OA_CONFLICT);
    const Reply no_driver = run(
        "query", {{"connection", {{"dsn", "Driver=Nothing;PWD=hush-hush"}}}, {"sql", "SELECT 1"}});
    EXPECT_EQ(no_driver.status, OA_NOT_FOUND) << no_driver.message;
    EXPECT_EQ(no_driver.message.find("hush-hush"), std::string::npos);
    EXPECT_EQ(run("query", {{"connection", {{"dsn", "nowhere"}}}, {"sql", "SELECT 1"}}).status,
              OA_NOT_FOUND);
}

TEST_F(OdbcTest, EndsWhenCancelledOrLate) {
    const std::string endless =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT count(*) FROM n";
    Reply reply;
    const auto took = cancel_when(
        "query", {{"sql", endless}}, [] { return true; }, reply);
    EXPECT_EQ(reply.status, OA_CANCELLED);
    EXPECT_LT(took.count(), 1000);
    EXPECT_EQ(run("query", {{"sql", endless}, {"statement_timeout", "50ms"}}).status, OA_DEADLINE);
}

TEST_F(OdbcTest, LeavesNothingBehindAThousandTimes) {
    execute("CREATE TABLE t (n INTEGER)");
    expect_nothing_left("ODBC", [&](PluginHarness& plugin, int i) {
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
