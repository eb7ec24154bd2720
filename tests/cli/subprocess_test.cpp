// What these tests start has a bound.

#include "tests/support/subprocess.hpp"

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace oa::test {
namespace {

TEST(SubprocessTest, TellsWhatNeverCameAndEndsTheProgram) {
    Subprocess::Options options;
    options.patience = std::chrono::milliseconds{50};
    Subprocess silent({"/bin/sh", "-c", "echo here; exec sleep 600"}, options);
    try {
        EXPECT_FALSE(silent.wait_for("there"));
        FAIL() << "it waited";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("has not said 'there' within 50 ms"),
                  std::string::npos)
            << error.what();
    }
    EXPECT_EQ(silent.wait().exit_status, 128 + SIGKILL);
}

}  // namespace
}  // namespace oa::test
