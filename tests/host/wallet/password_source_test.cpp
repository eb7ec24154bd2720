#include "host/wallet/password_source.hpp"

#include <array>
#include <cstdlib>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/host/wallet/wallet_fixture.hpp"

namespace oa::host {
namespace {

constexpr const char* variable = "OA_WALLET_PASSWORD";

struct PasswordSourceTest : WalletFixture {
    PasswordSourceTest() { forget(); }
    ~PasswordSourceTest() override { forget(); }

    static void forget() {
        ::unsetenv(variable);
        ::unsetenv("CREDENTIALS_DIRECTORY");
    }
    PasswordSources sources() const {
        PasswordSources made;
        made.wallet = "shop";
        made.may_prompt = false;
        made.terminal = folder / "no-terminal";
        return made;
    }
    static std::string password(const FoundKey& found) {
        return found.key.password ? std::string(found.key.password->reveal()) : "(nothing)";
    }
    static std::string problem(const PasswordSources& sources) {
        return thrown_by([&] { static_cast<void>(find_wallet_key(sources)); });
    }
    /// The reading end of a pipe with a text in it.
    static int pipe_with(std::string_view text) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        EXPECT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
        ::close(ends[1]);
        return ends[0];
    }
};

TEST_F(PasswordSourceTest, ReadsADescriptorAndAFile) {
    const FileDescriptor pipe(pipe_with("from the pipe\n"));
    PasswordSources with = sources();
    with.descriptor = pipe.get();
    FoundKey found = find_wallet_key(with);
    EXPECT_EQ(password(found), "from the pipe");
    EXPECT_EQ(found.password_from, "file descriptor");

    with = sources();
    with.password_file = write_private("password", "from the file\n\n");
    found = find_wallet_key(with);
    EXPECT_EQ(password(found), "from the file\n") << "one line end is left out";
    EXPECT_EQ(found.password_from, "password file");
    with.password_file = write_private("password", "from Windows\r\n");
    EXPECT_EQ(password(find_wallet_key(with)), "from Windows");
}

TEST_F(PasswordSourceTest, TakesThemInTheirOrder) {
    write_private("credentials/oa-wallet-password", "from systemd");
    ::setenv(variable, "from the environment", 1);
    ::setenv("CREDENTIALS_DIRECTORY", folder.at("credentials").c_str(), 1);
    PasswordSources with = sources();
    with.password_file = write_private("password", "from the file");
    FoundKey found = find_wallet_key(with);
    EXPECT_EQ(password(found), "from systemd");
    EXPECT_EQ(std::getenv(variable), nullptr) << "taken out, used or not";

    ::setenv(variable, "from the environment", 1);
    ::setenv("CREDENTIALS_DIRECTORY", folder.path().c_str(), 1);
    EXPECT_EQ(password(find_wallet_key(with)), "from the file");
    ::setenv(variable, "from the environment", 1);
    EXPECT_EQ(password(find_wallet_key(sources())), "from the environment");
}

TEST_F(PasswordSourceTest, WarnsOfTheEnvironment) {
    ::setenv(variable, "from the environment", 1);
    const FoundKey found = find_wallet_key(sources());
    EXPECT_EQ(found.password_from, "environment");
    ASSERT_EQ(found.warnings.size(), 1U);
    EXPECT_NE(found.warnings.front().find(variable), std::string::npos);
    EXPECT_EQ(found.warnings.front().find("from the environment"), std::string::npos);
    EXPECT_EQ(std::getenv(variable), nullptr);
}

TEST_F(PasswordSourceTest, HasKeyFilesWithAndWithoutAPassword) {
    PasswordSources with = sources();
    with.key_file = write_private("key", key_content);
    FoundKey found = find_wallet_key(with);
    EXPECT_EQ(password(found), "(nothing)");
    EXPECT_EQ(text(std::move(found.key.key_file)), key_content);
    with.password_too = true;
    EXPECT_NE(problem(with), "");
    with.password_file = write_private("password", "from the file");
    found = find_wallet_key(with);
    EXPECT_EQ(password(found), "from the file");
    EXPECT_TRUE(found.key.key_file);
}

TEST_F(PasswordSourceTest, SaysWhichSourceCannotBeUsed) {
    EXPECT_EQ(
        problem(sources()),
        "there is no password for the wallet shop; give one by --password-file, --password-fd "
        "or a systemd credential");
    PasswordSources with = sources();
    with.may_prompt = true;
    EXPECT_NE(problem(with).find("there is no terminal to ask on"), std::string::npos);
    with = sources();
    with.descriptor = 987;
    EXPECT_EQ(problem(with), "the file descriptor 987 cannot be read: Bad file descriptor");
    with = sources();
    with.password_file = write_private("empty", "\n");
    EXPECT_EQ(problem(with), "the password file " + folder.at("empty") + " has no password in it");
    with.password_file = folder.at("none");
    EXPECT_EQ(problem(with), "the password file " + folder.at("none") + " does not exist");
    with.password_file = write_private("open", "for all");
    ASSERT_EQ(::chmod(folder.at("open").c_str(), 0666), 0);
    EXPECT_NE(problem(with).find("chmod 600"), std::string::npos);
    with = sources();
    with.key_file = write_private("short", "too short");
    EXPECT_NE(problem(with).find("less than 32 bytes"), std::string::npos);
}

TEST_F(PasswordSourceTest, MakesKeyFiles) {
    const auto file = folder / "key";
    create_key_file(file);
    EXPECT_EQ(read_key_file(file).size(), 32U);
    struct stat status {};
    ASSERT_EQ(::stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
    EXPECT_NE(thrown_by([&] { create_key_file(file); }).find("exists already"), std::string::npos);
}

TEST_F(PasswordSourceTest, OverwritesTheEnvironmentThatProcShows) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        ::setenv(variable, "seen in proc", 1);
        ::execl(OA_ENVIRONMENT_CHILD, "child", variable, "seen in proc", nullptr);
        ::_exit(127);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0);
}

}  // namespace
}  // namespace oa::host
