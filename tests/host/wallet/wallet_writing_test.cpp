#include "host/wallet/wallet_writing.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/host/wallet/wallet_fixture.hpp"

namespace oa::host {
namespace {

constexpr std::array all_steps{WriteStep::Locked,       WriteStep::Cleaned,
                               WriteStep::Made,         WriteStep::Written,
                               WriteStep::Synced,       WriteStep::Verified,
                               WriteStep::PreviousKept, WriteStep::Replaced,
                               WriteStep::FolderSynced, WriteStep::PreviousForgotten};

struct WalletWritingTest : WalletFixture {
    /// Runs `work` in a process of its own; gives how it ended.
    template <typename Work>
    static int in_a_child(const Work& work) {
        const pid_t child = ::fork();
        if (child == 0) {
            int code = 0;
            try {
                work();
            } catch (const WalletError& error) {
                code = 3;
            } catch (...) {
                code = 4;
            }
            ::_exit(code);
        }
        int status = 0;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    WalletFile crashing_after(WriteStep step) {
        WalletSettings made = settings();
        made.hooks.after = [step](WriteStep now) {
            if (now == step) {
                ::_exit(9);
            }
        };
        return WalletFile(std::move(made));
    }
    std::vector<std::string> names_in_folder() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
            names.push_back(entry.path().filename().string());
        }
        std::sort(names.begin(), names.end());
        return names;
    }
    std::string token(const WalletKey& key = file_key()) {
        return text(file().open(key).find("token"));
    }
};

TEST_F(WalletWritingTest, LeavesTheOldOrTheNewOneWhereverItCrashes) {
    std::size_t old_ones = 0;
    std::size_t new_ones = 0;
    for (const WriteStep step : all_steps) {
        std::filesystem::remove_all(folder / "wallet");
        std::filesystem::remove_all(folder / "wallet.1");
        const WalletFile wallet = made();
        ASSERT_EQ(in_a_child([&] {
                      crashing_after(step).modify(file_key(), [](Wallet& open) {
                          open.set("token", core::Secret("second value"));
                      });
                  }),
                  9);
        const std::string now = token();
        const bool is_new = step >= WriteStep::Replaced;
        EXPECT_EQ(now, is_new ? "second value" : "first value") << static_cast<int>(step);
        (is_new ? new_ones : old_ones) += 1;
        // Whoever comes next finds the lock free and clears up.
        wallet.modify(file_key(),
                      [](Wallet& open) { open.set("token", core::Secret("third value")); });
        EXPECT_EQ(token(), "third value");
        EXPECT_EQ(names_in_folder(),
                  (std::vector<std::string>{"wallet", "wallet.1", "wallet.lock"}));
    }
    std::printf("crashes while saving: %zu left the old wallet, %zu the new one, 0 neither\n",
                old_ones, new_ones);
}

TEST_F(WalletWritingTest, LeavesTheOldOrTheNewKeyWhereverItCrashes) {
    for (const WriteStep step : all_steps) {
        std::filesystem::remove_all(folder / "wallet");
        std::filesystem::remove_all(folder / "wallet.1");
        const WalletFile wallet = made();
        ASSERT_EQ(
            in_a_child([&] { static_cast<void>(crashing_after(step).rotate(file_key(), {})); }), 9);
        EXPECT_EQ(token(), "first value") << static_cast<int>(step);
        EXPECT_EQ(wallet.look().generation, step >= WriteStep::Replaced ? 2U : 1U);
    }
}

TEST_F(WalletWritingTest, MakesAWalletOrNoneWhereverItCrashes) {
    for (const WriteStep step : all_steps) {
        std::filesystem::remove_all(folder / "wallet");
        ASSERT_EQ(in_a_child([&] { crashing_after(step).create(file_key(), {}); }), 9);
        EXPECT_EQ(file().exists(), step >= WriteStep::Replaced) << static_cast<int>(step);
        if (file().exists()) {
            EXPECT_EQ(file().open(file_key()).names().size(), 0U);
        }
    }
}

TEST_F(WalletWritingTest, LeavesTheOldOneOfTheOlderFormatsToo) {
    CreateWallet options;
    options.format = WalletFormat::Fernet;
    options.entries.emplace("token", entry_of("first value"));
    file().create(password_key(), options);
    for (const WriteStep step : {WriteStep::Made, WriteStep::Written, WriteStep::PreviousKept}) {
        ASSERT_EQ(in_a_child([&] {
                      crashing_after(step).modify(password_key(), [](Wallet& open) {
                          open.set("token", core::Secret("second value"));
                      });
                  }),
                  9);
        EXPECT_EQ(token(password_key()), "first value");
    }
}

TEST_F(WalletWritingTest, LeavesTheOldOneWhenTheDiskIsFull) {
    made();
    const auto bytes = folder.read("wallet");
    for (const rlim_t size : {0U, 1U, 100U, 239U}) {
        for (const bool is_killed : {false, true}) {
            const int end = in_a_child([&] {
                if (!is_killed) {
                    std::signal(SIGXFSZ, SIG_IGN);
                }
                const struct rlimit limit { size, size };
                ::setrlimit(RLIMIT_FSIZE, &limit);
                file().modify(file_key(), [](Wallet& open) {
                    open.set("token", core::Secret("second value"));
                });
            });
            EXPECT_EQ(end, is_killed ? 128 + SIGXFSZ : 3);
            EXPECT_EQ(folder.read("wallet"), bytes);
        }
    }
    EXPECT_EQ(token(), "first value");
}

TEST_F(WalletWritingTest, LeavesTheOldOneWhenItsFolderCannotBeWritten) {
    made();
    const auto bytes = folder.read("wallet");
    // Root is not stopped by modes, so it becomes somebody else.
    constexpr uid_t nobody = 65534;
    if (::geteuid() == 0) {
        for (const std::string& path :
             {folder.path().string(), folder.at("wallet"), folder.at("wallet.lock")}) {
            ASSERT_EQ(::chown(path.c_str(), nobody, nobody), 0);
        }
    }
    ASSERT_EQ(::chmod(folder.path().c_str(), S_IRUSR | S_IXUSR), 0);
    EXPECT_EQ(in_a_child([&] {
                  if (::geteuid() == 0 && ::setuid(nobody) != 0) {
                      ::_exit(5);
                  }
                  file().modify(file_key(), [](Wallet& open) { open.remove("token"); });
              }),
              3);
    ASSERT_EQ(::chmod(folder.path().c_str(), S_IRWXU), 0);
    EXPECT_EQ(folder.read("wallet"), bytes);
}

TEST_F(WalletWritingTest, LosesNoUpdateOfSeveralWriters) {
    made();
    constexpr int writers = 4;
    constexpr int updates = 25;
    std::vector<pid_t> children;
    for (int writer = 0; writer < writers; ++writer) {
        const pid_t child = ::fork();
        if (child == 0) {
            for (int i = 0; i < updates; ++i) {
                WalletFile(settings()).modify(file_key(), [&](Wallet& open) {
                    open.set("name " + std::to_string(writer) + '-' + std::to_string(i),
                             core::Secret("some value"));
                });
            }
            ::_exit(0);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }
    const Wallet wallet = file().open(file_key());
    EXPECT_EQ(wallet.names().size(), 1U + writers * updates);
    EXPECT_EQ(wallet.info().generation, 1U + writers * updates);
}

TEST_F(WalletWritingTest, KeepsThePreviousOne) {
    const WalletFile wallet = made();
    const auto first = folder.read("wallet");
    wallet.modify(file_key(),
                  [](Wallet& open) { open.set("token", core::Secret("second value")); });
    EXPECT_EQ(folder.read("wallet.1"), first);
    wallet.modify(file_key(), [](Wallet& /*open*/) {});
    EXPECT_EQ(folder.read("wallet.1"), first) << "nothing changed, nothing is written";
    struct stat status {};
    ASSERT_EQ(::stat(folder.at("wallet").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
    EXPECT_EQ(status.st_nlink, 1U);
}

TEST_F(WalletWritingTest, NoticesAWriterWithoutTheLock) {
    const WalletFile wallet = made();
    const std::string why = thrown_by([&] {
        wallet.modify(file_key(), [&](Wallet& open) {
            open.set("token", core::Secret("second value"));
            std::filesystem::remove(folder / "wallet");
            write_private("wallet", "somebody else's");
        });
    });
    EXPECT_NE(why.find("another program changed it meanwhile"), std::string::npos) << why;
    EXPECT_EQ(folder.read("wallet"), "somebody else's");
}

TEST_F(WalletWritingTest, ReplacesNothingWhenItMakesAWallet) {
    write_private("wallet", "somebody else's");
    EXPECT_EQ(thrown_by([&] { file().create(file_key(), {}); }),
              "the wallet " + folder.at("wallet") + " exists already; name another file");
    EXPECT_EQ(folder.read("wallet"), "somebody else's");
}

TEST_F(WalletWritingTest, WaitsForAnotherWriterOnlySoLong) {
    const WalletFile wallet = made();
    const WalletLock lock(folder / "wallet", std::chrono::milliseconds(0));
    WalletSettings impatient = settings();
    impatient.lock_wait = std::chrono::milliseconds(0);
    const std::string why =
        thrown_by([&] { WalletFile(impatient).modify(file_key(), [](Wallet& /*open*/) {}); });
    EXPECT_NE(why.find("another process is writing it"), std::string::npos) << why;
    EXPECT_EQ(token(), "first value") << "readers need no lock";
}

TEST_F(WalletWritingTest, TakesNoLinkForItsLock) {
    const auto victim = write_private("victim", "untouched");
    std::filesystem::create_symlink(victim, folder / "wallet.lock");
    EXPECT_NE(thrown_by([&] { made(); }), "");
    EXPECT_EQ(folder.read("victim"), "untouched");
}

TEST_F(WalletWritingTest, RemovesOnlyWhatWritersLeft) {
    made();
    write_private("wallet.new-0123456789abcdef", "left over");
    write_private("wallet.old-0123456789abcdef", "left over");
    write_private("wallet.new-0123456789abcdeg", "mine");
    write_private("wallet.new-", "mine");
    write_private("other.new-0123456789abcdef", "mine");
    file().modify(file_key(), [](Wallet& open) { open.set("more", core::Secret("some value")); });
    EXPECT_EQ(names_in_folder(), (std::vector<std::string>{"other.new-0123456789abcdef", "wallet",
                                                           "wallet.1", "wallet.lock", "wallet.new-",
                                                           "wallet.new-0123456789abcdeg"}));
}

}  // namespace
}  // namespace oa::host
