#include <csignal>
#include <string>
#include <thread>

#include <sys/types.h>

#include "tests/plugins/database/postgresql_fixture.hpp"

namespace oa::test {
namespace {

using PostgresqlFailureTest = PostgresqlFixture;

TEST_F(PostgresqlFailureTest, TypesErrors) {
    execute("CREATE TABLE t (n int UNIQUE NOT NULL CHECK (n > 0))");
    execute("INSERT INTO t VALUES (1)");
    const auto status = [&](const std::string& sql, Json params = {}) {
        return run("execute", {{"sql", sql}, {"params", std::move(params)}});
    };
    EXPECT_EQ(status("SELECT * FROM nowhere").status, OA_NOT_FOUND);
    EXPECT_EQ(status("SELECT * FROM nowhere.t").status, OA_NOT_FOUND);
    const Reply twice = status("INSERT INTO t VALUES (1)");
    EXPECT_EQ(twice.status, OA_CONFLICT);
    EXPECT_EQ(twice.retry, OA_RETRY_NO);
    EXPECT_EQ(twice.details["sqlstate"], Json("23505"));
    EXPECT_EQ(twice.details["constraint"], Json("t_n_key"));
    EXPECT_EQ(status("INSERT INTO t VALUES (-1)").status, OA_PRECONDITION);
    EXPECT_EQ(status("INSERT INTO t VALUES (NULL)").status, OA_PRECONDITION);
    EXPECT_EQ(status("SELECT 1 / 0").status, OA_INVALID_PARAMS);
    EXPECT_EQ(status("INSERT INTO t VALUES (?)", Json::array({"x"})).status, OA_INVALID_PARAMS);
    EXPECT_EQ(status("CREATE TABLE t (n int)").status, OA_CONFLICT);
}

TEST_F(PostgresqlFailureTest, TellsWhereTheMistakeIs) {
    const Reply reply = run("query", {{"sql", "SELECT :größe::text, 'ü',\n   :b FORM t"},
                                      {"params", {{"größe", "x"}, {"b", 1}}}});
    EXPECT_EQ(reply.status, OA_INVALID_PARAMS);
    EXPECT_EQ(reply.pointer, "/sql");
    EXPECT_EQ(reply.details["position"], (Json{{"line", 2}, {"column", 12}})) << reply.message;
    const Reply column = run("query", {{"sql", "SELECT nothing"}});
    EXPECT_EQ(column.details["position"], (Json{{"line", 1}, {"column", 8}})) << column.message;
}

TEST_F(PostgresqlFailureTest, KnowsWhoMayDoWhat) {
    execute("CREATE TABLE t (n int)");
    execute("GRANT USAGE ON SCHEMA public TO guest");
    connection["password"] = "wrong-one";
    const Reply wrong = run("query", {{"sql", "SELECT 1"}});
    EXPECT_EQ(wrong.status, OA_UNAUTHENTICATED) << wrong.message;
    EXPECT_EQ(wrong.retry, OA_RETRY_NO);
    EXPECT_EQ(wrong.message.find("wrong-one"), std::string::npos) << wrong.message;
    connection["password"] = "";
    EXPECT_EQ(run("query", {{"sql", "SELECT 1"}}).status, OA_UNAUTHENTICATED);
    connection["user"] = "guest";
    connection["password"] = "guest";
    EXPECT_EQ(run("execute", {{"sql", "INSERT INTO t VALUES (1)"}}).status, OA_PERMISSION);
    EXPECT_EQ(run("insert", {{"table", "t"}, {"rows", Json::array({{{"n", 1}}})}}).status,
              OA_PERMISSION);
    connection["database"] = "nowhere";
    EXPECT_EQ(run("query", {{"sql", "SELECT 1"}}).status, OA_NOT_FOUND);
}

TEST_F(PostgresqlFailureTest, ASecretInAnErrorIsHidden) {
    const Reply reply = run("execute", {{"sql", "DO $$ BEGIN RAISE 'it is top secret'; END $$"}});
    EXPECT_EQ(reply.status, OA_PRECONDITION);
    EXPECT_EQ(reply.message.find("top secret"), std::string::npos) << reply.message;
}

TEST_F(PostgresqlFailureTest, EndsWhenLate) {
    const auto begun = steady_clock::now();
    const Reply late =
        run("execute", {{"sql", "SELECT pg_sleep(30)"}, {"statement_timeout", "100ms"}});
    EXPECT_EQ(late.status, OA_DEADLINE) << late.message;
    EXPECT_LT(steady_clock::now() - begun, std::chrono::seconds(5));
    await([&] { return !is_running("pg_sleep(30)"); });  // the server was told, too
    // The server's own limit.
    EXPECT_EQ(run("transaction", {{"statements", Json::array({"SET LOCAL statement_timeout = 50",
                                                              "SELECT pg_sleep(30)"})}})
                  .status,
              OA_DEADLINE);
}

TEST_F(PostgresqlFailureTest, EndsWithinASecondWhenCancelled) {
    Reply reply;
    const auto asleep = [&] { return is_running("pg_sleep(31)"); };
    auto took = cancel_when("execute", {{"sql", "SELECT pg_sleep(31)"}}, asleep, reply);
    EXPECT_EQ(reply.status, OA_CANCELLED) << reply.message;
    EXPECT_LT(took.count(), 1000);
    std::printf("PostgreSQL, cancelled asleep: %ld ms\n", static_cast<long>(took.count()));
    await([&] { return !asleep(); });
    const auto exporting = [&] { return is_running("generate_series(1, 1000000000)"); };
    took = cancel_when("export",
                       {{"sql", "SELECT i FROM generate_series(1, 1000000000) AS i"},
                        {"path", folder.at("out.csv")}},
                       exporting, reply);
    EXPECT_EQ(reply.status, OA_CANCELLED) << reply.message;
    EXPECT_LT(took.count(), 1000);
    EXPECT_FALSE(std::filesystem::exists(folder.at("out.csv")));
    await([&] { return !exporting(); });
}

TEST_F(PostgresqlFailureTest, EndsWithinASecondWhenTheServerDoesNotReact) {
    // A backend that stands still hears of no cancellation, so the connection is cut.
    pid_t backend = 0;
    Reply reply;
    const auto stopped = [&] {
        const Reply found = database.run(
            "query", {{"connection", server.connection()},
                      {"sql",
                       "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND pid <> "
                       "pg_backend_pid() AND query LIKE '%pg_sleep(34)%'"}});
        if (found.json["row_count"] != Json(1)) {
            return false;
        }
        backend = static_cast<pid_t>(found.json["rows"].at(std::size_t{0}).get<int>("pid"));
        return ::kill(backend, SIGSTOP) == 0;
    };
    const auto took = cancel_when("execute", {{"sql", "SELECT pg_sleep(34)"}}, stopped, reply);
    ::kill(backend, SIGCONT);
    EXPECT_EQ(reply.status, OA_CANCELLED) << reply.message;
    EXPECT_LT(took.count(), 1000);
    std::printf("PostgreSQL, cancelled without an answer: %ld ms\n",
                static_cast<long>(took.count()));
}

TEST_F(PostgresqlFailureTest, AKilledConnectionIsToldApart) {
    execute("CREATE TABLE t (n int)");
    const auto kill = [&](const std::string& text) {
        await([&] { return is_running(text); });
        database.run("execute", {{"connection", server.connection()},
                                 {"sql",
                                  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                  "WHERE pid <> pg_backend_pid() AND query LIKE ?"},
                                 {"params", Json::array({"%" + text + "%"})}});
    };
    for (const char* function : {"query", "execute"}) {
        std::thread killer([&] { kill("pg_sleep(32)"); });
        const Reply reply = run(function, {{"sql", "SELECT pg_sleep(32)"}});
        killer.join();
        EXPECT_EQ(reply.status, OA_UNAVAILABLE) << reply.message;
        EXPECT_EQ(reply.retry, OA_RETRY_YES) << "the server has told that nothing was done";
    }
    std::thread killer([&] { kill("pg_sleep(33)"); });
    const Reply reply =
        run("transaction",
            {{"statements", Json::array({"INSERT INTO t VALUES (1)", "SELECT pg_sleep(33)"})}});
    killer.join();
    EXPECT_EQ(reply.status, OA_UNAVAILABLE) << reply.message;
    EXPECT_EQ(reply.retry, OA_RETRY_YES);
    EXPECT_EQ(value("SELECT count(*) FROM t"), Json(0));
}

TEST_F(PostgresqlFailureTest, DeadlocksMayBeTriedAgain) {
    execute("CREATE TABLE t (id int, n int)");
    execute("INSERT INTO t VALUES (1, 0), (2, 0)");
    const auto cross = [&](int first, int second) {
        const std::string update = "UPDATE t SET n = n + 1 WHERE id = ";
        return run("transaction",
                   {{"statements", Json::array({update + std::to_string(first),
                                                "SELECT pg_advisory_xact_lock_shared(1)",
                                                update + std::to_string(second)})}});
    };
    // Both have their first row before either asks for its second.
    std::thread gate([&] {
        run("transaction",
            {{"statements",
              Json::array(
                  {"SELECT pg_advisory_xact_lock(1)",
                   "DO $$ BEGIN WHILE (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' "
                   "AND NOT granted) < 2 LOOP PERFORM pg_sleep(0.01); END LOOP; END $$"})}});
    });
    await([&] { return is_running("PERFORM pg_sleep(0.01)"); });
    Reply one;
    std::thread other([&] { one = cross(1, 2); });
    const Reply two = cross(2, 1);
    other.join();
    gate.join();
    const Reply& lost = one.status == OA_OK ? two : one;
    EXPECT_TRUE(one.status == OA_OK || two.status == OA_OK);
    EXPECT_EQ(lost.status, OA_CONFLICT) << lost.message;
    EXPECT_EQ(lost.retry, OA_RETRY_YES);
    EXPECT_EQ(lost.details["sqlstate"], Json("40P01"));
}

TEST_F(PostgresqlFailureTest, LeavesNothingBehindAThousandTimes) {
    execute("CREATE TABLE t (n int)");
    expect_nothing_left("PostgreSQL", OA_PLUGIN_FILE, [&](PluginHarness& plugin, int i) {
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
