#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "host/vault/kv_vault.hpp"
#include "tests/host/vault/vault_scene.hpp"

namespace oa::test {
namespace {

using host::vault::KvVault;
using host::vault::VaultSettings;
using namespace std::chrono_literals;

constexpr const char* login = "/v1/auth/approle/login";

class VaultLoginTest : public testing::Test {
protected:
    VaultLoginTest() { server_.put("a", R"({"b":"c"})"); }

    [[nodiscard]] std::size_t logins() const {
        std::size_t count = 0;
        for (const VaultRequest& request : server_.requests()) {
            count += request.target == login ? 1U : 0U;
        }
        return count;
    }
    [[nodiscard]] VaultSettings settings(unsigned lease_seconds) {
        VaultSettings out = scene_.with_role(server_, lease_seconds);
        out.cache = 0ms;
        return out;
    }

    VaultServer server_;
    VaultScene scene_;
};

TEST_F(VaultLoginTest, LogsInOnceAndKeepsTheToken) {
    const KvVault vault(settings(100), scene_.time());
    EXPECT_EQ(found(vault, "a#b"), "c");
    EXPECT_EQ(found(vault, "a#b"), "c");
    const auto requests = server_.requests();
    ASSERT_EQ(requests.size(), 3U);
    EXPECT_EQ(requests[0].method, "POST");
    EXPECT_EQ(requests[0].target, login);
    EXPECT_EQ(requests[0].body, R"({"role_id":"reader","secret_id":"5f1c-secret-id"})");
    EXPECT_EQ(requests[0].headers.count("x-vault-token"), 0U);
    EXPECT_EQ(requests[1].headers.at("x-vault-token"), "hvs.login-1");
    EXPECT_EQ(requests[2].headers.at("x-vault-token"), "hvs.login-1");
}

TEST_F(VaultLoginTest, LogsInOnceForManyThreads) {
    const KvVault vault(settings(100), scene_.time());
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        const std::string path = "path-" + std::to_string(i);
        server_.put(path, R"({"b":"c"})");
        threads.emplace_back([&vault, path] { EXPECT_EQ(found(vault, path), "c"); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(logins(), 1U);
}

TEST_F(VaultLoginTest, LogsInAgainBeforeTheLeaseEnds) {
    const KvVault vault(settings(100), scene_.time());
    EXPECT_EQ(found(vault, "a#b"), "c");
    scene_.go_on(89s);
    EXPECT_EQ(found(vault, "a#b"), "c");
    EXPECT_EQ(logins(), 1U);
    scene_.go_on(2s);
    EXPECT_EQ(found(vault, "a#b"), "c");
    EXPECT_EQ(logins(), 2U);
}

TEST_F(VaultLoginTest, KeepsATokenWithoutAnEnd) {
    const KvVault vault(settings(0), scene_.time());
    EXPECT_EQ(found(vault, "a#b"), "c");
    scene_.go_on(100h);
    EXPECT_EQ(found(vault, "a#b"), "c");
    EXPECT_EQ(logins(), 1U);
}

TEST_F(VaultLoginTest, LogsInAgainOnceWhenTheTokenIsRefused) {
    const KvVault vault(settings(100), scene_.time());
    EXPECT_EQ(found(vault, "a#b"), "c");
    server_.refuse("hvs.login-1");
    EXPECT_EQ(found(vault, "a#b"), "c");
    EXPECT_EQ(logins(), 2U);
    server_.next_status(403, R"({"errors":["permission denied"]})");
    server_.next([this](Poco::Net::StreamSocket& socket) {  // the login
        server_.accept("hvs.other");
        const std::string text =
            VaultServer::answer(200, R"({"auth":{"client_token":"hvs.other","lease_duration":9}})");
        socket.sendBytes(text.data(), static_cast<int>(text.size()));
    });
    server_.next_status(403, R"({"errors":["permission denied"]})");
    const std::string why = failure(vault, "a#b");
    EXPECT_TRUE(contains(why, "vault.role_id")) << why;
    EXPECT_EQ(logins(), 3U);
}

TEST_F(VaultLoginTest, SaysWhatIsWrongWithALoginAndShowsNoSecret) {
    VaultSettings wrong = settings(100);
    scene_.write_private("secret_id", "wrong-secret-id\n");
    const KvVault vault(wrong, scene_.time());
    std::string why = failure(vault, "a#b");
    EXPECT_TRUE(contains(why, "invalid role or secret ID")) << why;
    EXPECT_TRUE(contains(why, wrong.secret_id_file.string())) << why;
    server_.next_status(400, R"({"errors":["what is wrong-secret-id?"]})");
    why = failure(vault, "a#b");
    EXPECT_TRUE(contains(why, "status 400)")) << why;
    EXPECT_FALSE(contains(why, "wrong-secret-id")) << why;
}

TEST_F(VaultLoginTest, RefusesAnAnswerWithoutAToken) {
    const KvVault vault(settings(100), scene_.time());
    for (const char* const body :
         {"", "{}", R"({"auth":null})", R"({"auth":{"client_token":"","lease_duration":1}})",
          R"({"auth":{"client_token":"a\r\nb: c","lease_duration":1}})",
          R"({"auth":{"client_token":"a","lease_duration":-1}})"}) {
        server_.next_status(200, body);
        EXPECT_TRUE(contains(failure(vault, "a#b"), "no token in it")) << body;
    }
}

}  // namespace
}  // namespace oa::test
