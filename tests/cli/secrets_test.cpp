#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/cli/cli_test.hpp"
#include "tests/host/vault/vault_server.hpp"
#include "tests/support/http_server.hpp"

namespace oa::test {
namespace {

namespace fs = std::filesystem;

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string content(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

/// All processes below one, and itself.
std::vector<pid_t> family(pid_t parent) {
    std::map<pid_t, pid_t> parents;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        if (name.find_first_not_of("0123456789") != std::string::npos) {
            continue;
        }
        const std::string stat = content(entry.path() / "stat");
        const std::size_t end = stat.rfind(')');
        if (end != std::string::npos && stat.size() > end + 4) {
            parents[std::stoi(name)] = std::stoi(stat.substr(end + 4));
        }
    }
    std::vector<pid_t> all{parent};
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (const auto& [child, of] : parents) {
            if (of == all[i]) {
                all.push_back(child);
            }
        }
    }
    return all;
}

/// What nobody may see, in the forms that the module `leaky` and common programs give it. Written
/// down here, and not computed by what is tested.
struct Canaries {
    const std::string token = "c4n@ry-Token/77+x";
    const std::string key = "first-line-of-key\nsecond-line-of-key";
    const std::string password = "opens-the-wallet-1";

    [[nodiscard]] std::vector<std::string> forms() const {
        return {token,
                "YzRuQHJ5LVRva2VuLzc3K3",              // base64, from its beginning
                "M0bkByeS1Ub2tlbi83Nyt",               // base64 behind "user:" (5 bytes)
                "NG5AcnktVG9rZW4vNzcre",               // base64 behind "admin:" (6 bytes less one)
                "63346e4072792d546f6b656e2f37372b78",  // hex
                "%63%34%6e%40%72%79",                  // percent encoding
                "c4n%40ry-Token%2F77%2Bx",
                "c4n@ry-Token\\/77+x",
                "first-line-of-key",
                "second-line-of-key",
                password,
                "b3BlbnMtdGhlLXdhbGxldC0x"};
    }
    void expect_none_in(const std::string& text, const std::string& where) const {
        for (const std::string& form : forms()) {
            const std::size_t found = text.find(form);
            EXPECT_EQ(found, std::string::npos)
                << "'" << form << "' in " << where << ": "
                << text.substr(found == std::string::npos ? 0 : found, 100);
        }
    }
};

/// Runs of workflows that read a wallet.
struct SecretsTest : CliTest {
    const Canaries canaries{};
    const std::string state = folder.at("state");
    const std::string wallet = folder.at("w");
    const std::string password = private_file("password", canaries.password);
    const std::string leaky = OA_FIXTURE_FOLDER "/leaky/leaky.so";

    void SetUp() override {
        ASSERT_EQ(oa({"wallet", "create", "--file", wallet, "--password-file", password}, given())
                      .exit_status,
                  0);
        set("token", canaries.token);
        set("key", canaries.key);
    }
    void set(const std::string& name, const std::string& value) const {
        ASSERT_EQ(
            oa({"wallet", "set", name, "--file", wallet, "--password-file", password}, given(value))
                .exit_status,
            0);
    }
    [[nodiscard]] Subprocess::Options given(const std::string& input = {}) const {
        return {.environment = {{"OA_STATE_FOLDER", state},
                                {"OA_RUNTIME_FOLDER", folder.at("runtime")},
                                {"OA_WALLET_FILE", wallet},
                                {"OA_WALLET_PASSWORD_FILE", password},
                                {"TMPDIR", folder.at("tmp")}},
                .input = input};
    }
    ProcessResult run(const std::string& workflow, std::vector<std::string> more = {}) const {
        fs::create_directories(folder.at("tmp"));
        std::vector<std::string> arguments{"--plugins", leaky, "--log-level",
                                           "trace",     "run", folder.write("w.yaml", workflow)};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return oa(std::move(arguments), given());
    }
    /// Every file that the program has left, but for the wallet and its password.
    void expect_clean_files() const {
        for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
            const std::string name = entry.path().filename();
            if (entry.is_regular_file() && name != "password") {
                canaries.expect_none_in(content(entry.path()), entry.path());
            }
        }
    }
};

constexpr const char* every_way_out = R"(
variables: {header: "Bearer ${WALLET:token}"}
tasks:
  - {name: print, utils.print: {text: "it is ${WALLET:token} and ${WALLET:key}"}}
  - {name: set, utils.set: {value: {a: "${header}", "list": ["${VAULT:token}"], deep: {b: "${WALLET:key}"}}}}
  - {name: again, utils.print: {text: "${tasks.set.output}"}}
  - {name: leak, leaky.leak: {secret: "${WALLET:token}"}}
  - {name: lines, leaky.leak: {secret: "${WALLET:key}"}}
  - {name: use, utils.print: {text: "${tasks.leak.output}"}}
  - {name: fail, allow_failure: true, leaky.leak: {secret: "${WALLET:token}", fail: true}}
  - {name: retried, allow_failure: true, retry: {max_attempts: 2, delay: 1ms}, utils.fail: {message: "no ${header}", retryable: true}}
  - {name: each, for_each: ["${WALLET:token}", "${WALLET:key}"], leaky.leak: {secret: "${item}"}}
  - {name: wrong, allow_failure: true, http.get: {url: "${int(header)}"}}
  - {name: unreachable, allow_failure: true, http.get: {url: "http://127.0.0.1:1/${WALLET:token}", headers: {Authorization: "${header}"}}}
  - {name: inner, workflow: inner, with: {secret: "${WALLET:token}"}}
  - {name: odd, allow_failure: true, when: "int(tasks.set.output.a) > 1", utils.noop: {}}
outputs:
  all: "${tasks.leak.output}"
  direct: "${WALLET:token}"
  inner: "${tasks.inner.output}"
)";

constexpr const char* inner_workflow = R"(
inputs: {secret: {type: string}}
tasks:
  - {name: use, leaky.leak: {secret: "${inputs.secret}"}}
outputs: {given: "${inputs.secret}", back: "${tasks.use.output}"}
)";

TEST_F(SecretsTest, NothingOfThemComesOut) {
    folder.write("inner.yaml", inner_workflow);
    for (const std::vector<std::string>& form :
         {std::vector<std::string>{}, {"--json"}, {"--log-format", "json"}}) {
        const ProcessResult result = run(every_way_out, form);
        EXPECT_EQ(result.exit_status, 0) << result.err;
        EXPECT_TRUE(contains(result.err, "***")) << result.err;
        EXPECT_TRUE(contains(result.out, "***")) << result.out;
        canaries.expect_none_in(result.err, "standard error");
        canaries.expect_none_in(result.out, "standard output");
    }
    expect_clean_files();
}

TEST_F(SecretsTest, NothingOfThemComesOutOfProcessesOfTheirOwn) {
    folder.write("inner.yaml", inner_workflow);
    folder.write("oa.yaml", "isolation: {bundled: process}\n");
    const ProcessResult result = run(every_way_out, {"--config", folder.at("oa.yaml")});
    EXPECT_EQ(result.exit_status, 0) << result.err;
    canaries.expect_none_in(result.err, "standard error");
    canaries.expect_none_in(result.out, "standard output");
    expect_clean_files();
}

TEST_F(SecretsTest, TheCallThatNamesThemGetsThem) {
    const HttpServer server;
    set("site", "secret");  // what the server wants
    const auto get = [&](const std::string& password_text) {
        return run("tasks:\n  - http.get: {url: \"" + server.http("/private/page.txt") +
                   "\", basic_auth: {username: ada, password: \"" + password_text + "\"}}\n");
    };
    EXPECT_EQ(get("${WALLET:site}").exit_status, 0) << get("${WALLET:site}").err;
    EXPECT_EQ(get("${WALLET:token}").exit_status, 1);
}

TEST_F(SecretsTest, NoProcessShowsThemToOthers) {
    auto options = given();
    options.environment.erase("OA_WALLET_PASSWORD_FILE");
    options.environment["OA_WALLET_PASSWORD"] = canaries.password;
    Subprocess host(
        command(
            {"--plugins", leaky, "run",
             folder.write("hold.yaml", "tasks: [{leaky.hold: {secret: \"${WALLET:token}\"}}]\n")}),
        options);
    ASSERT_TRUE(host.wait_for("holding ***"));
    const std::vector<pid_t> processes = family(host.pid());
    EXPECT_GE(processes.size(), 3U) << "the host, the zygote, the worker";
    for (const pid_t process : processes) {
        const fs::path proc = "/proc/" + std::to_string(process);
        EXPECT_NE(content(proc / "cmdline"), "");
        canaries.expect_none_in(content(proc / "cmdline"), "cmdline of " + proc.string());
        canaries.expect_none_in(content(proc / "environ"), "environ of " + proc.string());
    }
    host.signal(SIGINT);
    const ProcessResult ended = host.wait();
    EXPECT_EQ(ended.exit_status, 130);
    EXPECT_TRUE(contains(ended.err, "OA_WALLET_PASSWORD")) << "a warning";
    canaries.expect_none_in(ended.err + ended.out, "what was printed");
}

TEST_F(SecretsTest, VariablesThatSoundSecretAreMasked) {
    auto options = given();
    options.environment["API_TOKEN"] = "environment-token-9";
    options.environment["LISTED"] = "listed-value-77";
    options.environment["PLAIN"] = "plain-value";
    folder.write("oa.yaml", "secret_environment: [LISTED]\n");
    const ProcessResult result =
        oa({"--config", folder.at("oa.yaml"), "run",
            folder.write("e.yaml",
                         "tasks:\n  - utils.print: {text: \"${ENV:API_TOKEN} "
                         "${ENV:LISTED} ${ENV:PLAIN}\"}\n")},
           options);
    EXPECT_EQ(result.exit_status, 0) << result.err;
    EXPECT_TRUE(contains(result.err, "*** *** plain-value")) << result.err;
}

TEST_F(SecretsTest, AWrongPasswordStopsARunBeforeItBegins) {
    auto options = given();
    options.environment["OA_WALLET_PASSWORD_FILE"] = private_file("wrong", "not the password");
    const std::string file =
        folder.write("w.yaml", "tasks: [{utils.print: {text: \"${WALLET:token}\"}}]\n");
    const ProcessResult result = oa({"run", file}, options);
    EXPECT_EQ(result.exit_status, 4);
    EXPECT_FALSE(contains(result.err, "started")) << result.err;
    const std::string none = folder.write("none.yaml", "tasks: [{utils.noop: {}}]\n");
    EXPECT_EQ(oa({"run", none}, options).exit_status, 0) << "it needs no wallet";
}

TEST_F(SecretsTest, EveryUseIsOnRecord) {
    const ProcessResult result =
        run("name: deploy\ntasks: [{name: push, utils.noop: {}}, {name: tell, utils.print: {text: "
            "\"${WALLET:token}\"}}]\n");
    EXPECT_EQ(result.exit_status, 0) << result.err;
    const std::string log = content(state + "/audit.log");
    EXPECT_TRUE(contains(log, "of 'deploy', task 'tell'")) << log;
    EXPECT_FALSE(contains(log, "task 'push'"));
}

TEST_F(SecretsTest, AVaultIsAskedWhereOneIsConfigured) {
    VaultServer vault;
    vault.accept("hvs.of-the-test");
    vault.put("team/db", R"({"password": "from-the-vault-77", "port": 5432})");
    const std::string token_file = private_file("vault-token", "hvs.of-the-test\n");
    folder.write("oa.yaml", "vault: {address: \"" + vault.address() + "\", token_file: \"" +
                                token_file + "\"}\n");
    const auto run_it = [&](const std::string& placeholder) {
        return oa({"--config", folder.at("oa.yaml"), "run", "--json",
                   folder.write("v.yaml", "tasks: [{name: t, utils.print: {text: \"<" +
                                              placeholder + ">\"}}]\n")},
                  given());
    };
    const ProcessResult result = run_it("${VAULT:team/db#password} ${WALLET:token}");
    EXPECT_EQ(result.exit_status, 0) << result.err;
    EXPECT_EQ(task(json(result), "t").at("output").at("text"), "<*** ***>");
    const ProcessResult missing = run_it("${VAULT:team/none#password}");
    EXPECT_EQ(missing.exit_status, 1);
    EXPECT_TRUE(contains(missing.err, "there is no secret 'team/none#password'")) << missing.err;
    EXPECT_EQ(run_it("${VAULT:team/none#x:-without}").exit_status, 0);
    vault.refuse("hvs.of-the-test");
    const ProcessResult refused = run_it("${VAULT:team/db#password}");
    EXPECT_EQ(refused.exit_status, 1);
    EXPECT_TRUE(contains(refused.err, "status 403")) << refused.err;
    EXPECT_FALSE(contains(refused.err, "hvs.of-the-test"));
    const std::string log = content(state + "/audit.log");
    EXPECT_TRUE(contains(log, R"("action":"secret.used")")) << log;
    EXPECT_FALSE(contains(log, "from-the-vault-77"));
}

TEST_F(SecretsTest, AProgramIsAskedForWhatTheWalletDoesNotHave) {
    const std::string program = folder.write(
        "secrets.sh", "#!/bin/sh\n[ \"$1\" = known ] && echo printed-by-a-program || exit 44\n");
    fs::permissions(program, fs::perms::owner_all);
    folder.write("oa.yaml", "secret_command: [\"" + program + "\"]\n");
    const auto run_it = [&](const std::string& name) {
        return oa({"--config", folder.at("oa.yaml"), "run",
                   folder.write("c.yaml",
                                "tasks: [{utils.print: {text: \"<${WALLET:token} "
                                "${WALLET:" +
                                    name + "}>\"}}]\n")},
                  given());
    };
    const ProcessResult known = run_it("known");
    EXPECT_EQ(known.exit_status, 0) << known.err;
    EXPECT_TRUE(contains(known.err, "<*** ***>")) << known.err;
    const ProcessResult unknown = run_it("unknown");
    EXPECT_EQ(unknown.exit_status, 1);
    EXPECT_TRUE(contains(unknown.err, "there is no secret 'unknown'")) << unknown.err;
}

TEST_F(SecretsTest, WhatIsConfiguredWrongIsSaidBeforeTheRun) {
    folder.write("oa.yaml", "vault: {address: \"http://vault.example:8200\"}\n");
    const ProcessResult result =
        oa({"--config", folder.at("oa.yaml"), "run",
            folder.write("w.yaml", "tasks: [{utils.print: {text: \"${VAULT:a#b}\"}}]\n")},
           given());
    EXPECT_EQ(result.exit_status, 4);
    EXPECT_TRUE(contains(result.err, "vault.address")) << result.err;
    EXPECT_FALSE(contains(result.err, "started")) << result.err;
}

}  // namespace
}  // namespace oa::test
