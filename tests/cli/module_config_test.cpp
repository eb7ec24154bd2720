#include <map>
#include <string>

#include "tests/cli/cli_test.hpp"

namespace oa::test {
namespace {

/// `modules` and `network.deny` of the configuration.
struct ModuleConfigTest : CliTest {
    /// Asks for an address of the loopback where nobody listens.
    [[nodiscard]] ProcessResult run(const std::string& config,
                                    const Subprocess::Options& options = {}) const {
        folder.write("oa.yaml", config);
        folder.write("get.yaml", R"(name: get
tasks:
  - name: get
    http.get: {url: "http://127.0.0.1:1/"}
)");
        return oa({"--config", folder.at("oa.yaml"), "run", folder.at("get.yaml")}, options);
    }
};

constexpr const char* denied = "network.deny names its address";

TEST_F(ModuleConfigTest, NoModuleConnectsToWhatIsDenied) {
    const ProcessResult open = run("log_level: warn\n");
    EXPECT_EQ(open.err.find(denied), std::string::npos) << open.err;
    EXPECT_NE(open.err.find("refused"), std::string::npos) << open.err;
    for (const std::string place : {"in-process", "process"}) {
        const ProcessResult result =
            run("network: {deny: [metadata, loopback]}\nisolation: {bundled: " + place + "}\n");
        EXPECT_EQ(result.exit_status, 1);
        EXPECT_NE(result.err.find(denied), std::string::npos) << place << result.err;
    }
}

TEST_F(ModuleConfigTest, TheEnvironmentDeniesToo) {
    Subprocess::Options options;
    options.environment = {{"OA_NETWORK_DENY", "metadata,127.0.0.0/8"}};
    const ProcessResult result = run("network: {deny: []}\n", options);
    EXPECT_NE(result.err.find(denied), std::string::npos) << result.err;
}

TEST_F(ModuleConfigTest, WhatIsSetForAModuleCountsMore) {
    const ProcessResult allowed =
        run("network: {deny: [loopback]}\nmodules: {http: {network: {deny: [metadata]}}}\n");
    EXPECT_EQ(allowed.err.find(denied), std::string::npos) << allowed.err;
    const ProcessResult forbidden = run("modules: {http: {network: {deny: [loopback]}}}\n");
    EXPECT_NE(forbidden.err.find(denied), std::string::npos) << forbidden.err;
}

TEST_F(ModuleConfigTest, TellsWhatDoesNotFitBeforeAnythingRuns) {
    const auto refused = [this](const std::string& config, const std::string& text) {
        const ProcessResult result = run(config);
        EXPECT_EQ(result.exit_status, 2) << config;
        EXPECT_NE(result.err.find(text), std::string::npos) << result.err;
        EXPECT_NE(result.err.find(folder.at("oa.yaml") + ':'), std::string::npos) << result.err;
    };
    refused("network: {deny: [everything]}\n", "network.deny: module http: /network/deny/0");
    refused("modules:\n  http: {network: {deny: 1}}\n", "modules.http: module http: /network/deny");
    refused("modules: {utils: {a: 1}}\n", "modules.utils: module utils takes no configuration");
    refused("modules: {http: {a: '${WALLET:b}'}}\n", "placeholders are not read");
    refused("modules: {http: 1}\n", "modules.http must be a mapping");
    refused("network: {dney: []}\n", "did you mean 'deny'?");
}

TEST_F(ModuleConfigTest, WarnsOfModulesThatAreNotThere) {
    const ProcessResult result = run("modules: {htp: {}}\n");
    EXPECT_NE(result.err.find("there is no module 'htp' to configure"), std::string::npos)
        << result.err;
    EXPECT_NE(result.err.find("did you mean 'http'?"), std::string::npos) << result.err;
}

TEST_F(ModuleConfigTest, IsShown) {
    folder.write("oa.yaml", "network: {deny: [private]}\nmodules: {http: {network: {deny: []}}}\n");
    const boost::json::object document =
        json(oa({"--config", folder.at("oa.yaml"), "config", "--json", "--set"}));
    std::map<std::string, boost::json::value> values;
    for (const boost::json::value& setting : document.at("settings").as_array()) {
        values[std::string(setting.at("name").as_string())] = setting.at("value");
    }
    EXPECT_EQ(values["network.deny"], boost::json::value(boost::json::array{"private"}));
    EXPECT_EQ(values["modules.http"],
              (boost::json::value{{"network", {{"deny", boost::json::array()}}}}));
}

}  // namespace
}  // namespace oa::test
