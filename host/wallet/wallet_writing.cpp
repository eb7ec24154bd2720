#include "host/wallet/wallet_writing.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/wallet/crypto.hpp"
#include "host/wallet/wallet_error.hpp"

namespace oa::host {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view new_suffix = ".new-";
constexpr std::string_view old_suffix = ".old-";
constexpr std::size_t random_name_bytes = 8;
constexpr mode_t private_mode = S_IRUSR | S_IWUSR;
constexpr std::chrono::milliseconds lock_poll{20};

[[noreturn]] void fail(const fs::path& file, const std::string& why) {
    throw WalletError(name_of("the wallet", file) + " cannot be written: " + why +
                      "; it is as it was");
}

[[noreturn]] void fail(const fs::path& file, const std::string& what, int error) {
    fail(file, what + ": " + std::strerror(error));
}

fs::path beside(const fs::path& file, std::string_view suffix) {
    return file.string() + std::string(suffix);
}

fs::path random_name(const fs::path& file, std::string_view suffix) {
    return file.string() + std::string(suffix) +
           crypto::to_hex(crypto::random_bytes(random_name_bytes));
}

fs::path folder_of(const fs::path& file) {
    return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

/// A name that random_name() made for this file.
bool is_left_over(std::string_view name, const std::string& wallet) {
    if (!name.starts_with(wallet)) {
        return false;
    }
    name.remove_prefix(wallet.size());
    if (!name.starts_with(new_suffix) && !name.starts_with(old_suffix)) {
        return false;
    }
    name.remove_prefix(new_suffix.size());
    return name.size() == 2 * random_name_bytes &&
           name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void remove_left_overs(const fs::path& file) {
    std::error_code error;
    const std::string name = file.filename().string();
    for (fs::directory_iterator entry(folder_of(file), error), end; !error && entry != end;
         entry.increment(error)) {
        if (is_left_over(entry->path().filename().string(), name)) {
            ::unlink(entry->path().c_str());
        }
    }
}

bool write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno != EINTR) {
            return false;
        }
        bytes.remove_prefix(count > 0 ? static_cast<std::size_t>(count) : 0);
    }
    return true;
}

/// A name that goes away with its owner, whatever has become of the file.
class TemporaryName {
public:
    explicit TemporaryName(fs::path path) : path_(std::move(path)) {}
    ~TemporaryName() { ::unlink(path_.c_str()); }
    TemporaryName(const TemporaryName&) = delete;
    TemporaryName& operator=(const TemporaryName&) = delete;

    [[nodiscard]] const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

class Writer {
public:
    explicit Writer(const WalletWrite& write) : write_(write) {}

    WalletFileIdentity run() {
        done(WriteStep::Locked);
        check_folders(write_.file, "the wallet");
        remove_left_overs(write_.file);
        done(WriteStep::Cleaned);
        const TemporaryName made(random_name(write_.file, new_suffix));
        fill(made.path());
        verify(made.path());
        keep_previous();
        replace(made.path());
        sync_folder();
        if (write_.previous == PreviousWallet::Forgotten) {
            ::unlink(previous_wallet(write_.file).c_str());
        }
        done(WriteStep::PreviousForgotten);
        return identity_of(write_.file).value_or(WalletFileIdentity{});
    }

private:
    void done(WriteStep step) const {
        if (write_.hooks.after) {
            write_.hooks.after(step);
        }
    }

    void fill(const fs::path& made) const {
        const FileDescriptor out(::open(
            made.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, private_mode));
        if (!out.is_open()) {
            fail(write_.file, "the new file beside it cannot be made", errno);
        }
        done(WriteStep::Made);
        if (!write_all(out.get(), write_.bytes)) {
            fail(write_.file, "the new file beside it", errno);
        }
        done(WriteStep::Written);
        if (::fsync(out.get()) != 0) {
            fail(write_.file, "the new file beside it does not get to the disk", errno);
        }
        done(WriteStep::Synced);
    }

    void verify(const fs::path& made) const {
        const SecretFile back = read_secret_file({made, "the new file", write_.bytes.size()});
        if (back.content.reveal() != write_.bytes || !write_.opens(back.content.reveal())) {
            fail(write_.file,
                 "what was read back is not what was written, so the disk or the "
                 "memory of this machine is damaged");
        }
        done(WriteStep::Verified);
    }

    void keep_previous() const {
        // Who writes without the lock, as the older system does, is noticed here at the latest.
        if (identity_of(write_.file) != write_.replaces) {
            fail(write_.file, write_.replaces ? "another program changed it meanwhile; try again"
                                              : "it exists already; name another file");
        }
        if (write_.replaces && write_.previous == PreviousWallet::Kept) {
            const TemporaryName old(random_name(write_.file, old_suffix));
            if (::link(write_.file.c_str(), old.path().c_str()) != 0) {
                copy_previous(old.path());
            }
            if (::rename(old.path().c_str(), previous_wallet(write_.file).c_str()) != 0) {
                fail(write_.file, "the old one cannot be kept as .1", errno);
            }
        }
        done(WriteStep::PreviousKept);
    }

    /// For file systems that know no second name of a file.
    void copy_previous(const fs::path& copy) const {
        const SecretFile old = read_secret_file({write_.file});
        const FileDescriptor out(::open(
            copy.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, private_mode));
        if (!out.is_open() || !write_all(out.get(), old.content.reveal()) ||
            ::fsync(out.get()) != 0) {
            fail(write_.file, "the old one cannot be kept as .1", errno);
        }
    }

    void replace(const fs::path& made) const {
        const char* const to = write_.file.c_str();
        int failed = 0;
        if (write_.replaces) {
            failed = ::rename(made.c_str(), to);
        } else {
            failed = ::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, to, RENAME_NOREPLACE);
            if (failed != 0 && errno == EINVAL) {  // not every file system can do that
                failed = ::link(made.c_str(), to);
            }
        }
        if (failed != 0) {
            fail(write_.file, "it cannot be replaced", errno);
        }
        done(WriteStep::Replaced);
    }

    void sync_folder() const {
        const FileDescriptor folder(
            ::open(folder_of(write_.file).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!folder.is_open() || ::fsync(folder.get()) != 0) {
            throw WalletError(name_of("the wallet", write_.file) +
                              " was written, but may be the old one again after a power failure: "
                              "its folder cannot be synced: " +
                              std::strerror(errno));
        }
        done(WriteStep::FolderSynced);
    }

    const WalletWrite& write_;
};

int open_lock(const fs::path& wallet) {
    check_folders(wallet, "the wallet");
    const fs::path file = beside(wallet, ".lock");
    const int opened =
        ::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, private_mode);
    if (opened < 0) {
        fail(wallet, "its lock " + file.string(), errno);
    }
    struct stat status {};
    if (::fstat(opened, &status) != 0 || !S_ISREG(status.st_mode) ||
        (status.st_uid != ::geteuid() && status.st_uid != 0)) {
        ::close(opened);
        fail(wallet, "its lock " + file.string() +
                         " is no file of this user; remove it when nobody is writing");
    }
    return opened;
}

}  // namespace

WalletLock::WalletLock(const fs::path& wallet, std::chrono::milliseconds wait)
    : file_(open_lock(wallet)) {
    const auto until = std::chrono::steady_clock::now() + wait;
    while (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            fail(wallet, "it cannot be locked", errno);
        }
        if (std::chrono::steady_clock::now() >= until) {
            fail(wallet, "another process is writing it and does not come to an end");
        }
        std::this_thread::sleep_for(lock_poll);
    }
}

WalletFileIdentity write_wallet(const WalletLock& /*lock*/, const WalletWrite& write) {
    return Writer(write).run();
}

fs::path previous_wallet(const fs::path& wallet) {
    return beside(wallet, ".1");
}

}  // namespace oa::host
