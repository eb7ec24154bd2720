#include "tests/workflows/database_fixture.hpp"

namespace oa::test {
namespace {

struct DatabaseSyncTest : DatabaseWorkflowTest {
    DatabaseSyncTest() {
        secrets({{"source_password", "top secret"}, {"target_password", "top secret"}});
        postgresql(
            "DROP TABLE IF EXISTS events; CREATE TABLE events (id int PRIMARY KEY, "
            "name text, price numeric(10,2), happened timestamptz); INSERT INTO events "
            "SELECT n, 'event ' || n, n / 4.0, '2026-01-01T00:00:00Z' FROM "
            "generate_series(1, 3000) n");
        mariadb(
            "DROP TABLE IF EXISTS events; CREATE TABLE events (id int PRIMARY KEY, name "
            "varchar(50), price decimal(10,2), happened varchar(40))");
    }
    boost::json::object sync(int exit_status, boost::json::object more = {}) {
        more.emplace("source_host", "127.0.0.1");
        more.emplace("source_port", PostgresqlServer::shared().port());
        more.emplace("source_user", "admin");
        more.emplace("target_host", "127.0.0.1");
        more.emplace("target_port", MariadbServer::shared().port());
        more.emplace("target_user", "admin");
        more.emplace("target_name", "shop");
        more.emplace("table", "events");
        return run("database-sync", more, exit_status);
    }
};

TEST_F(DatabaseSyncTest, CopiesWhatIsNewAndIsFreeToRunAgain) {
    EXPECT_EQ(sync(0).at("outputs"), (boost::json::value{{"read", 3000}, {"last_before", 0}}));
    EXPECT_EQ(mariadb("SELECT count(*), sum(price), max(name) FROM events"),
              "3000\t1125375.00\tevent 999\n");

    // A transaction that was open then, and new rows.
    postgresql(
        "INSERT INTO events VALUES (3001, 'new', 1, now()), "
        "(3003, 'newest', NULL, NULL)");
    EXPECT_EQ(sync(0).at("outputs").at("last_before"), 3000);
    postgresql("INSERT INTO events VALUES (3002, 'late', 1, now())");
    EXPECT_EQ(sync(0, {{"again", 10}}).at("outputs").at("read"), 10);
    EXPECT_EQ(mariadb("SELECT count(*) FROM events"), "3003\n");
    EXPECT_EQ(mariadb("SELECT name, price FROM events WHERE id > 3001 ORDER BY id"),
              "late\t1.00\nnewest\tNULL\n");
    EXPECT_EQ(told(), std::vector<std::string>());
    EXPECT_TRUE(std::filesystem::is_empty(folder / "work"));
}

TEST_F(DatabaseSyncTest, TellsThatTheSourceIsGoneAndLeavesTheTargetAlone) {
    const auto document = sync(1, {{"source_port", refusing_port()}});

    EXPECT_EQ(task(document, "read").at("attempts"), 3);
    EXPECT_EQ(mariadb("SELECT count(*) FROM events"), "0\n");
    EXPECT_EQ(core::parse_json(told_once()).at("sync"), "events");
}

TEST_F(DatabaseSyncTest, CopiesNothingWhenOneRowDoesNotFit) {
    postgresql("UPDATE events SET name = repeat('x', 60) WHERE id = 2999");

    sync(1);

    EXPECT_EQ(mariadb("SELECT count(*) FROM events"), "0\n");
    EXPECT_TRUE(has(told_once(), "name")) << told_once();
}

}  // namespace
}  // namespace oa::test
