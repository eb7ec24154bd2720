#include "host/trust/plugin_policy.hpp"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "host/trust/whole_file.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::host {
namespace {

const std::string hash(64, 'a');
const std::string key_hex(64, '7');

/// The first mistake as "line:column: message".
std::string mistake(const std::string& text) {
    const auto result = parse_plugin_policy(text, "trust.yaml");
    if (result.diagnostics.empty()) {
        return "";
    }
    const auto& first = result.diagnostics.front();
    return std::to_string(first.position.line) + ":" + std::to_string(first.position.column) +
           ": " + first.message;
}

TEST(PluginPolicyTest, ReadsEverything) {
    const auto result = parse_plugin_policy(
        "mode: enforce\nbundled: false\ncopy: true\n"
        "allow:\n  - {sha256: " +
            hash +
            ", note: com.acme.http 1.4.0}\n"
            "keys:\n  - name: acme\n    ed25519: " +
            key_hex +
            "\n"
            "    modules: [com.acme.*, org.other.tool]\n    valid_from: 2026-01-01\n"
            "    valid_until: 2026-12-31\n    isolate: true\n"
            "deny:\n  - {sha256: " +
            std::string(64, 'b') +
            ", reason: leaks}\n"
            "minimum_versions: {com.acme.http: 1.4.0}\n"
            "libraries: [libpq, libxml2.so.2]\n",
        "trust.yaml");
    ASSERT_TRUE(result.diagnostics.empty()) << to_string(result.diagnostics.front());
    const PluginPolicy& policy = result.policy;
    EXPECT_EQ(policy.mode, TrustMode::Enforce);
    EXPECT_FALSE(policy.bundled);
    EXPECT_TRUE(policy.copy);
    EXPECT_EQ(policy.allow.at(hash), "com.acme.http 1.4.0");
    EXPECT_EQ(policy.deny.at(std::string(64, 'b')), "leaks");
    EXPECT_EQ(policy.minimum_versions.at("com.acme.http"), "1.4.0");
    EXPECT_EQ(policy.libraries, (std::vector<std::string>{"libpq", "libxml2.so.2"}));
    ASSERT_EQ(policy.keys.size(), 1U);
    const TrustedKey& key = policy.keys.front();
    EXPECT_EQ(key.key.front(), 0x77);
    EXPECT_TRUE(key.isolate);
    EXPECT_EQ(to_utc_text(*key.valid_from), "2026-01-01T00:00:00Z");
    EXPECT_EQ(to_utc_text(*key.valid_until), "2026-12-31T23:59:59Z");
    EXPECT_EQ(policy.find_key(key.key), &key);
    EXPECT_EQ(policy.find_key(PublicKey{}), nullptr);
}

TEST(PluginPolicyTest, AKeyIsForItsModulesAlone) {
    TrustedKey key;
    key.modules = {"com.acme.*", "org.other.tool"};
    EXPECT_TRUE(key.is_for("com.acme.http"));
    EXPECT_TRUE(key.is_for("com.acme.x.y"));
    EXPECT_TRUE(key.is_for("org.other.tool"));
    EXPECT_FALSE(key.is_for("com.acmeevil"));
    EXPECT_FALSE(key.is_for("com.acmeevil.http"));
    EXPECT_FALSE(key.is_for("com.acme"));
    EXPECT_FALSE(key.is_for("com.acm"));
    EXPECT_FALSE(key.is_for("org.other.tool.more"));
    EXPECT_FALSE(key.is_for("org.other"));
    EXPECT_FALSE(key.is_for(""));
    key.modules = {"*"};
    EXPECT_TRUE(key.is_for("any.thing"));
}

TEST(PluginPolicyTest, LocatesEveryMistake) {
    const std::string mode = "mode: warn\n";
    const std::string entry = mode + "keys:\n  - {name: a, ed25519: " + key_hex;
    const std::map<std::string, std::string> cases{
        {"", "1:1: the document is empty"},
        {"- a\n", "1:1: the policy must be a mapping"},
        {"bundled: true\n", "1:1: the policy has no 'mode'"},
        {"mode: on\n", "1:7: mode: 'on' is not off, warn or enforce"},
        {"mode: [warn]\n", "1:7: mode must be a text"},
        {mode + "mode: warn\n", "2:1: "},
        {mode + "alow: []\n", "2:1: the policy has no setting 'alow'"},
        {mode + "bundled: maybe\n", "2:10: bundled must be true or false"},
        {mode + "copy: 'true'\n", "2:7: copy must be true or false"},
        {mode + "allow: abc\n", "2:8: allow must be a list"},
        {mode + "allow: [abc]\n", "2:9: an entry of allow must be a mapping"},
        {mode + "allow: [{note: x}]\n", "2:9: an entry of allow has no 'sha256'"},
        {mode + "allow: [{sha256: abc}]\n", "2:18: sha256: 'abc' is not 64 digits"},
        {mode + "allow: [{sha256: " + std::string(64, 'A') + "}]\n", "2:18: sha256: 'AAAA"},
        {mode + "allow: [{sha256: " + hash + ", reason: x}]\n",
         "2:84: an entry of allow has no setting 'reason'"},
        {mode + "deny: [{sha256: " + hash + "}, {sha256: " + hash + "}]\n",
         "2:84: deny names this sha256 twice"},
        {mode + "keys: [a]\n", "2:8: a key must be a mapping"},
        {mode + "keys: [{name: a}]\n", "2:8: a key has no 'ed25519'"},
        {mode + "keys: [{ed25519: " + key_hex + ", modules: ['*']}]\n", "2:8: a key has no 'name'"},
        {mode + "keys: [{name: a, ed25519: abc}]\n", "2:27: ed25519: this is no public key"},
        {entry + "}\n", "3:5: a key has no 'modules'"},
        {entry + ", modules: []}\n", "3:5: a key has no 'modules'"},
        {entry + ", modules: [com.*.x]}\n", "3:100: modules: 'com.*.x' is not an id"},
        {entry + ", modules: ['*'], valid_from: soon}\n", "3:118: 'soon' is no day"},
        {entry + ", modules: ['*'], valid_from: 2026-02-30}\n", "3:118: '2026-02-30' is no day"},
        {entry + ", modules: ['*'], valid_from: 2026-02-02, valid_until: 2026-02-01}\n",
         "3:5: the key 'a' ends before it begins to be valid"},
        {entry + ", modules: ['*']}\n  - {name: b, ed25519: " + key_hex + ", modules: ['*']}\n",
         "4:5: the key 'b' is there twice"},
        {mode + "minimum_versions: [a]\n", "2:19: minimum_versions must be a mapping"},
        {mode + "minimum_versions: {com.acme.http: 1.4}\n",
         "2:35: minimum_versions: '1.4' is not a semantic version"},
        {mode + "minimum_versions: {HTTP: 1.4.0}\n", "2:20: minimum_versions: 'HTTP' is not an id"},
        {mode + "libraries: [/usr/lib/libx.so]\n", "2:13: libraries: '/usr/lib/libx.so' is not"},
        {mode + "libraries: libx\n", "2:12: libraries must be a list"},
    };
    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(mistake(text).substr(0, expected.size()), expected) << text;
    }
}

TEST(PluginPolicyTest, SuggestsTheNameThatWasMeant) {
    const auto result = parse_plugin_policy("mode: warn\nalow: []\n", "trust.yaml");
    EXPECT_EQ(result.diagnostics.at(0).hint, "did you mean 'allow'?");
}

TEST(PluginPolicyTest, TheExampleOfTheDocumentationIsOne) {
    const std::filesystem::path file = OA_SOURCE_DIR "/docs/examples/trust.yaml";
    const auto text = read_whole_file(file, 65536);
    ASSERT_TRUE(text) << file;
    const auto result = parse_plugin_policy(*text, file.string());
    EXPECT_TRUE(result.diagnostics.empty()) << to_string(result.diagnostics.front());
    EXPECT_EQ(result.policy.mode, TrustMode::Enforce);
}

TEST(PluginPolicyTest, WithoutAFileTheModeIsOff) {
    const auto result = read_plugin_policy(std::nullopt);
    EXPECT_TRUE(result.diagnostics.empty());
    EXPECT_EQ(result.policy.mode, TrustMode::Off);
}

TEST(PluginPolicyTest, AFileThatIsNamedMustBeThere) {
    const test::TemporaryFolder folder;
    EXPECT_TRUE(has_errors(read_plugin_policy(folder / "missing.yaml").diagnostics));
    EXPECT_TRUE(has_errors(read_plugin_policy(folder.path()).diagnostics));
}

TEST(PluginPolicyTest, AFileThatOthersMayChangeIsRefused) {
    const test::TemporaryFolder folder;
    const auto file = folder.write("trust.yaml", "mode: off\n");
    chmod(file.c_str(), 0644);
    EXPECT_FALSE(has_errors(read_plugin_policy(file).diagnostics));
    chmod(file.c_str(), 0666);
    const auto result = read_plugin_policy(file);
    ASSERT_TRUE(has_errors(result.diagnostics));
    EXPECT_EQ(result.diagnostics.front().hint.substr(0, 9), "chmod o-w");
}

TEST(PluginPolicyTest, FindsTheUsersFile) {
    const test::TemporaryFolder folder;
    const std::map<std::string, std::string> variables{{"HOME", folder.path().string()}};
    const auto environment = [&](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
    if (std::filesystem::exists("/etc/oa/trust.yaml")) {
        EXPECT_EQ(find_plugin_policy(environment), "/etc/oa/trust.yaml");
        return;
    }
    EXPECT_EQ(find_plugin_policy(environment), std::nullopt);
    const auto file = folder.write(".config/oa/trust.yaml", "mode: off\n");
    EXPECT_EQ(find_plugin_policy(environment), file);
}

}  // namespace
}  // namespace oa::host
