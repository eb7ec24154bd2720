// A disk that fails at the k-th thing that is asked of it, for every k that there is. This program
// stands between SQLite and the system.

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <iostream>
#include <optional>

#include <sys/syscall.h>
#include <sys/types.h>

#include "host/store/store_restore.hpp"
#include "tests/host/store/store_fixture.hpp"

namespace oa::host {
namespace {

/// What goes wrong: call number `at` from now on, and with `for_ever` all that follow.
struct Fault {
    int at = 0;
    bool for_ever = false;
    int error = 0;
    bool is_short = false;  // half of what is to be written is, and no error comes
};

class Disk {
public:
    void arm(const Fault& fault) {
        fault_ = fault;
        calls_ = 0;
        is_armed_ = true;
    }
    void repair() { is_armed_ = false; }
    [[nodiscard]] bool has_failed() const { return calls_ >= fault_.at; }
    [[nodiscard]] bool fails() {
        if (!is_armed_) {
            return false;
        }
        ++calls_;
        errno = fault_.error;
        return !fault_.is_short && is_hit();
    }
    /// How much of a write is done.
    [[nodiscard]] std::size_t room_for(std::size_t size) const {
        return is_armed_ && fault_.is_short && is_hit() && size > 1 ? size / 2 : size;
    }

private:
    [[nodiscard]] bool is_hit() const {
        return fault_.for_ever ? calls_ >= fault_.at : calls_ == fault_.at;
    }

    Fault fault_;
    std::atomic<int> calls_{0};
    std::atomic<bool> is_armed_{false};
};

// The functions below are the system's for the whole program.
Disk disk;  // NOLINT(cppcoreguidelines-interfaces-global-init)

}  // namespace
}  // namespace oa::host

extern "C" {
// The names are the system's.
// NOLINTBEGIN(readability-identifier-naming)
__attribute__((visibility("default"))) ssize_t pwrite64(int file,
                                                        const void* bytes,
                                                        size_t size,
                                                        off64_t offset) {
    return oa::host::disk.fails()
               ? -1
               : ::syscall(SYS_pwrite64, file, bytes, oa::host::disk.room_for(size), offset);
}
// Nobody pulls the plug here, so that nothing has to get to a real disk.
__attribute__((visibility("default"))) int fdatasync(int /*file*/) {
    return oa::host::disk.fails() ? -1 : 0;
}
__attribute__((visibility("default"))) int fsync(int /*file*/) {
    return oa::host::disk.fails() ? -1 : 0;
}
__attribute__((visibility("default"))) int ftruncate64(int file, off64_t size) noexcept {
    return oa::host::disk.fails() ? -1 : static_cast<int>(::syscall(SYS_ftruncate, file, size));
}
__attribute__((visibility("default"))) int rename(const char* from, const char* to) noexcept {
    return oa::host::disk.fails() ? -1 : static_cast<int>(::syscall(SYS_rename, from, to));
}
// With a mode, or without one that is asked for: then the system does not look at it.
// NOLINTBEGIN(cert-dcl50-cpp,cppcoreguidelines-pro-type-vararg)
__attribute__((visibility("default"))) int open(const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const mode_t mode = va_arg(more, mode_t);
    va_end(more);
    return oa::host::disk.fails() ? -1 : static_cast<int>(::syscall(SYS_open, path, flags, mode));
}
__attribute__((visibility("default"))) int open64(const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const mode_t mode = va_arg(more, mode_t);
    va_end(more);
    return open(path, flags, mode);
}
// NOLINTEND(cert-dcl50-cpp,cppcoreguidelines-pro-type-vararg)
// NOLINTEND(readability-identifier-naming)
}

namespace oa::host {
namespace {

constexpr std::uint64_t records = 14;

struct StoreFaultTest : StoreFixture {
    static void SetUpTestSuite() { keep_files_in_memory(); }

    std::optional<RunStore> store;
    std::uint64_t acknowledged = 0;
    int refused = 0;

    [[nodiscard]] static core::JournalEntry entry(std::uint64_t number) {
        return number == 1 ? created("a")
                           : output_of(0, boost::json::value(std::string(3000, 'x')));
    }
    /// Opens it, once more if it has to be.
    void open() {
        try {
            store.emplace(settings(Durability::Full));
        } catch (const StoreError& error) {
            ++refused;
            disk.repair();
            store.emplace(settings(Durability::Full));
        }
    }
    /// Whether it goes on by itself.
    bool append(std::uint64_t number) {
        try {
            append_all(*store, "a", {entry(number)}, number);
            acknowledged = number;
            return true;
        } catch (const StoreError& error) {
            ++refused;
            return false;
        }
    }
    std::uint64_t count_records() {
        try {
            return store->load("a").size();
        } catch (const StoreError& error) {
            ++refused;
            disk.repair();
            return store->load("a").size();
        }
    }
    void reopen() {
        store.reset();
        open();
        const std::uint64_t found = count_records();
        // The one that failed may be there: who was told so does not rely on either.
        ASSERT_GE(found, acknowledged);
        ASSERT_LE(found, acknowledged + 1);
        acknowledged = found;
    }
    /// False: there was nothing left to fail.
    bool live_through(const Fault& fault) {
        store.reset();
        std::filesystem::remove_all(folder / "store");
        acknowledged = 0;
        disk.arm(fault);
        open();
        while (acknowledged < records && !HasFailure()) {
            if (!append(acknowledged + 1)) {
                disk.repair();
                if (!append(acknowledged + 1)) {
                    reopen();
                }
            }
        }
        reopen();
        disk.repair();
        EXPECT_EQ(store->load("a").size(), records);
        EXPECT_EQ(store->check().problems, std::vector<std::string>{});
        return disk.has_failed();
    }
};

TEST_F(StoreFaultTest, LosesNothingThatWasAcknowledgedWhereverTheDiskFails) {
    const std::vector<std::pair<std::string, Fault>> faults{
        {"EIO at", {0, false, EIO}},       {"EIO from", {0, true, EIO}},
        {"ENOSPC at", {0, false, ENOSPC}}, {"ENOSPC from", {0, true, ENOSPC}},
        {"EMFILE at", {0, false, EMFILE}}, {"a short write at", {0, false, 0, true}}};
    for (const auto& [name, kind] : faults) {
        Fault fault = kind;
        for (fault.at = 1; live_through(fault); ++fault.at) {
            ASSERT_FALSE(HasFailure()) << name << " call " << fault.at;
        }
        std::cout << name << " each of " << fault.at - 1 << " calls\n";
        EXPECT_GT(fault.at, 50);
    }
    std::cout << refused << " refused\n";
}

TEST_F(StoreFaultTest, MakesAWholeCopyOrNoneWhereverTheDiskFails) {
    open();
    ASSERT_TRUE(append(1));
    const std::filesystem::path copy = folder / "copy";
    const std::filesystem::path restored = folder / "restored";
    for (const int error : {EIO, ENOSPC}) {
        int failed = 0;
        bool is_done = false;
        for (int at = 1; !is_done; ++at) {
            ASSERT_LT(at, 500);
            std::filesystem::remove(copy);
            std::filesystem::remove_all(restored);
            disk.arm({at, false, error});
            try {
                store->back_up(copy);
                restore_store(copy, restored);
                is_done = !disk.has_failed();
            } catch (const StoreError& problem) {
                ++failed;
                EXPECT_STRNE(problem.what(), "");
            }
            disk.repair();
            if (std::filesystem::exists(copy)) {
                std::filesystem::remove_all(restored);
                EXPECT_EQ(restore_store(copy, restored).records, 1U) << "call " << at;
            }
        }
        std::cout << failed << " calls failed\n";
        EXPECT_GT(failed, 10);
    }
}

TEST_F(StoreFaultTest, TakesNothingAfterAFailedSyncUntilItIsOpenedAgain) {
    open();
    ASSERT_TRUE(append(1));
    std::string message;
    for (int at = 1; message.find("until it is opened again") == std::string::npos; ++at) {
        ASSERT_LT(at, 50);
        disk.arm({at, false, EIO});
        append(acknowledged + 1);
        disk.repair();
        message = message_of<StoreError>(
            [&] { append_all(*store, "a", {entry(acknowledged + 1)}, acknowledged + 1); });
        acknowledged += message == "nothing was thrown" ? 1 : 0;
    }
    // Nor for others.
    EXPECT_THROW(append_all(*store, "b", {created("b")}), StoreError);
    EXPECT_EQ(store->load("a").size(), acknowledged);
    reopen();
    EXPECT_TRUE(append(acknowledged + 1));
}

}  // namespace
}  // namespace oa::host
