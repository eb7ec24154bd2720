// The example workflow against a real web server, and with that server gone.

#include <boost/json.hpp>

#include "tests/cli/cli_test.hpp"
#include "tests/support/http_server.hpp"

namespace oa::test {
namespace {

struct HttpReportTest : CliTest {
    [[nodiscard]] ProcessResult report(const std::string& url) const {
        return oa({"run", "--json", std::string(OA_SOURCE_DIR) + "/workflows/http-report.yaml",
                   "--input", "url=" + url},
                  {.folder = folder.path().string()});
    }
};

TEST_F(HttpReportTest, WritesTheReportOfWhatTheServerGave) {
    const HttpServer server;

    const ProcessResult result = report(server.http("/orders.json"));

    EXPECT_EQ(result.exit_status, 0) << result.err;
    EXPECT_EQ(folder.read("report/open-orders.csv"),
              "id,customer,total,ordered\n"
              "1001,Ada,42.5,2024-05-01\n"
              "1003,Ada,7.5,2024-05-02\n"
              "1004,\"Müller, Söhne & Co\",120,2024-05-03\n");
    const boost::json::value summary = core::parse_json(folder.read("report/summary.json"));
    EXPECT_EQ(summary.at("orders"), 5);
    EXPECT_EQ(summary.at("open"), 3);
    EXPECT_EQ(summary.at("owed").at("Ada"), 50);
    EXPECT_EQ(json(result).at("outputs").at("open"), 3);
    EXPECT_EQ(task(json(result), "leave a note").at("status"), "skipped");
}

TEST_F(HttpReportTest, TriesAgainThenLeavesANoteAndSaysWhyInOneLineWhenTheServerIsGone) {
    std::string url;
    {
        const HttpServer server;
        url = server.http("/orders.json");
    }

    const ProcessResult result = report(url);

    EXPECT_EQ(result.exit_status, 1);
    const boost::json::object document = json(result);
    EXPECT_EQ(task(document, "fetch").at("attempts"), 3);
    EXPECT_EQ(task(document, "fetch").at("error").at("code"), "unavailable");
    EXPECT_EQ(task(document, "leave a note").at("status"), "succeeded");
    EXPECT_EQ(task(document, "write the list").at("status"), "skipped");
    const std::string why(document.at("run").at("error").at("message").as_string());
    EXPECT_NE(why.find("connection refused"), std::string::npos) << why;
    EXPECT_EQ(why.find('\n'), std::string::npos) << why;
    EXPECT_NE(folder.read("report/no-report.txt").find("connection refused"), std::string::npos);
}

}  // namespace
}  // namespace oa::test
