#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/stat.h>

#include "support.hpp"

namespace oa::files {

/// How deep a tree may be nested; each level costs stack and, while removing, a descriptor.
inline constexpr int depth_max = 200;

struct CopyOptions {
    bool recursive = false;
    Existing existing = Existing::Replace;
    Links links = Links::Keep;  // of links inside a copied folder; the source itself is followed
};

struct CopyCounts {
    std::uint64_t files = 0;
    std::uint64_t directories = 0;
    std::uint64_t symlinks = 0;
    std::uint64_t bytes = 0;
};

/// Copies a file, or with `recursive` a folder, whose content is merged into `destination`. Files
/// are replaced in one step and keep their mode. Throws oa::Error; what was copied before stays.
[[nodiscard]] CopyCounts copy_tree(const std::string& source,
                                   const std::string& destination,
                                   const CopyOptions& options,
                                   const Checkpoint& check);

/// The same for a tree that moves to another file system: links stay links whatever they name.
[[nodiscard]] CopyCounts copy_for_move(const std::string& source,
                                       const std::string& destination,
                                       const Checkpoint& check);

/// Moves or renames a file, a link or a folder, between file systems too: then by a copy beside the
/// destination, which takes its name in one step.
void move_path(const std::string& source,
               const std::string& destination,
               Existing existing,
               const Checkpoint& check);

/// Refuses what nobody means to remove: the root, and "." or ".." at the end.
void refuse_dangerous(const std::string& path, const std::string& pointer);

/// Removes a file, a link (never what it names) or, with `recursive`, a folder with all it holds.
/// Returns how many entries are gone. Symbolic links are never followed, even when somebody swaps
/// one in meanwhile.
[[nodiscard]] std::uint64_t remove_tree(const std::string& path,
                                        bool recursive,
                                        const Checkpoint& check);

/// The same, always recursive, for `name` in the open folder `parent`; `path` is for messages.
std::uint64_t remove_tree_at(int parent,
                             const std::string& name,
                             const std::string& path,
                             const Checkpoint& check);

/// The names in a folder, sorted by their bytes.
[[nodiscard]] std::vector<std::string> names_in(const std::string& folder);
/// The same for an open folder, which stays open; `path` is for messages.
[[nodiscard]] std::vector<std::string> names_in(int folder, const std::string& path);
/// Throws EXHAUSTED when `depth` is more than depth_max.
void require_depth(int depth, const std::string& path);

/// Whether both are the same file or folder.
[[nodiscard]] bool same_file(const struct stat& left, const struct stat& right);

}  // namespace oa::files
