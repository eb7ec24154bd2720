#include "host/trust/whole_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

namespace oa::host {
namespace {

int finish_file(int fd, std::string_view bytes, mode_t mode) {
    const bool fine = write_all(fd, bytes) && fchmod(fd, mode) == 0 && fsync(fd) == 0;
    return fine ? 0 : errno;
}

}  // namespace

OpenFile::~OpenFile() {
    if (fd_ >= 0) {
        close(fd_);
    }
}

OpenFile open_to_read(const std::filesystem::path& file) {
    return OpenFile(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
}

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

std::optional<std::string> read_whole_file(const std::filesystem::path& file,
                                           std::size_t bytes_max) {
    const OpenFile in(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat status {};
    if (!in.is_open() || fstat(in.fd(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return std::nullopt;
    }
    std::string out;
    std::array<char, 65536> part{};
    for (;;) {
        const ssize_t count = read(in.fd(), part.data(), part.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count == 0) {
            return out;
        }
        if (count < 0 || out.size() + static_cast<std::size_t>(count) > bytes_max) {
            return std::nullopt;
        }
        out.append(part.data(), static_cast<std::size_t>(count));
    }
}

int write_new_file(const std::filesystem::path& file, std::string_view bytes, mode_t mode) {
    const OpenFile out(
        open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!out.is_open()) {
        return errno;
    }
    const int error = finish_file(out.fd(), bytes, mode);
    if (error != 0) {
        unlink(file.c_str());
    }
    return error;
}

int replace_file(const std::filesystem::path& file, std::string_view bytes, mode_t mode) {
    std::string temporary = file.string() + ".XXXXXX";
    const OpenFile out(mkostemp(temporary.data(), O_CLOEXEC));
    if (!out.is_open()) {
        return errno;
    }
    int error = finish_file(out.fd(), bytes, mode);
    if (error == 0 && rename(temporary.c_str(), file.c_str()) != 0) {
        error = errno;
    }
    if (error != 0) {
        unlink(temporary.c_str());
    }
    return error;
}

}  // namespace oa::host
