#include "sftp.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "plugins/common/fault.hpp"
#include "wire.hpp"

namespace oa::ssh {

namespace {

// draft-ietf-secsh-filexfer-02
constexpr std::uint8_t packet_status = 101;
constexpr std::uint8_t packet_extended = 200;
constexpr std::uint32_t own_request = 0xFFFF'FF00U;  // libssh2 counts from 0
constexpr std::size_t answer_max = std::size_t{64} * 1024;
constexpr std::uint64_t nearly_nothing = std::uint64_t{64} * 1024;  // bytes left on a full disk
constexpr std::size_t name_max = 4096;
constexpr std::size_t write_ahead = std::size_t{4} * 1024 * 1024;  // bytes on their way

FileStatus status_of(const LIBSSH2_SFTP_ATTRIBUTES& attributes) {
    FileStatus out;
    if ((attributes.flags & LIBSSH2_SFTP_ATTR_PERMISSIONS) != 0) {
        const auto mode = attributes.permissions;
        out.mode = static_cast<std::uint32_t>(mode & 0777U);
        out.type = LIBSSH2_SFTP_S_ISREG(mode)   ? FileType::File
                   : LIBSSH2_SFTP_S_ISDIR(mode) ? FileType::Folder
                   : LIBSSH2_SFTP_S_ISLNK(mode) ? FileType::Link
                                                : FileType::Other;
    }
    if ((attributes.flags & LIBSSH2_SFTP_ATTR_SIZE) != 0) {
        out.size = attributes.filesize;
    }
    if ((attributes.flags & LIBSSH2_SFTP_ATTR_ACMODTIME) != 0) {
        out.access_time = static_cast<std::int64_t>(attributes.atime);
        out.change_time = static_cast<std::int64_t>(attributes.mtime);
    }
    return out;
}

std::string reason_of(unsigned long status) {
    switch (status) {
        case LIBSSH2_FX_NO_SUCH_FILE:
        case LIBSSH2_FX_NO_SUCH_PATH: return "no such file or directory";
        case LIBSSH2_FX_PERMISSION_DENIED: return "permission denied";
        case LIBSSH2_FX_FILE_ALREADY_EXISTS: return "it exists already";
        case LIBSSH2_FX_NO_SPACE_ON_FILESYSTEM: return "no space left on the device";
        case LIBSSH2_FX_QUOTA_EXCEEDED: return "the quota is used up";
        case LIBSSH2_FX_OP_UNSUPPORTED: return "the server cannot do this";
        default: return "the server reports a failure (status " + std::to_string(status) + ")";
    }
}

ErrorCode code_of(unsigned long status) {
    switch (status) {
        case LIBSSH2_FX_NO_SUCH_FILE:
        case LIBSSH2_FX_NO_SUCH_PATH: return ErrorCode::NotFound;
        case LIBSSH2_FX_PERMISSION_DENIED:
        case LIBSSH2_FX_WRITE_PROTECT: return ErrorCode::Permission;
        case LIBSSH2_FX_FILE_ALREADY_EXISTS:
        case LIBSSH2_FX_LOCK_CONFLICT: return ErrorCode::Conflict;
        case LIBSSH2_FX_NO_SPACE_ON_FILESYSTEM:
        case LIBSSH2_FX_QUOTA_EXCEEDED: return ErrorCode::Exhausted;
        case LIBSSH2_FX_OP_UNSUPPORTED: return ErrorCode::Unimplemented;
        default: return ErrorCode::Precondition;
    }
}

unsigned size_of(const std::string& path) {
    return static_cast<unsigned>(path.size());
}

}  // namespace

Sftp::Sftp(Session& session) : session_(session) {
    const auto init = [this] { return ::libssh2_sftp_init(session_.raw()); };
    try {
        sftp_ = session_.drive(init);
    } catch (...) {
        session_.hang_up();
        do {
            sftp_ = init();
        } while (sftp_ == nullptr &&
                 ::libssh2_session_last_errno(session_.raw()) == LIBSSH2_ERROR_EAGAIN);
        if (sftp_ != nullptr) {
            ::libssh2_sftp_shutdown(sftp_);
        }
        throw;
    }
    if (sftp_ == nullptr) {
        const Error error = session_.failure("starting SFTP");
        if (error.code() == ErrorCode::Unavailable) {
            throw common::fault(error.code(), error.retry(), error.what());
        }
        throw failed_precondition(std::string(error.what()) + "; does the server offer SFTP?");
    }
}

Sftp::~Sftp() {
    const auto close = [](LIBSSH2_SFTP_HANDLE* handle) {
        return ::libssh2_sftp_close_handle(handle);
    };
    std::erase_if(abandoned_, [&](auto* handle) { return close(handle) != LIBSSH2_ERROR_EAGAIN; });
    if (!abandoned_.empty()) {
        // libssh2 frees a handle, and all that is on its way for it, only when it has been closed.
        session_.hang_up();
        for (LIBSSH2_SFTP_HANDLE* const handle : abandoned_) {
            while (close(handle) == LIBSSH2_ERROR_EAGAIN) {
            }
        }
    }
    ::libssh2_sftp_shutdown(sftp_);  // what it cannot send now is freed with the session
}

void Sftp::abandon(LIBSSH2_SFTP_HANDLE* handle) {
    if (::libssh2_sftp_close_handle(handle) == LIBSSH2_ERROR_EAGAIN) {
        abandoned_.push_back(handle);
    }
}

int Sftp::close(LIBSSH2_SFTP_HANDLE* handle) {
    try {
        return session_.drive([&] { return ::libssh2_sftp_close_handle(handle); });
    } catch (...) {
        abandon(handle);
        throw;
    }
}

Error Sftp::failure(const std::string& doing, const std::string& path) {
    if (::libssh2_session_last_errno(session_.raw()) != LIBSSH2_ERROR_SFTP_PROTOCOL) {
        return session_.failure(doing + " " + path);
    }
    const auto status = ::libssh2_sftp_last_error(sftp_);
    return common::fault(
        code_of(status), code_of(status) == ErrorCode::Exhausted ? Retry::Yes : Retry::No,
        session_.target().name() + ": " + doing + " " + path + " failed: " + reason_of(status));
}

std::optional<FileStatus> Sftp::find(const std::string& path, bool follow) {
    LIBSSH2_SFTP_ATTRIBUTES attributes{};
    const int result = session_.drive([&] {
        return ::libssh2_sftp_stat_ex(sftp_, path.data(), size_of(path),
                                      follow ? LIBSSH2_SFTP_STAT : LIBSSH2_SFTP_LSTAT, &attributes);
    });
    if (result == 0) {
        return status_of(attributes);
    }
    const Error error = failure("looking at", path);
    if (error.code() == ErrorCode::NotFound) {
        return std::nullopt;
    }
    throw Error(error.code(), error.what()).with_retry(error.retry());
}

FileStatus Sftp::get(const std::string& path) {
    const auto status = find(path);
    if (!status) {
        throw not_found(session_.target().name() + ": there is no " + path);
    }
    return *status;
}

std::vector<FolderEntry> Sftp::list(const std::string& path) {
    LIBSSH2_SFTP_HANDLE* const handle = session_.drive([&] {
        return ::libssh2_sftp_open_ex(sftp_, path.data(), size_of(path), 0, 0,
                                      LIBSSH2_SFTP_OPENDIR);
    });
    if (handle == nullptr) {
        throw failure("listing", path);
    }
    std::vector<FolderEntry> out;
    int size = 0;
    std::array<char, name_max> name{};
    try {
        do {
            LIBSSH2_SFTP_ATTRIBUTES attributes{};
            size = session_.drive([&] {
                return ::libssh2_sftp_readdir_ex(handle, name.data(), name.size(), nullptr, 0,
                                                 &attributes);
            });
            const std::string_view text(name.data(), static_cast<std::size_t>(std::max(0, size)));
            if (size > 0 && text != "." && text != "..") {
                out.push_back({std::string(text), status_of(attributes)});
            }
            session_.stopper().check();
        } while (size > 0);
    } catch (...) {
        abandon(handle);
        throw;
    }
    close(handle);
    if (size < 0) {
        throw failure("listing", path);
    }
    return out;
}

std::size_t Sftp::make_folders(const std::string& path) {
    if (path.empty() || path == "." || path == "/") {
        return 0;
    }
    if (const auto there = find(path)) {
        if (there->type != FileType::Folder) {
            throw conflict(session_.target().name() + ": " + path + " is no folder");
        }
        return 0;
    }
    const std::size_t above = make_folders(parent_of(path));
    const int result = session_.drive(
        [&] { return ::libssh2_sftp_mkdir_ex(sftp_, path.data(), size_of(path), 0777); });
    if (result != 0) {
        Error error = failure("making the folder", path);
        const auto there = find(path);  // somebody else may have been faster
        if (!there || there->type != FileType::Folder) {
            throw Error(error.code(), error.what()).with_retry(error.retry());
        }
    }
    return above + 1;
}

void Sftp::remove(const std::string& path) {
    const int result =
        session_.drive([&] { return ::libssh2_sftp_unlink_ex(sftp_, path.data(), size_of(path)); });
    if (result != 0) {
        throw failure("removing", path);
    }
}

void Sftp::replace(const std::string& from, const std::string& to) {
    const std::uint32_t status = posix_rename(from, to);
    if (status == LIBSSH2_FX_OK) {
        return;
    }
    if (status != LIBSSH2_FX_OP_UNSUPPORTED) {
        throw common::fault(code_of(status), Retry::No,
                            session_.target().name() + ": renaming " + from + " to " + to +
                                " failed: " + reason_of(status));
    }
    if (find(to, false)) {
        remove(to);
    }
    const int result = session_.drive([&] {
        return ::libssh2_sftp_rename_ex(sftp_, from.data(), size_of(from), to.data(), size_of(to),
                                        0);
    });
    if (result != 0) {
        throw failure("renaming a temporary file to", to);
    }
}

std::uint32_t Sftp::posix_rename(const std::string& from, const std::string& to) {
    const std::string request = WireWriter()
                                    .byte(packet_extended)
                                    .number(own_request)
                                    .text("posix-rename@openssh.com")
                                    .text(from)
                                    .text(to)
                                    .bytes();
    write_all(WireWriter().text(request).bytes());
    const std::string head = read_all(4);
    const auto size = WireReader(head).number().value_or(0);
    if (size < 13 || size > answer_max) {
        throw failed_precondition(session_.target().name() + ": the server breaks the protocol");
    }
    const std::string answer = read_all(size);
    WireReader reader(answer);
    if (reader.byte() != packet_status || reader.number() != own_request) {
        throw failed_precondition(session_.target().name() + ": the server breaks the protocol");
    }
    return reader.number().value_or(LIBSSH2_FX_FAILURE);
}

void Sftp::write_all(std::string_view bytes) {
    LIBSSH2_CHANNEL* const channel = ::libssh2_sftp_get_channel(sftp_);
    while (!bytes.empty()) {
        const auto count = session_.drive(
            [&] { return ::libssh2_channel_write_ex(channel, 0, bytes.data(), bytes.size()); });
        if (count < 0) {
            throw session_.failure("renaming a file");
        }
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

std::string Sftp::read_all(std::size_t size) {
    LIBSSH2_CHANNEL* const channel = ::libssh2_sftp_get_channel(sftp_);
    std::string out(size, '\0');
    for (std::size_t have = 0; have < size;) {
        const auto count = session_.drive(
            [&] { return ::libssh2_channel_read_ex(channel, 0, out.data() + have, size - have); });
        if (count <= 0) {
            throw session_.failure("renaming a file");
        }
        have += static_cast<std::size_t>(count);
    }
    return out;
}

void Sftp::set_mode(const std::string& path, std::uint32_t mode) {
    LIBSSH2_SFTP_ATTRIBUTES attributes{};
    attributes.flags = LIBSSH2_SFTP_ATTR_PERMISSIONS;
    attributes.permissions = mode;
    const int result = session_.drive([&] {
        return ::libssh2_sftp_stat_ex(sftp_, path.data(), size_of(path), LIBSSH2_SFTP_SETSTAT,
                                      &attributes);
    });
    if (result != 0) {
        throw failure("setting the permissions of", path);
    }
}

void Sftp::set_times(const std::string& path, const FileStatus& status) {
    LIBSSH2_SFTP_ATTRIBUTES attributes{};
    attributes.flags = LIBSSH2_SFTP_ATTR_ACMODTIME;
    attributes.atime = static_cast<unsigned long>(status.access_time);
    attributes.mtime = static_cast<unsigned long>(status.change_time);
    const int result = session_.drive([&] {
        return ::libssh2_sftp_stat_ex(sftp_, path.data(), size_of(path), LIBSSH2_SFTP_SETSTAT,
                                      &attributes);
    });
    if (result != 0) {
        throw failure("setting the times of", path);
    }
}

bool Sftp::is_full(const std::string& path) {
    LIBSSH2_SFTP_STATVFS status{};
    const int result = session_.drive(
        [&] { return ::libssh2_sftp_statvfs(sftp_, path.data(), path.size(), &status); });
    return result == 0 && status.f_bavail * status.f_frsize < nearly_nothing;
}

RemoteFile::RemoteFile(Sftp& sftp, const std::string& path, unsigned long flags, std::uint32_t mode)
    : sftp_(sftp), path_(path) {
    handle_ = sftp_.session().drive([&] {
        return ::libssh2_sftp_open_ex(sftp_.raw(), path.data(), size_of(path), flags,
                                      static_cast<long>(mode), LIBSSH2_SFTP_OPENFILE);
    });
    if (handle_ == nullptr) {
        throw sftp_.failure("opening", path_);
    }
}

RemoteFile::~RemoteFile() {
    if (handle_ != nullptr) {
        sftp_.abandon(handle_);
    }
}

void RemoteFile::seek(std::uint64_t offset) {
    ::libssh2_sftp_seek64(handle_, offset);
}

std::size_t RemoteFile::read(char* buffer, std::size_t size) {
    const auto count =
        sftp_.session().drive([&] { return ::libssh2_sftp_read(handle_, buffer, size); });
    if (count < 0) {
        throw sftp_.failure("reading", path_);
    }
    return static_cast<std::size_t>(count);
}

void RemoteFile::write(const std::function<bool(std::string&)>& fill,
                       const std::function<void(std::size_t)>& sent) {
    std::string buffer;
    std::size_t start = 0;  // what is before it has arrived
    bool more = true;
    while (true) {
        sftp_.session().stopper().check();
        if (more && buffer.size() - start < write_ahead / 2) {
            buffer.erase(0, start);
            start = 0;
            while (more && buffer.size() < write_ahead) {
                more = fill(buffer);
            }
        }
        if (start == buffer.size()) {
            return;
        }
        // libssh2 remembers how much of the buffer is on its way already.
        const auto count = sftp_.session().drive([&] {
            return ::libssh2_sftp_write(handle_, buffer.data() + start, buffer.size() - start);
        });
        if (count < 0) {
            throw sftp_.failure("writing", path_);
        }
        start += static_cast<std::size_t>(count);
        sent(static_cast<std::size_t>(count));
    }
}

void RemoteFile::close() {
    LIBSSH2_SFTP_HANDLE* const handle = std::exchange(handle_, nullptr);
    if (sftp_.close(handle) != 0) {
        throw sftp_.failure("closing", path_);
    }
}

std::string remote_path(const std::string& path) {
    if (path == "~" || path == "~/") {
        return ".";
    }
    return path.starts_with("~/") ? path.substr(2) : path;
}

std::string parent_of(const std::string& path) {
    const std::size_t end = path.find_last_not_of('/');
    const std::size_t slash = end == std::string::npos ? end : path.rfind('/', end);
    if (slash == std::string::npos) {
        return path.starts_with('/') ? "/" : ".";
    }
    return slash == 0 ? "/" : path.substr(0, slash);
}

std::string name_of(const std::string& path) {
    const std::size_t end = path.find_last_not_of('/');
    if (end == std::string::npos) {
        return {};
    }
    const std::size_t slash = path.rfind('/', end);
    const std::size_t start = slash == std::string::npos ? 0 : slash + 1;
    return path.substr(start, end + 1 - start);
}

std::string joined(const std::string& folder, const std::string& name) {
    if (folder.empty() || folder == ".") {
        return name;
    }
    return folder.ends_with('/') ? folder + name : folder + "/" + name;
}

}  // namespace oa::ssh
