#include "host/trust/plugin_store.hpp"

#include <cerrno>
#include <cstring>
#include <optional>
#include <span>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/plugin/file_trust.hpp"
#include "host/plugin/plugin_problem.hpp"
#include "host/trust/sha256.hpp"
#include "host/trust/whole_file.hpp"

namespace oa::host {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t part_bytes = 256U << 10U;
// A worker process may have a user of its own, which has to read what it runs.
constexpr mode_t copy_mode = S_IRUSR | S_IXUSR | S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH;
constexpr mode_t folder_mode = S_IRWXU | S_IXGRP | S_IXOTH;
constexpr const char* incoming_prefix = ".incoming-";

[[noreturn]] void unreadable(int error) {
    throw PluginRefused(PluginProblem::Unreadable,
                        std::string("cannot be read: ") + std::strerror(error), "");
}

[[noreturn]] void no_copy(const std::string& why, const std::string& fix) {
    throw PluginRefused(PluginProblem::Unreadable, "cannot be copied to a safe place: " + why, fix);
}

[[noreturn]] void no_copy(const fs::path& place, int error) {
    no_copy("'" + place.string() + "': " + std::strerror(error),
            "make room, or give this user access to that folder");
}

/// Goes through the rest of a file once, and gives the hash of what it saw.
template <typename Each>
std::string hash_rest(int fd, Each each) {
    Sha256 hash;
    std::vector<char> part(part_bytes);
    std::uint64_t total = 0;
    for (;;) {
        const ssize_t count = read(fd, part.data(), part.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            unreadable(errno);
        }
        if (count == 0) {
            return hash.finish();
        }
        const std::string_view bytes(part.data(), static_cast<std::size_t>(count));
        total += bytes.size();
        if (total > PluginStore::file_bytes_max) {
            throw PluginRefused(
                PluginProblem::NotALibrary,
                "is larger than " + std::to_string(PluginStore::file_bytes_max >> 20U) + " MiB",
                "");
        }
        hash.update(std::as_bytes(std::span(bytes)));
        each(bytes);
    }
}

OpenFile open_source(const fs::path& file) {
    const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    struct stat status {};
    if (fd < 0) {
        unreadable(errno);
    }
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        close(fd);
        throw PluginRefused(PluginProblem::NotAFile, "is not a regular file",
                            "remove or rename it");
    }
    return OpenFile(fd);
}

/// Whether a copy is there that nobody else made or may change; marks its folder as used, since the
/// times of the file tell others whether it changed. `hash`: also that it still holds what its name
/// says.
bool has_copy(const fs::path& copy, const std::string* hash) {
    const OpenFile file = open_to_read(copy);
    struct stat status {};
    if (!file.is_open() || fstat(file.fd(), &status) != 0 || !S_ISREG(status.st_mode) ||
        status.st_uid != geteuid() || (status.st_mode & 07777U) != copy_mode ||
        status.st_nlink != 1) {
        return false;
    }
    if (hash != nullptr && hash_rest(file.fd(), [](std::string_view) {}) != *hash) {
        return false;
    }
    static_cast<void>(utimensat(AT_FDCWD, copy.parent_path().c_str(), nullptr, 0));  // for prune()
    return true;
}

void sync_folder(const fs::path& folder) {
    const OpenFile file(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    static_cast<void>(fsync(file.fd()));  // the copy can be made again
}

/// Makes a folder, or accepts one that is there if it is ours; others may pass through it and no
/// more.
void own_folder(const fs::path& folder) {
    if (mkdir(folder.c_str(), folder_mode) != 0 && errno != EEXIST) {
        no_copy(folder, errno);
    }
    const OpenFile opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat status {};
    if (!opened.is_open() || fstat(opened.fd(), &status) != 0) {
        no_copy(folder, errno);
    }
    if (status.st_uid != geteuid()) {
        no_copy("'" + folder.string() + "' belongs to somebody else", "remove that folder");
    }
    if ((status.st_mode & 07777U) != folder_mode && fchmod(opened.fd(), folder_mode) != 0) {
        no_copy(folder, errno);
    }
}

/// A file that goes away with its owner unless it was renamed.
class Incoming {
public:
    explicit Incoming(const fs::path& folder)
        : path_((folder / incoming_prefix).string() + "XXXXXX"),
          file_(mkostemp(path_.data(), O_CLOEXEC)) {
        if (!file_.is_open()) {
            no_copy(folder, errno);
        }
    }
    ~Incoming() { unlink(path_.c_str()); }
    Incoming(const Incoming&) = delete;
    Incoming& operator=(const Incoming&) = delete;

    [[nodiscard]] int fd() const { return file_.fd(); }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
    OpenFile file_;
};

/// Copies the rest of a file; gives the hash of what was written.
std::string copy_rest(int source, const Incoming& target) {
    std::string hash = hash_rest(source, [&](std::string_view bytes) {
        if (!write_all(target.fd(), bytes)) {
            no_copy(target.path(), errno);
        }
    });
    if (fchmod(target.fd(), copy_mode) != 0 || fsync(target.fd()) != 0) {
        no_copy(target.path(), errno);
    }
    return hash;
}

}  // namespace

void PluginStore::prepare_folder() const {
    std::error_code error;
    fs::create_directories(folder_.parent_path(), error);
    if (error) {
        no_copy(folder_.parent_path(), error.value());
    }
    own_folder(folder_);
    if (const auto problem = find_trust_problem(fs::canonical(folder_, error))) {
        no_copy(problem->reason, problem->fix);
    }
}

AdmittedFile PluginStore::put(const fs::path& file, Existing existing) const {
    const OpenFile source = open_source(file);
    std::string hash = hash_rest(source.fd(), [](std::string_view) {});
    prepare_folder();
    const fs::path known = folder_ / hash / file.filename();
    if (has_copy(known, existing == Existing::Verify ? &hash : nullptr)) {
        return {known, std::move(hash)};
    }
    // From here on only what is written counts: the file may have changed since.
    if (lseek(source.fd(), 0, SEEK_SET) != 0) {
        unreadable(errno);
    }
    const Incoming incoming(folder_);
    hash = copy_rest(source.fd(), incoming);
    const fs::path place = folder_ / hash;
    own_folder(place);
    fs::path copy = place / file.filename();
    // One that may be loaded already stays, so that the same content is not loaded twice.
    if (has_copy(copy, existing == Existing::Verify ? &hash : nullptr)) {
        return {std::move(copy), std::move(hash)};
    }
    if (rename(incoming.path().c_str(), copy.c_str()) != 0) {
        no_copy(copy, errno);
    }
    sync_folder(place);
    return {std::move(copy), std::move(hash)};
}

std::size_t PluginStore::prune(std::chrono::system_clock::time_point before) const {
    const auto is_older = [&](const fs::path& path) {
        struct stat status {};
        return lstat(path.c_str(), &status) == 0 &&
               status.st_mtime < std::chrono::system_clock::to_time_t(before);
    };
    std::size_t removed = 0;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder_, error)) {
        const fs::path& path = entry.path();
        const std::string name = path.filename().string();
        if (name.rfind(incoming_prefix, 0) == 0 && is_older(path)) {
            unlink(path.c_str());
        }
        if (!is_sha256(name) || !is_older(path)) {
            continue;
        }
        std::error_code ignored;
        for (const auto& copy : fs::directory_iterator(path, ignored)) {
            removed += unlink(copy.path().c_str()) == 0 ? 1 : 0;
        }
        rmdir(path.c_str());  // unless somebody put a copy there meanwhile
    }
    return removed;
}

}  // namespace oa::host
