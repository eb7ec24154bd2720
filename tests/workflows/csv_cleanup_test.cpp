#include "tests/workflows/workflow_fixture.hpp"

namespace oa::test {
namespace {

using CsvCleanupTest = WorkflowTest;

TEST_F(CsvCleanupTest, MakesATableThatIsFitForUse) {
    // Windows-1252: the byte 0xFC is an u with two dots.
    folder.write("customers.csv",
                 "name;mail;country;total;updated;note\r\n"
                 " M\xFCller ;MUELLER@Example.com;de;12.5;2026-01-01;x\r\n"
                 "M\xFCller;mueller@example.com;DE; 20 ;2026-02-01;newer\r\n"
                 "Rossi;rossi@example.com;it;7;2026-01-05;\r\n"
                 "=1+1;bad@example.com;it;many;2026-01-05;\r\n"
                 "Nobody;;it;9;2026-01-05;\r\n");

    const auto document = run("csv-cleanup", {}, 0);

    EXPECT_EQ(folder.read("clean/customers.csv"),
              "\xEF\xBB\xBFname,mail,country,total,updated\n"
              "Müller,mueller@example.com,DE,20,2026-02-01\n"
              "Rossi,rossi@example.com,IT,7,2026-01-05\n"
              "'=1+1,bad@example.com,IT,,2026-01-05\n");
    EXPECT_EQ(core::parse_json(folder.read("clean/summary.json")),
              (boost::json::value{{"read", 5},
                                  {"without_address", 1},
                                  {"duplicates", 1},
                                  {"written", 3},
                                  {"total_by_country", {{"DE", 20}, {"IT", 7}}}}));
    EXPECT_EQ(document.at("outputs").at("written"), 3);
    EXPECT_FALSE(std::filesystem::exists(folder.at("clean/failed.txt")));
}

TEST_F(CsvCleanupTest, LeavesANoteWhereThereIsNoTable) {
    const auto document = run("csv-cleanup", {{"source", "none.csv"}}, 1);

    EXPECT_TRUE(has(folder.read("clean/failed.txt"), "none.csv")) << error(document);
    EXPECT_FALSE(std::filesystem::exists(folder.at("clean/customers.csv")));
}

}  // namespace
}  // namespace oa::test
