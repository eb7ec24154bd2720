#pragma once

#include <filesystem>

#include "host/store/store_error.hpp"

// Files and folders as a store needs them: for their owner alone, and on the disk. All of it throws
// StoreError.
namespace oa::host {

/// The one file of the store in a folder.
[[nodiscard]] std::filesystem::path store_file(const std::filesystem::path& folder);

/// The same, of a store that there is. Throws StoreMissing.
[[nodiscard]] std::filesystem::path existing_store_file(const std::filesystem::path& folder);

/// "." for a file that has none.
[[nodiscard]] std::filesystem::path folder_of(const std::filesystem::path& file);

/// Brings a file, or what a folder lists, to the disk.
void sync(const std::filesystem::path& path);

/// Makes an empty file that there is not yet; leaves one that there is as it is.
void make_private_file(const std::filesystem::path& file);
void make_private_folder(const std::filesystem::path& folder);

}  // namespace oa::host
