// Every workflow of the examples folder is run by a test: one below, or the last one, which finds
// those that are missing.

#include <algorithm>
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

TEST_F(ExamplesTest, Secrets) {
    EXPECT_EQ(run_json("secrets", 0).at("outputs").at("said"),
              "would call https://api.example.com with Bearer none-yet");
    const std::string key = private_file("key", std::string(32, 'k'));
    const Subprocess::Options given{
        .environment = {{"OA_WALLET_FILE", folder.at("w")}, {"OA_WALLET_KEY_FILE", key}},
        .input = "a-real-token"};
    ASSERT_EQ(oa({"wallet", "create"}, given).exit_status, 0);
    ASSERT_EQ(oa({"wallet", "set", "api_token"}, given).exit_status, 0);
    EXPECT_EQ(json(oa({"run", "--json", example("secrets")}, given)).at("outputs").at("said"),
              "would call https://api.example.com with Bearer ***");
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

TEST_F(ExamplesTest, Conditions) {
    const auto fine = run_json("conditions", 0);
    EXPECT_EQ(fine.at("outputs").at("report"), "tests succeeded, deployment skipped");
    EXPECT_EQ(task(fine, "alarm").at("status"), "skipped");
    const auto live = run_json("conditions", 0, {"-i", "environment=production"});
    EXPECT_EQ(task(live, "deploy").at("output").at("text"), "deploying v7");
    const auto failed = run_json("conditions", 1, {"-i", "failing_tests=2"});
    EXPECT_EQ(task(failed, "alarm").at("status"), "succeeded");
    EXPECT_EQ(task(failed, "report").at("output"), "tests failed, deployment skipped");
}

TEST_F(ExamplesTest, ForEach) {
    const auto document = run_json("for-each", 0);
    EXPECT_EQ(document.at("outputs"),
              (boost::json::value{{"seen", 2}, {"full", boost::json::array{"db1"}}}));
    EXPECT_EQ(task(document, "warn").at("status"), "succeeded");
    EXPECT_EQ(task(run_json("for-each", 0, {"-i", "limit=0.99"}), "warn").at("status"), "skipped");
}

TEST_F(ExamplesTest, DeployAll) {
    EXPECT_EQ(
        run_json("deploy-all", 0, {"-i", "version=v7"}).at("outputs"),
        (boost::json::value{
            {"addresses", {"https://europe.example.com/v7", "https://america.example.com/v7"}},
            {"replicas", 5}}));
}

TEST_F(ExamplesTest, DeployOne) {
    const auto document = run_json("deploy-one", 0, {"-i", "replicas=4"});
    EXPECT_EQ(document.at("outputs").at("replicas"), 4);
    EXPECT_EQ(task(document, "unlock").at("output").at("text"), "unlocking europe");
}

TEST_F(ExamplesTest, Finally) {
    const std::string place = "folder=" + folder.at("work");
    EXPECT_EQ(run_json("finally", 0, {"-i", place}).at("outputs").at("bytes"), 22);
    const auto failed = run_json("finally", 1, {"-i", place, "-i", "lines=0"});
    EXPECT_EQ(task(failed, "tell").at("status"), "succeeded");
    EXPECT_TRUE(std::filesystem::is_empty(folder.at("work")));
}

TEST_F(ExamplesTest, WaitForFile) {
    const std::string path = "path=" + folder.at("upload.txt");
    const auto missing = run_json("wait-for-file", 1, {"-i", path});
    EXPECT_EQ(task(missing, "wait").at("attempts"), 5);
    folder.write("upload.txt", "first\nsecond\n");
    EXPECT_EQ(run_json("wait-for-file", 0, {"-i", path}).at("outputs"),
              (boost::json::value{{"first_line", "first"}, {"attempts", 1}}));
}

TEST_F(ExamplesTest, StateMachine) {
    EXPECT_EQ(run_json("state-machine", 0).at("outputs").at("published"), "version 3");
    const auto urgent = run_json("state-machine", 0, {"-i", "urgent=true"});
    EXPECT_EQ(urgent.at("outputs").at("published"), "version 1");
}

TEST_F(ExamplesTest, Orders) {
    EXPECT_EQ(
        run_json("orders", 0).at("outputs"),
        (boost::json::value{
            {"bills", boost::json::array{"Ada owes 187.5"}}, {"orders", 2}, {"all_large", false}}));
}

TEST_F(ExamplesTest, Approval) {
    const auto unanswered = run_json("approval", 1);
    EXPECT_EQ(task(unanswered, "consent").at("error").at("code"), "rejected");
    EXPECT_EQ(task(unanswered, "deploy").at("status"), "skipped");
    EXPECT_EQ(task(unanswered, "tell").at("output").at("text"),
              "nobody deployed anything: nobody answered within 100ms, which counts as a "
              "rejection");
    EXPECT_EQ(run_json("approval", 0, {"-i", "ask=false"}).at("outputs"),
              (boost::json::value{{"deployed", "succeeded"}}));
}

TEST_F(ExamplesTest, AreAllRunByATest) {
    // http-report is run by http_report_test, against a server; those that need more servers by
    // the tests in tests/workflows, each in a file of its name.
    std::set<std::string> run{
        "hello",       "secrets",           "parallel",      "failure-handling", "retry",
        "inputs",      "older-list-syntax", "conditions",    "for-each",         "deploy-all",
        "finally",     "wait-for-file",     "state-machine", "deploy-one",       "orders",
        "http-report", "approval"};
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(OA_SOURCE_DIR) + "/tests/workflows")) {
        std::string name = entry.path().stem().string();
        if (name.ends_with("_test")) {
            std::replace(name.begin(), name.end(), '_', '-');
            run.insert(name.substr(0, name.size() - 5));
        }
    }
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
