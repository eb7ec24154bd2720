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
    /// else of the source. It answers false when it has to be looked at again.
    using Both = std::function<void(int source, const std::string& name, const std::string& below)>;
    using Other =
        std::function<bool(const Merge& at, const std::string& name, bool folder, bool there)>;

    Pass(const Checkpoint& check, Both both, Other other)
        : check_(check), both_(std::move(both)), other_(std::move(other)) {}

    void run(const Merge& at, const std::string& below) {
        for (const auto& name : names_in(at.source, at.path)) {
            check_();
            // Others may put something there meanwhile.
            int tries = 0;
            while (!take(at, name, below)) {
                if (++tries == tries_max) {
                    throw conflict("'" + with_marks(join(at.path, name)) +
                                   "' is changed by others all the time");
                }
            }
        }
    }

private:
    static constexpr int tries_max = 100;

    bool take(const Merge& at, const std::string& name, const std::string& below) {
        const std::string path = join(at.path, name);
        const auto mine = look(at.source, name, path);
        const auto there = look(at.target, name, path);
        if (!mine) {
            throw_errno(ENOENT, "move into place", path);
        }
        const bool folder = S_ISDIR(mine->st_mode);
        if (there && folder != S_ISDIR(there->st_mode)) {
            throw conflict("'" + with_marks(path) + "' is in the way: the archive has a " +
                           (folder ? "folder" : "file") + " there");
        }
        if (!there || !folder) {
            return other_(at, name, folder, there.has_value());
        }
        const Fd source = enter(at.source, name, path);
        const Fd target = enter(at.target, name, path);
        const std::string inner = below.empty() ? name : join(below, name);
        run({source.get(), target.get(), path, at.existing}, inner);
        both_(at.source, name, inner);
        return true;
    }

    const Checkpoint& check_;
    Both both_;
    Other other_;
};

}  // namespace

int rename_at(
    int from, const std::string& name, int to, const std::string& new_name, Existing existing) {
    const unsigned int flags = existing == Existing::Fail ? RENAME_NOREPLACE : 0;
    if (::renameat2(from, name.c_str(), to, new_name.c_str(), flags) == 0) {
        return 0;
    }
    if (flags == 0 || (errno != EINVAL && errno != ENOSYS)) {
        return errno;
    }
    // The file system has no such rename.
    struct stat info {};
    if (::fstatat(to, new_name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0) {
        return EEXIST;
    }
    return ::renameat(from, name.c_str(), to, new_name.c_str()) == 0 ? 0 : errno;
}

void check_merge(const Merge& merge, const Checkpoint& check) {
    Pass(
        check, [](int, const std::string&, const std::string&) {},
        [](const Merge& at, const std::string& name, bool, bool there) {
            if (there && at.existing == Existing::Fail) {
                throw conflict("'" + with_marks(join(at.path, name)) +
                               "' exists already: overwrite: true replaces it");
            }
            return true;
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
        [](const Merge& at, const std::string& name, bool folder, bool) {
            // Not even an empty folder is replaced: somebody may be writing into it.
            const bool keep = folder || at.existing == Existing::Fail;
            const int error = rename_at(at.source, name, at.target, name,
                                        keep ? Existing::Fail : Existing::Replace);
            if (error == 0) {
                return true;
            }
            if (folder && (error == EEXIST || error == ENOTEMPTY)) {
                return false;
            }
            throw_errno(error, "move into place", join(at.path, name));
        })
        .run(merge, "");
    return kept;
}

}  // namespace oa::files
