#include "tree.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <memory>
#include <optional>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace oa::files {

namespace {

constexpr mode_t mode_bits = 07777;
constexpr std::size_t chunk_size = std::size_t{256} * 1024;

struct DirCloser {
    void operator()(DIR* folder) const { ::closedir(folder); }
};
using Dir = std::unique_ptr<DIR, DirCloser>;

bool is_dots(std::string_view name) {
    return name == "." || name == "..";
}

/// Names of an open folder, which it takes over.
std::vector<std::string> names_of(Dir folder, const std::string& path) {
    std::vector<std::string> names;
    while (true) {
        errno = 0;
        const dirent* entry = ::readdir(folder.get());
        if (entry == nullptr) {
            if (errno != 0) {
                throw_errno(errno, "list", path);
            }
            break;
        }
        if (!is_dots(entry->d_name)) {
            names.emplace_back(entry->d_name);
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

class Copier {
public:
    Copier(const CopyOptions& options, const Checkpoint& check)
        : options_(options), check_(check), buffer_(chunk_size, '\0') {}

    /// `links` says whether `source` itself is followed.
    void copy(const std::string& source, const std::string& destination, Links links, int depth) {
        check_();
        require_depth(depth, source);
        const auto info = find_stat(source, links);
        if (!info) {
            throw_errno(ENOENT, "copy", source);
        }
        if (S_ISREG(info->st_mode)) {
            copy_file(source, destination, *info);
        } else if (S_ISLNK(info->st_mode)) {
            copy_link(source, destination);
        } else if (S_ISDIR(info->st_mode)) {
            copy_folder(source, destination, *info, depth);
        } else {
            throw failed_precondition("cannot copy '" + source +
                                      "': it is a pipe, a socket or a device");
        }
    }

    [[nodiscard]] const CopyCounts& counts() const { return counts_; }

private:
    void copy_file(const std::string& source,
                   const std::string& destination,
                   const struct stat& info) {
        const auto old = find_stat(destination, Links::Follow);
        if (old && same_file(*old, info)) {
            throw invalid_params("/destination",
                                 "'" + source + "' and '" + destination + "' are the same file");
        }
        const Fd input = open_for_reading(source);
        AtomicFile output(destination,
                          {.existing = options_.existing, .mode = info.st_mode & mode_bits});
        while (true) {
            check_();
            const auto size = read_some(input, buffer_.data(), buffer_.size(), source);
            if (size == 0) {
                break;
            }
            output.write({buffer_.data(), size});
        }
        output.commit();
        ++counts_.files;
        counts_.bytes += output.bytes();
    }

    void copy_link(const std::string& source, const std::string& destination) {
        std::string target(PATH_MAX, '\0');
        const auto size = ::readlink(source.c_str(), target.data(), target.size());
        if (size < 0) {
            throw_errno(errno, "read the link", source);
        }
        target.resize(static_cast<std::size_t>(size));
        const std::string temporary = temporary_beside(destination);
        if (::symlink(target.c_str(), temporary.c_str()) != 0) {
            throw_errno(errno, "write", destination);
        }
        if (const int error = rename_file(temporary, destination, options_.existing); error != 0) {
            ::unlink(temporary.c_str());
            throw_errno(error, "write", destination);
        }
        ++counts_.symlinks;
    }

    void copy_folder(const std::string& source,
                     const std::string& destination,
                     const struct stat& info,
                     int depth) {
        if (!options_.recursive) {
            throw failed_precondition("cannot copy '" + source +
                                      "': it is a folder; recursive: true copies it");
        }
        // A followed link may lead back to a folder that is being copied.
        const auto inside = [&info](const struct stat& above) { return same_file(above, info); };
        if (std::any_of(above_.begin(), above_.end(), inside)) {
            throw_errno(ELOOP, "copy", source);
        }
        // Writable until it is filled, whatever its own mode.
        if (::mkdir(destination.c_str(), 0700) == 0) {
            above_.push_back(info);
            copy_content(source, destination, depth);
            above_.pop_back();
            if (::chmod(destination.c_str(), info.st_mode & mode_bits) != 0) {
                throw_errno(errno, "set the mode of", destination);
            }
            ++counts_.directories;
            return;
        }
        const int error = errno;
        const auto old = error == EEXIST ? find_stat(destination, Links::Follow) : std::nullopt;
        if (!old || !S_ISDIR(old->st_mode)) {
            throw_errno(error, "make the folder", destination);
        }
        above_.push_back(info);
        copy_content(source, destination, depth);
        above_.pop_back();
    }

    void copy_content(const std::string& source, const std::string& destination, int depth) {
        for (const auto& name : names_in(source)) {
            copy(join(source, name), join(destination, name), options_.links, depth + 1);
        }
    }

    const CopyOptions& options_;
    const Checkpoint& check_;
    CopyCounts counts_;
    std::string buffer_;
    std::vector<struct stat> above_;  // the folders that are being copied, outermost first
};

[[noreturn]] void throw_inside(const std::string& source, const std::string& destination) {
    throw invalid_params("/destination", "the destination '" + destination +
                                             "' lies inside the source '" + source + "'");
}

/// A folder inside itself would be copied until the disk is full.
void refuse_inside(const std::string& source, const std::string& destination) {
    const auto info = find_stat(source, Links::Follow);
    if (!info || !S_ISDIR(info->st_mode)) {
        return;
    }
    std::string folder = destination;
    for (int hop = 0; hop < PATH_MAX; ++hop) {
        const auto at = find_stat(folder, Links::Follow);
        if (at && same_file(*at, *info)) {
            throw_inside(source, destination);
        }
        if (!at) {
            folder = parent_of(folder);
            continue;
        }
        // What exists is walked up through "..", which links cannot mislead.
        const std::string up = join(folder, "..");
        const auto above = find_stat(up, Links::Follow);
        if (!above || same_file(*above, *at)) {
            return;
        }
        folder = S_ISDIR(at->st_mode) ? up : parent_of(folder);
    }
}

std::uint64_t remove_at(int parent,
                        const std::string& name,
                        const std::string& path,
                        const Checkpoint& check,
                        int depth);

std::uint64_t remove_content(Fd handle,
                             const std::string& path,
                             const Checkpoint& check,
                             int depth) {
    require_depth(depth, path);
    std::uint64_t count = 0;
    const int fd = handle.get();
    for (const auto& name : names_in(fd, path)) {
        count += remove_at(fd, name, join(path, name), check, depth);
    }
    return count;
}

std::uint64_t remove_at(int parent,
                        const std::string& name,
                        const std::string& path,
                        const Checkpoint& check,
                        int depth) {
    check();
    if (::unlinkat(parent, name.c_str(), 0) == 0) {
        return 1;
    }
    if (errno == ENOENT) {
        return 0;  // somebody else was faster
    }
    // Linux says EISDIR for a folder, POSIX EPERM.
    if (errno != EISDIR && errno != EPERM) {
        throw_errno(errno, "remove", path);
    }
    const int first_error = errno;
    Fd handle(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!handle) {
        throw_errno(errno == ENOTDIR ? first_error : errno, "remove", path);
    }
    const auto count = remove_content(std::move(handle), path, check, depth + 1);
    if (::unlinkat(parent, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
        throw_errno(errno, "remove", path);
    }
    return count + 1;
}

/// Between file systems: a full copy beside the destination, then one rename, then the source goes.
void move_by_copy(const std::string& source,
                  const std::string& destination,
                  Existing existing,
                  const Checkpoint& check) {
    const std::string temporary = temporary_beside(destination);
    const auto discard = [&temporary] { static_cast<void>(remove_tree(temporary, true, [] {})); };
    try {
        static_cast<void>(copy_for_move(source, temporary, check));
    } catch (...) {
        discard();
        throw;
    }
    if (const int error = rename_file(temporary, destination, existing); error != 0) {
        discard();
        throw_errno(error, "move to", destination);
    }
    static_cast<void>(remove_tree(source, true, check));
}

}  // namespace

bool same_file(const struct stat& left, const struct stat& right) {
    return left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

std::vector<std::string> names_in(const std::string& folder) {
    Dir handle(::opendir(folder.c_str()));
    if (!handle) {
        throw_errno(errno, "list", folder);
    }
    return names_of(std::move(handle), folder);
}

std::vector<std::string> names_in(int folder, const std::string& path) {
    // Opened anew: a copy of the descriptor would share its place in the list.
    Fd own(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    Dir handle(own ? ::fdopendir(own.get()) : nullptr);
    if (!handle) {
        throw_errno(errno, "list", path);
    }
    static_cast<void>(own.release());  // it belongs to the handle now
    return names_of(std::move(handle), path);
}

void require_depth(int depth, const std::string& path) {
    if (depth > depth_max) {
        throw exhausted("'" + path + "' is nested deeper than " + std::to_string(depth_max) +
                        " folders");
    }
}

std::uint64_t remove_tree_at(int parent,
                             const std::string& name,
                             const std::string& path,
                             const Checkpoint& check) {
    return remove_at(parent, name, path, check, 0);
}

CopyCounts copy_tree(const std::string& source,
                     const std::string& destination,
                     const CopyOptions& options,
                     const Checkpoint& check) {
    refuse_inside(source, destination);
    Copier copier(options, check);
    copier.copy(source, destination, Links::Follow, 0);
    return copier.counts();
}

CopyCounts copy_for_move(const std::string& source,
                         const std::string& destination,
                         const Checkpoint& check) {
    const CopyOptions options{.recursive = true, .existing = Existing::Fail};
    Copier copier(options, check);
    copier.copy(source, destination, Links::Keep, 0);
    return copier.counts();
}

std::uint64_t remove_tree(const std::string& path, bool recursive, const Checkpoint& check) {
    if (recursive) {
        return remove_at(AT_FDCWD, path, path, check, 0);
    }
    if (::unlink(path.c_str()) == 0) {
        return 1;
    }
    if (errno != EISDIR && errno != EPERM) {
        throw_errno(errno, "remove", path);
    }
    if (::rmdir(path.c_str()) == 0) {
        return 1;
    }
    if (errno == ENOTEMPTY || errno == EEXIST) {
        throw conflict("cannot remove '" + path +
                       "': the folder is not empty; recursive: true removes what it holds");
    }
    throw_errno(errno, "remove", path);
}

void refuse_dangerous(const std::string& path, const std::string& pointer) {
    const std::string name = name_of(path);
    const bool root = path.find_first_not_of('/') == std::string::npos;
    if (root || name == "." || name == "..") {
        throw invalid_params(pointer, "'" + path + "' is never removed: name the folder itself");
    }
    const auto info = find_stat(path, Links::Keep);
    const auto top = find_stat("/", Links::Keep);
    if (info && top && same_file(*info, *top)) {
        throw invalid_params(pointer, "'" + path + "' is the root of the file system");
    }
}

void move_path(const std::string& source,
               const std::string& destination,
               Existing existing,
               const Checkpoint& check) {
    refuse_dangerous(source, "/source");
    check();
    const int error = rename_file(source, destination, existing);
    if (error == EXDEV) {
        move_by_copy(source, destination, existing, check);
    } else if (error == ENOENT) {
        throw not_found("cannot move '" + source + "' to '" + destination +
                        "': the folder does not exist; create_parents: true makes it");
    } else if (error == EINVAL) {
        throw_inside(source, destination);
    } else if (error != 0) {
        throw_errno(error, "move '" + source + "' to", destination);
    }
}

}  // namespace oa::files
