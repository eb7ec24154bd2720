#include "host/vault/private_file.hpp"

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/secret/wiped_buffer.hpp"
#include "host/vault/descriptor.hpp"

namespace oa::host::vault {
namespace {

namespace fs = std::filesystem;

constexpr mode_t others_any = S_IRWXG | S_IRWXO;
constexpr mode_t others_write = S_IWGRP | S_IWOTH;

bool is_ours(const struct stat& status) {
    return status.st_uid == ::geteuid() || status.st_uid == 0;
}

std::string reason(int error) {
    return std::generic_category().message(error);
}

/// A file and how it is called in messages.
class Named {
public:
    Named(const fs::path& file, const char* what) : file_(file), what_(what) {}
    [[noreturn]] void refuse(const std::string& why) const {
        throw std::runtime_error(std::string(what_) + ' ' + file_.string() + ' ' + why);
    }

private:
    const fs::path& file_;
    const char* what_;
};

void check_private(const Named& named, const fs::path& file, const struct stat& status) {
    if (!S_ISREG(status.st_mode)) {
        named.refuse("is no file");
    }
    if (!is_ours(status)) {
        named.refuse("belongs to the user " + std::to_string(status.st_uid) +
                     ", who could read and change it: chown it to the user who runs this");
    }
    if ((status.st_mode & others_any) != 0) {
        named.refuse("can be reached by others than its owner: chmod 600 '" + file.string() +
                     "', and take a new one if others may have read it");
    }
}

core::WipedBuffer read_all(const Named& named, int descriptor, std::size_t bytes_max) {
    core::WipedBuffer out;
    core::Secret part = core::Secret::blank(4096);
    for (;;) {
        const ssize_t count = ::read(descriptor, part.bytes(), part.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            named.refuse("cannot be read: " + reason(errno));
        }
        if (count == 0) {
            return out;
        }
        out.append(part.reveal().substr(0, static_cast<std::size_t>(count)));
        if (out.size() > bytes_max) {
            named.refuse("has more than " + std::to_string(bytes_max) + " bytes");
        }
    }
}

}  // namespace

core::Secret read_private_file(const fs::path& file, const char* what, std::size_t bytes_max) {
    const Named named(file, what);
    const Descriptor opened(
        ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
    struct stat status {};
    if (!opened.is_open() || ::fstat(opened.get(), &status) != 0) {
        named.refuse(errno == ELOOP    ? "is a link; name the file that it leads to"
                     : errno == ENOENT ? "does not exist"
                                       : "cannot be opened: " + reason(errno));
    }
    check_private(named, file, status);
    check_folders(file, what);
    const core::WipedBuffer content = read_all(named, opened.get(), bytes_max);
    const auto last = content.view().find_last_not_of(" \t\r\n");
    if (last == std::string_view::npos) {
        named.refuse("is empty");
    }
    return core::Secret(content.view().substr(0, last + 1));
}

void check_folders(const fs::path& file, const char* what) {
    const Named named(file, what);
    std::error_code error;
    fs::path folder = fs::canonical(file.has_parent_path() ? file.parent_path() : ".", error);
    if (error) {
        named.refuse("cannot be reached: " + error.message());
    }
    for (;; folder = folder.parent_path()) {
        struct stat status {};
        if (::lstat(folder.c_str(), &status) != 0) {
            named.refuse("cannot be reached: " + folder.string() + ": " + reason(errno));
        }
        if (!is_ours(status)) {
            named.refuse("lies below the folder " + folder.string() +
                         ", which belongs to the user " + std::to_string(status.st_uid) +
                         "; move it to a folder of your own");
        }
        if ((status.st_mode & others_write) != 0 && (status.st_mode & S_ISVTX) == 0) {
            named.refuse("lies below a folder that others can write to: chmod go-w '" +
                         folder.string() + '\'');
        }
        if (folder == folder.root_path()) {
            return;
        }
    }
}

void check_program(const fs::path& file) {
    const Named named(file, "the program");
    std::error_code error;
    const fs::path target = fs::canonical(file, error);
    if (error) {
        named.refuse("cannot be found: " + error.message());
    }
    struct stat status {};
    if (::stat(target.c_str(), &status) != 0) {
        named.refuse("cannot be found: " + reason(errno));
    }
    if (!S_ISREG(status.st_mode) || ::access(target.c_str(), X_OK) != 0) {
        named.refuse("is no file that can be executed");
    }
    if (!is_ours(status)) {
        named.refuse("belongs to the user " + std::to_string(status.st_uid) +
                     ", who could change it: chown it to root or to the user who runs this");
    }
    if ((status.st_mode & others_write) != 0) {
        named.refuse("can be changed by others than its owner: chmod go-w '" + target.string() +
                     '\'');
    }
    check_folders(file, "the program");
    check_folders(target, "the program");
}

}  // namespace oa::host::vault
