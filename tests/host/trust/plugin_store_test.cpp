#include "host/trust/plugin_store.hpp"

#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/host/trust/trust_fixture.hpp"

namespace oa::host {
namespace {

namespace fs = std::filesystem;
using Existing = PluginStore::Existing;

struct PluginStoreTest : TrustFixture {
    PluginStore store{folder / "state" / "store"};

    [[nodiscard]] static unsigned mode_of(const fs::path& path) {
        struct stat status {};
        return lstat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0U;
    }
    [[nodiscard]] static ino_t inode_of(const fs::path& path) {
        struct stat status {};
        return lstat(path.c_str(), &status) == 0 ? status.st_ino : 0;
    }
    [[nodiscard]] static std::string content_of(const fs::path& path) {
        return read_whole_file(path, 64U << 20U).value_or("");
    }
    [[nodiscard]] std::size_t file_count() const {
        std::size_t out = 0;
        for (const auto& entry : fs::recursive_directory_iterator(store.folder())) {
            out += entry.is_regular_file() ? 1 : 0;
        }
        return out;
    }
    void replace(const fs::path& copy, const std::string& bytes) const {
        ASSERT_EQ(replace_file(copy, bytes, 0555), 0);
    }
    [[nodiscard]] PluginProblem problem_of(const fs::path& source) const {
        try {
            static_cast<void>(store.put(source, Existing::Verify));
        } catch (const PluginRefused& refused) {
            return refused.problem();
        }
        ADD_FAILURE() << "was taken";
        return PluginProblem::Declined;
    }
};

TEST_F(PluginStoreTest, KeepsACopyThatOnlyItsOwnerReaches) {
    const auto taken = store.put(file, Existing::Verify);
    EXPECT_EQ(taken.sha256, sha256_of(bytes_of("canary")));
    EXPECT_EQ(taken.load_from, folder / "state" / "store" / taken.sha256 / "canary.so");
    EXPECT_EQ(content_of(taken.load_from), bytes_of("canary"));
    EXPECT_EQ(mode_of(taken.load_from), 0555U);
    EXPECT_EQ(mode_of(taken.load_from.parent_path()), 0711U);
    EXPECT_EQ(mode_of(store.folder()), 0711U);
    EXPECT_EQ(file_count(), 1U);
}

TEST_F(PluginStoreTest, UsesTheSameCopyAgain) {
    const auto inode = inode_of(store.put(file, Existing::Verify).load_from);
    EXPECT_EQ(inode_of(store.put(file, Existing::Verify).load_from), inode);
    EXPECT_EQ(inode_of(store.put(file, Existing::Trust).load_from), inode);
    EXPECT_EQ(file_count(), 1U);
}

TEST_F(PluginStoreTest, TheCopyOutlivesTheFile) {
    const auto taken = store.put(file, Existing::Verify);
    install("evil");
    EXPECT_EQ(content_of(taken.load_from), bytes_of("canary"));
    const auto other = store.put(file, Existing::Verify);
    EXPECT_NE(other.sha256, taken.sha256);
    EXPECT_EQ(content_of(other.load_from), bytes_of("evil"));
}

TEST_F(PluginStoreTest, ReplacesACopyThatSomebodyChanged) {
    const auto taken = store.put(file, Existing::Verify);
    replace(taken.load_from, bytes_of("evil"));
    EXPECT_EQ(store.put(file, Existing::Verify).load_from, taken.load_from);
    EXPECT_EQ(content_of(taken.load_from), bytes_of("canary"));

    chmod(taken.load_from.c_str(), 0700);  // whoever could write into it may have done so
    static_cast<void>(store.put(file, Existing::Trust));
    EXPECT_EQ(mode_of(taken.load_from), 0555U);

    fs::remove(taken.load_from);
    fs::create_symlink(file, taken.load_from);
    static_cast<void>(store.put(file, Existing::Trust));
    EXPECT_FALSE(fs::is_symlink(taken.load_from));

    fs::create_hard_link(taken.load_from, folder / "second");
    const auto inode = inode_of(taken.load_from);
    static_cast<void>(store.put(file, Existing::Trust));
    EXPECT_NE(inode_of(taken.load_from), inode);
    EXPECT_EQ(file_count(), 1U);
}

TEST_F(PluginStoreTest, RefusesWhatIsNoFile) {
    EXPECT_EQ(problem_of(folder / "missing.so"), PluginProblem::Unreadable);
    EXPECT_EQ(problem_of(folder / "plugins"), PluginProblem::NotAFile);
    fs::create_symlink(file, folder / "link.so");
    EXPECT_EQ(problem_of(folder / "link.so"), PluginProblem::Unreadable);
    ASSERT_EQ(mkfifo((folder / "pipe.so").c_str(), 0600), 0);
    EXPECT_EQ(problem_of(folder / "pipe.so"), PluginProblem::NotAFile);
}

TEST_F(PluginStoreTest, RefusesAFileThatIsTooLarge) {
    const auto large = folder / "large.so";
    temp.write("large.so", "");
    fs::resize_file(large, PluginStore::file_bytes_max + 1);  // takes no room on the disk
    EXPECT_EQ(problem_of(large), PluginProblem::NotALibrary);
}

TEST_F(PluginStoreTest, RefusesAFolderThatOthersDecideAbout) {
    fs::create_directory(folder / "elsewhere");
    fs::create_directory(folder / "state");
    fs::create_directory_symlink(folder / "elsewhere", folder / "state" / "store");
    EXPECT_EQ(problem_of(file), PluginProblem::Unreadable);
    fs::remove(folder / "state" / "store");

    chmod((folder / "state").c_str(), 0777);
    EXPECT_EQ(problem_of(file), PluginProblem::Unreadable);
    chmod((folder / "state").c_str(), 0755);
    EXPECT_FALSE(store.put(file, Existing::Verify).sha256.empty());

    if (geteuid() == 0) {
        ASSERT_EQ(chown(store.folder().c_str(), 65534, 65534), 0);
        EXPECT_EQ(problem_of(file), PluginProblem::Unreadable);
    }
}

TEST_F(PluginStoreTest, ClosesAFolderThatOthersCouldRead) {
    fs::create_directories(store.folder());
    chmod(store.folder().c_str(), 0755);
    static_cast<void>(store.put(file, Existing::Verify));
    EXPECT_EQ(mode_of(store.folder()), 0711U);
}

TEST_F(PluginStoreTest, RemovesCopiesThatNobodyUses) {
    const auto old = store.put(file, Existing::Verify).load_from;
    install("evil");
    const auto fresh = store.put(file, Existing::Verify).load_from;
    const auto incoming = folder / "state" / "store" / ".incoming-abcdef";
    temp.write("state/store/.incoming-abcdef", "half");
    temp.write("state/store/something", "else");
    const timespec long_ago{1'000'000'000, 0};
    const timespec times[]{long_ago, long_ago};
    for (const fs::path& path :
         {old.parent_path(), fresh, incoming, folder / "state" / "store" / "something"}) {
        ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
    }

    const auto limit = std::chrono::system_clock::from_time_t(1'100'000'000);
    EXPECT_EQ(store.prune(limit), 1U);
    EXPECT_FALSE(fs::exists(old));
    EXPECT_FALSE(fs::exists(incoming));
    EXPECT_TRUE(fs::exists(fresh));
    EXPECT_TRUE(fs::exists(folder / "state" / "store" / "something"));
    EXPECT_EQ(store.prune(limit), 0U);
}

TEST_F(PluginStoreTest, UsingACopyLeavesItAsItWas) {
    const auto copy = store.put(file, Existing::Verify).load_from;
    const auto before = examine_plugin_file(copy, TrustPolicy::Ignore).identity;
    static_cast<void>(store.put(file, Existing::Verify));
    EXPECT_EQ(examine_plugin_file(copy, TrustPolicy::Ignore).identity, before);
}

TEST_F(PluginStoreTest, UsingACopyKeepsIt) {
    const auto copy = store.put(file, Existing::Verify).load_from;
    const timespec long_ago{1'000'000'000, 0};
    const timespec times[]{long_ago, long_ago};
    ASSERT_EQ(utimensat(AT_FDCWD, copy.parent_path().c_str(), times, 0), 0);
    static_cast<void>(store.put(file, Existing::Trust));
    EXPECT_EQ(store.prune(std::chrono::system_clock::from_time_t(1'100'000'000)), 0U);
    EXPECT_TRUE(fs::exists(copy));
}

TEST_F(PluginStoreTest, ServesManyAtATime) {
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int round = 0; round < 20; ++round) {
                const auto taken = store.put(file, Existing::Verify);
                wrong += content_of(taken.load_from) == bytes_of("canary") ? 0 : 1;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(file_count(), 1U);
}

}  // namespace
}  // namespace oa::host
