#include "host/vault/kv_vault.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "tests/host/vault/vault_scene.hpp"

namespace oa::test {
namespace {

using host::vault::KvVault;
using host::vault::VaultSettings;
using namespace std::chrono_literals;

class KvVaultTest : public testing::Test {
protected:
    VaultServer server_;
    VaultScene scene_;
};

TEST_F(KvVaultTest, ReadsAFieldOfASecret) {
    server_.put("team/database", R"({"user":"ada","password":"l\u00f8vel\"ace"})");
    const KvVault vault(scene_.with_token(server_));
    EXPECT_EQ(found(vault, "team/database#password"), "l\u00f8vel\"ace");
    EXPECT_EQ(found(vault, "team/database#user"), "ada");
    EXPECT_EQ(found(vault, "team/database#other"), "(none)");
    EXPECT_EQ(vault.name(), "the vault " + server_.address());
}

TEST_F(KvVaultTest, SendsTheTokenAndTheNamespaceAndNothingElseOfItsOwn) {
    server_.put("a", R"({"b":"c"})");
    server_.set_namespace("teams/blue");
    VaultSettings settings = scene_.with_token(server_);
    settings.name_space = "teams/blue";
    EXPECT_EQ(found(KvVault(settings), "a#b"), "c");
    const VaultRequest request = server_.requests().at(0);
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.target, "/v1/secret/data/a");
    EXPECT_EQ(request.headers.at("x-vault-token"), "hvs.good");
    EXPECT_EQ(request.headers.at("x-vault-request"), "true");
    EXPECT_EQ("http://" + request.headers.at("host"), server_.address());
    EXPECT_EQ(request.body, "");
}

TEST_F(KvVaultTest, TakesTheOnlyFieldWhenTheKeyNamesNone) {
    server_.put("one", R"({"value":"alone"})");
    server_.put("two", R"({"user":"ada-s-name","password":"lovelace"})");
    server_.put("empty", "{}");
    const KvVault vault(scene_.with_token(server_));
    EXPECT_EQ(found(vault, "one"), "alone");
    EXPECT_EQ(found(vault, "empty"), "(none)");
    const std::string why = failure(vault, "two");
    EXPECT_TRUE(contains(why, "several fields (user, password)")) << why;
    EXPECT_TRUE(contains(why, "two#user")) << why;
    EXPECT_FALSE(contains(why, "lovelace")) << why;
    EXPECT_FALSE(contains(why, "ada-s-name")) << why;
}

TEST_F(KvVaultTest, GivesWhatIsNoStringAsJson) {
    server_.put("x",
                R"({"n":5,"f":1.5,"t":true,"z":null,"l":[1,"a\n\"b",{}],"o":{"k":"v","m":[]}})");
    const KvVault vault(scene_.with_token(server_));
    EXPECT_EQ(found(vault, "x#n"), "5");
    EXPECT_EQ(found(vault, "x#f"), "1.5");
    EXPECT_EQ(found(vault, "x#t"), "true");
    EXPECT_EQ(found(vault, "x#z"), "null");
    EXPECT_EQ(found(vault, "x#l"), R"([1,"a\n\"b",{}])");
    EXPECT_EQ(found(vault, "x#o"), R"({"k":"v","m":[]})");
}

TEST_F(KvVaultTest, ReadsTheVersionThatTheKeyNames) {
    server_.put("a", R"({"b":"old"})");
    server_.put("a", std::nullopt);
    server_.put("a", R"({"b":"new"})");
    const KvVault vault(scene_.with_token(server_));
    EXPECT_EQ(found(vault, "a#b"), "new");
    EXPECT_EQ(found(vault, "a@1#b"), "old");
    EXPECT_EQ(found(vault, "a@2#b"), "(none)");
    EXPECT_EQ(found(vault, "a@9#b"), "(none)");
}

TEST_F(KvVaultTest, HasNothingForWhatIsNotThereOrDeleted) {
    server_.put("gone", R"({"b":"old"})");
    server_.put("gone", std::nullopt);
    const KvVault vault(scene_.with_token(server_));
    EXPECT_EQ(found(vault, "gone#b"), "(none)");
    EXPECT_EQ(found(vault, "never#b"), "(none)");
}

TEST_F(KvVaultTest, EncodesEachPartOfThePath) {
    server_.put("my%20team/a%3Fb%25", R"({"c#d":"e"})");
    const KvVault vault(scene_.with_token(server_));
    EXPECT_EQ(found(vault, "my team/a?b%#c#d"), "e");
    for (const char* const key : {"", "#f", "a//b#f", "/a#f", "a/#f", "../a#f", "a/./b#f", "a#",
                                  "a\n#f", "a@0#f", "a@99999999999#f"}) {
        EXPECT_TRUE(contains(failure(vault, key), "names no secret")) << key;
    }
    EXPECT_EQ(server_.requests().size(), 1U);
}

TEST_F(KvVaultTest, SaysWhereToLookWhenItIsRefused) {
    VaultSettings settings = scene_.with_token(server_);
    server_.refuse("hvs.good");
    const std::string why = failure(KvVault(settings), "team/database#password");
    EXPECT_TRUE(contains(why, "403")) << why;
    EXPECT_TRUE(contains(why, "permission denied")) << why;
    EXPECT_TRUE(contains(why, "read on secret/data/team/database")) << why;
    EXPECT_TRUE(contains(why, settings.token_file.string())) << why;
    EXPECT_EQ(server_.requests().size(), 1U);  // the same token again would not help
}

TEST_F(KvVaultTest, ReadsTheTokenFileAgainWhenItChanged) {
    VaultSettings settings = scene_.with_token(server_);
    settings.cache = 0ms;
    server_.put("a", R"({"b":"c"})");
    const KvVault vault(settings);
    EXPECT_EQ(found(vault, "a#b"), "c");
    server_.refuse("hvs.good");
    server_.accept("hvs.newer");
    scene_.write_private("token", "hvs.newer\n");
    EXPECT_EQ(found(vault, "a#b"), "c");
    EXPECT_EQ(server_.requests().size(), 2U);
}

TEST_F(KvVaultTest, RefusesATokenFileThatOthersCanReach) {
    const VaultSettings settings = scene_.with_token(server_);
    const KvVault vault(settings);
    namespace fs = std::filesystem;
    fs::permissions(settings.token_file, fs::perms(0640));
    EXPECT_TRUE(contains(failure(vault, "a#b"), "chmod 600"));
    fs::permissions(settings.token_file, fs::perms(0600));
    scene_.write_private("token", "hvs.good\r\nX-Other: header");
    EXPECT_TRUE(contains(failure(vault, "a#b"), "something else in it than one token"));
    scene_.write_private("token", "\n");
    EXPECT_TRUE(contains(failure(vault, "a#b"), "is empty"));
    fs::remove(settings.token_file);
    EXPECT_TRUE(contains(failure(vault, "a#b"), "does not exist"));
    fs::create_symlink(scene_.write_private("real", "hvs.good"), settings.token_file);
    EXPECT_TRUE(contains(failure(vault, "a#b"), "is a link"));
    EXPECT_TRUE(server_.requests().empty());
}

TEST_F(KvVaultTest, TellsAStoreThatIsNotThereFromASecretThatIsNot) {
    VaultSettings settings = scene_.with_token(server_);
    settings.mount = "other/kv";
    const std::string why = failure(KvVault(settings), "a#b");
    EXPECT_TRUE(contains(why, "no handler for route")) << why;
    EXPECT_TRUE(contains(why, "check vault.mount")) << why;
    EXPECT_EQ(server_.requests().at(0).target, "/v1/other/kv/data/a");
}

TEST_F(KvVaultTest, RefusesSettingsThatCannotWork) {
    const VaultSettings good = scene_.with_token(server_);
    const auto refusal = [&good](const auto& change) {
        VaultSettings settings = good;
        change(settings);
        try {
            const KvVault vault(settings);
            return std::string("(fine)");
        } catch (const std::invalid_argument& error) {
            return std::string(error.what());
        }
    };
    using S = VaultSettings;
    EXPECT_EQ(refusal([](S&) {}), "(fine)");
    EXPECT_EQ(refusal([](S& s) { s.address = "http://[::1]:8200/"; }), "(fine)");
    EXPECT_EQ(refusal([](S& s) { s.address = "http://localhost:8200"; }), "(fine)");
    EXPECT_EQ(refusal([](S& s) { s.address = "https://vault.example"; }), "(fine)");
    for (const char* const address :
         {"", "vault.example:8200", "ftp://vault.example", "https://", "https://a:b@vault.example",
          "https://vault.example/ui", "https://vault.example/?a=b", "https://a b:8200",
          "http://vault.example:8200", "http://10.0.0.1:8200"}) {
        EXPECT_TRUE(refusal([address](S& s) { s.address = address; }).starts_with("vault.address:"))
            << address;
    }
    EXPECT_EQ(refusal([](S& s) {
                  s.address = "http://vault.example:8200";
                  s.allow_http = true;
              }),
              "(fine)");
    EXPECT_TRUE(refusal([](S& s) { s.mount = "/kv"; }).starts_with("vault.mount:"));
    EXPECT_TRUE(refusal([](S& s) { s.name_space = "a\nb"; }).starts_with("vault.namespace:"));
    EXPECT_TRUE(refusal([](S& s) { s.token_file.clear(); }).starts_with("vault.token_file:"));
    EXPECT_TRUE(refusal([](S& s) { s.role_id = "r"; }).starts_with("vault.secret_id_file:"));
    EXPECT_TRUE(refusal([](S& s) { s.secret_id_file = "f"; }).starts_with("vault.role_id:"));
    EXPECT_TRUE(refusal([](S& s) { s.timeout = 0ms; }).starts_with("vault.timeout:"));
    EXPECT_TRUE(refusal([](S& s) { s.cache = -1ms; }).starts_with("vault.cache:"));
}

}  // namespace
}  // namespace oa::test
