#include "host/kit/check/fence.hpp"

#include <cerrno>
#include <cstdio>
#include <functional>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temporary_folder.hpp"

namespace oa::host {
namespace {

constexpr int no_fence = 77;

/// Runs something in a process that is fenced in, as that cannot be undone. Its exit status.
int fenced(const std::filesystem::path& own_folder, const std::function<int(const Fence&)>& work) {
    const pid_t child = fork();
    if (child == 0) {
        _exit(work(fence_in(own_folder)));
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

bool can_write(const std::string& file) {
    return open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) >= 0;
}

TEST(FenceTest, LetsNothingBeWrittenOutside) {
    const test::TemporaryFolder own;
    const test::TemporaryFolder outside;
    const std::string precious = outside.write("precious", "keep me");
    const int status = fenced(own.path(), [&](const Fence& fence) {
        if (!fence.files) {
            return no_fence;
        }
        const bool harm =
            can_write(precious) || can_write(outside.at("new")) || unlink(precious.c_str()) == 0;
        return !harm && can_write(own.at("mine")) && can_write("/dev/null") ? 0 : 1;
    });
    if (status == no_fence) {
        GTEST_SKIP() << "this system has no Landlock";
    }
    EXPECT_EQ(status, 0);
    EXPECT_EQ(outside.read("precious"), "keep me");
}

TEST(FenceTest, LetsFilesBeMovedFromOneFolderToAnother) {
    const test::TemporaryFolder own;
    const std::string file = own.write("file", "x");
    own.write("folder/other", "x");
    const int status = fenced(own.path(), [&](const Fence& fence) {
        if (!fence.files) {
            return no_fence;
        }
        return rename(file.c_str(), own.at("folder/file").c_str()) == 0 ? 0 : errno;
    });
    if (status == no_fence) {
        GTEST_SKIP() << "this system has no Landlock";
    }
    EXPECT_EQ(status, 0);
}

TEST(FenceTest, LetsNoSocketBeOpenedAndNoProgramBeStarted) {
    const test::TemporaryFolder own;
    const int status = fenced(own.path(), [](const Fence& fence) {
        if (!fence.network_and_programs) {
            return no_fence;
        }
        std::string program = "/bin/true";
        char* const arguments[] = {program.data(), nullptr};
        execv(program.c_str(), arguments);  // ends with 0 if it can
        return socket(AF_INET, SOCK_STREAM, 0) < 0 && socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? 3 : 1;
    });
    if (status == no_fence) {
        GTEST_SKIP() << "this system has no seccomp";
    }
    EXPECT_EQ(status, 3);
}

}  // namespace
}  // namespace oa::host
