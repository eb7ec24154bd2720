#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <libssh2.h>
#include <libssh2_sftp.h>

#include "session.hpp"

namespace oa::ssh {

enum class FileType : std::uint8_t { File, Folder, Link, Other };

struct FileStatus {
    FileType type = FileType::Other;
    std::uint64_t size = 0;        ///< bytes
    std::uint32_t mode = 0;        ///< permissions
    std::int64_t access_time = 0;  ///< seconds since 1970
    std::int64_t change_time = 0;  ///< of the content
};

struct FolderEntry {
    std::string name;
    FileStatus status;
};

/// Files on the other side. Paths are as the server takes them; see remote_path(). All functions
/// throw Error with the path and the server's reason.
class Sftp {
public:
    explicit Sftp(Session& session);
    ~Sftp();
    Sftp(const Sftp&) = delete;
    Sftp& operator=(const Sftp&) = delete;

    /// Nothing when there is no such thing. Links are followed, or looked at themselves.
    [[nodiscard]] std::optional<FileStatus> find(const std::string& path, bool follow = true);
    [[nodiscard]] FileStatus get(const std::string& path);
    /// Without "." and "..". Links are not followed.
    [[nodiscard]] std::vector<FolderEntry> list(const std::string& path);
    /// Makes a folder and those above it, where they are missing; tells how many it made.
    std::size_t make_folders(const std::string& path);
    void remove(const std::string& path);
    /// In one step, replacing what is there, where the server can do that; else in two.
    void replace(const std::string& from, const std::string& to);
    void set_mode(const std::string& path, std::uint32_t mode);
    void set_times(const std::string& path, const FileStatus& status);
    /// Whether the disk below a path has no room left; false where the server does not tell.
    [[nodiscard]] bool is_full(const std::string& path);

    [[nodiscard]] Error failure(const std::string& doing, const std::string& path);
    /// Closes a file or folder; not 0 where the server could not.
    int close(LIBSSH2_SFTP_HANDLE* handle);
    /// Closes a file or folder without waiting for the answer. It is freed when that has come, or
    /// with this object.
    void abandon(LIBSSH2_SFTP_HANDLE* handle);
    [[nodiscard]] Session& session() { return session_; }
    [[nodiscard]] LIBSSH2_SFTP* raw() const { return sftp_; }

private:
    /// The status of the answer to an extended request; libssh2 has no function for this one.
    std::uint32_t posix_rename(const std::string& from, const std::string& to);
    void write_all(std::string_view bytes);
    std::string read_all(std::size_t size);

    Session& session_;
    LIBSSH2_SFTP* sftp_ = nullptr;
    std::vector<LIBSSH2_SFTP_HANDLE*> abandoned_;
};

/// An open file on the other side.
class RemoteFile {
public:
    /// `flags` are LIBSSH2_FXF_*.
    RemoteFile(Sftp& sftp, const std::string& path, unsigned long flags, std::uint32_t mode = 0600);
    ~RemoteFile();
    RemoteFile(const RemoteFile&) = delete;
    RemoteFile& operator=(const RemoteFile&) = delete;

    void seek(std::uint64_t offset);
    /// At least one byte; 0 at the end. Large buffers are filled by many requests at a time.
    [[nodiscard]] std::size_t read(char* buffer, std::size_t size);
    /// Sends all that `fill` gives: it appends to what is still on its way and returns false at the
    /// end. Many requests are on their way at a time. `sent` hears of what has arrived.
    void write(const std::function<bool(std::string& buffer)>& fill,
               const std::function<void(std::size_t)>& sent);
    /// Throws where the server could not write everything.
    void close();

private:
    Sftp& sftp_;
    std::string path_;
    LIBSSH2_SFTP_HANDLE* handle_ = nullptr;
};

/// "~/x" as the server understands it: relative to the home folder.
[[nodiscard]] std::string remote_path(const std::string& path);
/// The folder above and the name; both views of `path`.
[[nodiscard]] std::string parent_of(const std::string& path);
[[nodiscard]] std::string name_of(const std::string& path);
[[nodiscard]] std::string joined(const std::string& folder, const std::string& name);

}  // namespace oa::ssh
