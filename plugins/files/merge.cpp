#include "merge.hpp"

#include <cerrno>
#include <functional>
#include <optional>

#include <fcntl.h>
#include <stdio.h>  // renameat2
#include <sys/stat.h>
#include <unistd.h>

#include "tree.hpp"

namespace oa::files {

namespace {

std::optional<struct stat> look(int folder, const std::string& name, const std::string& path) {
    struct stat info {};
    if (::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0) {
        return info;
    }
    if (errno == ENOENT) {
        return std::nullopt;
    }
    throw_errno(errno, "look at", path);
}

Fd enter(int folder, const std::string& name, const std::string& path) {
    Fd inner(::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!inner) {
        throw_errno(errno, "open the folder", path);
    }
    return inner;
}

/// Goes through both folders side by side.
class Pass {
public:
    /// `both` is called for a folder that is in both, after what it holds; `other` for anything
    /// else of the source, with what the target has under that name.
    using Both = std::function<void(int source, const std::string& name, const std::string& below)>;
    using Other = std::function<void(
        const Merge& at, const std::string& name, const std::optional<struct stat>& there)>;

    Pass(const Checkpoint& check, Both both, Other other)
        : check_(check), both_(std::move(both)), other_(std::move(other)) {}

    void run(const Merge& at, const std::string& below) {
        for (const auto& name : names_in(at.source, at.path)) {
            check_();
            const std::string path = join(at.path, name);
            const auto mine = look(at.source, name, path);
            const auto there = look(at.target, name, path);
            if (!mine || !there || !S_ISDIR(mine->st_mode) || !S_ISDIR(there->st_mode)) {
                if (mine && there && S_ISDIR(mine->st_mode) != S_ISDIR(there->st_mode)) {
                    throw conflict("'" + with_marks(path) + "' is in the way: the archive has a " +
                                   (S_ISDIR(mine->st_mode) ? "folder" : "file") + " there");
                }
                other_(at, name, there);
                continue;
            }
            const Fd source = enter(at.source, name, path);
            const Fd target = enter(at.target, name, path);
            const std::string inner = below.empty() ? name : join(below, name);
            run({source.get(), target.get(), path, at.existing}, inner);
            both_(at.source, name, inner);
        }
    }

private:
    const Checkpoint& check_;
    Both both_;
    Other other_;
};

}  // namespace

void check_merge(const Merge& merge, const Checkpoint& check) {
    Pass(
        check, [](int, const std::string&, const std::string&) {},
        [](const Merge& at, const std::string& name, const std::optional<struct stat>& there) {
            if (there && at.existing == Existing::Fail) {
                throw conflict("'" + with_marks(join(at.path, name)) +
                               "' exists already: overwrite: true replaces it");
            }
        })
        .run(merge, "");
}

std::unordered_set<std::string> move_into(const Merge& merge) {
    std::unordered_set<std::string> kept;
    const Checkpoint never = [] {};
    Pass(
        never,
        [&kept](int source, const std::string& name, const std::string& below) {
            kept.insert(below);
            static_cast<void>(::unlinkat(source, name.c_str(), AT_REMOVEDIR));
        },
        [](const Merge& at, const std::string& name, const std::optional<struct stat>&) {
            const unsigned int flags = at.existing == Existing::Fail ? RENAME_NOREPLACE : 0;
            if (::renameat2(at.source, name.c_str(), at.target, name.c_str(), flags) != 0) {
                throw_errno(errno, "move into place", join(at.path, name));
            }
        })
        .run(merge, "");
    return kept;
}

}  // namespace oa::files
