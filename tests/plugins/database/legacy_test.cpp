#include <string>

#include "tests/plugins/database/postgresql_fixture.hpp"

namespace oa::test {
namespace {

/// The functions of oa-pg, by their older names.
struct LegacyTest : PostgresqlFixture {
    LegacyTest() {
        execute("CREATE TABLE users (id int, name text, score numeric)");
        execute("INSERT INTO users VALUES (1, 'Ada', 1.50), (2, 'Bob', NULL)");
    }
    Reply older(std::string_view function, Json params) {
        params["pgdatabase"] = "shop";
        params["pgdbhost"] = "127.0.0.1";
        params["pgdbusername"] = "admin";
        params["pgdbpassword"] = "top secret";
        params["pgdbport"] = server.port();
        return database.run(function, params);
    }
};

TEST_F(LegacyTest, SelectsInThreeForms) {
    const std::string statement = "SELECT id, name FROM users ORDER BY id";
    const Reply dict = older("oa-pg.select", {{"statement", statement}});
    EXPECT_EQ(
        dict.json,
        (Json{{"rows", Json::array({{{"id", 1}, {"name", "Ada"}}, {{"id", 2}, {"name", "Bob"}}})},
              {"row_count", 2},
              {"columns", Json::array({"id", "name"})},
              {"database", "shop"},
              {"host", "127.0.0.1"},
              {"statement", statement}}))
        << dict.message;
    const Reply lists =
        older("oa-pg.select", {{"input", {{"query", statement}}}, {"format", "rows"}});
    EXPECT_EQ(lists.json["rows"], Json::array({Json::array({1, "Ada"}), Json::array({2, "Bob"})}));
    const Reply text = older("oa-pg.select", {{"statement", statement},
                                              {"format", "json"},
                                              {"printout", true},
                                              {"tojsonfile", folder.at("out.json")}});
    EXPECT_EQ(Json::parse(text.json["rows"].as_string()), dict.json["rows"]);
    EXPECT_EQ(Json::parse(folder.read("out.json")), dict.json["rows"]);
    ASSERT_EQ(text.logs.size(), 1U);
    EXPECT_NE(text.logs[0].message.find("Ada"), std::string::npos);
}

TEST_F(LegacyTest, SelectChangesNothing) {
    EXPECT_EQ(older("oa-pg.select", {{"statement", "DELETE FROM users RETURNING id"}}).status,
              OA_OK);
    EXPECT_EQ(value("SELECT count(*) FROM users"), Json(2));
    EXPECT_EQ(older("oa-pg.select", {{"statement", "DELETE FROM users"}}).status,
              OA_INVALID_PARAMS);
    EXPECT_EQ(older("oa-pg.select", Json::object()).pointer, "/statement");
}

TEST_F(LegacyTest, ExecutesAndCommits) {
    const Reply reply = older("oa-pg.execute", {{"statement",
                                                 "INSERT INTO users VALUES (3, 'a;b', 0); "
                                                 "UPDATE users SET score = 9; -- done"},
                                                {"tojsonfile", folder.at("out.json")}});
    EXPECT_EQ(reply.json["rows_affected"], Json(3)) << reply.message;
    EXPECT_EQ(reply.json["success"], Json(true));
    EXPECT_EQ(Json::parse(folder.read("out.json"))["rows_affected"], Json(3));
    EXPECT_EQ(value("SELECT name FROM users WHERE id = 3"), Json("a;b"));
    const Reply none = older("oa-pg.exexute", {{"statement", "DELETE FROM users WHERE id = 99"},
                                               {"fail_on_zero", true}});
    EXPECT_EQ(none.status, OA_PRECONDITION);
    EXPECT_EQ(none.json["success"], Json(false)) << "the output is there in any case";
    EXPECT_EQ(older("oa-pg.execute", {{"statement", "SELECT * FROM users"}, {"fail_on_zero", true}})
                  .json["rows_affected"],
              Json(3));
}

TEST_F(LegacyTest, InsertsWhatComes) {
    EXPECT_EQ(
        older("oa-pg.insert", {{"table", "users"}, {"data", {{"id", 3}, {"name", "x'); --"}}}})
            .json,
        (Json{{"rows_inserted", 1},
              {"table", "users"},
              {"database", "shop"},
              {"host", "127.0.0.1"}}));
    EXPECT_EQ(
        older("oa-pg.insert",
              {{"table", "users"}, {"input", {{"rows", Json::array({{{"id", 4}}, {{"id", 5}}})}}}})
            .json["rows_inserted"],
        Json(2));
    EXPECT_EQ(
        older("oa-pg.insert", {{"table", "users"}, {"input", {{"id", 6}}}}).json["rows_inserted"],
        Json(1));
    EXPECT_EQ(older("oa-pg.execute",
                    {{"table", "users"}, {"input", {{"rows", Json::array({{{"id", 7}}})}}}})
                  .json["rows_affected"],
              Json(1));
    EXPECT_EQ(older("oa-pg.insert", {{"table", "users"}, {"data", Json::array()}}).status,
              OA_INVALID_PARAMS);
    const Reply documented =
        database.run("oadatabase.insert_records", {{"host", "127.0.0.1"},
                                                   {"port", std::to_string(server.port())},
                                                   {"user", "admin"},
                                                   {"password", "top secret"},
                                                   {"database", "shop"},
                                                   {"table", "users"},
                                                   {"data", {{"id", 8}}}});
    EXPECT_EQ(documented.json["rows_inserted"], Json(1)) << documented.message;
    EXPECT_EQ(value("SELECT count(*) FROM users"), Json(8));
}

}  // namespace
}  // namespace oa::test
