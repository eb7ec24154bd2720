#include "host/wallet/careful_file.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/wallet/secret_text.hpp"
#include "host/wallet/wallet_error.hpp"

namespace oa::host {
namespace {

namespace fs = std::filesystem;

constexpr mode_t others_any = S_IRWXG | S_IRWXO;
constexpr mode_t others_write = S_IWGRP | S_IWOTH;

std::string octal(mode_t mode) {
    std::string out;
    for (const unsigned shift : {9U, 6U, 3U, 0U}) {
        out.push_back(static_cast<char>('0' + ((mode >> shift) & 7U)));
    }
    return out;
}

WalletFileIdentity identity_of(const struct stat& status) {
    return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
            status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

bool is_owned_safely(const struct stat& status) {
    return status.st_uid == ::geteuid() || status.st_uid == 0;
}

[[noreturn]] void refuse(const SecretFileRequest& request, const std::string& why) {
    throw WalletError(name_of(request.what, request.file) + ' ' + why);
}

[[noreturn]] void refuse_to_open(const SecretFileRequest& request, int error) {
    if (error == ELOOP) {
        refuse(request, "is a link, and links are not followed; name the file that it leads to");
    }
    if (error == ENOENT) {
        refuse(request, "does not exist");
    }
    refuse(request, std::string("cannot be opened: ") + std::strerror(error));
}

void check_status(const SecretFileRequest& request, const struct stat& status) {
    const std::string file = '\'' + request.file.string() + '\'';
    if (!S_ISREG(status.st_mode)) {
        refuse(request, "is no file");
    }
    if (!is_owned_safely(status)) {
        refuse(request, "belongs to the user " + std::to_string(status.st_uid) +
                            ", who could read and change it; run this as that user, or: chown " +
                            std::to_string(::geteuid()) + ' ' + file);
    }
    const bool root_says = request.readers == SecretReaders::AsRootSays && status.st_uid == 0;
    if ((status.st_mode & (root_says ? others_write : others_any)) != 0) {
        refuse(request, "can be reached by others than its owner (mode " +
                            octal(status.st_mode & 07777U) + "): chmod 600 " + file +
                            ", and take new secrets if others may have read these");
    }
    if (static_cast<std::uint64_t>(status.st_size) > request.bytes_max) {
        refuse(request, "has more than " + std::to_string(request.bytes_max) +
                            " bytes, which is the most that is read");
    }
}

}  // namespace

FileDescriptor::~FileDescriptor() {
    if (is_open()) {
        ::close(number_);
    }
}

std::string name_of(const char* what, const fs::path& file) {
    return std::string(what) + ' ' + file.string();
}

std::optional<WalletFileIdentity> identity_of(const fs::path& file) {
    struct stat status {};
    if (::lstat(file.c_str(), &status) != 0) {
        return std::nullopt;
    }
    return identity_of(status);
}

SecretFile read_secret_file(const SecretFileRequest& request) {
    const FileDescriptor opened(
        ::open(request.file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
    if (!opened.is_open()) {
        refuse_to_open(request, errno);
    }
    struct stat status {};
    if (::fstat(opened.get(), &status) != 0) {
        refuse_to_open(request, errno);
    }
    check_status(request, status);
    check_folders(request.file, request.what);
    auto content = read_to_end(opened.get(), request.bytes_max);
    if (!content) {
        refuse(request, std::string("cannot be read: ") + std::strerror(errno));
    }
    return {std::move(*content), identity_of(status)};
}

void check_folders(const fs::path& file, const char* what) {
    std::error_code error;
    const fs::path parent = file.has_parent_path() ? file.parent_path() : fs::path(".");
    fs::path folder = fs::canonical(parent, error);
    if (error) {
        throw WalletError(name_of(what, file) + " cannot be reached: the folder " +
                          parent.string() + ": " + error.message());
    }
    for (;; folder = folder.parent_path()) {
        const std::string quoted = '\'' + folder.string() + '\'';
        struct stat status {};
        if (::lstat(folder.c_str(), &status) != 0) {
            throw WalletError(name_of(what, file) + " cannot be reached: the folder " +
                              folder.string() + ": " + std::strerror(errno));
        }
        if (!is_owned_safely(status)) {
            throw WalletError(name_of(what, file) + " lies below the folder " + folder.string() +
                              ", which belongs to the user " + std::to_string(status.st_uid) +
                              ", who could put another file in its place; move it to a folder of "
                              "your own");
        }
        if ((status.st_mode & others_write) != 0 && (status.st_mode & S_ISVTX) == 0) {
            throw WalletError(name_of(what, file) + " lies below the folder " + folder.string() +
                              ", which others can write to (mode " +
                              octal(status.st_mode & 07777U) + "): chmod go-w " + quoted);
        }
        if (folder == folder.root_path()) {
            return;
        }
    }
}

std::optional<core::Secret> read_to_end(int descriptor, std::size_t bytes_max) {
    constexpr std::size_t part_bytes = 64U << 10U;
    core::WipedBuffer all;
    core::Secret part = core::Secret::blank(part_bytes);
    for (;;) {
        const ssize_t count = ::read(descriptor, part.bytes(), part_bytes);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return std::nullopt;
        }
        if (count == 0) {
            return all.take();
        }
        if (all.size() + static_cast<std::size_t>(count) > bytes_max) {
            errno = EFBIG;
            return std::nullopt;
        }
        all.append(part.reveal().substr(0, static_cast<std::size_t>(count)));
    }
}

}  // namespace oa::host
