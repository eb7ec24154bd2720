#pragma once

#include <string>
#include <unordered_set>

#include "support.hpp"

namespace oa::files {

/// Renames from one open folder to another one; with Existing::Fail never over anything that is
/// there, as far as the file system can promise that. Returns 0 or an errno.
[[nodiscard]] int rename_at(
    int from, const std::string& name, int to, const std::string& new_name, Existing existing);

/// Two open folders of one file system. `path` is that of the target, for messages.
struct Merge {
    int source = -1;
    int target = -1;
    std::string path;
    Existing existing = Existing::Replace;  // what becomes of files that are there
};

/// Throws CONFLICT when something in the target stands in the way: a file where the source has a
/// folder, a folder or link where it has a file, and with Existing::Fail any file. Changes nothing.
void check_merge(const Merge& merge, const Checkpoint& check);

/// Moves all that the source holds into the target, one rename for each thing that is not there
/// yet. No link is followed. Returns the folders, below the target, that were there before.
[[nodiscard]] std::unordered_set<std::string> move_into(const Merge& merge);

}  // namespace oa::files
