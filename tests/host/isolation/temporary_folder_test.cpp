#include "host/isolation/temporary_folder.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/isolation/worker_process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::host::isolation {
namespace {

namespace fs = std::filesystem;

struct WorkerFolderTest : testing::Test {
    test::TemporaryFolder parent;

    /// With as many passes as it takes.
    static void remove(const std::string& folder, std::size_t entries_at_once) {
        for (int pass = 0; pass < 10'000; ++pass) {
            if (remove_some(folder, entries_at_once)) {
                return;
            }
        }
        FAIL() << "it does not end";
    }
};

TEST_F(WorkerFolderTest, IsForItsUserOnly) {
    const auto folder = make_worker_folder(parent.path().string(), true);
    struct stat facts {};
    ASSERT_EQ(::stat(folder.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0700U);
    EXPECT_EQ(facts.st_uid, ::geteuid() == 0 ? 65534U : ::geteuid());
    remove(folder, 10);
    EXPECT_FALSE(fs::exists(folder));
}

TEST_F(WorkerFolderTest, StaysTheHostsForAWorkerThatKeepsItsUser) {
    const auto folder = make_worker_folder(parent.path().string(), false);
    struct stat facts {};
    ASSERT_EQ(::stat(folder.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_uid, ::geteuid());
}

TEST_F(WorkerFolderTest, AParentThatIsNotThereIsTold) {
    EXPECT_THROW(static_cast<void>(make_worker_folder(parent.at("missing"), true)), LaunchError);
}

TEST_F(WorkerFolderTest, RemovesManyFilesInSmallSteps) {
    const auto folder = make_worker_folder(parent.path().string(), false);
    for (int i = 0; i < 50; ++i) {
        fs::create_directories(folder + "/d" + std::to_string(i % 7));
        std::ofstream(folder + "/d" + std::to_string(i % 7) + "/f" + std::to_string(i)) << "x";
    }
    EXPECT_FALSE(remove_some(folder, 10));
    remove(folder, 10);
    EXPECT_FALSE(fs::exists(folder));
}

TEST_F(WorkerFolderTest, RemovesFoldersThatAreDeeperThanAnyPathIsLong) {
    const auto folder = make_worker_folder(parent.path().string(), false);
    const auto before = fs::current_path();
    fs::current_path(folder);
    for (int i = 0; i < 200; ++i) {
        ASSERT_EQ(::mkdir("a-name-that-is-long-enough", 0700), 0);
        ASSERT_EQ(::chdir("a-name-that-is-long-enough"), 0);
    }
    fs::current_path(before);
    remove(folder, 256);
    EXPECT_FALSE(fs::exists(folder));
}

TEST_F(WorkerFolderTest, FollowsNoLinkOutOfIt) {
    parent.write("precious/file", "x");
    const auto folder = make_worker_folder(parent.path().string(), false);
    fs::create_directory(folder + "/inner");
    fs::create_directory_symlink(parent / "precious", folder + "/link");
    fs::create_directory_symlink(parent / "precious", folder + "/inner/link");
    remove(folder, 256);
    EXPECT_FALSE(fs::exists(folder));
    EXPECT_EQ(parent.read("precious/file"), "x");
}

TEST_F(WorkerFolderTest, RemovesFoldersThatNobodyMayRead) {
    const auto folder = make_worker_folder(parent.path().string(), false);
    fs::create_directories(folder + "/a/b");
    std::ofstream(folder + "/a/b/f") << "x";
    ASSERT_EQ(::chmod((folder + "/a/b").c_str(), 0), 0);
    ASSERT_EQ(::chmod((folder + "/a").c_str(), 0), 0);
    remove(folder, 256);
    EXPECT_FALSE(fs::exists(folder));
}

}  // namespace
}  // namespace oa::host::isolation
