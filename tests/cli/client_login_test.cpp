// Who asks a service, and whom the client trusts.

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/cli/client_fixture.hpp"
#include "tests/host/http/throwaway_authority.hpp"

namespace oa::test {
namespace {

// ----- login -----

TEST_F(ClientTest, LoginKeepsATokenForItsOwnerAloneAndLogoutForgetsIt) {
    start();
    const ProcessResult login =
        oa({"login", url(), "--token-file", folder.at("data/admin-token")}, somebody());
    ASSERT_EQ(login.exit_status, 0) << login.err;
    EXPECT_TRUE(contains(login.out, url())) << login.out;
    EXPECT_TRUE(contains(login.out, "admin")) << login.out;
    EXPECT_FALSE(contains(login.out + login.err, token));
    struct stat status {};
    ASSERT_EQ(::stat(login_file().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);

    const ProcessResult run = oa({"start", "hello", "--wait"}, somebody());
    EXPECT_EQ(run.exit_status, 0) << run.err;
    EXPECT_TRUE(contains(run.out, "greeted = world")) << run.out;

    EXPECT_EQ(oa({"logout"}, somebody()).exit_status, 0);
    EXPECT_FALSE(std::filesystem::exists(login_file()));
    const ProcessResult after = oa({"start", "hello"}, somebody());
    EXPECT_EQ(after.exit_status, 2);
    EXPECT_TRUE(contains(after.err, "oa login URL")) << after.err;
    EXPECT_TRUE(contains(oa({"logout"}, somebody()).out, "nobody is logged in"));
}

TEST_F(ClientTest, LoginReadsStandardInput) {
    start();
    Subprocess::Options options = somebody();
    options.input = "  " + token + "\n";
    EXPECT_EQ(oa({"login", url()}, options).exit_status, 0);
    EXPECT_TRUE(std::filesystem::exists(login_file()));
    options.input = "\n";
    const ProcessResult nothing = oa({"login", url()}, options);
    EXPECT_EQ(nothing.exit_status, 2);
    EXPECT_TRUE(contains(nothing.err, "no token was given")) << nothing.err;
}

TEST_F(ClientTest, AWrongTokenIsRefusedAndNotKept) {
    start();
    const std::string file = private_file("wrong", "oat_nobody");
    const ProcessResult login = oa({"login", url(), "--token-file", file}, somebody());
    EXPECT_EQ(login.exit_status, 4);
    EXPECT_TRUE(contains(login.err, "oa: ")) << login.err;
    EXPECT_FALSE(std::filesystem::exists(login_file()));
    const ProcessResult list =
        oa({"runs", "list"}, somebody({{"OA_SERVER", url()}, {"OA_TOKEN", "oat_nobody"}}));
    EXPECT_EQ(list.exit_status, 4);
    EXPECT_TRUE(contains(list.err, "oa login URL")) << list.err;
}

TEST_F(ClientTest, ATokenFileOfOthersIsNotRead) {
    start();
    const std::string file = folder.write("open", token);
    std::filesystem::permissions(file, std::filesystem::perms(0644));
    const ProcessResult login = oa({"login", url(), "--token-file", file}, somebody());
    EXPECT_NE(login.exit_status, 0);
    EXPECT_TRUE(contains(login.err, "chmod 600")) << login.err;
}

TEST_F(ClientTest, AKeptTokenIsShownToNoOtherHost) {
    start();
    ASSERT_EQ(
        oa({"login", url(), "--token-file", folder.at("data/admin-token")}, somebody()).exit_status,
        0);
    const ProcessResult other =
        oa({"runs", "list", "--server", "http://localhost:" + std::to_string(port)}, somebody());
    EXPECT_EQ(other.exit_status, 2);
    EXPECT_TRUE(contains(other.err, "there is no token for http://localhost")) << other.err;
    EXPECT_EQ(oa({"runs", "list", "--server", url() + '/'}, somebody()).exit_status, 0);
}

TEST_F(ClientTest, ATokenIsNotSentInTheClear) {
    const ProcessResult result =
        oa({"start", "hello", "--server", "http://oa.example"}, somebody({{"OA_TOKEN", "t"}}));
    EXPECT_EQ(result.exit_status, 2);
    EXPECT_TRUE(contains(result.err, "https://")) << result.err;
    for (const char* wrong : {"oa.example", "ftp://oa.example", "https://oa.example/path"}) {
        EXPECT_EQ(
            oa({"start", "hello", "--server", wrong}, somebody({{"OA_TOKEN", "t"}})).exit_status, 2)
            << wrong;
    }
}

TEST_F(ClientTest, TellsThatAHostIsDown) {
    start();
    stop();
    const ProcessResult result = client({"start", "hello"});
    EXPECT_EQ(result.exit_status, 4);
    EXPECT_TRUE(contains(result.err, url() + " cannot be reached: connection refused"))
        << result.err;
    EXPECT_EQ(client({"events"}).exit_status, 4);
    EXPECT_EQ(client({"runs", "list"}).exit_status, 4);
}

TEST_F(ClientTest, TlsIsVerified) {
    const ThrowawayAuthority authority;
    const host::TlsSettings tls = authority.make("oa");
    start({}, {{"OA_TLS_CERTIFICATE", tls.certificate.string()}, {"OA_TLS_KEY", tls.key.string()}});
    const std::string secure = "https://localhost:" + std::to_string(port);
    const Subprocess::Options options = somebody({{"OA_TOKEN", token}});
    const ProcessResult unknown = oa({"runs", "list", "--server", secure}, options);
    EXPECT_EQ(unknown.exit_status, 4);
    EXPECT_TRUE(contains(unknown.err, "certificate verify failed")) << unknown.err;
    EXPECT_TRUE(contains(unknown.err, "--ca FILE")) << unknown.err;
    const ProcessResult no_file =
        oa({"runs", "list", "--server", secure, "--ca", folder.at("none")}, options);
    EXPECT_EQ(no_file.exit_status, 4);
    EXPECT_TRUE(contains(no_file.err, folder.at("none"))) << no_file.err;
    ASSERT_EQ(oa({"login", secure, "--ca", authority.file(), "--token-file",
                  folder.at("data/admin-token")},
                 somebody())
                  .exit_status,
              0);
    EXPECT_EQ(oa({"start", "hello", "--follow"}, somebody()).exit_status, 0);
    Subprocess events(command({"events"}), somebody());
    ASSERT_TRUE(events.wait_for("listening")) << events.said();
    EXPECT_EQ(oa({"start", "hello"}, somebody()).exit_status, 0);
    EXPECT_TRUE(events.wait_for("run.ended: succeeded")) << events.said();
    events.signal(SIGINT);
    EXPECT_EQ(events.wait().exit_status, 130);
}

// The certificate is for 127.0.0.1 and localhost, and the host is asked by another address.
TEST_F(ClientTest, ACertificateForAnotherNameIsRefused) {
    const ThrowawayAuthority authority;
    const host::TlsSettings tls = authority.make("oa");
    start({"--listen", "127.0.0.2"},
          {{"OA_TLS_CERTIFICATE", tls.certificate.string()}, {"OA_TLS_KEY", tls.key.string()}});
    const ProcessResult result = oa({"runs", "list", "--ca", authority.file(), "--server",
                                     "https://127.0.0.2:" + std::to_string(port)},
                                    somebody({{"OA_TOKEN", token}}));
    EXPECT_EQ(result.exit_status, 4);
    EXPECT_TRUE(contains(result.err, "certificate verify failed")) << result.err;
}

}  // namespace
}  // namespace oa::test
