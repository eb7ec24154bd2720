#include <fstream>
#include <sstream>

#include <sys/stat.h>

#include "tests/cli/cli_test.hpp"

namespace oa::test {
namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string content(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

/// `oa wallet` on a wallet of the test's own. Its key is a key file, which costs no time.
struct WalletCommandTest : CliTest {
    const std::string state = folder.at("state");
    const std::string wallet = folder.at("w");
    const std::string key = private_file("key", "0123456789abcdef0123456789abcdef");
    const std::string password = private_file("password", "correct horse\n");

    [[nodiscard]] Subprocess::Options given(const std::string& input = {}) const {
        return {.environment = {{"OA_STATE_FOLDER", state}}, .input = input};
    }
    ProcessResult run(std::vector<std::string> arguments, const std::string& input = {}) const {
        arguments.insert(arguments.begin(), "wallet");
        arguments.insert(arguments.end(), {"--file", wallet, "--key-file", key});
        return oa(std::move(arguments), given(input));
    }
    void create() const { ASSERT_EQ(run({"create"}).exit_status, 0); }
    void set(const std::string& name, const std::string& value) const {
        const ProcessResult result = run({"set", name}, value);
        ASSERT_EQ(result.exit_status, 0) << result.err;
    }
    std::string get(const std::string& name) const { return run({"get", name, "--reveal"}).out; }
};

TEST_F(WalletCommandTest, KeepsSecrets) {
    create();
    set("token", "first value\n");
    const ProcessResult replaced = run({"set", "token", "--note", "of the API"}, "second value");
    EXPECT_EQ(replaced.out, "replaced token\n");
    set("db/password", "another one");
    EXPECT_EQ(get("token"), "second value");
    EXPECT_EQ(get("db/password"), "another one");

    const ProcessResult listed = run({"list"});
    EXPECT_TRUE(contains(listed.out, "token        2")) << listed.out;
    EXPECT_TRUE(contains(listed.out, "of the API")) << listed.out;
    EXPECT_FALSE(contains(listed.out, "value"));
    const auto secrets = json(run({"list", "--json"})).at("secrets").as_array();
    ASSERT_EQ(secrets.size(), 2U);
    EXPECT_EQ(secrets[1].at("name"), "token");
    EXPECT_EQ(secrets[1].at("version"), 2);

    EXPECT_EQ(run({"remove", "token", "tokn"}).exit_status, 4);
    EXPECT_EQ(get("token"), "second value") << "all or nothing";
    EXPECT_EQ(run({"remove", "token"}).out, "removed token\n");
    const ProcessResult gone = run({"get", "token", "--reveal"});
    EXPECT_EQ(gone.exit_status, 4);
    EXPECT_TRUE(contains(gone.err, "the wallet has no secret 'token'")) << gone.err;
}

TEST_F(WalletCommandTest, ShowsValuesToPeopleAlone) {
    create();
    set("token", "a value to see");
    const ProcessResult refused = run({"get", "token"});
    EXPECT_EQ(refused.exit_status, 2);
    EXPECT_TRUE(contains(refused.err, "--reveal")) << refused.err;
    EXPECT_EQ(refused.out, "");
    EXPECT_EQ(run({"export", "--format", "json", "--output", "-"}).exit_status, 2);
    EXPECT_EQ(run({"export", "--format", "json", "--output", folder.at("x")}).exit_status, 2);

    const std::string file = folder.at("value");
    EXPECT_EQ(run({"get", "token", "--output", file}).exit_status, 0);
    EXPECT_EQ(content(file), "a value to see");
    struct stat status {};
    ASSERT_EQ(::stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_EQ(run({"get", "token", "--output", file}).exit_status, 4) << "never replaces a file";
}

TEST_F(WalletCommandTest, TakesNoValueFromItsArguments) {
    create();
    EXPECT_EQ(run({"set", "token", "a value"}).exit_status, 2);
    EXPECT_EQ(run({"set", "token", "--value", "a value"}).exit_status, 2);
    const std::string file = private_file("pem", "-----BEGIN KEY-----\nline\n");
    EXPECT_EQ(run({"set", "pem", "--from", file}).exit_status, 0);
    EXPECT_EQ(get("pem"), "-----BEGIN KEY-----\nline\n") << "byte for byte";
}

TEST_F(WalletCommandTest, RefusesWhatCouldNotBeUsed) {
    create();
    const ProcessResult brief = run({"set", "pin"}, "1234");
    EXPECT_EQ(brief.exit_status, 4);
    EXPECT_TRUE(contains(brief.err, "6 bytes")) << brief.err;
    EXPECT_EQ(run({"set", "pin", "--force"}, "1234").exit_status, 0);
    EXPECT_EQ(run({"set", "a}b"}, "long enough").exit_status, 2);
    EXPECT_EQ(run({"create"}).exit_status, 2) << "there is one already";
    const ProcessResult none = oa({"wallet", "list", "--file", folder.at("none")}, given());
    EXPECT_EQ(none.exit_status, 4);
    EXPECT_TRUE(contains(none.err, "none")) << none.err;
}

TEST_F(WalletCommandTest, ImportsAndExports) {
    create();
    const std::string env =
        folder.write("x.env", "# a comment\nexport A=\"one line\\nmore\"\nB='two $2 2'\n");
    const ProcessResult first = run({"import", env});
    EXPECT_EQ(first.out, "2 secrets added\n") << first.err;
    const std::string more = folder.write("x.json", R"({"A": "changed one", "C": {"deep": 1}})");
    const ProcessResult second = run({"import", more});
    EXPECT_TRUE(contains(second.err, "A; --replace")) << second.err;
    EXPECT_EQ(get("A"), "one line\nmore");
    EXPECT_EQ(run({"import", more, "--replace"}).exit_status, 0);
    EXPECT_EQ(get("A"), "changed one");

    const ProcessResult out = run({"export", "--format", "json", "--reveal"});
    EXPECT_EQ(core::parse_json(out.out).as_object().at("B"), "two $2 2");
    const ProcessResult lines = run({"export", "--format", "env", "--reveal"});
    EXPECT_TRUE(contains(lines.out, "B=\"two \\$2 2\"\n")) << lines.out;

    const std::string copy = folder.at("copy");
    const std::string other = private_file("other", "an other key of thirty-two bytes!");
    const ProcessResult sealed = run({"export", "--output", copy, "--new-key-file", other});
    ASSERT_EQ(sealed.exit_status, 0) << sealed.err;
    EXPECT_FALSE(contains(content(copy), "changed one"));
    EXPECT_EQ(
        oa({"wallet", "get", "A", "--reveal", "--file", copy, "--key-file", other}, given()).out,
        "changed one");
    const std::string third = folder.at("third");
    ASSERT_EQ(oa({"wallet", "create", "--file", third, "--key-file", key}, given()).exit_status, 0);
    EXPECT_EQ(oa({"wallet", "import", copy, "--source-key-file", other, "--file", third,
                  "--key-file", key},
                 given())
                  .out,
              "3 secrets added\n");
}

TEST_F(WalletCommandTest, ReadsAndWritesTheOlderSystemsWallets) {
    const std::string older = private_file("wallet.enc", R"({
  "salt": "AAECAwQFBgcICQoLDA0ODw==",
  "data": "gAAAAABlU_EAEBESExQVFhcYGRobHB0eHzpSQNXiZDWODEpKLgKpyt26Fh2_I8ULEHLHEPSCK7jEB3oIGIvrseDGjveLrs-r7W1D6jBSPd6vhzjx79GnrvCtSwoJ7G1381lXvMB45dsN"
})");
    const std::string changeme = private_file("changeme", "changeme");
    const auto on = [&](std::vector<std::string> arguments, const std::string& input = {}) {
        arguments.insert(arguments.begin(), "wallet");
        arguments.insert(arguments.end(), {"--file", older, "--password-file", changeme});
        return oa(std::move(arguments), given(input));
    };
    EXPECT_EQ(on({"get", "euro", "--reveal"}).out, "v\u20ac");
    EXPECT_EQ(on({"set", "new"}, "and a new one").exit_status, 0);
    EXPECT_EQ(on({"get", "new", "--reveal"}).out, "and a new one");
    EXPECT_TRUE(contains(content(older), "\"salt\"")) << "still of its format";
    create();
    EXPECT_EQ(run({"import", older, "--source-password-file", changeme, "--force"}).out,
              "3 secrets added\n");
    EXPECT_EQ(get("db_user"), "alice");
}

TEST_F(WalletCommandTest, ChangesWhatOpensIt) {
    create();
    set("token", "the secret value");
    ASSERT_EQ(run({"add-key", "--new-password-file", password}).exit_status, 0);
    const ProcessResult info = run({"info"});
    EXPECT_TRUE(contains(info.out, "key 1       key file, opened it now")) << info.out;
    EXPECT_TRUE(contains(info.out, "key 2       password, Argon2id 64 MiB, 3 passes, 1 lane"))
        << info.out;
    const auto by_password = [&](std::vector<std::string> arguments, const std::string& file) {
        arguments.insert(arguments.begin(), "wallet");
        arguments.insert(arguments.end(), {"--file", wallet, "--password-file", file});
        return oa(std::move(arguments), given());
    };
    EXPECT_EQ(by_password({"get", "token", "--reveal"}, password).out, "the secret value");
    const std::string fresh = private_file("fresh", "another horse");
    ASSERT_EQ(by_password({"change-password", "--new-password-file", fresh}, password).exit_status,
              0);
    const ProcessResult old = by_password({"list"}, password);
    EXPECT_EQ(old.exit_status, 4);
    EXPECT_TRUE(contains(old.err, "password")) << old.err;
    EXPECT_EQ(by_password({"get", "token", "--reveal"}, fresh).out, "the secret value");

    const ProcessResult rotated = run({"rotate"});
    ASSERT_EQ(rotated.exit_status, 0) << rotated.err;
    EXPECT_TRUE(contains(rotated.err, "no longer opens it")) << rotated.err;
    EXPECT_EQ(by_password({"list"}, fresh).exit_status, 4);
    EXPECT_EQ(get("token"), "the secret value");
    EXPECT_EQ(json(run({"info", "--json"})).at("keys").as_array().size(), 1U);
    EXPECT_EQ(run({"remove-key", "1"}).exit_status, 4) << "the last way in";
    const ProcessResult verified = run({"verify"});
    EXPECT_EQ(verified.exit_status, 0);
    EXPECT_TRUE(contains(verified.out, "the wallet is sound: 1 secret")) << verified.out;
}

TEST_F(WalletCommandTest, TellsTheAuditLogNamesAndNoValues) {
    create();
    set("token", "the secret value");
    static_cast<void>(get("token"));
    static_cast<void>(oa({"wallet", "list", "--file", wallet, "--key-file",
                          private_file("wrong", std::string(32, 'x'))},
                         given()));
    const std::string log = content(state + "/audit.log");
    for (const char* action : {"wallet.created", "wallet.changed", "wallet.opened", "wallet.used",
                               "wallet.not_opened"}) {
        EXPECT_TRUE(contains(log, action)) << action << "\n" << log;
    }
    EXPECT_TRUE(contains(log, R"("names":["token"])")) << log;
    EXPECT_FALSE(contains(log, "the secret value"));
}

TEST_F(WalletCommandTest, RefusesAWalletThatOthersCanRead) {
    create();
    ASSERT_EQ(::chmod(wallet.c_str(), 0644), 0);
    const ProcessResult result = run({"list"});
    EXPECT_EQ(result.exit_status, 4);
    EXPECT_TRUE(contains(result.err, "chmod 600")) << result.err;
}

}  // namespace
}  // namespace oa::test
