#include "host/plugin/plugin_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
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
    /// `flags`: O_NOFOLLOW where the path must not be a link.
    explicit FileSource(const std::filesystem::path& path, int flags = 0)
        // Without O_NONBLOCK a pipe would keep us waiting for a writer.
        : opened_(std::make_shared<OpenedFile>(
              open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags))) {
        if (fd() < 0) {
            throw PluginRefused(PluginProblem::Unreadable,
                                std::string("cannot be opened: ") + std::strerror(errno),
                                "chmod a+r '" + path.string() + "'");
        }
        static_cast<void>(fstat(fd(), &status_));  // cannot fail on an open file
    }
    [[nodiscard]] const std::shared_ptr<const OpenedFile>& opened() const { return opened_; }
    /// As it was when the file was opened.
    [[nodiscard]] const struct stat& status() const { return status_; }
    [[nodiscard]] std::uint64_t size() const override {
        return static_cast<std::uint64_t>(status_.st_size);
    }

    [[nodiscard]] bool read(std::uint64_t offset, std::span<std::byte> out) const override {
        while (!out.empty()) {
            const ssize_t count = pread(fd(), out.data(), out.size(), static_cast<off_t>(offset));
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
    [[nodiscard]] int fd() const { return opened_->descriptor(); }

    std::shared_ptr<const OpenedFile> opened_;  // shared with whoever maps the file later
    struct stat status_ {};
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

OpenedFile::~OpenedFile() {
    if (descriptor_ >= 0) {
        close(descriptor_);
    }
}

FileIdentity identity_of(const struct stat& status) {
    constexpr std::int64_t second_ns = 1'000'000'000;
    return {.device = status.st_dev,
            .inode = status.st_ino,
            .size = static_cast<std::uint64_t>(status.st_size),
            .modified_ns = status.st_mtim.tv_sec * second_ns + status.st_mtim.tv_nsec,
            .changed_ns = status.st_ctim.tv_sec * second_ns + status.st_ctim.tv_nsec};
}

PluginFile find_plugin_file(const std::filesystem::path& path, TrustPolicy trust) {
    PluginFile out;
    out.path = resolve(path);
    struct stat status {};
    // Asked before it is opened: opening alone can change a device.
    if (stat(out.path.c_str(), &status) == 0) {
        require_regular(status.st_mode);
    }
    const FileSource file(out.path, O_NOFOLLOW);
    status = file.status();
    require_regular(status.st_mode);
    out.device = status.st_dev;
    out.inode = status.st_ino;
    out.identity = identity_of(status);
    if (trust == TrustPolicy::Enforce) {
        // Who can swap a link decides what is loaded, just as who can write the file.
        require_trust(resolve(path.parent_path()));
        require_trust(out.path);
    }
    return out;
}

PluginContent examine_content(const std::filesystem::path& file) {
    const FileSource source(file);
    require_regular(source.status().st_mode);
    PluginContent out;
    out.identity = identity_of(source.status());
    out.opened = source.opened();
    try {
        out.facts = read_elf(source, entry_prefix);
    } catch (const ElfError& error) {
        throw PluginRefused(problem_of(error.problem()), error.what(), fix_of(error.problem()));
    }
    require_entry(out.facts);
    return out;
}

PluginFile examine_plugin_file(const std::filesystem::path& path, TrustPolicy trust) {
    auto out = find_plugin_file(path, trust);
    auto content = examine_content(out.path);
    out.identity = content.identity;
    out.facts = std::move(content.facts);
    return out;
}

bool have_same_content(const std::filesystem::path& left, const std::filesystem::path& right) {
    try {
        const FileSource one(left);
        const FileSource other(right);
        const std::uint64_t size = one.size();
        if (size != other.size()) {
            return false;
        }
        constexpr std::size_t block = 65536;
        std::vector<std::byte> here(block);
        std::vector<std::byte> there(block);
        for (std::uint64_t offset = 0; offset < size; offset += block) {
            const auto count =
                static_cast<std::size_t>(std::min<std::uint64_t>(block, size - offset));
            here.resize(count);
            there.resize(count);
            if (!one.read(offset, here) || !other.read(offset, there) || here != there) {
                return false;
            }
        }
        return true;
    } catch (const PluginRefused&) {
        return false;
    }
}

}  // namespace oa::host
