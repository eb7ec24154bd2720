#include "host/isolation/temporary_folder.hpp"

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <random>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/isolation/protocol/channel.hpp"
#include "host/isolation/worker_process.hpp"

namespace oa::host::isolation {
namespace {

constexpr uid_t nobody = 65534;

Descriptor open_folder(int parent, const char* name) {
    constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    Descriptor out(::openat(parent, name, flags));
    if (!out && errno == EACCES && ::fchmodat(parent, name, S_IRWXU, 0) == 0) {
        out = Descriptor(::openat(parent, name, flags));
    }
    return out;
}

struct CloseFolder {
    void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

/// A name for a folder that no worker can have guessed and taken.
std::uint64_t unused_number() {
    static std::atomic<std::uint64_t> next = [] {
        std::random_device random;
        return (std::uint64_t{random()} << 32U) | random();
    }();
    return next.fetch_add(1);
}

/// Empties one folder without ever going deeper: folders in it move up into `top`, so that neither
/// depth nor the length of a path can stop the removal.
class Emptying {
public:
    Emptying(int top, std::size_t entries_max) : top_(top), left_(entries_max) {}

    /// False when entries are left.
    bool empty(int folder, bool is_top) {
        const std::unique_ptr<DIR, CloseFolder> entries(
            ::fdopendir(::fcntl(folder, F_DUPFD_CLOEXEC, 0)));
        if (!entries) {
            return true;
        }
        ::rewinddir(entries.get());
        while (const dirent* entry = ::readdir(entries.get())) {
            const char* name = entry->d_name;
            if (std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0) {
                continue;
            }
            if (left_ == 0) {
                return false;
            }
            --left_;
            if (::unlinkat(folder, name, 0) == 0) {
                continue;
            }
            if (!is_top) {
                move_up(folder, name);
            } else if (!remove_folder(name)) {
                return false;
            }
        }
        return true;
    }
    /// Whether folders have moved up that the pass over the top may have missed.
    [[nodiscard]] bool moved() const { return moved_; }

private:
    bool remove_folder(const char* name) {
        const Descriptor folder = open_folder(top_, name);
        if (folder && !empty(folder.get(), false)) {
            return false;
        }
        // What cannot be removed now never can.
        ::unlinkat(top_, name, AT_REMOVEDIR);
        return true;
    }
    void move_up(int folder, const char* name) {
        const std::string free_name = ".oa-" + std::to_string(unused_number());
        ::fchmodat(folder, name, S_IRWXU, 0);
        if (::renameat(folder, name, top_, free_name.c_str()) == 0) {
            moved_ = true;
        }
    }

    int top_;
    std::size_t left_;
    bool moved_ = false;
};

}  // namespace

std::string make_worker_folder(const std::string& parent, bool for_nobody) {
    std::error_code error;
    const auto place = parent.empty() ? std::filesystem::temp_directory_path(error)
                                      : std::filesystem::path(parent);
    std::string out = (place / "oa-worker-XXXXXX").string();
    if (::mkdtemp(out.data()) == nullptr) {
        throw LaunchError("cannot make a temporary folder in " + place.string() + ": " +
                          std::strerror(errno));
    }
    if (for_nobody && ::geteuid() == 0 && ::chown(out.c_str(), nobody, nobody) != 0) {
        const int code = errno;
        ::rmdir(out.c_str());
        throw LaunchError("cannot give " + out +
                          " to the user of the workers: " + std::strerror(code));
    }
    return out;
}

bool remove_some(const std::string& folder, std::size_t entries_max) {
    const Descriptor top = open_folder(AT_FDCWD, folder.c_str());
    if (!top) {
        return true;
    }
    Emptying emptying(top.get(), entries_max);
    const bool passed = emptying.empty(top.get(), true);
    return ::rmdir(folder.c_str()) == 0 || (passed && !emptying.moved());
}

}  // namespace oa::host::isolation
