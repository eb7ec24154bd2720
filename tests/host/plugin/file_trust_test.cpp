#include "host/plugin/file_trust.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/host/plugin/fixtures.hpp"

namespace oa::host {
namespace {

struct FileTrustTest : testing::Test {
    test::TemporaryFolder temp;
    std::filesystem::path folder = std::filesystem::canonical(temp.path()) / "plugins";
    std::filesystem::path file = folder / "good.so";

    FileTrustTest() {
        std::filesystem::create_directory(folder);
        std::filesystem::copy_file(fixture("good"), file);
        set_mode(folder, 0755);
        set_mode(file, 0644);
    }

    static void set_mode(const std::filesystem::path& path, mode_t mode) {
        ASSERT_EQ(chmod(path.c_str(), mode), 0);
    }
    /// What a search over the folder makes of it.
    [[nodiscard]] PluginRegistry search(TrustPolicy trust = TrustPolicy::Enforce) const {
        return PluginRegistry({{place(folder)}, trust});
    }
};

TEST_F(FileTrustTest, AcceptsWhatOnlyTheUserMayWrite) {
    EXPECT_FALSE(find_trust_problem(file));
    EXPECT_EQ(search().modules().size(), 1U);
}

TEST_F(FileTrustTest, RefusesAFileThatEverybodyMayWrite) {
    set_mode(file, 0646);

    const auto problem = find_trust_problem(file);

    ASSERT_TRUE(problem);
    EXPECT_EQ(problem->fix, "chmod o-w '" + file.string() + "'");
    EXPECT_NE(problem->reason.find("0646"), std::string::npos) << problem->reason;
    const auto registry = search();
    EXPECT_TRUE(registry.modules().empty());
    ASSERT_EQ(registry.refused().size(), 1U);
    EXPECT_EQ(registry.refused().front().problem, PluginProblem::Untrusted);
    EXPECT_EQ(registry.refused().front().fix, problem->fix);
}

TEST_F(FileTrustTest, RefusesAFolderThatEverybodyMayWrite) {
    set_mode(folder, 0777);

    ASSERT_TRUE(find_trust_problem(file));
    EXPECT_EQ(find_trust_problem(file)->fix, "chmod o-w '" + folder.string() + "'");
    const auto registry = search();
    EXPECT_TRUE(registry.modules().empty());
    ASSERT_EQ(registry.refused().size(), 1U);  // the folder, not each file in it
    EXPECT_EQ(registry.refused().front().file, folder);
}

TEST_F(FileTrustTest, RefusesAFolderFurtherUp) {
    set_mode(temp.path(), 0777);

    EXPECT_TRUE(find_trust_problem(file));
}

TEST_F(FileTrustTest, AcceptsASharedFolderInWhichNobodyCanReplaceFilesOfOthers) {
    set_mode(folder, 01777);

    EXPECT_FALSE(find_trust_problem(file));
    EXPECT_EQ(search().modules().size(), 1U);
}

TEST_F(FileTrustTest, RefusesAFileThatAGroupOfOthersMayWrite) {
    if (geteuid() != 0) {
        GTEST_SKIP() << "only root can give a file to another group";
    }
    set_mode(file, 0664);
    EXPECT_FALSE(find_trust_problem(file));  // root's own group has nobody else in it

    ASSERT_EQ(chown(file.c_str(), 0, 54321), 0);
    set_mode(file, 0664);

    ASSERT_TRUE(find_trust_problem(file));
    EXPECT_EQ(find_trust_problem(file)->fix, "chmod g-w '" + file.string() + "'");
}

TEST_F(FileTrustTest, RefusesAFileOfSomebodyElse) {
    if (geteuid() != 0) {
        GTEST_SKIP() << "only root can give a file away";
    }
    ASSERT_EQ(chown(file.c_str(), 54321, 0), 0);

    ASSERT_TRUE(find_trust_problem(file));
    EXPECT_NE(find_trust_problem(file)->reason.find("user 54321"), std::string::npos);
    EXPECT_TRUE(search().modules().empty());
}

TEST_F(FileTrustTest, RefusesALinkInAFolderThatEverybodyMayWrite) {
    const auto open_folder = std::filesystem::canonical(temp.path()) / "open";
    std::filesystem::create_directory(open_folder);
    std::filesystem::create_symlink(file, open_folder / "link.so");
    set_mode(open_folder, 0777);

    const PluginRegistry registry({{place(open_folder / "link.so")}, TrustPolicy::Enforce});

    EXPECT_TRUE(registry.modules().empty());
    ASSERT_EQ(registry.refused().size(), 1U);
    EXPECT_EQ(registry.refused().front().problem, PluginProblem::Untrusted);
}

TEST_F(FileTrustTest, CanBeSwitchedOff) {
    set_mode(file, 0666);
    set_mode(folder, 0777);

    EXPECT_EQ(search(TrustPolicy::Ignore).modules().size(), 1U);
}

}  // namespace
}  // namespace oa::host
