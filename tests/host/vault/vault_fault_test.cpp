#include <array>
#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "host/vault/kv_vault.hpp"
#include "tests/host/vault/vault_scene.hpp"

namespace oa::test {
namespace {

using host::vault::KvVault;
using host::vault::VaultSettings;
using namespace std::chrono_literals;

/// Says nothing until the client goes away.
void hang(Poco::Net::StreamSocket& socket) {
    std::array<char, 16> ignored{};
    while (socket.receiveBytes(ignored.data(), static_cast<int>(ignored.size())) > 0) {
    }
}

class VaultFaultTest : public testing::Test {
protected:
    VaultFaultTest() { server_.put("a", R"({"b":"c"})"); }

    VaultServer server_;
    VaultScene scene_;
};

TEST_F(VaultFaultTest, TriesAgainWhenTheServerFails) {
    const KvVault vault(scene_.with_token(server_), scene_.time());
    server_.next_status(500, R"({"errors":["internal error"]})");
    server_.next_status(503, R"({"errors":["Vault is sealed"]})");
    EXPECT_EQ(found(vault, "a#b"), "c");
    EXPECT_EQ(scene_.pauses(), (std::vector<long>{200, 400}));
    EXPECT_EQ(server_.requests().size(), 3U);
}

TEST_F(VaultFaultTest, GivesUpAfterTwoMoreAttempts) {
    const KvVault vault(scene_.with_token(server_), scene_.time());
    for (int i = 0; i < 3; ++i) {
        server_.next_status(503, R"({"errors":["Vault is sealed\n\u001b[31m"]})");
    }
    const std::string why = failure(vault, "a#b");
    EXPECT_TRUE(contains(why, "status 503: Vault is sealed")) << why;
    EXPECT_FALSE(contains(why, "\x1b")) << why;
    EXPECT_EQ(found(vault, "a#b"), "c");  // a failure is not kept
}

TEST_F(VaultFaultTest, WaitsAsLongAsTheServerAsks) {
    const KvVault vault(scene_.with_token(server_), scene_.time());
    server_.next_status(429, R"({"errors":["rate limit"]})", "Retry-After: 3\r\n");
    EXPECT_EQ(found(vault, "a#b"), "c");
    EXPECT_EQ(scene_.pauses(), (std::vector<long>{3'000}));
}

TEST_F(VaultFaultTest, DoesNotWaitLongerThanItsLimit) {
    const KvVault vault(scene_.with_token(server_), scene_.time());
    server_.next_status(429, R"({"errors":["rate limit"]})", "Retry-After: 60\r\n");
    const std::string why = failure(vault, "a#b");
    EXPECT_TRUE(contains(why, "status 429: rate limit")) << why;
    EXPECT_TRUE(contains(why, "try again in 60 s")) << why;
    EXPECT_TRUE(scene_.pauses().empty());
}

TEST_F(VaultFaultTest, TriesAgainWhenNobodyListens) {
    VaultSettings settings;
    {
        VaultServer gone;
        settings = scene_.with_token(gone);
    }
    const std::string why = failure(KvVault(settings, scene_.time()), "a#b");
    EXPECT_TRUE(contains(why, "onnection refused")) << why;
    EXPECT_EQ(scene_.pauses().size(), 2U);
}

TEST_F(VaultFaultTest, EndsARequestThatTakesTooLong) {
    VaultSettings settings = scene_.with_token(server_);
    settings.timeout = 200ms;
    const KvVault vault(settings, scene_.time());
    server_.next(hang);
    std::string why = failure(vault, "a#b");
    EXPECT_TRUE(contains(why, "did not answer in time")) << why;
    server_.next([](Poco::Net::StreamSocket& socket) {  // begins to answer, and hangs
        const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{";
        socket.sendBytes(head.data(), static_cast<int>(head.size()));
        hang(socket);
    });
    why = failure(vault, "a#b");
    EXPECT_TRUE(contains(why, "did not answer in time")) << why;
    EXPECT_EQ(server_.requests().size(), 2U);
}

TEST_F(VaultFaultTest, RefusesAnswersThatAreTooLong) {
    VaultSettings settings = scene_.with_token(server_);
    const KvVault vault(settings, scene_.time());
    const std::string much(1'100'000, 'x');
    server_.next_status(200, R"({"data":{"data":{"b":")" + much + R"("}}})");
    EXPECT_TRUE(contains(failure(vault, "a#b"), "longer than the limit of 1048576 bytes"));
    server_.next_bytes("HTTP/1.1 200 OK\r\n\r\n" + much);
    EXPECT_TRUE(contains(failure(vault, "a#b"), "longer than the limit"));
    server_.next_bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10c8e0\r\n" + much);
    EXPECT_TRUE(contains(failure(vault, "a#b"), "longer than the limit"));
    server_.next_bytes("HTTP/1.1 200 OK\r\nX: " + much);
    EXPECT_TRUE(contains(failure(vault, "a#b"), "a line is too long"));
}

TEST_F(VaultFaultTest, ReadsALongValueInChunks) {
    const KvVault vault(scene_.with_token(server_), scene_.time());
    const std::string value(300'000, 'v');
    const std::string body = R"({"data":{"data":{"b":")" + value + R"("}}})";
    std::string bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    bytes += "a;x=y\r\n" + body.substr(0, 10) + "\r\n";
    std::array<char, 16> size{};
    std::snprintf(size.data(), size.size(), "%zX", body.size() - 10);
    bytes += std::string(size.data()) + "\r\n" + body.substr(10) + "\r\n0\r\nX-Trailer: 1\r\n\r\n";
    server_.next_bytes(bytes);
    EXPECT_EQ(found(vault, "a#b"), value);
}

TEST_F(VaultFaultTest, RefusesAnswersThatAreCutOff) {
    const KvVault vault(scene_.with_token(server_), scene_.time());
    const std::string whole = VaultServer::answer(200, R"({"data":{"data":{"b":"c"}}})");
    for (std::size_t size = 1; size < whole.size(); ++size) {
        server_.next_bytes(whole.substr(0, size));
        const std::string why = failure(vault, "a#b");
        EXPECT_TRUE(contains(why, "cut off")) << size << ' ' << why;
    }
    server_.next_bytes("");
    const std::string why = failure(vault, "a#b");
    EXPECT_TRUE(contains(why, "closed the connection without an answer")) << why;
    server_.next_bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}\r\n");
    EXPECT_TRUE(contains(failure(vault, "a#b"), "cut off"));
}

TEST_F(VaultFaultTest, RefusesWhatIsNoAnswerOfAKvStore) {
    const KvVault vault(scene_.with_token(server_), scene_.time());
    for (const char* const body : {"", "<html>secret-value</html>", R"({"data":{"data":)"}) {
        server_.next_status(200, body);
        const std::string why = failure(vault, "a#b");
        EXPECT_TRUE(contains(why, "not JSON")) << why;
        EXPECT_FALSE(contains(why, "secret-value")) << why;
    }
    for (const char* const body : {"[]", "{}", R"({"data":{"b":"version-1-value"}})",
                                   R"({"data":{"data":"text"}})", R"({"data":{"data":[]}})"}) {
        server_.next_status(200, body);
        const std::string why = failure(vault, "a#b");
        EXPECT_TRUE(contains(why, "version 2")) << why;
        EXPECT_FALSE(contains(why, "version-1-value")) << why;
    }
    server_.next_bytes("SSH-2.0-OpenSSH_9.2\r\n\r\n");
    EXPECT_TRUE(contains(failure(vault, "a#b"), "no valid HTTP"));
    server_.next_status(404, "<html>not found</html>");
    EXPECT_TRUE(contains(failure(vault, "a#b"), "not JSON"));
}

TEST_F(VaultFaultTest, RefusesFramesThatDoNotFit) {
    const KvVault vault(scene_.with_token(server_), scene_.time());
    for (const char* const headers :
         {"Content-Length: x", "Content-Length: 1\r\nContent-Length: 2", "Content-Length: -1",
          "Transfer-Encoding: gzip", "Content-Encoding: gzip", "no colon"}) {
        server_.next_bytes(std::string("HTTP/1.1 200 OK\r\n") + headers + "\r\n\r\n{}");
        EXPECT_TRUE(contains(failure(vault, "a#b"), "no valid HTTP")) << headers;
    }
    for (const char* const chunks : {"x\r\n", "1\r\nabc\r\n", "-1\r\n", "\r\n"}) {
        server_.next_bytes(std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") +
                           chunks);
        EXPECT_TRUE(contains(failure(vault, "a#b"), "no valid HTTP")) << chunks;
    }
}

TEST_F(VaultFaultTest, FollowsNoRedirect) {
    VaultServer other;
    other.accept("hvs.good");
    other.put("a", R"({"b":"c"})");
    const KvVault vault(scene_.with_token(server_), scene_.time());
    server_.next_status(307, "", "Location: " + other.address() + "/v1/secret/data/a\r\n");
    const std::string why = failure(vault, "a#b");
    EXPECT_TRUE(contains(why, other.address())) << why;
    EXPECT_TRUE(contains(why, "not followed")) << why;
    EXPECT_TRUE(other.requests().empty());
}

TEST_F(VaultFaultTest, ShowsNoTokenThatTheServerRepeats) {
    const KvVault vault(scene_.with_token(server_), scene_.time());
    server_.next_status(400, R"({"errors":["hvs.good is not wanted"]})");
    const std::string why = failure(vault, "a#b");
    EXPECT_TRUE(contains(why, "status 400")) << why;
    EXPECT_FALSE(contains(why, "hvs.good")) << why;
}

TEST(VaultTlsTest, AsksAServerThatTheAuthorityVouchesFor) {
    VaultServer server(VaultServer::Transport::Tls);
    const VaultScene scene;
    server.put("a", R"({"b":"c"})");
    VaultSettings settings = scene.with_token(server);
    settings.ca_file = server.authority();
    EXPECT_EQ(found(KvVault(settings), "a#b"), "c");
}

TEST(VaultTlsTest, SendsNothingToAServerThatNobodyVouchesFor) {
    VaultServer server(VaultServer::Transport::Tls);
    VaultScene scene;
    VaultSettings settings = scene.with_token(server);
    std::string why = failure(KvVault(settings, scene.time()), "a#b");  // the system's authorities
    EXPECT_TRUE(contains(why, "the certificate of localhost:")) << why;
    EXPECT_TRUE(contains(why, "vault.ca_file")) << why;
    settings.ca_file = scene.folder().write("no.pem", "no certificate\n");
    why = failure(KvVault(settings, scene.time()), "a#b");
    EXPECT_TRUE(contains(why, "holds no PEM certificate")) << why;
    EXPECT_TRUE(server.requests().empty());
}

TEST(VaultTlsTest, SendsNothingToAServerOfAnotherName) {
    VaultServer server(VaultServer::Transport::TlsForAnotherName);
    VaultScene scene;
    VaultSettings settings = scene.with_token(server);
    settings.ca_file = server.authority();
    const std::string why = failure(KvVault(settings, scene.time()), "a#b");
    EXPECT_TRUE(contains(why, "not made for 'localhost'")) << why;
    EXPECT_TRUE(server.requests().empty());
}

TEST(VaultTlsTest, EndsAHandshakeThatTakesTooLong) {
    // A server without TLS waits for the rest of what it takes for a request.
    VaultServer server;
    VaultScene scene;
    VaultSettings settings = scene.with_token(server);
    settings.address.replace(0, 4, "https");
    settings.timeout = 200ms;
    const std::string why = failure(KvVault(settings, scene.time()), "a#b");
    EXPECT_TRUE(contains(why, "did not answer in time")) << why;
}

}  // namespace
}  // namespace oa::test
