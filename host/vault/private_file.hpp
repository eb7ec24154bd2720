#pragma once

#include <cstddef>
#include <filesystem>

#include "core/secret/secret.hpp"

namespace oa::host::vault {

/// The content of a file with one secret in it, such as a token, without white space at its end.
/// It is read only if nobody else can have read or changed it: a regular file, no link, that
/// belongs to this user or to root and has mode 0600 or less, in folders as
/// check_folders() wants them. `what` is how it is called in messages: "the token file". Throws
/// std::runtime_error, which names the file and what mends it, also when it is empty or has more
/// than `bytes_max` bytes.
[[nodiscard]] core::Secret read_private_file(const std::filesystem::path& file,
                                             const char* what,
                                             std::size_t bytes_max = 16U << 10U);

/// Each folder from the one that the file lies in up to / belongs to this user or to root, and only
/// its owner may write to it; in one with the sticky bit, such as /tmp, all may. Throws
/// std::runtime_error.
void check_folders(const std::filesystem::path& file, const char* what);

/// A file that is executed: a regular one that belongs to this user or to root, that only its owner
/// may write to, in such folders; a link must lead to one, from such folders. Throws
/// std::runtime_error.
void check_program(const std::filesystem::path& file);

}  // namespace oa::host::vault
