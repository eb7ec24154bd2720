#include "partial_file.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "oa/json.hpp"
#include "plugins/common/digest.hpp"

namespace oa::http {

namespace {

constexpr std::size_t piece_size = std::size_t{256} * 1024;
constexpr std::size_t state_max = std::size_t{64} * 1024;
constexpr std::size_t name_max = 230;  // what is added to a name of at most 255 bytes has room
constexpr mode_t mode_bits = 07777;

std::string sha256(std::string_view text) {
    common::Digest digest("sha256");
    digest.add(text);
    return digest.hex();
}

std::string part_of(const std::string& target) {
    std::string name = common::name_of(target);
    if (name.size() > name_max) {
        name = sha256(name);
    }
    return common::join(common::parent_of(target), "." + name + ".oa-part");
}

/// Of the system since it started: without a power cut in between, what was written is there.
std::string boot_id() {
    try {
        return common::read_all("/proc/sys/kernel/random/boot_id", state_max, [] {});
    } catch (const Error&) {
        return {};
    }
}

bool same_file(int file, const std::string& path) {
    struct stat open {};
    struct stat named {};
    return ::fstat(file, &open) == 0 && ::lstat(path.c_str(), &named) == 0 &&
           open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

/// A regular file of this user that has no other name.
bool is_own(int file) {
    struct stat info {};
    return ::fstat(file, &info) == 0 && S_ISREG(info.st_mode) && info.st_uid == ::geteuid() &&
           info.st_nlink == 1;
}

}  // namespace

PartialFile::PartialFile(const std::string& path, PartialOptions options)
    : path_(path), options_(std::move(options)) {
    if (options_.parents == common::Missing::Create) {
        common::make_parents(path);
    }
    target_ = common::behind_links(path);
    check_target();
    if (options_.resume && open_part()) {
        load_state();
    } else {
        options_.resume = false;
        open_temporary();
    }
}

PartialFile::~PartialFile() {
    if (done_) {
        return;
    }
    const bool stays = options_.resume && !version_.empty() && size_ > 0 &&
                       ::fsync(file_.get()) == 0 && save_state(size_);
    if (!stays) {
        remove();
    }
}

void PartialFile::remove() const noexcept {
    ::unlink(part_.c_str());
    ::unlink((part_ + ".json").c_str());
}

void PartialFile::check_target() {
    const auto old = common::find_stat(target_, common::Links::Keep);
    if (path_.ends_with('/') || (old && S_ISDIR(old->st_mode))) {
        common::throw_errno(EISDIR, "write", path_);
    }
    if (!old) {
        return;
    }
    if (options_.existing == common::Existing::Fail) {
        common::throw_errno(EEXIST, "write", path_);
    }
    if (!S_ISREG(old->st_mode)) {
        throw failed_precondition("cannot write '" + path_ + "': it is no regular file");
    }
    // The rename would replace a file that the user may not write: ask first.
    if (::faccessat(AT_FDCWD, target_.c_str(), W_OK, AT_EACCESS) != 0) {
        common::throw_errno(errno, "write", path_);
    }
    owner_ = old->st_uid;
    group_ = old->st_gid;
    if (!options_.mode) {
        options_.mode = old->st_mode & mode_bits;
    }
}

bool PartialFile::open_part() {
    part_ = part_of(target_);
    // Whoever held it may have made it whole meanwhile; then the name is another file's, or free.
    for (int attempt = 0; attempt < 5; ++attempt) {
        file_ = common::open_file(part_, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0666);
        if (!file_ || !is_own(file_.get()) || ::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
            return false;
        }
        if (same_file(file_.get(), part_)) {
            return true;
        }
    }
    return false;
}

void PartialFile::open_temporary() {
    part_ = common::temporary_beside(target_);
    file_ = common::open_file(part_, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);
    if (!file_ && errno == ENOENT) {
        throw not_found("cannot write '" + path_ + "': the folder '" + common::parent_of(target_) +
                        "' does not exist; create_parents: true makes it");
    }
    if (!file_) {
        common::throw_errno(errno, "write", path_);
    }
}

void PartialFile::load_state() {
    std::uint64_t there = 0;
    try {
        const Json state = Json::parse(common::read_all(state_path(), state_max, [] {}));
        if (state.get<std::string>("source") == sha256(options_.source)) {
            struct stat info {};
            if (::fstat(file_.get(), &info) == 0) {
                there = static_cast<std::uint64_t>(info.st_size);
            }
            if (const std::string boot = boot_id();
                boot.empty() || boot != state.get<std::string>("boot")) {
                there = std::min(there, state["synced"].as_uint());
            }
            version_ = state.get<std::string>("version");
        }
    } catch (const JsonError&) {
        there = 0;  // torn, or not ours: the part is of unknown origin
    } catch (const Error&) {
        there = 0;
    }
    if (there == 0) {
        version_.clear();
    }
    cut(there);
}

bool PartialFile::save_state(std::uint64_t synced) const noexcept {
    try {
        const std::string text = Json{
            {"source", sha256(options_.source)},
            {"version", version_},
            {"boot", boot_id()},
            {"synced", synced}}.dump();
        common::Fd file =
            common::open_file(state_path(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
        if (!file) {
            return false;
        }
        common::write_all(file, text, state_path());
        return file.close() == 0;
    } catch (const std::exception&) {
        return false;  // then the part is of no use
    }
}

void PartialFile::cut(std::uint64_t size) {
    const auto place = static_cast<off_t>(size);
    if (::ftruncate(file_.get(), place) != 0 || ::lseek(file_.get(), place, SEEK_SET) != place) {
        common::throw_errno(errno, "write", path_);
    }
    size_ = size;
}

void PartialFile::restart(const std::string& version) {
    cut(0);
    version_ = version;
    if (!options_.resume) {
        return;
    }
    if (version.empty() || !save_state(0)) {
        ::unlink(state_path().c_str());
    }
}

void PartialFile::write(std::string_view piece) {
    try {
        common::write_all(file_, piece, path_);
    } catch (const Error& error) {
        if (error.code() == ErrorCode::Exhausted) {
            discard();  // a full disk needs the room more than the next attempt the part
        }
        throw;
    }
    size_ += piece.size();
}

void PartialFile::read_back(const BodySink& take) const {
    std::string piece(piece_size, '\0');
    std::uint64_t at = 0;
    while (at < size_) {
        const auto wanted = std::min<std::uint64_t>(piece.size(), size_ - at);
        const auto got = ::pread(file_.get(), piece.data(), static_cast<std::size_t>(wanted),
                                 static_cast<off_t>(at));
        if (got <= 0) {
            common::throw_errno(got == 0 ? EIO : errno, "read again", path_);
        }
        take({piece.data(), static_cast<std::size_t>(got)});
        at += static_cast<std::uint64_t>(got);
    }
}

void PartialFile::commit() {
    if (owner_ && ::fchown(file_.get(), *owner_, *group_) != 0) {
        // Only root may give files away; the new file then belongs to whoever wrote it.
        errno = 0;
    }
    if (options_.mode && ::fchmod(file_.get(), *options_.mode) != 0) {
        common::throw_errno(errno, "set the mode of", path_);
    }
    if (::fsync(file_.get()) != 0) {
        common::throw_errno(errno, "write", path_);
    }
    // Renamed before it is closed, which would open the part to somebody else.
    if (const int error = common::rename_file(part_, target_, options_.existing); error != 0) {
        common::throw_errno(error, "write", path_);
    }
    done_ = true;
    ::unlink(state_path().c_str());
    common::sync_folder(common::parent_of(target_));
}

}  // namespace oa::http
