#include "host/wallet/process_memory.hpp"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace oa::host {
namespace {

TEST(ProcessMemoryTest, LeavesNoCoreDump) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        struct rlimit limit {};
        const bool done = protect_process_memory() && ::getrlimit(RLIMIT_CORE, &limit) == 0 &&
                          limit.rlim_cur == 0 && limit.rlim_max == 0 &&
                          ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
        ::_exit(done ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace oa::host
