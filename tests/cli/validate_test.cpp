#include <boost/json.hpp>

#include "tests/cli/cli_test.hpp"

namespace oa::test {
namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

struct ValidateTest : CliTest {
    const Subprocess::Options plain_wallets{{{"OA_ALLOW_PLAIN_WALLET", "true"}}};
    const std::string bad = folder.write("bad.yaml",
                                         "tasks:\n"
                                         "  - {name: a, utils.noop: {}, need: b}\n");
    const std::string odd = folder.write("odd.yaml",
                                         "tasks:\n"
                                         "  - {name: a, utils.noop: {}, on_success: end}\n"
                                         "  - {name: b, utils.noop: {}, on_success: b}\n");
};

TEST_F(ValidateTest, SumsUpWhatItFound) {
    const auto result = oa({"validate", bad, odd});
    EXPECT_EQ(result.exit_status, 3);
    EXPECT_TRUE(contains(result.out,
                         "odd.yaml: valid: transitions of 2 tasks\n"
                         "1 error and 1 warning in 2 files\n"))
        << result.out;
}

TEST_F(ValidateTest, FindsTheWorkflowsThatTasksRun) {
    folder.write("inner.yaml",
                 "inputs: {who: {required: true}}\n"
                 "tasks: [{utils.noop: {}}]\n");
    const std::string fine =
        folder.write("fine.yaml", "tasks: [{workflow: inner, with: {who: Ada}}]\n");
    EXPECT_EQ(oa({"validate", fine}).exit_status, 0);
    const std::string wrong = folder.write("wrong.yaml", "tasks: [{workflow: inner}]\n");
    const auto result = oa({"validate", wrong});
    EXPECT_EQ(result.exit_status, 3);
    EXPECT_TRUE(contains(result.err, "requires the input 'who'")) << result.err;
}

TEST_F(ValidateTest, ShowsLinesOnATerminalOrWhenAskedTo) {
    const std::string line = "2 |   - {name: a, utils.noop: {}, need: b}";
    const auto plain = oa({"validate", bad});
    EXPECT_FALSE(contains(plain.err, line)) << plain.err;
    const auto asked = oa({"validate", "--context", bad});
    EXPECT_TRUE(contains(asked.err,
                         "bad.yaml:2:31: error: the key 'need' is unknown here; "
                         "did you mean 'needs'?\n"
                         "  |\n" +
                             line +
                             "\n"
                             "  |                               ^^^^ did you mean"))
        << asked.err;
    const Subprocess::Options terminal{.environment = {{"TERM", "xterm"}, {"NO_COLOR", "1"}},
                                       .terminal = true};
    EXPECT_TRUE(contains(oa({"validate", bad}, terminal).err, line));
    EXPECT_FALSE(contains(oa({"validate", bad}, terminal).err, "\x1b["));
    EXPECT_FALSE(contains(oa({"validate", "--no-context", bad}, terminal).err, line));
    const auto coloured =
        oa({"validate", bad}, {.environment = {{"TERM", "xterm"}}, .terminal = true});
    EXPECT_TRUE(contains(coloured.err, "\x1b[31m^^^^")) << coloured.err;
}

TEST_F(ValidateTest, LetsWarningsFailWhereTheyAreDenied) {
    EXPECT_EQ(oa({"validate", odd}).exit_status, 0);
    EXPECT_EQ(oa({"validate", "--deny-warnings", odd}).exit_status, 3);
    EXPECT_EQ(oa({"validate", "--deny-warnings", "--format", "sarif", odd}).exit_status, 3);
}

TEST_F(ValidateTest, ReadsStandardInputByTheNameThatAnEditorGives) {
    const Subprocess::Options input{.input = "tasks:\n  - {name: a, utils.nop: {}}\n"};
    const auto nameless = oa({"validate", "-"}, input);
    EXPECT_TRUE(contains(nameless.err, "standard input:2:")) << nameless.err;
    const auto named = oa({"validate", "--context", "--stdin-name", "sub/w.yaml", "-"}, input);
    EXPECT_TRUE(contains(named.err, "sub/w.yaml:2:")) << named.err;
    EXPECT_TRUE(contains(named.err, "2 |   - {name: a, utils.nop: {}}")) << named.err;
    const auto valid = oa({"validate", "--json", "--stdin-name", "sub/w.yaml", "-"},
                          {.input = "tasks: [utils.noop: {}]\n"});
    const auto documents = core::parse_json(valid.out);
    EXPECT_EQ(documents.at(0).at("name"), "w") << "after its file";
}

TEST_F(ValidateTest, WritesOtherFormatsToStandardOutputOnly) {
    const auto sarif = oa({"validate", "--format", "sarif", bad, folder.at("none.yaml")});
    EXPECT_EQ(sarif.exit_status, 3);
    EXPECT_EQ(sarif.err, "");
    const auto run = json(sarif).at("runs").at(0);
    EXPECT_EQ(run.at("results").at(0).at("locations").at(0).at("physicalLocation").at("region"),
              boost::json::parse(R"({"startLine": 2, "startColumn": 31, "endColumn": 35})"));
    EXPECT_EQ(run.at("results").at(1).at("ruleId"), "unreadable-file");

    const auto github = oa({"validate", "-f", "github", "bad.yaml"}, {.folder = folder.path()});
    EXPECT_EQ(github.err, "");
    EXPECT_TRUE(contains(github.out, "::error file=bad.yaml,line=2,col=31,endColumn=35,title="))
        << github.out;

    EXPECT_EQ(oa({"validate", "--json", bad}).out, oa({"validate", "-f", "json", bad}).out);
    EXPECT_EQ(oa({"validate", "-f", "xml", bad}).exit_status, 2);
}

TEST_F(ValidateTest, TellsTheMistakesOfAWorkflowThatOthersRunOnce) {
    const auto inner = folder.write("inner.yaml", "tasks:\n  - {utils.noop: {}, need: b}\n");
    const auto outer = folder.write("outer.yaml", "tasks:\n  - {name: a, workflow: inner.yaml}\n");
    const auto result = oa({"validate", "--context", outer, inner, outer});
    EXPECT_EQ(result.exit_status, 3);
    EXPECT_TRUE(contains(result.out, "1 error in 1 file\n")) << result.out;
    const auto first = result.err.find("inner.yaml:2:22: error: the key 'need'");
    EXPECT_NE(first, std::string::npos) << result.err;
    EXPECT_EQ(result.err.find("the key 'need'", first + 40), std::string::npos) << result.err;
    EXPECT_TRUE(contains(result.err, "2 |   - {utils.noop: {}, need: b}")) << result.err;
    const auto documents = core::parse_json(oa({"validate", "--json", outer, inner}).out);
    EXPECT_EQ(documents.at(0).at("findings"), documents.at(1).at("findings"));
}

TEST_F(ValidateTest, FindsSecretsThatAWalletDoesNotHave) {
    const auto file = folder.write("secret.yaml",
                                   "tasks:\n"
                                   "  - utils.print: {text: '${WALLET:tokn} ${VAULT:api}'}\n"
                                   "  - utils.print: {text: '${WALLET:none:-without}'}\n");
    const auto wallet = private_file("wallet.json", R"({"token": "very secret", "api": "x"})");
    const auto result = oa({"validate", "--context", "--wallet", wallet, file}, plain_wallets);
    EXPECT_EQ(result.exit_status, 3);
    EXPECT_TRUE(contains(result.err,
                         "secret.yaml:2:26: error: the wallet has no secret 'tokn'; did "
                         "you mean 'token'?\n"))
        << result.err;
    EXPECT_TRUE(contains(result.err, "^^^^^^^^^^^^^^ did you mean")) << result.err;
    EXPECT_TRUE(contains(result.out, "1 error in 1 file\n")) << result.out;
    EXPECT_FALSE(contains(result.out + result.err, "very secret"));

    const auto fixed = private_file("wallet.json", R"({"tokn": "very secret", "api": "x"})");
    EXPECT_EQ(oa({"validate", "--wallet", fixed, file}, plain_wallets).exit_status, 0);
    const auto refused = oa({"validate", "--wallet", fixed, file});
    EXPECT_EQ(refused.exit_status, 4);
    EXPECT_TRUE(contains(refused.err, "OA_ALLOW_PLAIN_WALLET=true")) << refused.err;
    const auto missing = oa({"validate", "--wallet", folder.at("none.json"), file});
    EXPECT_EQ(missing.exit_status, 4);
    EXPECT_TRUE(contains(missing.err, "none.json")) << missing.err;
}

TEST_F(ValidateTest, DrawsWhatIsWithinSubWorkflowsWhenAskedTo) {
    folder.write("inner.yaml", "name: deeper\ntasks: [{name: inside, utils.noop: {}}]\n");
    const auto outer = folder.write("outer.yaml", "tasks: [{name: a, workflow: inner}]\n");
    const auto closed = oa({"graph", outer});
    EXPECT_TRUE(contains(closed.out, "workflow inner")) << closed.out;
    EXPECT_FALSE(contains(closed.out, "inside")) << closed.out;
    for (const std::vector<std::string>& more :
         {std::vector<std::string>{"--expand"}, {"--depth", "1"}}) {
        std::vector<std::string> arguments{"graph", outer};
        arguments.insert(arguments.end(), more.begin(), more.end());
        EXPECT_TRUE(contains(oa(arguments).out, "inside"));
    }
    EXPECT_EQ(oa({"graph", outer, "--depth", "33"}).exit_status, 2);
    EXPECT_EQ(oa({"graph", outer, "--depth", "1", "--expand"}).exit_status, 2);
}

}  // namespace
}  // namespace oa::test
