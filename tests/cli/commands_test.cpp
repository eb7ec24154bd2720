#include <boost/json.hpp>

#include "tests/cli/cli_test.hpp"

namespace oa::test {
namespace {

struct CommandsTest : CliTest {};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST_F(CommandsTest, PrintsItsVersion) {
    EXPECT_EQ(oa({"version"}).out, oa({"--version"}).out);
    EXPECT_TRUE(contains(oa({"version"}).out, "plug-in ABI 1.0"));
    EXPECT_EQ(json(oa({"version", "--json"})).at("abi"), "1.0");
}

TEST_F(CommandsTest, ExplainsAWrongCommandLine) {
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{},
                                                      {"fly"},
                                                      {"run"},
                                                      {"run", "x.yaml", "--frobnicate"},
                                                      {"graph", "x.yaml", "--format", "gif"},
                                                      {"run", "x", "--max-parallel", "0"},
                                                      {"--log-level", "loud", "version"}}) {
        const ProcessResult result = oa(arguments);
        EXPECT_EQ(result.exit_status, 2);
        EXPECT_FALSE(result.err.empty());
    }
    EXPECT_EQ(oa({"--help"}).exit_status, 0);
    EXPECT_TRUE(contains(oa({"run", "--help"}).out, "--max-parallel"));
}

TEST_F(CommandsTest, ReportsEveryMistakeOfEveryFileWithItsPlace) {
    const std::string good = folder.write("good.yaml", "tasks: [{name: a, utils.noop: {}}]\n");
    const std::string bad = folder.write(
        "bad.yaml",
        "tasks:\n  - {name: a, utils.noop: {}, need: b}\n  - {name: a, utilz.noop: {}}\n");

    const ProcessResult result = oa({"validate", good, bad, folder.at("none.yaml")});

    EXPECT_EQ(result.exit_status, 3);
    EXPECT_TRUE(contains(result.out, "good.yaml: valid: sequence of 1 task\n")) << result.out;
    EXPECT_TRUE(contains(result.err, "bad.yaml:2:31: error: ")) << result.err;
    EXPECT_TRUE(contains(result.err, "did you mean 'needs'")) << result.err;
    EXPECT_TRUE(contains(result.err, "bad.yaml:3:")) << result.err;
    EXPECT_TRUE(contains(result.err, "did you mean 'utils'")) << result.err;
    EXPECT_TRUE(contains(result.err, "none.yaml: error: cannot be opened")) << result.err;
    EXPECT_EQ(oa({"validate", good}).exit_status, 0);
}

TEST_F(CommandsTest, PrintsFindingsAsJson) {
    const std::string bad =
        folder.write("bad.yaml", "tasks:\n  - {name: a, utils.noop: {}, need: b}\n");
    const ProcessResult result = oa({"validate", "--json", bad});
    EXPECT_EQ(result.exit_status, 3);
    const boost::json::value document = core::parse_json(result.out);
    EXPECT_EQ(document.at(0).at("valid"), false);
    EXPECT_EQ(document.at(0).at("findings").at(0).at("line"), 2);
    EXPECT_EQ(document.at(0).at("findings").at(0).at("column"), 31);
}

TEST_F(CommandsTest, DrawsTheGraphInEveryFormat) {
    const std::string file = folder.write(
        "g.yaml",
        "tasks:\n  - {name: a, utils.noop: {}}\n  - {name: b, utils.noop: {}, needs: a}\n");
    for (const std::string format : {"text", "mermaid", "dot", "json"}) {
        const ProcessResult result = oa({"graph", file, "--format", format});
        EXPECT_EQ(result.exit_status, 0) << format;
        EXPECT_TRUE(contains(result.out, "b")) << result.out;
    }
    EXPECT_EQ(json(oa({"graph", file, "-f", "json"})).at("edges").at(0).at("from"), "a");
}

TEST_F(CommandsTest, ListsAndDescribesPlugins) {
    const ProcessResult list = oa({"plugin", "list"});
    EXPECT_EQ(list.exit_status, 0) << list.err;
    for (const char* module : {"utils", "http", "files", "json", "database"}) {
        EXPECT_TRUE(contains(list.out, module)) << list.out;
    }
    EXPECT_TRUE(contains(oa({"plugin", "describe", "utils"}).out, "print"));
    EXPECT_TRUE(contains(oa({"plugin", "describe", "http.get"}).out, "url"));
    EXPECT_TRUE(json(oa({"plugin", "describe", "files", "--json"})).contains("functions"));
    const ProcessResult wrong = oa({"plugin", "describe", "htp"});
    EXPECT_EQ(wrong.exit_status, 4);
    EXPECT_TRUE(contains(wrong.err, "http")) << wrong.err;
}

TEST_F(CommandsTest, ListsABadPluginWithItsReasonBesideTheGoodOnes) {
    const std::string bad = folder.write("bad.so", "not a library at all");
    const ProcessResult list = oa({"plugin", "list", "--plugins", bad});
    EXPECT_TRUE(contains(list.out, "utils")) << list.out;
    EXPECT_TRUE(contains(list.out, "bad.so")) << list.out;

    const std::string workflow = folder.write("w.yaml", "tasks: [{name: a, utils.noop: {}}]\n");
    const ProcessResult run = oa({"run", workflow, "--plugins", bad});
    EXPECT_EQ(run.exit_status, 0);
    EXPECT_TRUE(contains(run.err, "WARN  plug-in " + bad + " (--plugins)")) << run.err;
}

TEST_F(CommandsTest, ReadsTheConfigurationAndSaysWhatIsWrongWithIt) {
    const std::string workflow = folder.write("w.yaml", "tasks: [{name: a, utils.noop: {}}]\n");
    const std::string good = folder.write("oa.yaml", "log_level: error\nmax_parallel: 4\n");
    EXPECT_TRUE(oa({"--config", good, "run", workflow}).err.empty());
    EXPECT_TRUE(oa({"run", workflow}, {.environment = {{"OA_CONFIG", good}}}).err.empty());
    EXPECT_FALSE(oa({"--config", good, "--log-level", "info", "run", workflow}).err.empty())
        << "the command line wins";

    const ProcessResult wrong =
        oa({"--config", folder.write("bad.yaml", "log_levle: error\nmax_parallel: many\n"), "run",
            workflow});
    EXPECT_EQ(wrong.exit_status, 2);
    EXPECT_TRUE(contains(
        wrong.err, "bad.yaml:1:1: error: unknown setting 'log_levle'; did you mean 'log_level'?"))
        << wrong.err;
    EXPECT_TRUE(contains(
        wrong.err, "bad.yaml:2:15: error: max_parallel: 'many' is not a number from 1 to 1000"))
        << wrong.err;
    EXPECT_EQ(oa({"--config", folder.at("none.yaml"), "run", workflow}).exit_status, 2);
    EXPECT_EQ(oa({"run", workflow}, {.environment = {{"OA_LOG_LEVEL", "loud"}}}).exit_status, 2);
}

TEST_F(CommandsTest, LetsTheOperatorDecideHowLargeADocumentMayBe) {
    std::string many = "tasks:\n";
    for (int index = 0; index < 10'001; ++index) {
        many += "  - utils.noop:\n";
    }
    const std::string file = folder.write("many.yaml", many);
    const ProcessResult refused = oa({"validate", file});
    EXPECT_EQ(refused.exit_status, 3);
    EXPECT_TRUE(contains(refused.err, "more than 10000 tasks")) << refused.err;
    EXPECT_EQ(oa({"validate", file}, {.environment = {{"OA_MAX_TASKS", "20000"}}}).exit_status, 0);
    EXPECT_EQ(oa({"validate", file}, {.environment = {{"OA_MAX_TASKS", "200000"}}}).exit_status, 2);

    const std::string large = folder.write(
        "large.yaml", "# " + std::string(4U << 20U, 'x') + "\ntasks: [utils.noop: {}]\n");
    EXPECT_EQ(oa({"validate", large}).exit_status, 3);
    EXPECT_EQ(oa({"validate", large}, {.environment = {{"OA_MAX_DOCUMENT_MIB", "5"}}}).exit_status,
              0);
}

}  // namespace
}  // namespace oa::test
