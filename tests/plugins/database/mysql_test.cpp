#include <string>
#include <thread>

#include "tests/plugins/database/database_fixture.hpp"
#include "tests/plugins/database/servers.hpp"

namespace oa::test {
namespace {

struct MysqlTest : DatabaseFixture {
    MariadbServer& server = MariadbServer::shared();

    MysqlTest() {
        connection = server.connection();
        execute("DROP TABLE IF EXISTS t");
    }
    [[nodiscard]] bool is_running(const std::string& text) {
        const Reply reply = database.run(
            "query", {{"connection", server.connection()},
                      {"sql",
                       "SELECT count(*) FROM information_schema.processlist WHERE id <> "
                       "connection_id() AND command = 'Execute' AND info LIKE ?"},
                      {"params", Json::array({"%" + text + "%"})},
                      {"row_format", "arrays"}});
        return reply.status == OA_OK && reply.json["rows"] != Json::array({Json::array({0})});
    }
};

TEST_F(MysqlTest, KeepsTypes) {
    execute(
        "CREATE TABLE t (i BIGINT, u BIGINT UNSIGNED, b BOOLEAN, n TINYINT, d DECIMAL(30,10), r "
        "DOUBLE, "
        "f FLOAT, s VARCHAR(50), l LONGTEXT, x BLOB, j JSON, day DATE, clock TIME(3), at "
        "DATETIME(6), "
        "ts TIMESTAMP(3), bits BIT(10), y YEAR, e ENUM('a','b'), id UUID)");
    const std::string longer(100'000, 'y');
    execute("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            Json::array({INT64_MIN,
                         UINT64_MAX,
                         true,
                         1,
                         "12345678901234567890.0123456789",
                         0.1,
                         0.1,
                         "grün",
                         longer,
                         {{"$base64", "AAH/"}},
                         {{"a", Json::array({1})}},
                         "2024-05-01",
                         "-100:00:00.5",
                         "2024-05-01T12:34:56.123456",
                         "2024-05-01 12:34:56.5",
                         513,
                         2024,
                         "b",
                         "b2e4b7f0-0000-4000-8000-000000000001"}));
    execute("INSERT INTO t (s) VALUES (NULL)");
    const Json out = done("query", {{"sql", "SELECT * FROM t"}});
    EXPECT_EQ(out["rows"].at(std::size_t{0}),
              (Json{{"i", INT64_MIN},
                    {"u", UINT64_MAX},
                    {"b", true},
                    {"n", 1},
                    {"d", "12345678901234567890.0123456789"},
                    {"r", 0.1},
                    {"f", 0.1},
                    {"s", "grün"},
                    {"l", longer},
                    {"x", "AAH/"},
                    {"j", {{"a", Json::array({1})}}},
                    {"day", "2024-05-01"},
                    {"clock", "-100:00:00.500"},
                    {"at", "2024-05-01T12:34:56.123456"},
                    {"ts", "2024-05-01T12:34:56.500+00:00"},
                    {"bits", 513},
                    {"y", 2024},
                    {"e", "b"},
                    {"id", "b2e4b7f0-0000-4000-8000-000000000001"}}));
    EXPECT_EQ(out["rows"].at(std::size_t{1})["j"], Json());
    const Json& columns = out["columns"];
    EXPECT_EQ(columns.at(std::size_t{1})["type"], Json("bigint unsigned"));
    EXPECT_EQ(columns.at(std::size_t{10})["type"], Json("json"));
    EXPECT_EQ(columns.at(std::size_t{18})["type"], Json("uuid"));
    EXPECT_EQ(done("query", {{"sql", "SELECT 1.5 AS d"}, {"decimals", "number"}})["rows"],
              Json::array({{{"d", 1.5}}}));
    EXPECT_EQ(rows("SELECT :a, :b, :a, ':a', \"?\" # ?", {{"a", 1}, {"b", nullptr}}),
              Json::array({Json::array({1, nullptr, 1, ":a", "?"})}));
}

TEST_F(MysqlTest, TellsWhatAStatementDid) {
    execute("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, n INT)");
    const Json inserted = execute("INSERT INTO t (n) VALUES (5), (6)");
    EXPECT_EQ(inserted["rows_affected"], Json(2));
    EXPECT_EQ(inserted["last_insert_id"], Json(1));
    EXPECT_EQ(execute("UPDATE t SET n = 5 WHERE n = 5")["rows_affected"], Json(1))
        << "found, not changed";
    EXPECT_EQ(execute("INSERT INTO t (n) VALUES (7) RETURNING id")["rows"],
              Json::array({{{"id", 3}}}));
    EXPECT_EQ(run("query", {{"sql", "DELETE FROM t"}}).status, OA_PRECONDITION);
    EXPECT_EQ(run("execute", {{"sql", "SELECT 1; SELECT 2"}}).status, OA_INVALID_PARAMS);
    execute("CREATE OR REPLACE PROCEDURE two() BEGIN SELECT 1 AS a; SELECT 2 AS b; END");
    EXPECT_EQ(execute("CALL two()")["rows"], Json::array({{{"a", 1}}}));
}

TEST_F(MysqlTest, TransactionsAreAllOrNothing) {
    execute("CREATE TABLE t (n INT UNIQUE)");
    const Reply failed =
        run("transaction",
            {{"statements", Json::array({"INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)"})},
             {"isolation", "serializable"}});
    EXPECT_EQ(failed.status, OA_CONFLICT) << failed.message;
    EXPECT_EQ(value("SELECT count(*) FROM t"), Json(0));
    const Reply ddl =
        run("transaction",
            {{"statements", Json::array({"INSERT INTO t VALUES (1)", "CREATE TABLE x (n INT)"})}});
    EXPECT_EQ(ddl.pointer, "/statements/1");
    EXPECT_EQ(value("SELECT count(*) FROM t"), Json(0));
    EXPECT_EQ(run("transaction",
                  {{"statements", Json::array({"INSERT INTO t VALUES (1)"})}, {"read_only", true}})
                  .status,
              OA_PRECONDITION);
}

TEST_F(MysqlTest, InsertsInBatches) {
    execute("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(50), x BLOB)");
    Json many = Json::array();
    for (int i = 0; i < 2500; ++i) {
        many.push_back(
            {{"id", i}, {"name", "n" + std::to_string(i)}, {"x", {{"$base64", "AAH/"}}}});
    }
    EXPECT_EQ(done("insert", {{"table", "shop.t"}, {"rows", many}})["rows_written"], Json(2500));
    EXPECT_EQ(value("SELECT count(*) FROM t WHERE x = X'0001FF' AND name = concat('n', id)"),
              Json(2500));
    const Json more = Json::array({{{"id", 1}, {"name", "new"}},
                                   {{"id", 9000}, {"name", "n"}},
                                   {{"id", 9000}, {"name", "m"}}});
    EXPECT_EQ(
        done("insert", {{"table", "t"}, {"rows", more}, {"on_conflict", "ignore"}})["rows_written"],
        Json(1));
    EXPECT_EQ(rows("SELECT name FROM t WHERE id IN (1, 9000) ORDER BY id"),
              Json::array({Json::array({"n1"}), Json::array({"n"})}));
    done(
        "insert",
        {{"table", "t"}, {"rows", more}, {"on_conflict", "update"}, {"keys", Json::array({"id"})}});
    EXPECT_EQ(rows("SELECT name FROM t WHERE id IN (1, 9000) ORDER BY id"),
              Json::array({Json::array({"new"}), Json::array({"m"})}));
    const Reply invalid =
        run("insert", {{"table", "t"}, {"rows", Json::array({{{"id", 10000}}, {{"id", "x"}}})}});
    EXPECT_EQ(invalid.status, OA_INVALID_PARAMS) << invalid.message;
    EXPECT_EQ(value("SELECT count(*) FROM t WHERE id = 10000"), Json(0));
}

TEST_F(MysqlTest, TypesErrors) {
    execute("CREATE TABLE t (n INT NOT NULL UNIQUE)");
    execute("INSERT INTO t VALUES (1)");
    const auto reply = [&](const char* sql) { return run("execute", {{"sql", sql}}); };
    EXPECT_EQ(reply("SELECT * FROM nowhere").status, OA_NOT_FOUND);
    const Reply syntax = reply("SELECT 1,\n 2 FORM FORM t");
    EXPECT_EQ(syntax.status, OA_INVALID_PARAMS);
    EXPECT_EQ(syntax.pointer, "/sql");
    EXPECT_EQ(syntax.details["position"]["line"], Json(2)) << syntax.message;
    EXPECT_EQ(reply("SELECT nothing FROM t").status, OA_INVALID_PARAMS);
    EXPECT_EQ(reply("INSERT INTO t VALUES (1)").status, OA_CONFLICT);
    EXPECT_EQ(reply("INSERT INTO t VALUES (NULL)").status, OA_PRECONDITION);
    EXPECT_EQ(reply("INSERT INTO t VALUES ('x')").status, OA_INVALID_PARAMS);
    connection["password"] = "wrong-one";
    const Reply wrong = reply("SELECT 1");
    EXPECT_EQ(wrong.status, OA_UNAUTHENTICATED) << wrong.message;
    EXPECT_EQ(wrong.message.find("wrong-one"), std::string::npos);
    connection["user"] = "guest";
    connection["password"] = "guest";
    EXPECT_EQ(reply("INSERT INTO t VALUES (2)").status, OA_PERMISSION);
    connection["database"] = "mysql";
    EXPECT_EQ(reply("SELECT 1").status, OA_PERMISSION);
    connection = server.connection();
    connection["database"] = "nowhere";
    EXPECT_EQ(reply("SELECT 1").status, OA_NOT_FOUND);
}

TEST_F(MysqlTest, ChecksCertificates) {
    const auto ask = [&](Json tls) {
        connection["tls"] = std::move(tls);
        return run("query", {{"sql", "SHOW STATUS LIKE 'Ssl_version'"}, {"row_format", "arrays"}});
    };
    const auto version = [&](Json tls) {
        const Reply reply = ask(std::move(tls));
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
        return reply.status == OA_OK
                   ? reply.json["rows"].at(std::size_t{0}).at(std::size_t{1}).as_string()
                   : std::string();
    };
    EXPECT_EQ(version({{"mode", "disable"}}), "");
    EXPECT_NE(version({{"mode", "prefer"}}), "");
    EXPECT_NE(version({{"mode", "require"}}), "");
    const Certificates& files = server.certificates();
    const auto refused = [&](const char* mode, const std::string& ca) {
        const Reply reply = ask({{"mode", mode}, {"ca_file", ca}});
        EXPECT_EQ(reply.status, OA_UNAUTHENTICATED) << mode << " " << ca << reply.message;
    };
    EXPECT_NE(version({{"mode", "verify-ca"}, {"ca_file", files.ca}}), "");
    refused("verify-ca", files.other_ca);
    refused("verify-full", files.ca);  // it is not made for this address
    connection["host"] = "localhost";
    EXPECT_NE(version({{"mode", "verify-full"}, {"ca_file", files.ca}}), "");
    for (const char* mode : {"verify-full", "verify-ca"}) {
        refused(mode, files.other_ca);
        refused(mode, "");
    }
    connection.as_object().erase("tls");
    connection["socket"] = server.socket();
    EXPECT_EQ(run("query", {{"sql", "SELECT 1"}}).status, OA_OK);
}

TEST_F(MysqlTest, EndsWhenCancelledLateOrKilled) {
    Reply reply;
    const auto took = cancel_when(
        "execute", {{"sql", "SELECT sleep(31)"}}, [&] { return is_running("sleep(31)"); }, reply);
    EXPECT_EQ(reply.status, OA_CANCELLED) << reply.message;
    EXPECT_LT(took.count(), 1000);
    std::printf("MariaDB, cancelled asleep: %ld ms\n", static_cast<long>(took.count()));
    await([&] { return !is_running("sleep(31)"); });
    EXPECT_EQ(run("execute", {{"sql", "SELECT sleep(30)"}, {"statement_timeout", "100ms"}}).status,
              OA_DEADLINE);
    for (const char* function : {"query", "execute"}) {
        std::thread killer([&] {
            await([&] { return is_running("sleep(32)"); });
            database.run("execute",
                         {{"connection", server.connection()},
                          {"sql",
                           "BEGIN NOT ATOMIC DECLARE victim INT; SELECT id INTO victim FROM "
                           "information_schema.processlist WHERE info LIKE '%sleep(32)%' AND id <> "
                           "connection_id() LIMIT 1; KILL CONNECTION victim; END"}});
        });
        const Reply killed = run(function, {{"sql", "SELECT sleep(32)"}});
        killer.join();
        EXPECT_EQ(killed.status, OA_UNAVAILABLE) << killed.message;
        // The server has said nothing, so an execute may have done its work.
        const bool reads = std::string_view(function) == "query";
        EXPECT_EQ(killed.retry, reads ? OA_RETRY_YES : OA_RETRY_NO) << killed.message;
    }
}

TEST_F(MysqlTest, ExportsInBoundedMemory) {
    const std::string sql =
        "SELECT seq AS id, concat('name of ', seq) AS name, seq / 7 AS share FROM "
        "seq_1_to_1000000";
    done("export", {{"sql", "SELECT 1"}, {"path", folder.at("out.jsonl")}});
    const long before = footprint().rss_kib;
    reset_peak();
    const auto begun = steady_clock::now();
    const Json out = done("export", {{"sql", sql}, {"path", folder.at("out.jsonl")}});
    const std::chrono::duration<double> took = steady_clock::now() - begun;
    const long grown = peak_rss_kib() - before;
    std::printf("MariaDB, export of 1,000,000 rows: %.2f s, peak %ld KiB more\n", took.count(),
                grown);
    EXPECT_EQ(out["rows"], Json(1'000'000));
    EXPECT_LT(grown, 16 * 1024);
    Reply reply;
    const auto cancelled = cancel_when(
        "export",
        {{"sql", "SELECT seq FROM seq_1_to_1000000000"}, {"path", folder.at("more.jsonl")}},
        [&] { return is_running("seq_1_to_1000000000"); }, reply);
    EXPECT_EQ(reply.status, OA_CANCELLED);
    EXPECT_LT(cancelled.count(), 1000);
    const Json cut = done("query", {{"sql", "SELECT seq FROM seq_1_to_1000000000"},
                                    {"max_rows", 5},
                                    {"on_max_rows", "truncate"}});
    EXPECT_EQ(cut["row_count"], Json(5));
    EXPECT_EQ(
        run("execute", {{"sql", "SELECT seq FROM seq_1_to_1000000000"}, {"max_rows", 5}}).status,
        OA_EXHAUSTED);
}

TEST_F(MysqlTest, LeavesNothingBehindAThousandTimes) {
    execute("CREATE TABLE t (n INT)");
    expect_nothing_left("MariaDB", OA_PLUGIN_FILE, [&](PluginHarness& plugin, int i) {
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
