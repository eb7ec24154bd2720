#include "host/isolation/worker/sandbox.hpp"

#include <array>
#include <cerrno>
#include <string>

#include <arpa/inet.h>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/host/isolation/worker_driver.hpp"

namespace oa::host::isolation {
namespace {

enum Probe : std::uint32_t { Attempt = 0, Surroundings = 1 };

/// Each test loads the module `probe` with one set of capabilities and lets it try things.
struct SandboxTest : testing::Test {
    /// What the probe may do.
    SandboxSettings& settings() { return load.sandbox; }

    /// The error number that it got; 0: it worked.
    int attempt(const std::string& what, const std::string& path = "", long number = 0) {
        if (!ready) {
            sandbox = boost::json::parse(worker.start(load).sandbox);
            ready = true;
        }
        const Result result =
            worker.call(Attempt, R"({"what":")" + what + R"(","path":")" + path + R"(","number":)" +
                                     std::to_string(number) + "}");
        EXPECT_FALSE(result.failure) << result.failure->message;
        return std::stoi(result.output);
    }
    [[nodiscard]] std::string inside(const std::string& name) const {
        return worker.folder().at(name);
    }
    [[nodiscard]] bool is_root() const { return geteuid() == 0; }

    ZygoteDriver zygote;
    WorkerDriver worker{zygote};
    Load load = worker.load("probe");
    bool ready = false;
    boost::json::value sandbox;
};

/// A real listener on the loopback interface.
class Listener {
public:
    Listener() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        if (bind(socket_.get(), generic, size) != 0 || listen(socket_.get(), 8) != 0 ||
            getsockname(socket_.get(), generic, &size) != 0) {
            throw std::runtime_error("cannot listen");
        }
        port_ = ntohs(address.sin_port);
    }
    [[nodiscard]] long port() const { return port_; }

private:
    Descriptor socket_;
    long port_ = 0;
};

TEST_F(SandboxTest, AWorkerStartsWithNothingOfTheHosts) {
    static_cast<void>(worker.start(load));
    const auto seen = boost::json::parse(worker.call(Surroundings).output);
    EXPECT_EQ(seen.at("folder").as_string(), worker.folder().path().c_str());
    EXPECT_EQ(seen.at("tmpdir").as_string(), worker.folder().path().c_str());
    EXPECT_EQ(seen.at("secret"), "") << "the host's environment";
    EXPECT_EQ(seen.at("files"), 5) << "three standard ones, the socket and a timer";
    EXPECT_EQ(seen.at("parent"), zygote.pid());
    EXPECT_EQ(seen.at("session"), seen.at("pid"));
    EXPECT_EQ(seen.at("dumpable"), 0);
}

TEST_F(SandboxTest, FilesOutsideOfTheTemporaryFolderAreNotWritten) {
    const oa::test::TemporaryFolder outside;
    const std::string file = outside.write("file", "x");
    // Everybody may write there, as far as its mode goes.
    ASSERT_EQ(chmod(outside.path().c_str(), 0777), 0);
    ASSERT_EQ(chmod(file.c_str(), 0666), 0);
    EXPECT_EQ(attempt("write", outside.at("new")), EACCES);
    EXPECT_EQ(attempt("write", file), EACCES);
    EXPECT_EQ(attempt("read", file), EACCES);
    EXPECT_NE(attempt("unlink", file), 0);
    EXPECT_EQ(attempt("chmod", file), EPERM);
    EXPECT_EQ(attempt("read", "/etc/passwd"), 0);
    EXPECT_EQ(attempt("write", inside("new")), 0);
    EXPECT_EQ(attempt("unlink", inside("new")), 0);
    EXPECT_EQ(attempt("write", "/dev/null"), 0);
}

TEST_F(SandboxTest, WithFilesystemFilesAreReached) {
    settings().filesystem = true;
    const oa::test::TemporaryFolder outside;
    const std::string file = outside.write("file", "x");
    EXPECT_EQ(attempt("write", outside.at("new")), 0);
    EXPECT_EQ(attempt("read", file), 0);
    EXPECT_EQ(attempt("chmod", file), 0);
    EXPECT_EQ(attempt("connect", "", 1), EACCES) << "the network is another capability";
}

TEST_F(SandboxTest, NoConnectionIsMade) {
    const Listener listener;
    EXPECT_EQ(attempt("connect", "", listener.port()), EACCES);
    for (const int family : {AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_UNIX, AF_VSOCK}) {
        EXPECT_EQ(attempt("socket", "", family), EACCES) << family;
    }
    EXPECT_EQ(attempt("socketpair"), 0);
}

TEST_F(SandboxTest, WithNetworkConnectionsAreMadeButNotToServicesOfTheMachine) {
    settings().network = true;
    const Listener listener;
    EXPECT_EQ(attempt("connect", "", listener.port()), 0);
    EXPECT_EQ(attempt("socket", "", AF_PACKET), EACCES);
    EXPECT_EQ(attempt("unix_socket", "/run/anything"), EACCES);
    EXPECT_EQ(attempt("write", "/var/tmp/oa-test-outside"), EACCES);
}

TEST_F(SandboxTest, NoProgramIsStarted) {
    EXPECT_EQ(attempt("execve", "/bin/true"), EPERM);
    EXPECT_EQ(attempt("fork"), EPERM);
    EXPECT_EQ(attempt("setsid"), EPERM);
    EXPECT_EQ(attempt("threads", "", 8), 0) << "threads are no processes";
}

TEST_F(SandboxTest, WithProcessProgramsAreStartedAndStayRestricted) {
    settings().process = true;
    EXPECT_EQ(attempt("fork"), 0);
    EXPECT_EQ(attempt("run", "/bin/true"), 0);
    EXPECT_EQ(attempt("write", "/var/tmp/oa-test-outside"), EACCES);
}

TEST_F(SandboxTest, NoSignalReachesTheHostOrTheZygote) {
    for (const bool process : {false, true}) {
        SandboxTest::settings().process = process;
        WorkerDriver other(zygote);
        Load other_load = other.load("probe");
        other_load.sandbox.process = process;
        static_cast<void>(other.start(other_load));
        const auto tries = [&other](const std::string& what, long number) {
            return std::stoi(other
                                 .call(Attempt, R"({"what":")" + what + R"(","number":)" +
                                                    std::to_string(number) + "}")
                                 .output);
        };
        for (const pid_t pid : {getpid(), zygote.pid(), worker.pid()}) {
            EXPECT_EQ(tries("kill", pid), EPERM) << process;
            EXPECT_EQ(tries("tgkill", pid), EPERM) << process;
            EXPECT_EQ(tries("tkill", pid), EPERM) << process;
        }
        EXPECT_EQ(tries("kill", -1), EPERM);
        EXPECT_EQ(tries("kill_self", 0), 0);
        EXPECT_EQ(tries("ptrace", getpid()), EPERM);
        EXPECT_EQ(tries("prlimit", getpid()), EPERM);
    }
}

TEST_F(SandboxTest, TheSandboxCannotBeLeft) {
    settings().filesystem = settings().network = settings().process = true;
    EXPECT_EQ(attempt("pdeathsig"), EPERM);
    EXPECT_EQ(attempt("dumpable"), EPERM);
    EXPECT_EQ(attempt("unshare"), EPERM);
    EXPECT_EQ(attempt("raise_limit"), EPERM);
    EXPECT_EQ(attempt("ptrace", "", getpid()), EPERM);
}

TEST_F(SandboxTest, LimitsHold) {
    settings().open_files = 64;
    settings().file_bytes = 1U << 20U;
    settings().memory_bytes = std::uint64_t{256} << 20U;
    EXPECT_EQ(attempt("open_many", "", 1000), EMFILE);
    EXPECT_EQ(attempt("fill", inside("big"), 2L << 20U), EFBIG);
    EXPECT_EQ(attempt("threads", "", 2000), EAGAIN);
    EXPECT_EQ(attempt("fill", inside("small"), 65536), 0);
}

TEST_F(SandboxTest, AWorkerWithItsOwnUserHasNoMoreThreadsThanAllowed) {
    settings().processes = 16;
    static_cast<void>(attempt("kill_self"));
    if (sandbox.at("user").to_number<std::uint32_t>() < 1'000'000'000U) {
        GTEST_SKIP() << "this system has no users to spare";
    }
    EXPECT_EQ(attempt("threads", "", 10), 0);
    EXPECT_EQ(attempt("threads", "", 20), EAGAIN);
}

TEST_F(SandboxTest, ARootHostGivesAWorkerAUserWithoutRights) {
    if (!is_root()) {
        GTEST_SKIP() << "only root can change its user";
    }
    static_cast<void>(attempt("kill_self"));
    EXPECT_NE(sandbox.at("user"), 0);
    struct stat status {};
    ASSERT_EQ(stat(worker.folder().path().c_str(), &status), 0);
    EXPECT_EQ(sandbox.at("user"), status.st_uid) << "it owns its temporary folder";
    EXPECT_EQ(attempt("setuid"), EPERM);
    EXPECT_EQ(attempt("read", "/etc/shadow"), EACCES);
}

TEST_F(SandboxTest, ARootHostsWorkerForFilesHasNoCapabilities) {
    if (!is_root()) {
        GTEST_SKIP() << "only root has some";
    }
    settings().filesystem = true;
    const oa::test::TemporaryFolder others;
    const std::string file = others.write("file", "x");
    ASSERT_EQ(chown(file.c_str(), 12345, 12345), 0);
    ASSERT_EQ(chmod(file.c_str(), 0600), 0);
    EXPECT_EQ(attempt("read", file), EACCES) << "root reads it by a capability alone";
    EXPECT_EQ(sandbox.at("user"), 0);
}

TEST_F(SandboxTest, APluginThatOnlyRootCanReadIsLoadedAndTheReportTells) {
    if (!is_root()) {
        GTEST_SKIP() << "only root changes its user";
    }
    const oa::test::TemporaryFolder hidden;
    const auto file = hidden / "probe.so";
    std::filesystem::copy_file(worker_fixture("probe"), file);
    load.file = file.string();
    EXPECT_EQ(attempt("read", "/etc/shadow"), EACCES);
    EXPECT_EQ(attempt("chmod", hidden.write("file", "x")), EPERM) << "its own user owns the file";
    EXPECT_EQ(sandbox.at("user"), 0);
    EXPECT_FALSE(sandbox.at("reduced").as_array().empty());
}

TEST_F(SandboxTest, ForDebuggingTheFiltersCanBeLeftOut) {
    settings().enforce = false;
    settings().filesystem = true;
    EXPECT_EQ(attempt("fork"), 0);
    EXPECT_EQ(sandbox.at("seccomp"), "off");
    EXPECT_FALSE(sandbox.at("reduced").as_array().empty());
}

TEST_F(SandboxTest, MemoryThatRunsOutFailsTheCallAndNotTheWorker) {
    if (OA_SANITIZED != 0) {
        GTEST_SKIP() << "the sanitizer needs an address space without limits";
    }
    Load hoard = worker.load("hoard");
    hoard.sandbox.memory_bytes = std::uint64_t{512} << 20U;
    static_cast<void>(worker.start(hoard));
    for (int i = 0; i < 2; ++i) {
        const Result result = worker.call(0);
        ASSERT_TRUE(result.failure);
        EXPECT_EQ(result.failure->code, "exhausted");
    }
}

TEST_F(SandboxTest, ATemporaryFolderThatIsNotThereRefusesTheWorker) {
    load.sandbox.temporary_folder = inside("missing");
    worker.send(load);
    EXPECT_EQ(worker.expect<Refused>().problem, "sandbox");
}

}  // namespace
}  // namespace oa::host::isolation
