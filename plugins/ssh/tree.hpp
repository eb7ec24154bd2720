#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sftp.hpp"
#include "stopper.hpp"

namespace oa::ssh {

/// One file or folder below what is transferred; its path is relative, "" for the thing itself.
struct TreeItem {
    std::string path;
    FileStatus status;
};

struct Tree {
    std::vector<TreeItem> items;  ///< a folder comes before what it holds
    std::uint64_t bytes = 0;
    std::uint64_t skipped = 0;  ///< links that are not followed, and special files
};

/// The folders, the deepest first: writing into one changes the times of those above it.
[[nodiscard]] std::vector<TreeItem> folders_of(const Tree& tree);

/// Throws Error NOT_FOUND, INVALID_PARAMS for a folder without `recursive`, EXHAUSTED for more than
/// a million items or 64 levels.
[[nodiscard]] Tree local_tree(const std::string& path,
                              bool recursive,
                              bool follow_links,
                              const Stopper& stopper);
/// Names of the server that would lead out of the folder are refused.
[[nodiscard]] Tree remote_tree(Sftp& sftp,
                               const std::string& path,
                               bool recursive,
                               bool follow_links);

}  // namespace oa::ssh
