#include "host/plugin/plugin_file.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/plugin/file_trust.hpp"
#include "host/plugin/plugin_problem.hpp"
#include "oa/plugin.h"

namespace oa::host {
namespace {

constexpr std::string_view entry_prefix = "oa_module_entry_v";

/// A file held open for reading.
class FileSource final : public ByteSource {
public:
    explicit FileSource(const std::filesystem::path& path)
        // Without O_NONBLOCK a pipe would keep us waiting for a writer.
        : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)) {
        if (fd_ < 0) {
            throw PluginRefused(PluginProblem::Unreadable,
                                std::string("cannot be opened: ") + std::strerror(errno),
                                "chmod a+r '" + path.string() + "'");
        }
    }
    ~FileSource() override { close(fd_); }
    FileSource(const FileSource&) = delete;
    FileSource& operator=(const FileSource&) = delete;

    [[nodiscard]] struct stat status() const {
        struct stat out {};
        static_cast<void>(fstat(fd_, &out));  // cannot fail on an open file
        return out;
    }
    [[nodiscard]] std::uint64_t size() const override { return size_; }
    void set_size(std::uint64_t size) { size_ = size; }

    [[nodiscard]] bool read(std::uint64_t offset, std::span<std::byte> out) const override {
        while (!out.empty()) {
            const ssize_t count = pread(fd_, out.data(), out.size(), static_cast<off_t>(offset));
            if (count < 0 && errno == EINTR) {
                continue;
            }
            if (count <= 0) {
                return false;
            }
            out = out.subspan(static_cast<std::size_t>(count));
            offset += static_cast<std::uint64_t>(count);
        }
        return true;
    }

private:
    int fd_;
    std::uint64_t size_ = 0;
};

std::string kind_of(mode_t mode) {
    if (S_ISDIR(mode)) {
        return "is a folder, not a file";
    }
    if (S_ISFIFO(mode)) {
        return "is a pipe, not a file";
    }
    if (S_ISSOCK(mode)) {
        return "is a socket, not a file";
    }
    return "is a device, not a file";
}

void require_regular(mode_t mode) {
    if (!S_ISREG(mode)) {
        throw PluginRefused(PluginProblem::NotAFile, kind_of(mode), "remove or rename it");
    }
}

std::filesystem::path resolve(const std::filesystem::path& path) {
    std::error_code error;
    auto out = std::filesystem::canonical(path, error);
    if (!error) {
        return out;
    }
    if (error == std::errc::permission_denied) {
        throw PluginRefused(PluginProblem::Unreadable, "cannot be reached: permission denied",
                            "give this user access to the folders above it");
    }
    const bool link = std::filesystem::is_symlink(std::filesystem::symlink_status(path, error));
    throw PluginRefused(PluginProblem::Missing, link ? "is a link to nothing" : "does not exist",
                        link ? "remove the link" : "correct the path");
}

void require_trust(const std::filesystem::path& path) {
    if (auto problem = find_trust_problem(path)) {
        throw PluginRefused(PluginProblem::Untrusted, "is not safe to load: " + problem->reason,
                            problem->fix);
    }
}

PluginProblem problem_of(ElfProblem problem) {
    switch (problem) {
        case ElfProblem::NotElf:
        case ElfProblem::NotShared: return PluginProblem::NotALibrary;
        case ElfProblem::WrongMachine: return PluginProblem::WrongMachine;
        case ElfProblem::Damaged: return PluginProblem::Damaged;
    }
    return PluginProblem::Damaged;
}

std::string fix_of(ElfProblem problem) {
    switch (problem) {
        case ElfProblem::NotElf:
        case ElfProblem::NotShared:
            return "build it as a shared library, or name only plug-ins *.so";
        case ElfProblem::WrongMachine: return "build it for this machine";
        case ElfProblem::Damaged:
            return "copy or build it again; replace a plug-in by renaming a new file over it";
    }
    return {};
}

void require_entry(const ElfFacts& facts) {
    std::string others;
    for (const std::string& name : facts.exported) {
        if (name == OA_ENTRY_SYMBOL) {
            return;
        }
        others += (others.empty() ? "" : ", ") + name;
    }
    if (!others.empty()) {
        throw PluginRefused(PluginProblem::WrongMajor,
                            "is built for another generation of the plug-in contract: it exports " +
                                others + ", and this host calls " + OA_ENTRY_SYMBOL,
                            "build it against the SDK of this host, or use a newer host");
    }
    throw PluginRefused(
        PluginProblem::NoEntry,
        "is a shared library but no plug-in: none of the symbols that it exports (" +
            std::to_string(facts.exported_count) + ") is " + OA_ENTRY_SYMBOL,
        "use OA_PLUGIN(...) and oa_add_plugin() when it should be one");
}

}  // namespace

PluginFile examine_plugin_file(const std::filesystem::path& path, TrustPolicy trust) {
    PluginFile out;
    out.path = resolve(path);
    struct stat status {};
    // Asked before it is opened: opening alone can change a device.
    if (stat(out.path.c_str(), &status) == 0) {
        require_regular(status.st_mode);
    }
    FileSource file(out.path);
    status = file.status();
    require_regular(status.st_mode);
    out.device = status.st_dev;
    out.inode = status.st_ino;
    if (trust == TrustPolicy::Enforce) {
        // Who can swap a link decides what is loaded, just as who can write the file.
        require_trust(resolve(path.parent_path()));
        require_trust(out.path);
    }
    file.set_size(static_cast<std::uint64_t>(status.st_size));
    try {
        out.facts = read_elf(file, entry_prefix);
    } catch (const ElfError& error) {
        throw PluginRefused(problem_of(error.problem()), error.what(), fix_of(error.problem()));
    }
    require_entry(out.facts);
    return out;
}

}  // namespace oa::host
