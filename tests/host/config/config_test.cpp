#include "host/config/config.hpp"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "host/config/config_listing.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::host {
namespace {

struct ConfigTest : testing::Test {
    [[nodiscard]] ConfigResult read(const std::string& text) const {
        return read_config(folder.write("oa.yaml", text), environment());
    }
    [[nodiscard]] GetEnvironment environment() const {
        return [this](const std::string& name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        };
    }
    [[nodiscard]] std::vector<std::string> problems(const ConfigResult& result) const {
        std::vector<std::string> out;
        for (const auto& diagnostic : result.diagnostics) {
            out.push_back(to_string(diagnostic).substr(folder.path().string().size() + 1));
        }
        return out;
    }

    test::TemporaryFolder folder;
    std::map<std::string, std::string> variables;
};

TEST_F(ConfigTest, PluginsOfOthersRunInAProcessOfTheirOwnUnlessToldOtherwise) {
    const ConfigResult result = read("log_level: warn\n");

    EXPECT_TRUE(result.diagnostics.empty());
    EXPECT_EQ(result.config.isolation.third_party, IsolationMode::Process);
    EXPECT_EQ(result.config.isolation.bundled, IsolationMode::InProcess);
    EXPECT_TRUE(result.config.isolation.sandbox);
    EXPECT_TRUE(result.config.isolation.modules.empty());
    EXPECT_EQ(result.config.blobs.memory_mib, 64U);
}

TEST_F(ConfigTest, IsolationIsSetForAllAndForEachModule) {
    const ConfigResult result = read(R"(isolation:
  default: in-process
  bundled: process
  sandbox: false
  limits: {memory_mib: 512, open_files: 100}
  modules:
    com.acme.tool:
      mode: process
      limits: {memory_mib: 4096, cpu_seconds: 60, processes: 5, file_mib: 0, workers: 2,
               threads: 3, allow: [network, processes]}
    other: {mode: in-process}
)");

    EXPECT_EQ(problems(result), std::vector<std::string>{});
    const IsolationConfig& isolation = result.config.isolation;
    EXPECT_EQ(isolation.third_party, IsolationMode::InProcess);
    EXPECT_EQ(isolation.bundled, IsolationMode::Process);
    EXPECT_FALSE(isolation.sandbox);
    EXPECT_EQ(isolation.limits.memory_mib, 512U);
    EXPECT_EQ(isolation.limits.open_files, 100U);
    EXPECT_EQ(isolation.limits.cpu_seconds, std::nullopt);
    const ModuleIsolation& tool = isolation.modules.at("com.acme.tool");
    EXPECT_EQ(tool.mode, IsolationMode::Process);
    EXPECT_EQ(tool.limits.memory_mib, 4096U);
    EXPECT_EQ(tool.limits.cpu_seconds, 60U);
    EXPECT_EQ(tool.limits.processes, 5U);
    EXPECT_EQ(tool.limits.file_mib, 0U);
    EXPECT_EQ(tool.limits.workers, 2U);
    EXPECT_EQ(tool.limits.threads, 3U);
    EXPECT_EQ(tool.limits.allow, (std::vector<std::string>{"network", "processes"}));
    EXPECT_EQ(isolation.modules.at("other").mode, IsolationMode::InProcess);
}

TEST_F(ConfigTest, EveryMistakeIsNamedWithItsPlace) {
    const ConfigResult result = read(R"(isolaton: {}
isolation:
  default: thread
  limits: {memory_mib: 1, memory: 5, allow: [network]}
  modules:
    a: {mode: process, limits: {allow: [internet]}}
    b: 5
blobs: {memory_mib: many}
trust: ""
)");

    EXPECT_EQ(problems(result),
              (std::vector<std::string>{
                  "oa.yaml:1:1: error: unknown setting 'isolaton'; did you mean 'isolation'?",
                  "oa.yaml:3:12: error: default: 'thread' is not process or in-process",
                  "oa.yaml:4:24: error: memory_mib: '1' is not a number from 16 to 16777216",
                  "oa.yaml:4:27: error: unknown setting 'memory'",
                  "oa.yaml:4:38: error: unknown setting 'allow'",
                  "oa.yaml:6:41: error: allow: 'internet' is not network, filesystem or processes",
                  "oa.yaml:7:8: error: isolation.modules.b must be a mapping",
                  "oa.yaml:8:21: error: memory_mib: 'many' is not a number from 1 to 1048576",
                  "oa.yaml:9:8: error: trust: '' is not a path",
              }));
}

TEST_F(ConfigTest, PathsOfTheFileAreRelativeToItsFolder) {
    const ConfigResult result = read(R"(state_folder: state
runtime_folder: /tmp/run
trust: policies/trust.yaml
blobs: {folder: big}
plugins: [mine]
)");

    EXPECT_EQ(problems(result), std::vector<std::string>{});
    EXPECT_EQ(result.config.state_folder, folder / "state");
    EXPECT_EQ(result.config.runtime_folder, "/tmp/run");
    EXPECT_EQ(result.config.trust_policy, folder / "policies/trust.yaml");
    EXPECT_EQ(result.config.blobs.folder, folder / "big");
    EXPECT_EQ(result.config.plugins.at(0), folder / "mine");
}

TEST_F(ConfigTest, AFileMayHaveNothingButComments) {
    EXPECT_EQ(problems(read("# server: {port: 1}\n\n  # more\n")), std::vector<std::string>{});
}

TEST_F(ConfigTest, TheEnvironmentIsStrongerThanTheFile) {
    variables = {{"OA_STATE_FOLDER", "/tmp/elsewhere"}, {"OA_TRUST", "/tmp/trust.yaml"}};

    const ConfigResult result = read("state_folder: state\n");

    EXPECT_EQ(result.config.state_folder, "/tmp/elsewhere");
    EXPECT_EQ(result.config.trust_policy, "/tmp/trust.yaml");
}

TEST_F(ConfigTest, FoldersFollowTheXdgVariables) {
    variables = {{"XDG_STATE_HOME", "/home/ada/state"}, {"XDG_RUNTIME_DIR", "/run/user/7"}};

    const ConfigResult result = read("");

    EXPECT_EQ(result.config.state_folder, "/home/ada/state/oa");
    EXPECT_EQ(result.config.runtime_folder, "/run/user/7/oa");
}

TEST_F(ConfigTest, SecretsComeFromAWalletAVaultOrAProgram) {
    variables = {{"OA_WALLET_KEY_FILE", "/etc/oa/key"}, {"OA_ALLOW_PLAIN_WALLET", "true"}};
    const ConfigResult result = read(R"(
wallet: {file: secrets/wallet, password_file: /etc/oa/password}
vault: {address: "https://v:8200", mount: kv, namespace: team, token_file: token, ca_file: ca.pem, timeout: 3s, cache: 0}
secret_command: {command: [pass, "{name}"], timeout: 30s, missing_status: 1, environment: [KEYS]}
secret_environment: [DSN]
audit_file: audit.log
)");
    EXPECT_EQ(problems(result), std::vector<std::string>{});
    const Config& config = result.config;
    EXPECT_EQ(config.wallet.file, folder / "secrets/wallet");
    EXPECT_EQ(config.wallet.password_file, "/etc/oa/password");
    EXPECT_EQ(config.wallet.key_file, "/etc/oa/key");
    EXPECT_TRUE(config.allow_plain_wallet);
    EXPECT_EQ(config.vault.address, "https://v:8200");
    EXPECT_EQ(config.vault.mount, "kv");
    EXPECT_EQ(config.vault.name_space, "team");
    EXPECT_EQ(config.vault.token_file, folder / "token");
    EXPECT_EQ(config.vault.timeout, core::Milliseconds{3'000});
    EXPECT_EQ(config.vault.cache, core::Milliseconds{0});
    EXPECT_EQ(config.secret_command.command, (std::vector<std::string>{"pass", "{name}"}));
    EXPECT_EQ(config.secret_command.environment, std::vector<std::string>{"KEYS"});
    EXPECT_EQ(config.secret_command.missing_status, 1U);
    EXPECT_EQ(config.secret_environment, std::vector<std::string>{"DSN"});
    EXPECT_EQ(config.audit_file, folder / "audit.log");
    EXPECT_EQ(read("secret_command: [pass, show]\n").config.secret_command.command.size(), 2U);
}

TEST_F(ConfigTest, SaysWhereRunsAreKeptAndForHowLong) {
    const Config none = read("").config;
    EXPECT_EQ(none.data_folder, none.state_folder / "data");
    EXPECT_EQ(none.durability, "full");
    EXPECT_EQ(none.retention.age, core::Milliseconds(std::chrono::hours(24 * 30)));
    EXPECT_EQ(none.retention.count, 10'000U);

    variables = {{"OA_MAX_RUNS", "7"}};
    const Config config =
        read("data: runs\ndurability: normal\nretention: {age: 12h, count: 0}\n").config;
    EXPECT_EQ(config.data_folder, folder / "runs");
    EXPECT_EQ(config.durability, "normal");
    EXPECT_EQ(config.retention.age, core::Milliseconds(std::chrono::hours(12)));
    EXPECT_EQ(config.retention.count, 0U);
    EXPECT_EQ(config.max_runs, 7U);
    EXPECT_EQ(problems(read("durability: some\n")).at(0),
              "oa.yaml:1:13: error: durability: 'some' is not full, normal or none");
}

TEST_F(ConfigTest, SaysWhatIsWrongAboutSecrets) {
    EXPECT_EQ(problems(read("secret_command: {timeout: 1s}\n")),
              (std::vector<std::string>{"oa.yaml:1:17: error: secret_command has no command; write "
                                        "[PROGRAM, ARGUMENT, ...], or {command: [...], timeout: "
                                        "30s}"}));
    EXPECT_EQ(problems(read("vault: {adress: x}\n")).at(0),
              "oa.yaml:1:9: error: unknown setting 'adress'; did you mean 'address'?");
    EXPECT_EQ(problems(read("secret_environment: DSN\n")).at(0),
              "oa.yaml:1:21: error: secret_environment must be a list of texts");
}

TEST_F(ConfigTest, LimitsOfTheServiceCanBeSet) {
    const Config standard = read("").config;
    EXPECT_EQ(standard.max_queued_runs, 100'000U);
    EXPECT_EQ(standard.task_timeout, core::Milliseconds(std::chrono::hours(1)));
    EXPECT_EQ(standard.server.limits.head_fields, 100U);

    variables = {{"OA_MAX_QUEUED_RUNS", "5"}, {"OA_CORS_ORIGINS", "https://a.example,,http://b"}};
    const ConfigResult result = read(R"(
task_timeout: none
max_output_kib: 64
max_log_mib: 2
server:
  names: [oa.example]
  cors_origins: [https://c.example]
  limits: {connections: 10, connections_per_address: 5, request_line_kib: 4, head_fields: 50,
           head_kib: 8, head_time: 2s, body_mib: 2, bodies_mib: 20, backlog_kib: 32}
)");
    EXPECT_EQ(problems(result), std::vector<std::string>{});
    const Config& config = result.config;
    EXPECT_EQ(config.max_queued_runs, 5U);
    EXPECT_EQ(config.task_timeout, std::nullopt);
    EXPECT_EQ(config.max_output_kib, 64U);
    EXPECT_EQ(config.max_log_mib, 2U);
    EXPECT_EQ(config.server.names, std::vector<std::string>{"oa.example"});
    EXPECT_EQ(config.server.cors_origins,
              (std::vector<std::string>{"https://a.example", "http://b"}));
    EXPECT_EQ(config.server.limits.connections, 10U);
    EXPECT_EQ(config.server.limits.connections_per_address, std::optional(5U));
    EXPECT_EQ(config.server.limits.request_line_kib, 4U);
    EXPECT_EQ(config.server.limits.head_kib, 8U);
    EXPECT_EQ(config.server.limits.head_time, core::Milliseconds(2'000));
    EXPECT_EQ(config.server.limits.body_mib, 2U);
    EXPECT_EQ(config.server.limits.bodies_mib, 20U);
    EXPECT_EQ(config.server.limits.backlog_kib, 32U);
    EXPECT_EQ(
        problems(read("task_timeout: 0\n")).at(0),
        "oa.yaml:1:15: error: task_timeout: '0' is not a duration such as 30m or 2h, or none");
}

TEST_F(ConfigTest, NamesOfTheOlderSystemCountWhereTheNewOneIsNotThere) {
    variables = {{"WORKFLOW_PATH", "/srv/workflows"},
                 {"MAX_CONCURRENT_JOBS", "7"},
                 {"API_PORT", "8503"},
                 {"OA_DATA_DIR", "/srv/data"},
                 {"LOGLEVEL", "WARNING"}};
    const Config older = read("").config;
    EXPECT_EQ(older.workflows_folder, "/srv/workflows");
    EXPECT_EQ(older.max_runs, 7U);
    EXPECT_EQ(older.server.port, 8503U);
    EXPECT_EQ(older.data_folder, "/srv/data");
    EXPECT_EQ(older.log_level, LogLevel::Warn);
    EXPECT_EQ(older.sources.at("server.port").name, "API_PORT");

    variables["OA_PORT"] = "9000";
    EXPECT_EQ(read("").config.server.port, 9000U);
    variables["OA_LOG_LEVEL"] = "CRITICAL";
    EXPECT_EQ(read("").config.log_level, LogLevel::Error);
}

// It may well be somebody else's.
TEST_F(ConfigTest, AnOlderNameWithSomethingElseIsToldAndHasNoEffect) {
    variables = {{"API_PORT", "tcp://10.0.0.1:80"}, {"FASTAPI_PORT", "8000"}};
    const ConfigResult result = read("");
    ASSERT_EQ(result.diagnostics.size(), 1U);
    EXPECT_EQ(
        to_string(result.diagnostics.front()),
        "environment: warning: API_PORT: 'tcp://10.0.0.1:80' is not a number from 0 to 65535, "
        "and is not used; the variable is called OA_PORT here");
    EXPECT_EQ(result.config.server.port, 8000U);
}

TEST_F(ConfigTest, EveryValueTellsWhereItComesFrom) {
    variables = {{"OA_PORT", "9000"}, {"OA_WALLET_PASSWORD", "hunter2"}};
    const ConfigResult result = read(R"(log_level: debug
server: {listen: "::1", names: [a.example]}
isolation: {modules: {com.acme: {mode: process, limits: {allow: [network]}}}}
)");
    std::map<std::string, std::string> told;
    for (const ConfigEntry& entry : list_config(result.config)) {
        const std::string from = entry.source.kind == ConfigSource::Kind::File
                                     ? entry.source.name.substr(folder.path().string().size() + 1)
                                     : entry.source.name;
        told[entry.name] = core::write_json(entry.value) + ' ' + from;
    }
    EXPECT_EQ(told.at("log_level"), "\"debug\" oa.yaml:1:12");
    EXPECT_EQ(told.at("server.listen"), "\"::1\" oa.yaml:2:18");
    EXPECT_EQ(told.at("server.names"), "[\"a.example\"] oa.yaml:2:32");
    EXPECT_EQ(told.at("server.port"), "9000 OA_PORT");
    EXPECT_EQ(told.at("server.grace"), "\"30s\" ");
    EXPECT_EQ(told.at("retention.age"), "\"30d\" ");
    EXPECT_EQ(told.at("task_timeout"), "\"1h\" ");
    EXPECT_EQ(told.at("wallet.password"), "\"********\" OA_WALLET_PASSWORD");
    EXPECT_EQ(told.at("isolation.modules.com.acme.mode"), "\"process\" oa.yaml:3:40");
    EXPECT_EQ(told.at("isolation.modules.com.acme.limits.allow"), "[\"network\"] oa.yaml:3:65");
    EXPECT_EQ(told.at("vault.address"), "null ");
}

}  // namespace
}  // namespace oa::host
