#include "host/store/store_lock.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/store/store_files.hpp"

namespace oa::host {
namespace {

[[noreturn]] void fail(const std::string& what) {
    throw StoreError(what + ": " + std::strerror(errno));
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

// A line is "1: FLOCK  ADVISORY  WRITE 4242 08:01:1234567 0 EOF". The number of the device is not
// that of stat() on every file system, so that the file's own has to do.
std::optional<bool> is_store_in_use(const std::filesystem::path& folder) {
    struct stat file {};
    if (::stat((folder / "lock").c_str(), &file) != 0) {
        return errno == ENOENT ? std::optional(false) : std::nullopt;
    }
    std::ifstream locks("/proc/locks");
    if (!locks) {
        return std::nullopt;
    }
    const std::string number = ":" + std::to_string(file.st_ino);
    for (std::string line; std::getline(locks, line);) {
        std::istringstream words(line);
        std::string index;
        std::string kind;
        std::string what;
        std::string access;
        std::string owner;
        std::string place;
        words >> index >> kind >> what >> access >> owner >> place;
        if (kind == "FLOCK" && place.ends_with(number)) {
            return true;
        }
    }
    return false;
}

}  // namespace oa::host
