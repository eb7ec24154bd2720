#include <fstream>
#include <string>

#include "tests/plugins/database/postgresql_fixture.hpp"

namespace oa::test {
namespace {

using PostgresqlBulkTest = PostgresqlFixture;

TEST_F(PostgresqlBulkTest, InsertsEveryKindOfValue) {
    execute("CREATE SCHEMA \"odd schema\"");
    execute(
        "CREATE TABLE \"odd schema\".\"t\"\"x\" (i int8, s text, b bytea, j jsonb, l text[], t "
        "boolean)");
    const Json rows_in = Json::array({{{"i", INT64_MAX},
                                       {"s", "tab\tline\nback\\slash\r\\N"},
                                       {"b", {{"$base64", "AAH/"}}},
                                       {"j", Json::array({1, "a\tb"})},
                                       {"l", Json::array({"x\ty", nullptr, "q\"\\"})},
                                       {"t", true}},
                                      {{"i", nullptr},
                                       {"s", "\\."},
                                       {"b", nullptr},
                                       {"j", {{"k", "\\"}}},
                                       {"l", Json::array()},
                                       {"t", false}}});
    EXPECT_EQ(
        done("insert", {{"table", "\"odd schema\".\"t\"\"x\""}, {"rows", rows_in}})["rows_written"],
        Json(2));
    const Json out = done("query", {{"sql",
                                     "SELECT i, s, b, j, to_json(l) AS l, t FROM "
                                     "\"odd schema\".\"t\"\"x\" ORDER BY i"}})["rows"];
    Json first = rows_in.at(std::size_t{0});
    first["b"] = "AAH/";
    EXPECT_EQ(out.at(std::size_t{0}), first);
    EXPECT_EQ(out.at(std::size_t{1}), rows_in.at(std::size_t{1}));
}

TEST_F(PostgresqlBulkTest, NamesTheRowThatIsWrong) {
    execute("CREATE TABLE t (id int PRIMARY KEY)");
    const auto refused = [&](Json second) {
        return run("insert", {{"table", "t"},
                              {"rows", Json::array({{{"id", 1}}, {{"id", std::move(second)}}})}});
    };
    const Reply invalid = refused("many");
    EXPECT_EQ(invalid.status, OA_INVALID_PARAMS);
    EXPECT_NE(invalid.message.find("row 2"), std::string::npos) << invalid.message;
    EXPECT_EQ(refused(1).status, OA_CONFLICT);
    EXPECT_EQ(run("insert", {{"table", "nowhere"}, {"rows", Json::array({{{"id", 1}}})}}).status,
              OA_NOT_FOUND);
    EXPECT_EQ(run("insert", {{"table", "t"}, {"rows", Json::array({{{"x", 1}}})}}).status,
              OA_INVALID_PARAMS);
    EXPECT_EQ(value("SELECT count(*) FROM t"), Json(0));
}

TEST_F(PostgresqlBulkTest, MindsConflicts) {
    execute("CREATE TABLE t (id int UNIQUE, name text, kept text DEFAULT 'kept')");
    execute("INSERT INTO t VALUES (1, 'a', 'old')");
    const Json more = Json::array({{{"id", 1}, {"name", "b"}},
                                   {{"id", 2}, {"name", "c"}},
                                   {{"id", 2}, {"name", "d"}},
                                   {{"id", nullptr}, {"name", "x"}},
                                   {{"id", nullptr}, {"name", "y"}}});
    EXPECT_EQ(
        done("insert", {{"table", "t"}, {"rows", more}, {"on_conflict", "ignore"}})["rows_written"],
        Json(3));
    const std::string all = "SELECT id, name, kept FROM t ORDER BY id, name";
    EXPECT_EQ(rows(all), Json::array({Json::array({1, "a", "old"}), Json::array({2, "c", "kept"}),
                                      Json::array({nullptr, "x", "kept"}),
                                      Json::array({nullptr, "y", "kept"})}));
    execute("DELETE FROM t WHERE id IS NULL");
    const Json out = done("insert", {{"table", "t"},
                                     {"rows", more},
                                     {"on_conflict", "update"},
                                     {"keys", Json::array({"id"})},
                                     {"commit", "batch"},
                                     {"batch_size", 2}});
    EXPECT_EQ(out["rows_read"], Json(5));
    EXPECT_EQ(rows(all), Json::array({Json::array({1, "b", "old"}), Json::array({2, "d", "kept"}),
                                      Json::array({nullptr, "x", "kept"}),
                                      Json::array({nullptr, "y", "kept"})}));
}

TEST_F(PostgresqlBulkTest, ExportsAMillionRowsInBoundedMemory) {
    const std::string path = folder.at("out.csv");
    execute(
        "CREATE TABLE t AS SELECT i AS id, 'name of ' || i AS name, i / 7.0 AS share, now() AS at "
        "FROM generate_series(1, 1000000) AS i");
    done("export", {{"sql", "SELECT 1"}, {"path", path}});
    const long before = footprint().rss_kib;
    reset_peak();
    const auto begun = steady_clock::now();
    const Json out = done("export", {{"sql", "SELECT * FROM t"}, {"path", path}});
    const std::chrono::duration<double> took = steady_clock::now() - begun;
    const long grown = peak_rss_kib() - before;
    std::printf(
        "PostgreSQL, export of 1,000,000 rows: %.2f s, %ld MiB written, peak %ld KiB more\n",
        took.count(), static_cast<long>(out["bytes"].as_int() >> 20), grown);
    EXPECT_EQ(out["rows"], Json(1'000'000));
    EXPECT_LT(grown, 16 * 1024);

    execute("CREATE TABLE copy (LIKE t)");
    reset_peak();
    const long before_insert = footprint().rss_kib;
    EXPECT_EQ(done("insert", {{"table", "copy"}, {"path", path}})["rows_written"], Json(1'000'000));
    const long grown_insert = peak_rss_kib() - before_insert;
    std::printf("PostgreSQL, insert of 1,000,000 rows from a file: peak %ld KiB more\n",
                grown_insert);
    EXPECT_LT(grown_insert, 16 * 1024);
    EXPECT_EQ(value("SELECT count(*) FROM (SELECT * FROM t EXCEPT SELECT * FROM copy) AS x"),
              Json(0));
}

TEST_F(PostgresqlBulkTest, FillsADiskWithoutATrace) {
    const Reply reply = run("export", {{"sql", "SELECT i FROM generate_series(1, 1000000) AS i"},
                                       {"path", "/dev/full"},
                                       {"format", "csv"}});
    EXPECT_EQ(reply.status, OA_EXHAUSTED) << reply.message;
}

TEST_F(PostgresqlBulkTest, AnInsertCanBeCancelled) {
    execute("CREATE TABLE t (id int)");
    execute(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); "
        "RETURN NEW; END $$");
    execute("CREATE TRIGGER slow BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION slow()");
    Reply reply;
    const auto took = cancel_when(
        "insert", {{"table", "t"}, {"rows", Json::array({{{"id", 1}}})}},
        [&] { return is_running("COPY"); }, reply);
    EXPECT_EQ(reply.status, OA_CANCELLED) << reply.message;
    EXPECT_LT(took.count(), 1000);
    EXPECT_EQ(value("SELECT count(*) FROM t"), Json(0));
}

}  // namespace
}  // namespace oa::test
