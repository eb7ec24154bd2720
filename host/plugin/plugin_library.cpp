#include "host/plugin/plugin_library.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/dll/shared_library.hpp>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "host/plugin/load_error.hpp"
#include "host/plugin/plugin_problem.hpp"

namespace oa::host {
namespace {

constexpr std::size_t why_bytes = 1024;

/// Boost.DLL wraps the text of dlerror(); this is what it holds.
std::string_view dlerror_part(std::string_view text) {
    constexpr std::string_view before = "dlerror system message: ";
    if (const auto start = text.find(before); start != std::string_view::npos) {
        text.remove_prefix(start + before.size());
    }
    if (const auto end = text.rfind("): "); end != std::string_view::npos) {
        text = text.substr(0, end);
    }
    return text;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

/// Keeps the signals that the thread blocks as they are. Poco, for one, blocks SIGPIPE as soon as
/// it is loaded.
class SignalMaskKeeper {
public:
    SignalMaskKeeper() { pthread_sigmask(SIG_BLOCK, nullptr, &mask_); }
    ~SignalMaskKeeper() { pthread_sigmask(SIG_SETMASK, &mask_, nullptr); }
    SignalMaskKeeper(const SignalMaskKeeper&) = delete;
    SignalMaskKeeper& operator=(const SignalMaskKeeper&) = delete;

private:
    sigset_t mask_{};
};

/// `shown` is how people know the file.
oa_module_entry_fn map(const std::filesystem::path& file, const std::filesystem::path& shown) {
    using boost::dll::load_mode::type;
    // Boost.DLL has no name for RTLD_NODELETE, but passes the bit on.
    const auto mode = boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local |
                      static_cast<type>(RTLD_NODELETE);
    const SignalMaskKeeper mask;
    try {
        // The overload with an error code loses the reason. The handle may close: the code stays.
        const boost::dll::shared_library library(file, mode);
        return &library.get<const oa_module*(const oa_host*, char*, std::size_t)>(OA_ENTRY_SYMBOL);
    } catch (const std::exception& error) {
        const auto text =
            replaced(std::string(dlerror_part(error.what())), file.string(), shown.string());
        const auto explained = explain_load_error(text, shown.string());
        throw PluginRefused(PluginProblem::Unloadable, explained.reason, explained.fix,
                            explained.is_passing);
    }
}

[[noreturn]] void refuse_changed() {
    throw PluginRefused(PluginProblem::Changed, "has changed since it was found",
                        "reload the plug-ins, or start the host again");
}

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {
        if (number_ < 0) {
            throw PluginRefused(
                PluginProblem::Unloadable,
                std::string("cannot be copied for loading: ") + std::strerror(errno), "",
                errno == EMFILE || errno == ENFILE || errno == ENOMEM);
        }
    }
    ~Descriptor() {
        if (number_ >= 0) {
            close(number_);
        }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] int number() const { return number_; }
    [[nodiscard]] int release() { return std::exchange(number_, -1); }

private:
    int number_;
};

bool is_at_its_path(const PluginImage& image) {
    struct stat status {};
    return stat(image.file.c_str(), &status) == 0 && identity_of(status) == image.identity;
}

/// Whether an open file holds what was examined. When it lost its name it counts as changed, but
/// nothing was written to it.
bool holds(int descriptor, const PluginImage& image) {
    struct stat status {};
    if (fstat(descriptor, &status) != 0) {
        return false;
    }
    auto identity = identity_of(status);
    identity.changed_ns = image.identity.changed_ns;
    return identity == image.identity;
}

std::shared_ptr<const OpenedFile> open_again(const PluginImage& image) {
    return image.opened
               ? image.opened
               : std::make_shared<const OpenedFile>(open(image.file.c_str(), O_RDONLY | O_CLOEXEC));
}

/// Copies a file into memory that never changes again. The descriptor behind the path stays open
/// for ever: its number is the name by which the system's loader knows the copy.
std::filesystem::path make_private_copy(const PluginImage& image) {
    const auto source = open_again(image);
    Descriptor copy(memfd_create("plugin", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    off_t offset = 0;
    while (static_cast<std::uint64_t>(offset) < image.identity.size) {
        const auto left =
            static_cast<std::size_t>(image.identity.size) - static_cast<std::size_t>(offset);
        if (sendfile(copy.number(), source->descriptor(), &offset, left) <= 0) {
            refuse_changed();
        }
    }
    if (!holds(source->descriptor(), image)) {
        refuse_changed();
    }
    static_cast<void>(fcntl(copy.number(), F_ADD_SEALS,
                            F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE));
    return "/proc/self/fd/" + std::to_string(copy.release());
}

/// What this process has mapped so far.
class MappedFiles {
public:
    /// Where to map the image from: its file, unless the system's loader would take that for
    /// another one.
    std::filesystem::path place_for(const PluginImage& image) {
        const std::lock_guard lock(mutex_);
        for (const Copy& copy : copies_) {
            if (copy.identity == image.identity) {
                return copy.file;
            }
        }
        if (!is_at_its_path(image)) {
            return add_copy(image);
        }
        const std::pair inode(image.identity.device, image.identity.inode);
        const auto path_free = by_path_.emplace(image.file, image.identity);
        const auto inode_free = by_inode_.emplace(inode, image.identity);
        if (path_free.first->second == image.identity &&
            inode_free.first->second == image.identity) {
            return image.file;
        }
        return add_copy(image);
    }

private:
    struct Copy {
        FileIdentity identity;
        std::filesystem::path file;
    };

    std::filesystem::path add_copy(const PluginImage& image) {
        copies_.push_back({image.identity, make_private_copy(image)});
        return copies_.back().file;
    }

    std::mutex mutex_;
    std::map<std::filesystem::path, FileIdentity> by_path_;
    std::map<std::pair<dev_t, ino_t>, FileIdentity> by_inode_;
    std::vector<Copy> copies_;
};

MappedFiles& mapped_files() {
    // Never destroyed: a plug-in may be mapped by a thread that is still at work when the process
    // ends.
    static auto& files = *new MappedFiles;
    return files;
}

}  // namespace

oa_module_entry_fn map_plugin(const PluginImage& image) {
    return map(mapped_files().place_for(image), image.file);
}

oa_module_entry_fn map_plugin(const std::filesystem::path& canonical_path) {
    struct stat status {};
    if (stat(canonical_path.c_str(), &status) != 0) {
        throw PluginRefused(PluginProblem::Missing, "does not exist", "correct the path");
    }
    return map_plugin(
        PluginImage{.file = canonical_path, .identity = identity_of(status), .opened = {}});
}

const oa_module& ask_for_module(oa_module_entry_fn entry, const oa_host& host) {
    std::array<char, why_bytes> why{};
    const oa_module* descriptor = nullptr;
    try {
        descriptor = entry(&host, why.data(), why.size());
    } catch (...) {
        throw PluginRefused(PluginProblem::Declined, "threw an exception out of its entry function",
                            "catch every exception inside the plug-in");
    }
    if (descriptor == nullptr) {
        why.back() = '\0';
        const std::string reason = why.front() == '\0' ? "it gives no reason" : why.data();
        throw PluginRefused(PluginProblem::Declined, "declines to work here: " + reason, "");
    }
    return *descriptor;
}

}  // namespace oa::host
