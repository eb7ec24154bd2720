#include <string>

#include "tests/plugins/database/postgresql_fixture.hpp"

namespace oa::test {
namespace {

using PostgresqlTest = PostgresqlFixture;

TEST_F(PostgresqlTest, KeepsTypes) {
    const Json out = done("query", {{"sql", R"(SELECT
        9223372036854775807::int8 AS i, (-1)::int2 AS s, 0.1::float8 AS r, 'NaN'::float8 AS nan,
        1e300::float8 AS big, 12345678901234567890.123456789::numeric AS d, true AS t, NULL::int AS n,
        'grün'::text AS txt, '\x0001ff'::bytea AS b, '{"a": [1, null]}'::jsonb AS j,
        '2024-05-01'::date AS day, '12:34:56.5'::time AS clock,
        '2024-05-01 12:34:56.123456'::timestamp AS at,
        '2024-05-01 12:34:56.123456+02'::timestamptz AT TIME ZONE 'UTC' AS utc,
        '2024-05-01 12:34:56.5+00'::timestamptz AS zoned,
        '{1,2}'::int[] AS list, 'b2e4b7f0-0000-4000-8000-000000000001'::uuid AS id,
        '1 day 2 hours'::interval AS span)"}});
    const Json& row = out["rows"].at(std::size_t{0});
    EXPECT_EQ(row["i"], Json(INT64_MAX));
    EXPECT_EQ(row["s"], Json(-1));
    EXPECT_EQ(row["r"], Json(0.1));
    EXPECT_EQ(row["nan"], Json("NaN"));
    EXPECT_EQ(row["big"], Json(1e300));
    EXPECT_EQ(row["d"], Json("12345678901234567890.123456789"));
    EXPECT_EQ(row["t"], Json(true));
    EXPECT_EQ(row["n"], Json());
    EXPECT_EQ(row["txt"], Json("grün"));
    EXPECT_EQ(row["b"], Json("AAH/"));
    EXPECT_EQ(row["j"], (Json{{"a", Json::array({1, nullptr})}}));
    EXPECT_EQ(row["day"], Json("2024-05-01"));
    EXPECT_EQ(row["clock"], Json("12:34:56.5"));
    EXPECT_EQ(row["at"], Json("2024-05-01T12:34:56.123456"));
    EXPECT_EQ(row["utc"], Json("2024-05-01T10:34:56.123456"));
    EXPECT_EQ(value("SELECT ?::timestamptz = ?::timestamptz",
                    Json::array({row["zoned"], "2024-05-01T12:34:56.5Z"})),
              Json(true))
        << row["zoned"];
    EXPECT_NE(row["zoned"].as_string().find(":00", 19), std::string::npos) << "minutes of the zone";
    EXPECT_EQ(row["list"], Json("{1,2}"));
    EXPECT_EQ(row["id"], Json("b2e4b7f0-0000-4000-8000-000000000001"));
    EXPECT_EQ(out["columns"].at(std::size_t{0}), (Json{{"name", "i"}, {"type", "int8"}}));
    EXPECT_EQ(out["columns"].at(std::size_t{16}), (Json{{"name", "list"}, {"type", "int4[]"}}));
    const Json numbers =
        done("query", {{"sql", "SELECT 1.5::numeric a, 7::numeric b, 'NaN'::numeric c"},
                       {"decimals", "number"},
                       {"row_format", "arrays"}});
    EXPECT_EQ(numbers["rows"], Json::array({Json::array({1.5, 7, "NaN"})}));
}

TEST_F(PostgresqlTest, NamesTypesThatItDoesNotKnow) {
    execute("CREATE TYPE mood AS ENUM ('good', 'bad')");
    const Json out = done("query", {{"sql", "SELECT 'good'::mood AS m, ARRAY['bad'::mood] AS ms"}});
    EXPECT_EQ(out["rows"], Json::array({{{"m", "good"}, {"ms", "{bad}"}}}));
    EXPECT_EQ(out["columns"], Json::array({{{"name", "m"}, {"type", "mood"}},
                                           {{"name", "ms"}, {"type", "mood[]"}}}));
}

TEST_F(PostgresqlTest, BindsEveryKindOfValue) {
    execute(
        "CREATE TABLE t (i int8, d numeric, r float4, t boolean, s text, b bytea, j jsonb, l "
        "text[], "
        "ll int[], at timestamptz, id uuid)");
    execute("INSERT INTO t VALUES (:i, :d, :r, :t, :s, :b, :j, :l, :ll, :at, :id)",
            {{"i", INT64_MIN},
             {"d", "0.10000000000000000000000001"},
             {"r", 0.1},
             {"t", false},
             {"s", "a'b\\c"},
             {"b", {{"$base64", "AAH/"}}},
             {"j", Json::array({1, {{"k", "v"}}})},
             {"l", Json::array({"x", "a \"b\", \\c", nullptr, "NULL", ""})},
             {"ll", Json::array({Json::array({1, 2}), Json::array({3, 4})})},
             {"at", "2024-05-01T12:00:00Z"},
             {"id", "b2e4b7f0-0000-4000-8000-000000000001"}});
    const Json row =
        done("query", {{"sql", "SELECT *, to_json(l) AS lj FROM t"}})["rows"].at(std::size_t{0});
    EXPECT_EQ(row["i"], Json(INT64_MIN));
    EXPECT_EQ(row["d"], Json("0.10000000000000000000000001"));
    EXPECT_EQ(row["r"], Json(0.1));
    EXPECT_EQ(row["t"], Json(false));
    EXPECT_EQ(row["s"], Json("a'b\\c"));
    EXPECT_EQ(row["b"], Json("AAH/"));
    EXPECT_EQ(row["j"], Json::array({1, {{"k", "v"}}}));
    EXPECT_EQ(row["lj"], Json::array({"x", "a \"b\", \\c", nullptr, "NULL", ""}));
    EXPECT_EQ(row["ll"], Json("{{1,2},{3,4}}"));
    EXPECT_EQ(value("SELECT count(*) FROM t WHERE i = ANY(:ids) AND j @> :part",
                    {{"ids", Json::array({INT64_MIN, 5})}, {"part", Json::array({1})}}),
              Json(1));
    EXPECT_EQ(value("SELECT j ?? 'k' FROM (SELECT ?::jsonb AS j) AS x", Json::array({{{"k", 1}}})),
              Json(true));
    EXPECT_EQ(value("SELECT $$ ? $$ || :a::text", {{"a", "x"}}), Json(" ? x"));
}

TEST_F(PostgresqlTest, TellsWhatAStatementDid) {
    execute("CREATE TABLE t (id serial PRIMARY KEY, n int)");
    EXPECT_EQ(execute("INSERT INTO t (n) VALUES (5), (6)")["rows_affected"], Json(2));
    const Json returned = execute("UPDATE t SET n = n + 1 RETURNING id, n");
    EXPECT_EQ(returned["rows_affected"], Json(2));
    EXPECT_EQ(returned["rows"], Json::array({{{"id", 1}, {"n", 6}}, {{"id", 2}, {"n", 7}}}));
    EXPECT_EQ(execute("SELECT n FROM t")["rows_affected"], Json(0));
    execute("VACUUM t");  // not possible within a transaction
    EXPECT_EQ(run("query", {{"sql", "DELETE FROM t"}}).status, OA_PRECONDITION);
    EXPECT_EQ(run("query", {{"sql", "SET work_mem = '8MB'"}}).pointer, "/sql");
    EXPECT_EQ(run("execute", {{"sql", "COPY t TO STDOUT"}}).status, OA_INVALID_PARAMS);
    EXPECT_EQ(run("execute", {{"sql", "COPY t FROM STDIN"}}).status, OA_INVALID_PARAMS);
    EXPECT_EQ(run("execute", {{"sql", "SELECT 1; SELECT 2"}}).status, OA_INVALID_PARAMS);
}

TEST_F(PostgresqlTest, TransactionsHaveALevel) {
    const auto level = [&](Json params) {
        params["statements"] =
            Json::array({"SHOW transaction_isolation", "SHOW transaction_read_only"});
        params["row_format"] = "arrays";
        const Json results = done("transaction", std::move(params))["results"];
        return Json::array(
            {results.at(std::size_t{0})["rows"].at(std::size_t{0}).at(std::size_t{0}),
             results.at(std::size_t{1})["rows"].at(std::size_t{0}).at(std::size_t{0})});
    };
    EXPECT_EQ(level(Json::object()), Json::array({"read committed", "off"}));
    EXPECT_EQ(level({{"isolation", "serializable"}, {"read_only", true}}),
              Json::array({"serializable", "on"}));
    EXPECT_EQ(level({{"isolation", "repeatable_read"}}), Json::array({"repeatable read", "off"}));
    execute("CREATE TABLE t (n int)");
    const Reply failed =
        run("transaction", {{"statements", Json::array({"INSERT INTO t VALUES (1)",
                                                        {{"sql", "INSERT INTO t VALUES (?)"},
                                                         {"params", Json::array({"many"})}}})}});
    EXPECT_EQ(failed.status, OA_INVALID_PARAMS);
    EXPECT_EQ(failed.pointer, "/statements/1/sql");
    EXPECT_EQ(value("SELECT count(*) FROM t"), Json(0));
}

TEST_F(PostgresqlTest, ConnectsByUrlAndChecksCertificates) {
    const std::string base =
        "postgresql://admin:top%20secret@127.0.0.1:" + std::to_string(server.port()) + "/shop";
    const std::string encrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    const auto ask = [&](Json wanted) {
        return run(
            "query",
            {{"connection", std::move(wanted)}, {"sql", encrypted}, {"row_format", "arrays"}});
    };
    const Json yes = Json::array({Json::array({true})});
    EXPECT_EQ(ask(base).json["rows"], yes) << "on this machine TLS is taken where it is";
    EXPECT_EQ(ask(base + "?sslmode=disable").json["rows"], Json::array({Json::array({false})}));
    const auto with = [&](const char* host, const char* mode, const std::string& ca) {
        return ask({{"url", base}, {"host", host}, {"tls", {{"mode", mode}, {"ca_file", ca}}}});
    };
    const std::string& ca = server.certificates().ca;
    EXPECT_EQ(with("localhost", "verify-full", ca).json["rows"], yes);
    EXPECT_EQ(with("127.0.0.1", "verify-ca", ca).json["rows"], yes);
    EXPECT_EQ(ask(base + "?sslmode=verify-ca&sslrootcert=" + ca).json["rows"], yes);
    for (const Reply& refused :
         {with("127.0.0.1", "verify-full", ca), with("localhost", "verify-full", ""),
          with("localhost", "verify-full", server.certificates().other_ca),
          with("localhost", "verify-ca", server.certificates().other_ca)}) {
        EXPECT_EQ(refused.status, OA_UNAUTHENTICATED) << refused.message;
        EXPECT_EQ(refused.retry, OA_RETRY_NO);
    }
    const Reply missing =
        ask({{"url", base}, {"tls", {{"mode", "verify-ca"}, {"ca_file", "/nowhere.pem"}}}});
    EXPECT_EQ(missing.status, OA_NOT_FOUND) << missing.message;
}

}  // namespace
}  // namespace oa::test
