#pragma once

#include <filesystem>
#include <string>

namespace oa::host::isolation {

/// Makes a folder and those above it, only for this user (0700) where they are new. Throws
/// std::system_error.
void make_private_folder(const std::filesystem::path& folder);

/// Puts a file (0600) in the place of an older one, at once or not at all. Throws
/// std::system_error.
void replace_file(const std::filesystem::path& file, const std::string& content);

/// The content of a regular file of at most `bytes_max` bytes; empty when there is none.
[[nodiscard]] std::string read_small_file(const std::filesystem::path& file, std::size_t bytes_max);

}  // namespace oa::host::isolation
