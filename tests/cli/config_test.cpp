#include <string>

#include "tests/cli/cli_test.hpp"

namespace oa::test {
namespace {

struct ConfigCommandTest : CliTest {
    [[nodiscard]] ProcessResult config(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), {"--config", folder.at("oa.yaml"), "config"});
        Subprocess::Options options;
        options.environment = {{"OA_PORT", "9001"}, {"OA_WALLET_PASSWORD", "hunter2 and more"}};
        return oa(std::move(arguments), options);
    }
};

TEST_F(ConfigCommandTest, ShowsWhatIsSetAndByWhom) {
    folder.write("oa.yaml", "log_level: warn\nserver: {names: [oa.example]}\n");
    const ProcessResult result = config({"--listen", "::1"});
    EXPECT_EQ(result.exit_status, 0) << result.err;
    const auto line_of = [&](const std::string& name) {
        const std::size_t begin = ("\n" + result.out).find("\n" + name + ' ');
        return result.out.substr(begin, result.out.find('\n', begin) - begin);
    };
    EXPECT_NE(line_of("log_level").find("oa.yaml:1:12"), std::string::npos) << result.out;
    EXPECT_NE(line_of("server.port").find("9001"), std::string::npos);
    EXPECT_NE(line_of("server.port").find("OA_PORT"), std::string::npos);
    EXPECT_NE(line_of("server.listen").find("--listen"), std::string::npos);
    EXPECT_NE(line_of("max_runs").find("default"), std::string::npos);
    EXPECT_NE(line_of("wallet.password").find("********"), std::string::npos);
    EXPECT_EQ(result.out.find("hunter2"), std::string::npos);
}

TEST_F(ConfigCommandTest, ShowsAPartAndOnlyWhatIsSet) {
    folder.write("oa.yaml", "server: {names: [oa.example]}\nmax_runs: 3\n");
    const boost::json::object document = json(config({"--json", "--set", "server"}));
    EXPECT_EQ(document.at("file").as_string(), folder.at("oa.yaml"));
    const boost::json::array& settings = document.at("settings").as_array();
    ASSERT_EQ(settings.size(), 2U);
    EXPECT_EQ(settings[0], (boost::json::value{{"name", "server.port"},
                                               {"value", 9001},
                                               {"source", "environment"},
                                               {"from", "OA_PORT"}}));
    EXPECT_EQ(settings[1].at("value"), boost::json::value(boost::json::array{"oa.example"}));
}

TEST_F(ConfigCommandTest, TellsWhatIsWrongAndWhatThereIs) {
    folder.write("oa.yaml", "max_run: 3\n");
    const ProcessResult wrong = config({});
    EXPECT_EQ(wrong.exit_status, 2);
    EXPECT_NE(wrong.err.find("did you mean 'max_runs'?"), std::string::npos) << wrong.err;
    folder.write("oa.yaml", "");
    const ProcessResult unknown = config({"server.prt"});
    EXPECT_EQ(unknown.exit_status, 2);
    EXPECT_NE(unknown.err.find("did you mean 'server.port'?"), std::string::npos) << unknown.err;
}

}  // namespace
}  // namespace oa::test
