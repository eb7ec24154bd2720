#include "host/store/store_lock.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace oa::host {
namespace {

[[noreturn]] void fail(const std::string& what) {
    throw StoreError(what + ": " + std::strerror(errno));
}

/// What is in a folder is lost with the folder.
void sync(const std::filesystem::path& folder) {
    const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool is_synced = opened >= 0 && ::fsync(opened) == 0;
    const int reason = errno;
    if (opened >= 0) {
        ::close(opened);
    }
    if (!is_synced) {
        errno = reason;
        fail("cannot write the folder " + folder.string() + " to the disk");
    }
}

void make_private_folder(const std::filesystem::path& folder) {
    std::error_code error;
    if (std::filesystem::is_directory(folder, error)) {
        return;
    }
    if (folder.has_parent_path()) {
        std::filesystem::create_directories(folder.parent_path(), error);
    }
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
        fail("cannot make the folder " + folder.string());
    }
    sync(folder.has_parent_path() ? folder.parent_path() : std::filesystem::path("."));
}

std::string owner_in(int descriptor) {
    std::array<char, 16> text{};
    const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
    std::string owner(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    owner.erase(owner.find_last_not_of(" \n") + 1);
    return owner.empty() ? "another process" : "process " + owner;
}

}  // namespace

StoreLock::StoreLock(const std::filesystem::path& folder) {
    make_private_folder(folder);
    const std::filesystem::path file = folder / "lock";
    const int descriptor = ::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) {
        fail("cannot open " + file.string());
    }
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        const int reason = errno;
        const std::string owner = owner_in(descriptor);
        ::close(descriptor);
        errno = reason;
        if (reason == EWOULDBLOCK) {
            throw StoreInUse("the store in " + folder.string() + " is in use by " + owner +
                             "; a store serves one host at a time");
        }
        fail("cannot lock " + file.string());
    }
    // For people alone, so that a full disk is no reason to refuse.
    const std::string owner = std::to_string(::getpid()) + "\n";
    if (::ftruncate(descriptor, 0) == 0) {
        [[maybe_unused]] const ssize_t written =
            ::pwrite(descriptor, owner.data(), owner.size(), 0);
    }
    descriptor_ = descriptor;
}

StoreLock::~StoreLock() {
    ::close(descriptor_);
}

}  // namespace oa::host
