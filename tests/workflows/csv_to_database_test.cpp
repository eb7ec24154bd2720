#include "tests/workflows/database_fixture.hpp"

namespace oa::test {
namespace {

struct CsvToDatabaseTest : DatabaseWorkflowTest {
    CsvToDatabaseTest() {
        postgresql(
            "DROP TABLE IF EXISTS loaded; CREATE TABLE loaded (id int PRIMARY KEY, customer text, "
            "total numeric CHECK (total < 1000), ordered date)");
    }
    boost::json::object load(int exit_status, boost::json::object more = {}) {
        more.emplace("db_host", "127.0.0.1");
        more.emplace("db_port", PostgresqlServer::shared().port());
        more.emplace("db_user", "admin");
        more.emplace("table", "loaded");
        return run("csv-to-database", more, exit_status);
    }
};

TEST_F(CsvToDatabaseTest, LoadsWhatFitsAndTellsWhatDoesNot) {
    folder.write("orders.csv",
                 "id,customer,total,ordered\n1,Ada,12.50,2026-01-01\n2,,3,2026-01-02\n"
                 "3,Bob,many,2026-13-01\n4,Cleo,7,2026-01-04\n");

    const auto document = load(0);

    EXPECT_EQ(document.at("outputs"), (boost::json::value{{"loaded", 2}, {"rejected", 3}}));
    EXPECT_EQ(postgresql("SELECT id, customer, total, ordered = '2026-01-01'::date FROM loaded "
                         "ORDER BY id"),
              "1|Ada|12.5|t\n4|Cleo|7|f\n");
    EXPECT_EQ(folder.read("rejects.csv"),
              "line,field,reason\n3,customer,\"takes a string, not null\"\n"
              "4,total,\"takes a number, not the text 'many'\"\n"
              "4,ordered,\"takes a date such as 2024-05-31, not the text '2026-13-01'\"\n");

    folder.write("orders.csv", "id,customer,total,ordered\n4,Cleo,9,2026-01-04\n");
    EXPECT_EQ(load(0).at("outputs").at("loaded"), 1);
    EXPECT_EQ(postgresql("SELECT id, total FROM loaded ORDER BY id"), "1|12.5\n4|9\n");
}

TEST_F(CsvToDatabaseTest, LoadsNothingOfAFileOfSomethingElse) {
    folder.write("orders.csv", "id,customer,total,ordered\n1,Ada,1,2026-01-01\nx,y,z,\n");

    const auto document = load(1, {{"max_rejects", 1}});

    EXPECT_TRUE(has(error(document), "mistakes, see rejects.csv; nothing was loaded"))
        << error(document);
    EXPECT_EQ(postgresql("SELECT count(*) FROM loaded"), "0\n");
    EXPECT_TRUE(has(told_once(), "nothing was loaded")) << told_once();
}

TEST_F(CsvToDatabaseTest, LoadsAllOrNothing) {
    folder.write("orders.csv",
                 "id,customer,total,ordered\n1,Ada,1,2026-01-01\n2,Bob,5000,2026-01-01\n");

    const auto document = load(1);

    EXPECT_TRUE(has(error(document), "check constraint")) << error(document);
    EXPECT_EQ(postgresql("SELECT count(*) FROM loaded"), "0\n");
}

TEST_F(CsvToDatabaseTest, TriesAgainWhenTheServerIsGone) {
    folder.write("orders.csv", "id,customer,total,ordered\n1,Ada,1,2026-01-01\n");

    const auto document = load(1, {{"db_port", refusing_port()}});

    EXPECT_EQ(task(document, "load").at("attempts"), 3);
    EXPECT_EQ(task(document, "load").at("error").at("code"), "unavailable");
}

}  // namespace
}  // namespace oa::test
