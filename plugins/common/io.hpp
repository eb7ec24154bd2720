#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <sys/stat.h>
#include <sys/types.h>

#include "oa/error.hpp"

namespace oa::common {

/// Throws when the call was cancelled; asked between pieces of long work.
using Checkpoint = std::function<void()>;

/// The code that tells best what an errno means.
[[nodiscard]] ErrorCode code_of_errno(int error);

/// Throws oa::Error "cannot <action> '<path>': <cause>" with the code of `error`.
[[noreturn]] void throw_errno(int error, std::string_view action, std::string_view path);

/// A file descriptor that closes itself.
class Fd {
public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    ~Fd() { close(); }
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    Fd(Fd&& other) noexcept : fd_(other.release()) {}
    Fd& operator=(Fd&& other) noexcept;

    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }
    [[nodiscard]] int release();
    /// Closes early; returns 0 or the errno of a late write failure.
    int close();

private:
    int fd_ = -1;
};

/// open(2) without inheritance; the result is empty and errno set on failure.
[[nodiscard]] Fd open_file(const std::string& path, int flags, mode_t mode = 0);

/// Opens a file for reading. Throws for what has no end of its own to read: folders, pipes,
/// sockets.
[[nodiscard]] Fd open_for_reading(const std::string& path);

/// Reads until `buffer` is full or the file ends; returns the count.
[[nodiscard]] std::size_t read_some(const Fd& file,
                                    char* buffer,
                                    std::size_t size,
                                    const std::string& path);

/// The whole rest of a file. Throws EXHAUSTED when it is longer than `limit` bytes.
[[nodiscard]] std::string read_all(const std::string& path,
                                   std::size_t limit,
                                   const Checkpoint& check);

/// Writes everything or throws. `path` is for the message.
void write_all(const Fd& file, std::string_view data, const std::string& path);

/// Writes what it can; returns 0 or an errno, and the count in `written`.
[[nodiscard]] int write_some(const Fd& file, std::string_view data, std::size_t& written);

enum class Missing { Fail, Create };
enum class Existing { Fail, Replace };

/// Makes the folders above `path`.
void make_parents(const std::string& path);
/// The folder that holds `path` ("." where none is written).
[[nodiscard]] std::string parent_of(std::string_view path);
/// The last name of `path`, without slashes.
[[nodiscard]] std::string name_of(std::string_view path);
/// `folder` and `name` with one slash between them.
[[nodiscard]] std::string join(std::string_view folder, std::string_view name);
/// A name beside `path` that nothing has.
[[nodiscard]] std::string temporary_beside(const std::string& path);

/// Follows symbolic links, a dangling one included.
[[nodiscard]] std::string behind_links(const std::string& path);
/// Makes a rename or a new name durable. Not every file system can; that is no failure.
void sync_folder(const std::string& folder);

/// stat or lstat; nullopt where nothing is there (ENOENT, ENOTDIR). Throws for anything else.
enum class Links { Follow, Keep };
[[nodiscard]] std::optional<struct stat> find_stat(const std::string& path, Links links);

/// rename(2) that with Existing::Fail never replaces anything. Returns 0 or an errno.
[[nodiscard]] int rename_file(const std::string& from, const std::string& to, Existing existing);

struct WriteOptions {
    Existing existing = Existing::Replace;
    Missing parents = Missing::Fail;
    std::optional<mode_t> mode;  // unset: of the file that is replaced, else by the umask
};

/// Writes a file so that other processes see the old content or the new, never a part of it: a
/// temporary file in the same folder, made durable, then renamed. A symbolic link is followed. What
/// is no regular file (a device, a pipe) is written directly. Without commit() nothing changes.
class AtomicFile {
public:
    AtomicFile(const std::string& path, const WriteOptions& options);
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    void write(std::string_view data);
    /// Makes the new content durable and closes it; afterwards only commit() is left to do. For
    /// those who change several files at once.
    void prepare();
    /// Makes the new content visible. Throws, and leaves the old content, when it cannot.
    void commit();
    /// Whether there was nothing at the path before.
    [[nodiscard]] bool created() const { return created_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    /// What is written to until commit(), so that whoever reads a whole folder can leave it out.
    [[nodiscard]] struct stat identity() const;

private:
    void open_temporary(const std::optional<struct stat>& old);

    std::string path_;    // as the caller named it
    std::string target_;  // behind symbolic links
    std::string temporary_;
    WriteOptions options_;
    Fd file_;
    std::uint64_t bytes_ = 0;
    bool created_ = false;
};

}  // namespace oa::common
