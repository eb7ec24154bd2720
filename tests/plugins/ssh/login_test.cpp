#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#endif

#include "tests/plugins/ssh/ssh_fixture.hpp"
#include "tests/plugins/support/cancelling.hpp"

namespace oa::test {
namespace {

using std::chrono::milliseconds;

/// libssh2 1.10 loses a number of each ECDSA key that it reads in OpenSSH's format, some 150 bytes
/// a login (README.md of the module). What is lost while this object lives is not looked for.
struct KnownLoss {
#if defined(__SANITIZE_ADDRESS__)
    explicit KnownLoss(bool is_there) : is_there_(is_there) {
        if (is_there_) {
            __lsan_disable();
        }
    }
    ~KnownLoss() {
        if (is_there_) {
            __lsan_enable();
        }
    }
    bool is_there_;
#else
    explicit KnownLoss(bool /*is_there*/) {}
#endif
    KnownLoss(const KnownLoss&) = delete;
    KnownLoss& operator=(const KnownLoss&) = delete;
};

struct SshLoginTest : SshFixture {
    /// Makes a key that the server lets in; gives its path.
    std::string make(const std::string& name,
                     const std::string& type,
                     const std::string& passphrase = "",
                     const std::vector<std::string>& arguments = {}) {
        make_key(folder.at(name), type, passphrase, arguments);
        server.authorize(folder.read(name + ".pub"));
        return folder.at(name);
    }
    Reply with_key(const std::string& path, Json params = Json::object()) {
        params["private_key_file"] = path;
        return run("true", std::move(params));
    }
    std::string log() { return server.folder().read("log"); }
};

TEST_F(SshLoginTest, ByKeysOfEveryKind) {
    for (const auto& [name, type, arguments] :
         {std::tuple<std::string, std::string, std::vector<std::string>>{"ed", "ed25519", {}},
          {"ec256", "ecdsa", {"-b", "256"}},
          {"ec521", "ecdsa", {"-b", "521"}},
          {"ecpem", "ecdsa", {"-m", "PEM"}},
          {"rsa", "rsa", {"-b", "2048"}},
          {"rsapem", "rsa", {"-b", "2048", "-m", "PEM"}},
          {"rsapkcs8", "rsa", {"-b", "2048", "-m", "PKCS8"}}}) {
        const KnownLoss loss(type == "ecdsa" && arguments.front() != "-m");
        const Reply reply = with_key(make(name, type, "", arguments));
        EXPECT_EQ(reply.status, OA_OK) << name << ": " << reply.message << log();
        const Reply text = with_key("", {{"private_key", folder.read(name)}});
        EXPECT_EQ(text.status, OA_OK) << name << ": " << text.message;
    }
}

TEST_F(SshLoginTest, ByKeysWithAPassphrase) {
    for (const auto& [name, type, arguments] :
         {std::tuple<std::string, std::string, std::vector<std::string>>{"ed", "ed25519", {}},
          {"ec", "ecdsa", {}},
          {"rsapem", "rsa", {"-b", "2048", "-m", "PEM"}},
          {"rsapkcs8", "rsa", {"-b", "2048", "-m", "PKCS8"}}}) {
        const KnownLoss loss(type == "ecdsa");
        const std::string path = make(name, type, "open sesame", arguments);
        const Reply good = with_key(path, {{"passphrase", "open sesame"}});
        EXPECT_EQ(good.status, OA_OK) << name << ": " << good.message;
        for (const char* wrong : {"wrong passphrase", ""}) {
            const Reply reply = with_key(path, {{"passphrase", wrong}});
            EXPECT_EQ(reply.status, OA_UNAUTHENTICATED) << name << ": " << reply.message;
            EXPECT_NE(reply.message.find("passphrase"), std::string::npos) << reply.message;
            EXPECT_EQ(reply.message.find("wrong passphrase"), std::string::npos)
                << "a secret: " << reply.message;
        }
    }
    const std::string sealed = make("rsa", "rsa", "open sesame", {"-b", "2048"});
    const Reply reply = with_key(sealed, {{"passphrase", "open sesame"}});
    EXPECT_EQ(reply.status, OA_UNAUTHENTICATED);
    EXPECT_NE(reply.message.find("-m PEM"), std::string::npos) << reply.message;
}

TEST_F(SshLoginTest, TellsWhatWasTriedAndWhatIsAccepted) {
    make_key(folder.at("stranger"), "ed25519");
    const Reply reply = with_key(folder.at("stranger"));
    EXPECT_EQ(reply.status, OA_UNAUTHENTICATED);
    EXPECT_EQ(reply.retry, OA_RETRY_NO);
    EXPECT_NE(reply.message.find("tried: the key " + folder.at("stranger")), std::string::npos)
        << reply.message;
    EXPECT_NE(reply.message.find("accepts: publickey"), std::string::npos) << reply.message;
    make_key(folder.at("stranger_rsa"), "rsa");
    EXPECT_EQ(with_key(folder.at("stranger_rsa")).status, OA_UNAUTHENTICATED);
    const Reply none = with_key(folder.at("none"));
    EXPECT_EQ(none.status, OA_NOT_FOUND);
    EXPECT_EQ(none.pointer, "/private_key_file");
    EXPECT_EQ(with_key(folder.write("text", "this is no key")).status, OA_UNAUTHENTICATED);
    const std::string damaged = folder.write(
        "damaged",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n");
    EXPECT_EQ(with_key(damaged).status, OA_UNAUTHENTICATED);
    EXPECT_EQ(with_key(key, {{"user", "no-such-user-at-all"}}).status, OA_UNAUTHENTICATED);
}

/// An ssh-agent of the test.
class TestAgent {
public:
    explicit TestAgent(const TemporaryFolder& folder)
        : socket_(folder.at("agent")), process_({"ssh-agent", "-D", "-a", socket_}) {
        static_cast<void>(process_.first_line());
    }
    void add(const std::string& key) const {
        must_run({"env", "SSH_AUTH_SOCK=" + socket_, "ssh-add", "-q", key});
    }
    [[nodiscard]] const std::string& socket() const { return socket_; }

private:
    std::string socket_;
    ServerProcess process_;
};

TEST_F(SshLoginTest, IsRefusedAfterTooManyAttempts) {
    SshServer::Options options;
    options.extra = "MaxAuthTries 2\n";
    const SshServer strict(options);
    folder.write("known_hosts", strict.known_name() + " " + strict.public_key() + "\n");
    const TestAgent agent(folder);
    for (const char* name : {"a", "b", "c", "d"}) {
        make_key(folder.at(name), "ed25519");
        agent.add(folder.at(name));
    }
    for (const std::string& own : {std::string(), folder.at("a")}) {
        const Reply reply = ssh.run("run", with(strict, {{"command", "true"},
                                                         {"agent", true},
                                                         {"agent_socket", agent.socket()},
                                                         {"private_key_file", own}}));
        EXPECT_EQ(reply.status, OA_UNAUTHENTICATED) << reply.message;
        EXPECT_EQ(reply.retry, OA_RETRY_NO);
        EXPECT_NE(reply.message.find("the agent's 4 keys"), std::string::npos) << reply.message;
    }
}

TEST_F(SshLoginTest, ByAnAgent) {
    const TestAgent agent(folder);
    const Json params{{"agent", true}, {"agent_socket", agent.socket()}, {"private_key_file", ""}};
    const Reply empty = run("true", params);
    EXPECT_EQ(empty.status, OA_UNAUTHENTICATED);
    EXPECT_NE(empty.message.find("the agent's 0 keys"), std::string::npos) << empty.message;
    make_key(folder.at("stranger"), "ed25519");
    agent.add(folder.at("stranger"));
    EXPECT_EQ(run("true", params).status, OA_UNAUTHENTICATED);
    agent.add(make("rsa", "rsa", "", {"-b", "2048"}));
    const Reply rsa = run("true", params);
    EXPECT_EQ(rsa.status, OA_OK) << rsa.message;
    agent.add(key);
    EXPECT_EQ(run("true", params).status, OA_OK);
    ::setenv("SSH_AUTH_SOCK", agent.socket().c_str(), 1);
    const Reply by_environment = run("true", {{"private_key_file", ""}});
    ::unsetenv("SSH_AUTH_SOCK");
    EXPECT_EQ(by_environment.status, OA_OK) << by_environment.message;
}

TEST_F(SshLoginTest, SaysWhenThereIsNoAgent) {
    const Reply none = run(
        "true", {{"agent", true}, {"agent_socket", folder.at("none")}, {"private_key_file", ""}});
    EXPECT_EQ(none.status, OA_NOT_FOUND) << none.message;
    ::unsetenv("SSH_AUTH_SOCK");
    const Reply unnamed = run("true", {{"agent", true}, {"private_key_file", ""}});
    EXPECT_EQ(unnamed.status, OA_PRECONDITION) << unnamed.message;
}

TEST_F(SshLoginTest, DoesNotWaitForAnAgentThatHangs) {
    const std::string path = folder.at("deaf");
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(fd, 1), 0);
    const Json params = with({{"command", "true"},
                              {"agent", true},
                              {"agent_socket", path},
                              {"private_key_file", ""},
                              {"timeout", "1s"}});
    const Reply reply = ssh.run("run", params);
    EXPECT_EQ(reply.status, OA_DEADLINE) << reply.message;
    ::close(fd);
}

TEST_F(SshLoginTest, ByTheKeysOfTheHomeFolder) {
    const char* const home = std::getenv("HOME");
    const std::string before = home == nullptr ? "" : home;
    ::unsetenv("SSH_AUTH_SOCK");
    ::setenv("HOME", folder.path().c_str(), 1);
    std::filesystem::create_directory(folder.at(".ssh"));
    std::filesystem::copy_file(key, folder.at(".ssh/id_ed25519"));
    std::filesystem::copy_file(known_hosts, folder.at(".ssh/known_hosts"));
    const Json params{{"host", server.host()}, {"port", server.port()}, {"command", "true"}};
    const Reply reply = ssh.run("run", params);
    EXPECT_EQ(reply.status, OA_OK) << reply.message;
    Json named = params;
    named["private_key_file"] = "~/.ssh/id_ed25519";
    EXPECT_EQ(ssh.run("run", named).status, OA_OK);
    ::setenv("HOME", before.c_str(), 1);
}

/// PAM belongs to root, and so do mounts.
struct SshPasswordTest : ::testing::Test {
    void SetUp() override {
        if (!is_root()) {
            GTEST_SKIP() << "only root can set up a server that checks passwords";
        }
    }
    Reply log_in(const std::string& lines, const std::string& password) const {
        SshServer::Options options;
        options.passwords = true;
        options.extra = lines;
        const SshServer server(options);
        folder.write("known_hosts", server.known_name() + " " + server.public_key() + "\n");
        PluginHarness ssh{OA_PLUGIN_FILE};
        return ssh.run("run", {{"host", server.host()},
                               {"port", server.port()},
                               {"user", current_user()},
                               {"password", password},
                               {"known_hosts", folder.at("known_hosts")},
                               {"command", "echo in"}});
    }

    TemporaryFolder folder;
};

TEST_F(SshPasswordTest, ByPassword) {
    const std::string lines = "PasswordAuthentication yes\nKbdInteractiveAuthentication no\n";
    const Reply good = log_in(lines, "correct horse");
    EXPECT_EQ(good.status, OA_OK) << good.message;
    EXPECT_EQ(good.json["stdout"], Json("in\n"));
    const Reply wrong = log_in(lines, "battery staple");
    EXPECT_EQ(wrong.status, OA_UNAUTHENTICATED) << wrong.message;
    EXPECT_EQ(wrong.message.find("battery"), std::string::npos) << wrong.message;
}

TEST_F(SshPasswordTest, ByAnsweringTheServersQuestion) {
    const std::string lines = "PasswordAuthentication no\nKbdInteractiveAuthentication yes\n";
    const Reply good = log_in(lines, "correct horse");
    EXPECT_EQ(good.status, OA_OK) << good.message;
    EXPECT_EQ(log_in(lines, "battery staple").status, OA_UNAUTHENTICATED);
}

}  // namespace
}  // namespace oa::test
