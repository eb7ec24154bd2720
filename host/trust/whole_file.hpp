#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace oa::host {

/// A descriptor that is closed with its owner.
class OpenFile {
public:
    explicit OpenFile(int fd) : fd_(fd) {}
    ~OpenFile();
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] bool is_open() const { return fd_ >= 0; }

private:
    int fd_;
};

/// Opens a file for reading without following a link at its end, and without waiting for a pipe.
[[nodiscard]] OpenFile open_to_read(const std::filesystem::path& file);

/// False, with errno set, when not everything could be written.
[[nodiscard]] bool write_all(int fd, std::string_view bytes);

/// The content of a regular file, through links; empty when it cannot be read or has more bytes
/// than that.
[[nodiscard]] std::optional<std::string> read_whole_file(const std::filesystem::path& file,
                                                         std::size_t bytes_max);

/// Makes a file that does not exist yet, on the disk when it returns. Returns 0 or the error
/// number (EEXIST); then there is no new file.
[[nodiscard]] int write_new_file(const std::filesystem::path& file,
                                 std::string_view bytes,
                                 mode_t mode);

/// Writes a file or takes the place of one at once, on the disk when it returns. Returns 0 or the
/// error number.
[[nodiscard]] int replace_file(const std::filesystem::path& file,
                               std::string_view bytes,
                               mode_t mode);

}  // namespace oa::host
