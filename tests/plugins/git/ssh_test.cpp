#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <pwd.h>
#include <sys/types.h>
#include <unistd.h>

#include "tests/plugins/git/git_fixture.hpp"
#include "tests/support/http_server_process.hpp"

namespace oa::test {
namespace {

/// A real sshd on a free port, with keys of its own, for the user who runs the tests.
struct GitSshTest : GitTest {
    GitSshTest() {
        key("host");
        key("user");
        key("stranger");
        folder.write("authorized_keys", folder.read("user.pub"));
        if (::geteuid() == 0) {
            std::filesystem::create_directories("/run/sshd");  // as Debian's service does
        }
        port = free_port();
        const std::string configuration = folder.write(
            "sshd_config", "ListenAddress 127.0.0.1\nPort " + std::to_string(port) + "\nHostKey " +
                               folder.at("host") + "\nAuthorizedKeysFile " +
                               folder.at("authorized_keys") +
                               "\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
                               "UsePAM no\nStrictModes no\nPidFile none\nLogLevel QUIET\n");
        server = std::make_unique<ServerProcess>(
            std::vector<std::string>{"/usr/sbin/sshd", "-D", "-f", configuration});
        EXPECT_TRUE(wait_for_port(port, *server)) << "sshd (package openssh-server) did not start";
    }

    void key(const std::string& name) {
        must_run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder.at(name)});
    }
    std::string url() {
        return "ssh://" + std::string(::getpwuid(::geteuid())->pw_name) +
               "@127.0.0.1:" + std::to_string(port) + origin;
    }
    std::string known() {
        const std::string line = folder.read("host.pub");
        return "[127.0.0.1]:" + std::to_string(port) + " " + line;
    }
    Json access() { return {{"private_key_file", folder.at("user")}, {"known_hosts", known()}}; }

    int port = 0;
    std::unique_ptr<ServerProcess> server;
};

TEST_F(GitSshTest, ReadsAndWritesOverSsh) {
    const std::string path = folder.at("work");
    const Reply cloned = clone(url(), path, access());
    ASSERT_EQ(cloned.status, OA_OK) << cloned.message;
    EXPECT_EQ(head(path), head(seed));
    add(path, "a.txt", "a", "Mine");
    Json params{{"path", path},
                {"private_key", folder.read("user")},
                {"known_hosts_file", folder.write("known", known())}};
    const Reply pushed = run("push", params);
    ASSERT_EQ(pushed.status, OA_OK) << pushed.message;
    EXPECT_EQ(git(origin, {"rev-parse", "main"}), head(path));
    EXPECT_EQ(run("pull", params).json["updated"], Json(false));
}

TEST_F(GitSshTest, KnowsTheServerOrAsksNobody) {
    Json params = access();
    params["known_hosts"] = "[127.0.0.1]:" + std::to_string(port) + " " + folder.read("user.pub");
    const Reply other = clone(url(), folder.at("work"), params);
    EXPECT_EQ(other.status, OA_UNAUTHENTICATED) << other.message;
    params = {{"private_key_file", folder.at("user")},
              {"known_hosts_file", folder.write("empty", "")}};
    const Reply unknown = clone(url(), folder.at("work"), params);
    EXPECT_EQ(unknown.status, OA_UNAUTHENTICATED) << unknown.message;
    EXPECT_NE(unknown.message.find("known_hosts"), std::string::npos) << unknown.message;
    params["accept_new_host_key"] = true;
    const Reply accepted = clone(url(), folder.at("work"), params);
    EXPECT_EQ(accepted.status, OA_OK) << accepted.message;
    EXPECT_NE(folder.read("empty"), "");
}

TEST_F(GitSshTest, TellsWhoIsNotWelcome) {
    Json params = access();
    params["private_key_file"] = folder.at("stranger");
    const Reply stranger = clone(url(), folder.at("work"), params);
    EXPECT_EQ(stranger.status, OA_UNAUTHENTICATED) << stranger.message;
    EXPECT_EQ(stranger.retry, OA_RETRY_NO);
    params = access();
    const Reply none = clone(url() + "x", folder.at("work"), params);
    EXPECT_EQ(none.status, OA_NOT_FOUND) << none.message;
    params["private_key_file"] = folder.at("none");
    EXPECT_EQ(clone(url(), folder.at("work"), params).pointer, "/private_key_file");
    server.reset();
    const Reply down = clone(url(), folder.at("work"), access());
    EXPECT_EQ(down.status, OA_UNAVAILABLE) << down.message;
    EXPECT_EQ(down.retry, OA_RETRY_YES);
}

}  // namespace
}  // namespace oa::test
