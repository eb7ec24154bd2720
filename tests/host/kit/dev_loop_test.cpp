#include "host/kit/dev_loop.hpp"

#include <chrono>

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace oa::host {
namespace {

namespace fs = std::filesystem;

TEST(DevLoopTest, KnowsAProjectByItsFiles) {
    const test::TemporaryFolder folder;
    EXPECT_FALSE(find_build(folder.path()));
    folder.write("Cargo.toml", "");
    EXPECT_EQ(find_build(folder.path())->commands.front().front(), "cargo");
    folder.write("Makefile", "");
    EXPECT_EQ(find_build(folder.path())->commands.front().front(), "make");
    folder.write("build.sh", "");
    EXPECT_EQ(find_build(folder.path())->commands.front().front(), "sh");
    folder.write("CMakeLists.txt", "");
    EXPECT_EQ(find_build(folder.path())->commands.size(), 2U);
}

TEST(DevLoopTest, TakesThePluginThatWasBuiltLast) {
    const test::TemporaryFolder folder;
    EXPECT_TRUE(newest_plugin(folder.path()).empty());
    folder.write("old.so", "");
    folder.write("sub/new.so", "");
    folder.write("CMakeFiles/x/newer.so", "");
    const auto now = fs::file_time_type::clock::now();
    fs::last_write_time(folder / "old.so", now - std::chrono::hours(1));

    EXPECT_EQ(newest_plugin(folder.path()), folder / "sub/new.so");
}

}  // namespace
}  // namespace oa::host
