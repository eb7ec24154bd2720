#include "unpack.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <stdio.h>  // renameat2
#include <sys/stat.h>
#include <unistd.h>

#include "archive_reader.hpp"
#include "merge.hpp"
#include "safe_folder.hpp"
#include "tree.hpp"

namespace oa::files {

namespace {

constexpr std::uint64_t ratio_floor = std::uint64_t{64} << 20U;  // bytes that no ratio forbids
constexpr mode_t mode_kept = 0777;                               // no set-uid, set-gid, sticky

using Parts = SafeFolder::Parts;

Fd open_folder(const std::string& path) {
    Fd folder = open_file(path, O_RDONLY | O_DIRECTORY);
    if (!folder) {
        throw_errno(errno, "open the folder", path);
    }
    return folder;
}

/// A new folder under a name that nothing has, which goes away unless it was moved.
class Staging {
public:
    /// In `folder`.
    explicit Staging(const std::string& folder)
        : folder_(open_folder(folder)),
          path_(temporary_beside(join(folder, "x"))),
          name_(name_of(path_)) {
        struct stat info {};
        if (::mkdirat(folder_.get(), name_.c_str(), 0777) != 0) {
            throw_errno(errno, "unpack into", folder);
        }
        made_ = true;
        // The mode tells the umask, which cannot be asked for without changing it.
        if (::fstatat(folder_.get(), name_.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0 ||
            ::fchmodat(folder_.get(), name_.c_str(), 0700, 0) != 0) {
            throw_errno(errno, "unpack into", folder);
        }
        usual_mode_ = info.st_mode & 07777;
    }
    ~Staging() {
        if (!made_) {
            return;
        }
        try {
            static_cast<void>(remove_tree_at(folder_.get(), name_, path_, [] {}));
        } catch (const std::exception&) {
            // What cannot be removed stays under its temporary name.
            made_ = false;
        }
    }
    Staging(const Staging&) = delete;
    Staging& operator=(const Staging&) = delete;

    /// Of a new folder.
    [[nodiscard]] mode_t usual_mode() const { return usual_mode_; }
    [[nodiscard]] Fd open() const {
        Fd root(::openat(folder_.get(), name_.c_str(),
                         O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!root) {
            throw_errno(errno, "open the folder", path_);
        }
        return root;
    }
    /// Gives it its final name, in the folder that it lies in. Returns 0 or an errno.
    [[nodiscard]] int place(const std::string& name) {
        const int error = rename_at(folder_.get(), name_, folder_.get(), name, Existing::Fail);
        made_ = error != 0;
        return error;
    }
    /// Changes places with the folder of this name, which goes away with this object.
    [[nodiscard]] int exchange(const std::string& name) {
        return ::renameat2(folder_.get(), name_.c_str(), folder_.get(), name.c_str(),
                           RENAME_EXCHANGE) == 0
                   ? 0
                   : errno;
    }

private:
    Fd folder_;
    std::string path_;
    std::string name_;
    bool made_ = false;
    mode_t usual_mode_ = 0;
};

/// A folder gets its mode and time when nothing is written into it any more.
struct FolderLater {
    Parts parts;
    mode_t mode = 0;
    timespec modified{};
};

class Unpacker {
public:
    Unpacker(Call& call, const UnpackJob& job, SafeFolder& folder)
        : job_(job),
          progress_(call),
          folder_(folder),
          reader_(call, job.path, job.kind, job.limits.entries) {}

    void run() {
        while (archive_entry* entry = reader_.next()) {
            take(entry);
            progress_.tell(reader_.fraction(), counts_.files + counts_.directories, unpacked_);
        }
    }
    [[nodiscard]] const UnpackCounts& counts() const { return counts_; }
    [[nodiscard]] const std::vector<FolderLater>& folders() const { return folders_; }

private:
    void take(archive_entry* entry) {
        const char* name = ::archive_entry_pathname(entry);
        if (name == nullptr) {
            throw failed_precondition("'" + job_.path +
                                      "' holds a name that is in no known encoding");
        }
        Parts parts = safe_parts(name);
        const bool folder = ::archive_entry_filetype(entry) == AE_IFDIR;
        const bool left_out = parts.size() <= job_.strip;
        parts.erase(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(
                                                       std::min(parts.size(), job_.strip)));
        if (left_out || !is_wanted(parts, folder)) {
            drain();
            return;
        }
        if (const char* link = ::archive_entry_hardlink(entry); link != nullptr) {
            take_hard_link(parts, link);
            return;
        }
        switch (::archive_entry_filetype(entry)) {
            case AE_IFREG: take_file(parts, entry); return;
            case AE_IFDIR: take_folder(std::move(parts), entry); return;
            case AE_IFLNK: take_link(parts, entry); return;
            default:
                throw failed_precondition("the archive holds '" + text_of(parts) +
                                          "', which is refused: it is a device, a pipe or a "
                                          "socket");
        }
    }

    /// Also when a folder around it is excluded.
    [[nodiscard]] bool is_wanted(const Parts& parts, bool folder) const {
        std::string path;
        for (const auto& part : parts) {
            path += (path.empty() ? "" : "/") + part;
            if (job_.exclude.matches(path)) {
                return false;
            }
        }
        return job_.include.empty() || (!folder && job_.include.matches(path));
    }

    /// Counted, too: what is left out costs the same time. A zip's list tells where to go on.
    void drain() {
        if (job_.kind == ArchiveKind::Zip) {
            return;
        }
        for (ArchiveReader::Piece piece; reader_.read(piece);) {
            count(piece.size);
        }
    }

    void count(std::uint64_t bytes) {
        unpacked_ += bytes;
        if (unpacked_ > job_.limits.bytes) {
            throw exhausted("'" + job_.path + "' holds more than " +
                            std::to_string(job_.limits.bytes) +
                            " bytes: raise max_bytes if it may");
        }
        if (unpacked_ > ratio_floor && unpacked_ / job_.limits.ratio > reader_.size()) {
            throw exhausted("'" + job_.path + "' unpacks to more than " +
                            std::to_string(job_.limits.ratio) +
                            " times its size: raise max_ratio if it may");
        }
    }

    void take_file(const Parts& parts, archive_entry* entry) {
        const Fd file = folder_.make_file(parts, job_.last_wins);
        const std::string name = text_of(parts);
        std::int64_t end = 0;  // of what was written; before the next piece there may be a hole
        for (ArchiveReader::Piece piece; reader_.read(piece);) {
            if (piece.offset < end) {
                throw failed_precondition("'" + job_.path + "' is damaged at '" + name + "'");
            }
            count(static_cast<std::uint64_t>(piece.offset - end) + piece.size);
            write_at(file, piece, name);
            end = piece.offset + static_cast<std::int64_t>(piece.size);
            counts_.bytes += piece.size;
            progress_.tell(reader_.fraction(), counts_.files, unpacked_);
        }
        const std::int64_t size =
            ::archive_entry_size_is_set(entry) != 0 ? ::archive_entry_size(entry) : end;
        if (size > end) {  // the file ends in a hole
            count(static_cast<std::uint64_t>(size - end));
            if (::ftruncate(file.get(), size) != 0) {
                throw_errno(errno, "write", name);
            }
        }
        const std::array<timespec, 2> times{time_of(entry), time_of(entry)};
        if (::futimens(file.get(), times.data()) != 0 ||
            ::fchmod(file.get(), ::archive_entry_perm(entry) & mode_kept) != 0) {
            throw_errno(errno, "set mode and time of", name);
        }
        ++counts_.files;
    }

    static void write_at(const Fd& file,
                         const ArchiveReader::Piece& piece,
                         const std::string& name) {
        std::size_t done = 0;
        while (done < piece.size) {
            const auto got = ::pwrite(file.get(), piece.data + done, piece.size - done,
                                      piece.offset + static_cast<off_t>(done));
            if (got < 0 && errno == EINTR) {
                continue;
            }
            if (got < 0) {
                throw_errno(errno, "write", name);
            }
            done += static_cast<std::size_t>(got);
        }
    }

    void take_folder(Parts parts, archive_entry* entry) {
        folder_.make_folder(parts);
        const mode_t mode = ::archive_entry_perm(entry) & mode_kept;
        folders_.push_back({std::move(parts), mode, time_of(entry)});
        ++counts_.directories;
        drain();
    }

    void take_link(const Parts& parts, archive_entry* entry) {
        const char* target = ::archive_entry_symlink(entry);
        if (!job_.links || target == nullptr || !link_stays_inside(target, parts.size() - 1)) {
            throw failed_precondition("the archive holds '" + text_of(parts) +
                                      "', which is refused: it is a link" +
                                      (job_.links ? " that could lead out of the folder" : ""));
        }
        folder_.make_link(parts, target, job_.last_wins);
        folder_.set_link_time(parts, time_of(entry));
        ++counts_.symlinks;
        drain();
    }

    void take_hard_link(const Parts& parts, const char* name) {
        Parts original = safe_parts(name);
        if (original.size() <= job_.strip) {
            throw failed_precondition("the archive holds '" + text_of(parts) +
                                      "', which is refused: strip takes away what it links to");
        }
        original.erase(original.begin(),
                       original.begin() + static_cast<std::ptrdiff_t>(job_.strip));
        folder_.make_hard_link(parts, original, job_.last_wins);
        ++counts_.files;
        drain();
    }

    static timespec time_of(archive_entry* entry) {
        if (::archive_entry_mtime_is_set(entry) == 0) {
            return {0, UTIME_NOW};
        }
        return {::archive_entry_mtime(entry), ::archive_entry_mtime_nsec(entry)};
    }

    const UnpackJob& job_;
    Progress progress_;
    SafeFolder& folder_;
    ArchiveReader reader_;
    UnpackCounts counts_;
    std::uint64_t unpacked_ = 0;  // bytes, also of what is left out
    std::vector<FolderLater> folders_;
};

/// The innermost come first: a folder that nobody may enter would hide them.
void finish_folders(SafeFolder& folder,
                    std::vector<FolderLater> folders,
                    const std::unordered_set<std::string>& kept) {
    std::stable_sort(folders.begin(), folders.end(),
                     [](const FolderLater& left, const FolderLater& right) {
                         return left.parts.size() > right.parts.size();
                     });
    for (const FolderLater& later : folders) {
        std::string path;
        for (const auto& part : later.parts) {
            path += (path.empty() ? "" : "/") + part;
        }
        if (!path.empty() && !kept.contains(path)) {
            folder.set_folder(later.parts, later.mode, later.modified);
        }
    }
}

/// Moves what was unpacked into a folder that is there.
void merge_into(Call& call,
                const UnpackJob& job,
                const Staging& staging,
                const std::vector<FolderLater>& folders) {
    const Fd target = open_folder(job.destination);
    const Fd source = staging.open();
    const Merge merge{source.get(), target.get(), job.destination, job.existing};
    check_merge(merge, checkpoint(call));
    // From here on it is quick, and half of it would be worse than a late answer.
    const auto kept = move_into(merge);
    SafeFolder done(open_folder(job.destination));
    finish_folders(done, folders, kept);
}

UnpackCounts unpack_into(Call& call, const UnpackJob& job) {
    const Staging staging(job.destination);
    SafeFolder folder(staging.open());
    Unpacker unpacker(call, job, folder);
    unpacker.run();
    merge_into(call, job, staging, unpacker.folders());
    return unpacker.counts();
}

/// Where no folder is, or one that makes way.
UnpackCounts unpack_as(Call& call, const UnpackJob& job, bool exists) {
    Staging staging(parent_of(job.destination));
    SafeFolder folder(staging.open());
    Unpacker unpacker(call, job, folder);
    unpacker.run();
    finish_folders(folder, unpacker.folders(), {});
    const Fd root = staging.open();
    struct stat old {};
    const bool known = exists && ::stat(job.destination.c_str(), &old) == 0;
    if (::fchmod(root.get(), known ? old.st_mode & 07777 : staging.usual_mode()) != 0) {
        throw_errno(errno, "set the mode of", job.destination);
    }
    const std::string name = name_of(job.destination);
    const int error = exists ? staging.exchange(name) : staging.place(name);
    if (error == EEXIST && job.into == Into::Merge) {
        // Somebody has made it meanwhile.
        merge_into(call, job, staging, unpacker.folders());
    } else if (error != 0) {
        throw_errno(error, "unpack to", job.destination);
    }
    return unpacker.counts();
}

}  // namespace

UnpackCounts unpack(Call& call, const UnpackJob& job) {
    const Utf8Thread utf8;
    if (job.parents == Missing::Create) {
        make_parents(job.destination);
    }
    const auto info = find_stat(job.destination, Links::Follow);
    if (info && !S_ISDIR(info->st_mode)) {
        throw_errno(ENOTDIR, "unpack into", job.destination);
    }
    if (info && job.into == Into::Empty && !names_in(job.destination).empty()) {
        throw conflict("the folder '" + job.destination + "' is not empty");
    }
    if (info && job.into != Into::Replace) {
        return unpack_into(call, job);
    }
    return unpack_as(call, job, info.has_value());
}

}  // namespace oa::files
