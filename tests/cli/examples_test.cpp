// Every workflow of the examples folder is run by a test: one below, or the last one, which finds
// those that are missing.

#include <filesystem>
#include <set>

#include <boost/json.hpp>

#include "tests/cli/cli_test.hpp"

namespace oa::test {
namespace {

struct ExamplesTest : CliTest {
    static std::string example(const std::string& name) {
        return std::string(OA_SOURCE_DIR) + "/workflows/" + name + ".yaml";
    }
    static boost::json::object run_json(const std::string& name,
                                        int exit_status,
                                        std::vector<std::string> more = {}) {
        std::vector<std::string> arguments{"run", "--json", example(name)};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const ProcessResult result = oa(arguments);
        EXPECT_EQ(result.exit_status, exit_status) << result.err;
        return json(result);
    }
};

TEST_F(ExamplesTest, Hello) {
    EXPECT_EQ(run_json("hello", 0, {"-i", "who=Ada"}).at("outputs").at("greeting"), "Hello, Ada!");
}

TEST_F(ExamplesTest, Parallel) {
    const auto document = run_json("parallel", 0);
    const auto report = task(document, "report");
    EXPECT_NE(report.at("output").at("text").as_string().find("degrees celsius"),
              boost::json::string::npos);
}

TEST_F(ExamplesTest, FailureHandling) {
    const auto failed = run_json("failure-handling", 1);
    EXPECT_EQ(task(failed, "ask").at("status"), "succeeded");
    EXPECT_EQ(task(failed, "pay").at("status"), "skipped");
    const auto fine = run_json("failure-handling", 0, {"-i", "amount=50"});
    EXPECT_EQ(task(fine, "pay").at("output").at("text"), "paid 50 euros");
}

TEST_F(ExamplesTest, Retry) {
    const auto document = run_json("retry", 0);
    EXPECT_EQ(task(document, "flaky").at("attempts"), 3);
    EXPECT_EQ(task(document, "tell").at("output").at("text"),
              "gave up after 3 attempts: the service does not answer");
}

TEST_F(ExamplesTest, Inputs) {
    const auto document = run_json("inputs", 0, {"-i", "city=Rome", "-i", "days=3"});
    EXPECT_EQ(document.at("outputs").at("request"),
              (boost::json::value{{"city", "Rome"}, {"days", 3}, {"verbose", false}}));
    EXPECT_EQ(oa({"run", example("inputs"), "-i", "days=99"}).exit_status, 2);
    EXPECT_EQ(oa({"run", example("inputs"), "-i", "city=rome"}).exit_status, 2);
}

TEST_F(ExamplesTest, OlderListSyntax) {
    const auto document = run_json("older-list-syntax", 0);
    EXPECT_EQ(task(document, "tell").at("output"),
              (boost::json::value{{"recipient", "team"}, {"loud", true}}));
}

TEST_F(ExamplesTest, AreAllRunByATest) {
    // http-report is run by http_report_test, against a server.
    const std::set<std::string> run{"hello",  "parallel",          "failure-handling", "retry",
                                    "inputs", "older-list-syntax", "http-report"};
    std::set<std::string> there;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(OA_SOURCE_DIR) + "/workflows")) {
        there.insert(entry.path().stem().string());
        EXPECT_EQ(oa({"validate", entry.path().string()}).exit_status, 0) << entry.path();
    }
    EXPECT_EQ(there, run);
}

}  // namespace
}  // namespace oa::test
