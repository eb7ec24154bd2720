#include <chrono>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/plugins/ssh/cutting_proxy.hpp"
#include "tests/plugins/ssh/ssh_fixture.hpp"

namespace oa::test {
namespace {

/// Reaching the server, and knowing that it is the right one.
struct SshConnectTest : SshFixture {
    Reply with_known(const std::string& lines, Json params = Json::object()) {
        folder.write("known_hosts", lines);
        return run("true", std::move(params));
    }
    std::string line(const std::string& public_key) const {
        return server.known_name() + " " + public_key + "\n";
    }
    /// A public key of nobody.
    std::string other_key(const std::string& type) {
        const std::string path = folder.at("other_" + type);
        make_key(path, type);
        const std::string text = folder.read("other_" + type + ".pub");
        return text.substr(0, text.find(' ', text.find(' ') + 1));
    }
};

TEST_F(SshConnectTest, RefusesAnUnknownHostAndTellsItsKey) {
    for (const std::string lines : {"", "example.com ssh-ed25519 AAAA\n", "nonsense\n\n# x\n"}) {
        const Reply reply = with_known(lines);
        EXPECT_EQ(reply.status, OA_UNAUTHENTICATED) << reply.message;
        EXPECT_EQ(reply.retry, OA_RETRY_UNKNOWN);
        EXPECT_NE(reply.message.find("SHA256:"), std::string::npos) << reply.message;
        EXPECT_NE(reply.message.find("accept-new"), std::string::npos) << reply.message;
    }
}

TEST_F(SshConnectTest, RefusesAChangedKey) {
    for (const char* type : {"ed25519", "ecdsa"}) {
        for (const char* check : {"strict", "accept-new"}) {
            const Reply reply = with_known(line(other_key(type)), {{"host_key_check", check}});
            EXPECT_EQ(reply.status, OA_UNAUTHENTICATED) << reply.message;
            EXPECT_NE(reply.message.find("has changed"), std::string::npos) << reply.message;
            EXPECT_NE(reply.message.find("ssh-keygen -R"), std::string::npos) << reply.message;
            std::remove(folder.at(std::string("other_") + type).c_str());
        }
    }
}

TEST_F(SshConnectTest, FindsAKnownHostInEveryForm) {
    EXPECT_EQ(with_known(line(other_key("ecdsa")) + line(server.public_key())).status, OA_OK);
    EXPECT_EQ(with_known("nonsense\n# comment\n" + line(server.public_key()) + "@bad x\n").status,
              OA_OK);
    EXPECT_EQ(with_known("other.example.com," + line(server.public_key())).status, OA_OK);
    folder.write("known_hosts", line(server.public_key()));
    must_run({"ssh-keygen", "-H", "-f", known_hosts});
    ASSERT_TRUE(folder.read("known_hosts").starts_with("|1|"));
    EXPECT_EQ(run("true").status, OA_OK);
    const Reply revoked =
        with_known("@revoked * " + server.public_key() + "\n" + line(server.public_key()));
    EXPECT_EQ(revoked.status, OA_UNAUTHENTICATED);
    EXPECT_NE(revoked.message.find("revoked"), std::string::npos) << revoked.message;
}

TEST_F(SshConnectTest, WritesANewHostDownWhereThatIsAskedFor) {
    const std::string path = folder.at("new/known_hosts");
    const Json params{{"known_hosts", path}, {"host_key_check", "accept-new"}};
    EXPECT_EQ(run("true", params).status, OA_OK);
    EXPECT_EQ(folder.read("new/known_hosts"), line(server.public_key()));
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_EQ(run("true", params).status, OA_OK);
    EXPECT_EQ(folder.read("new/known_hosts"), line(server.public_key())) << "once is enough";
    EXPECT_EQ(run("true", {{"known_hosts", path}}).status, OA_OK) << "now it is known";
    const Reply unwritable =
        run("true", {{"known_hosts", "/dev/null/x"}, {"host_key_check", "accept-new"}});
    EXPECT_EQ(unwritable.status, OA_PERMISSION) << unwritable.message;
}

TEST_F(SshConnectTest, AcceptsTheKeyThatIsPinned) {
    const Reply unknown = with_known("");
    const std::size_t start = unknown.message.find("SHA256:");
    ASSERT_NE(start, std::string::npos) << unknown.message;
    const std::string print = unknown.message.substr(start, 50);
    EXPECT_EQ(run("true", {{"host_key", print}}).status, OA_OK) << print;
    const Reply wrong =
        run("true", {{"host_key", "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
                     {"host_key_check", "insecure"}});
    EXPECT_EQ(wrong.status, OA_UNAUTHENTICATED) << wrong.message;
    EXPECT_EQ(run("true", {{"host_key", "MD5:1"}}).pointer, "/host_key");
}

TEST_F(SshConnectTest, TakesAnyKeyWhereThatIsAskedFor) {
    const Reply reply = with_known(line(other_key("ed25519")), {{"host_key_check", "insecure"}});
    EXPECT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(warnings_of(reply),
              "the key of the server is not checked: host_key_check is insecure\n");
}

TEST_F(SshConnectTest, SpeaksIPv6AndNames) {
    const std::string port = std::to_string(server.port());
    folder.write("known_hosts", "[::1]:" + port + " " + server.public_key() +
                                    "\n[localhost]:" + port + " " + server.public_key() + "\n");
    EXPECT_EQ(run("true", {{"host", "::1"}}).status, OA_OK);
    EXPECT_EQ(run("true", {{"host", "[::1]"}}).status, OA_OK);
    EXPECT_EQ(run("true", {{"host", "localhost"}, {"address_family", "ipv4"}}).status, OA_OK);
    const Reply none = run("true", {{"host", "127.0.0.1"}, {"address_family", "ipv6"}});
    EXPECT_EQ(none.status, OA_UNAVAILABLE);
    EXPECT_NE(none.message.find("address_family"), std::string::npos) << none.message;
}

TEST_F(SshConnectTest, TellsWhyItCannotBeReached) {
    const Reply refused = run("true", {{"port", refusing_port()}});
    EXPECT_EQ(refused.status, OA_UNAVAILABLE);
    EXPECT_EQ(refused.retry, OA_RETRY_YES);
    EXPECT_NE(refused.message.find("refused"), std::string::npos) << refused.message;
    const Reply unknown = run("true", {{"host", "no-such-host.invalid"}});
    EXPECT_EQ(unknown.status, OA_UNAVAILABLE);
    EXPECT_NE(unknown.message.find("no-such-host.invalid"), std::string::npos) << unknown.message;
    const SilentListener silent;
    const Reply slow = run("true", {{"port", silent.port()}, {"connect_timeout", "300ms"}});
    EXPECT_EQ(slow.status, OA_UNAVAILABLE);
    EXPECT_EQ(slow.retry, OA_RETRY_YES);
    EXPECT_NE(slow.message.find("connect_timeout"), std::string::npos) << slow.message;
    EXPECT_EQ(run("true", {{"host", "a b"}}).pointer, "/host");
    EXPECT_EQ(run("true", {{"port", 0}}).pointer, "/port");
}

TEST_F(SshConnectTest, TellsOfAConnectionThatBreaksOff) {
    // In the banners, in the key exchange, and while logging in.
    for (const std::uint64_t bytes : {1U, 64U, 100U, 800U, 1600U, 2400U, 3200U}) {
        const CuttingProxy cut(server.port(), bytes);
        const Reply broken = run("true", {{"port", cut.port()}, {"host_key_check", "insecure"}});
        EXPECT_EQ(broken.status, OA_UNAVAILABLE) << bytes << " bytes: " << broken.message;
        EXPECT_EQ(broken.retry, OA_RETRY_YES) << bytes;
    }
}

TEST_F(SshConnectTest, ConnectsToNoAddressThatTheOperatorDenies) {
    PluginHarness guarded(OA_PLUGIN_FILE,
                          {{"network", {{"deny", Json::array({"loopback", "10.0.0.0/8"})}}}});
    for (const char* host : {"127.0.0.1", "localhost", "::1", "::ffff:127.0.0.1", "10.1.2.3"}) {
        const Reply reply = guarded.run("run", with({{"command", "true"}, {"host", host}}));
        EXPECT_EQ(reply.status, OA_PERMISSION) << host << ": " << reply.message;
        EXPECT_NE(reply.message.find("network.deny"), std::string::npos) << reply.message;
    }
    EXPECT_EQ(run("true", {{"host", "169.254.169.254"}}).status, OA_PERMISSION)
        << "the metadata of clouds, always";
    EXPECT_THROW(PluginHarness(OA_PLUGIN_FILE, {{"network", {{"deny", Json::array({"x"})}}}}),
                 std::runtime_error);
}

TEST_F(SshConnectTest, RefusesWhatIsNotSafeAnyMore) {
    SshServer::Options options;
    options.extra = "KexAlgorithms diffie-hellman-group1-sha1\n";
    const SshServer old(options);
    folder.write("known_hosts", old.known_name() + " " + old.public_key() + "\n");
    const Reply reply = ssh.run("run", with(old, {{"command", "true"}}));
    EXPECT_EQ(reply.status, OA_PRECONDITION) << reply.message;
    EXPECT_NE(reply.message.find("no common method"), std::string::npos) << reply.message;
}

TEST_F(SshConnectTest, KnowsServersByOtherKindsOfKeys) {
    for (const char* type : {"ecdsa"}) {
        SshServer::Options options;
        options.host_key = type;
        const SshServer other(options);
        other.authorize(folder.read("key.pub"));
        folder.write("known_hosts", other.known_name() + " " + other.public_key() + "\n");
        const Reply reply = ssh.run("run", with(other, {{"command", "true"}}));
        EXPECT_EQ(reply.status, OA_OK) << type << ": " << reply.message;
    }
}

}  // namespace
}  // namespace oa::test
