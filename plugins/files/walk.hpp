#pragma once

#include <functional>
#include <string>

#include <sys/stat.h>

#include "support.hpp"

namespace oa::files {

/// Something below the folder that is walked. Valid while the visitor runs.
struct WalkEntry {
    const std::string& path;      // of the folder that was given, and what is below
    const std::string& relative;  // below that folder
    const std::string& name;
    const struct stat& info;  // of a followed link: of what it names
    int parent;               // the open folder that has it, for openat(parent, name)
    int depth;                // 1 for what is in the folder itself
};

enum class Visit { Into, Skip };

struct WalkOptions {
    Links links = Links::Keep;
    /// Told of a folder that cannot be listed; without it the walk fails.
    std::function<void(const std::string& path, int error)> unreadable;
};

/// Visits all that is below the folder `root`, each folder before what it holds, names in the order
/// of their bytes: so the order is always the same. Works on open folders, so that paths may be of
/// any length and nobody can swap in a link. A link that leads back into a folder around it is
/// visited and not entered. The visitor says whether a folder is entered.
void walk(const std::string& root,
          const WalkOptions& options,
          const Checkpoint& check,
          const std::function<Visit(const WalkEntry&)>& visit);

/// The target of the link `name` in the open folder `parent`; `path` is for messages.
[[nodiscard]] std::string read_link(int parent, const std::string& name, const std::string& path);

}  // namespace oa::files
