#include "plugins/common/io.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace oa::common {

namespace {

constexpr std::size_t chunk_size = std::size_t{64} * 1024;
constexpr mode_t mode_bits = 07777;

}  // namespace

ErrorCode code_of_errno(int error) {
    switch (error) {
        case ENOENT: return ErrorCode::NotFound;
        case EACCES:
        case EPERM:
        case EROFS: return ErrorCode::Permission;
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
        case EMFILE:
        case ENFILE:
        case EMLINK:
        case ENOMEM: return ErrorCode::Exhausted;
        case EEXIST:
        case ENOTEMPTY: return ErrorCode::Conflict;
        case ENOTDIR:
        case EISDIR:
        case ELOOP:
        case EBUSY:
        case ETXTBSY:
        case EXDEV:
        case ENXIO: return ErrorCode::Precondition;
        case ENAMETOOLONG:
        case EINVAL: return ErrorCode::InvalidParams;
        case EIO:
        case ESTALE:
        case ETIMEDOUT:
        case EAGAIN: return ErrorCode::Unavailable;
        default: return ErrorCode::Internal;
    }
}

void throw_errno(int error, std::string_view action, std::string_view path) {
    throw Error(code_of_errno(error), "cannot " + std::string(action) + " '" + std::string(path) +
                                          "': " + std::generic_category().message(error));
}

Fd& Fd::operator=(Fd&& other) noexcept {
    if (this != &other) {
        close();
        fd_ = other.release();
    }
    return *this;
}

int Fd::release() {
    return std::exchange(fd_, -1);
}

int Fd::close() {
    const int fd = release();
    return fd >= 0 && ::close(fd) != 0 && errno != EINTR ? errno : 0;
}

Fd open_file(const std::string& path, int flags, mode_t mode) {
    int fd = -1;
    do {
        fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    } while (fd < 0 && errno == EINTR);
    return Fd(fd);
}

Fd open_for_reading(const std::string& path) {
    // A pipe without a writer would otherwise hold the open for ever.
    Fd file = open_file(path, O_RDONLY | O_NONBLOCK);
    if (!file) {
        throw_errno(errno, "read", path);
    }
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) {
        throw_errno(errno, "read", path);
    }
    if (S_ISDIR(info.st_mode)) {
        throw_errno(EISDIR, "read", path);
    }
    if (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode)) {
        throw Error(ErrorCode::Precondition,
                    "cannot read '" + path + "': it is a pipe or a socket");
    }
    return file;
}

std::size_t read_some(const Fd& file, char* buffer, std::size_t size, const std::string& path) {
    std::size_t count = 0;
    while (count < size) {
        const auto got = ::read(file.get(), buffer + count, size - count);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            throw_errno(errno, "read", path);
        }
        if (got == 0) {
            break;
        }
        count += static_cast<std::size_t>(got);
    }
    return count;
}

std::string read_all(const std::string& path, std::size_t limit, const Checkpoint& check) {
    const Fd file = open_for_reading(path);
    std::string text;
    while (true) {
        check();
        const auto before = text.size();
        text.resize(std::min(before + chunk_size, limit + 1));
        const auto got = read_some(file, text.data() + before, text.size() - before, path);
        text.resize(before + got);
        if (text.size() > limit) {
            throw Error(ErrorCode::Exhausted, "'" + path + "' is longer than the limit of " +
                                                  std::to_string(limit) + " bytes (max_bytes)");
        }
        if (got == 0) {
            return text;
        }
    }
}

int write_some(const Fd& file, std::string_view data, std::size_t& written) {
    written = 0;
    while (written < data.size()) {
        const auto got = ::write(file.get(), data.data() + written, data.size() - written);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return errno;
        }
        written += static_cast<std::size_t>(got);
    }
    return 0;
}

void write_all(const Fd& file, std::string_view data, const std::string& path) {
    std::size_t written = 0;
    if (const int error = write_some(file, data, written); error != 0) {
        throw_errno(error, "write", path);
    }
}

std::string parent_of(std::string_view path) {
    while (path.size() > 1 && path.ends_with('/')) {
        path.remove_suffix(1);
    }
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos) {
        return ".";
    }
    return std::string(path.substr(0, std::max<std::size_t>(slash, 1)));
}

std::string name_of(std::string_view path) {
    while (path.size() > 1 && path.ends_with('/')) {
        path.remove_suffix(1);
    }
    return std::string(path.substr(path.rfind('/') + 1));
}

std::string join(std::string_view folder, std::string_view name) {
    std::string path(folder);
    if (!path.empty() && !path.ends_with('/')) {
        path += '/';
    }
    return path += name;
}

std::string temporary_beside(const std::string& path) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
    std::random_device random;
    std::uniform_int_distribution<std::size_t> pick(0, letters.size() - 1);
    // Independent of the name of the file, which may be as long as names can be.
    std::string name = ".oa-";
    for (int i = 0; i < 12; ++i) {
        name += letters[pick(random)];
    }
    return join(parent_of(path), name + ".tmp");
}

void make_parents(const std::string& path) {
    const std::string folder = parent_of(path);
    if (::mkdir(folder.c_str(), 0777) == 0 || errno == EEXIST) {
        return;
    }
    if (errno != ENOENT || folder == "/" || folder == ".") {
        throw_errno(errno, "make the folder", folder);
    }
    make_parents(folder);
    if (::mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST) {
        throw_errno(errno, "make the folder", folder);
    }
}

void sync_folder(const std::string& folder) {
    const Fd handle = open_file(folder, O_RDONLY | O_DIRECTORY);
    if (handle) {
        static_cast<void>(::fsync(handle.get()));
    }
}

std::string behind_links(const std::string& path) {
    std::string current = path;
    for (int hop = 0; hop < 40; ++hop) {
        const auto info = find_stat(current, Links::Keep);
        if (!info || !S_ISLNK(info->st_mode)) {
            return current;
        }
        std::string target(PATH_MAX, '\0');
        const auto size = ::readlink(current.c_str(), target.data(), target.size());
        if (size < 0) {
            throw_errno(errno, "follow", current);
        }
        target.resize(static_cast<std::size_t>(size));
        current = target.starts_with('/') ? target : join(parent_of(current), target);
    }
    throw_errno(ELOOP, "follow", path);
}

std::optional<struct stat> find_stat(const std::string& path, Links links) {
    struct stat info {};
    const int result =
        links == Links::Follow ? ::stat(path.c_str(), &info) : ::lstat(path.c_str(), &info);
    if (result == 0) {
        return info;
    }
    if (errno == ENOENT || errno == ENOTDIR) {
        return std::nullopt;
    }
    throw_errno(errno, "look at", path);
}

int rename_file(const std::string& from, const std::string& to, Existing existing) {
    if (existing == Existing::Replace) {
        return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
    }
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return errno;
    }
    // The file system has no such rename. A hard link does not replace anything either.
    struct stat info {};
    if (::lstat(from.c_str(), &info) == 0 && !S_ISDIR(info.st_mode)) {
        if (::link(from.c_str(), to.c_str()) != 0) {
            return errno;
        }
        return ::unlink(from.c_str()) == 0 ? 0 : errno;
    }
    if (::lstat(to.c_str(), &info) == 0) {
        return EEXIST;
    }
    return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

AtomicFile::AtomicFile(const std::string& path, const WriteOptions& options)
    : path_(path), options_(options) {
    if (options.parents == Missing::Create) {
        make_parents(path);
    }
    target_ = behind_links(path);
    const auto old = find_stat(target_, Links::Keep);
    created_ = !old.has_value();
    if (old && options.existing == Existing::Fail) {
        throw_errno(EEXIST, "write", path);
    }
    if (old && S_ISDIR(old->st_mode)) {
        throw_errno(EISDIR, "write", path);
    }
    if (old && !S_ISREG(old->st_mode)) {
        file_ = open_file(target_, O_WRONLY | O_NONBLOCK | O_NOCTTY);
        if (!file_) {
            throw_errno(errno, "write", path);
        }
        return;
    }
    open_temporary(old);
}

AtomicFile::~AtomicFile() {
    if (!temporary_.empty()) {
        ::unlink(temporary_.c_str());
    }
}

void AtomicFile::open_temporary(const std::optional<struct stat>& old) {
    if (path_.ends_with('/')) {
        throw_errno(EISDIR, "write", path_);
    }
    // The rename would replace a file that the user may not write: ask first.
    if (old && ::faccessat(AT_FDCWD, target_.c_str(), W_OK, AT_EACCESS) != 0) {
        throw_errno(errno, "write", path_);
    }
    std::string temporary = temporary_beside(target_);
    file_ = open_file(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);
    if (!file_ && errno == ENOENT) {
        throw Error(ErrorCode::NotFound, "cannot write '" + path_ + "': the folder '" +
                                             parent_of(target_) +
                                             "' does not exist; create_parents: true makes it");
    }
    if (!file_) {
        throw_errno(errno, "write", path_);
    }
    temporary_ = std::move(temporary);
    if (old && ::fchown(file_.get(), old->st_uid, old->st_gid) != 0) {
        // Only root may give files away; the new file then belongs to whoever wrote it.
        errno = 0;
    }
    const auto mode = options_.mode ? options_.mode
                      : old         ? std::optional<mode_t>(old->st_mode & mode_bits)
                                    : std::nullopt;
    if (mode && ::fchmod(file_.get(), *mode) != 0) {
        throw_errno(errno, "set the mode of", path_);
    }
}

void AtomicFile::write(std::string_view data) {
    write_all(file_, data, path_);
    bytes_ += data.size();
}

struct stat AtomicFile::identity() const {
    struct stat info {};
    if (::fstat(file_.get(), &info) != 0) {
        throw_errno(errno, "look at", path_);
    }
    return info;
}

void AtomicFile::prepare() {
    if (!file_) {
        return;
    }
    // What has no temporary file is a device or a pipe, which need not be able to do that.
    if (!temporary_.empty() && ::fsync(file_.get()) != 0) {
        throw_errno(errno, "write", path_);
    }
    if (const int error = file_.close(); error != 0) {
        throw_errno(error, "write", path_);
    }
}

void AtomicFile::commit() {
    prepare();
    if (temporary_.empty()) {
        return;
    }
    if (const int error = rename_file(temporary_, target_, options_.existing); error != 0) {
        throw_errno(error, "write", path_);
    }
    temporary_.clear();
    sync_folder(parent_of(target_));
}

}  // namespace oa::common
