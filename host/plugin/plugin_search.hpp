#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "host/plugin/plugin_file.hpp"

namespace oa::host {

/// A file, or a folder whose *.so files are taken in the order of their names.
struct PluginPlace {
    std::filesystem::path path;  ///< absolute
    std::string origin;          ///< who named it: "--plugins", "OA_PLUGINS", "beside the program"
    /// Whether it is a problem that it does not exist.
    enum class Presence { Required, Optional } presence = Presence::Required;
    bool bundled = false;  ///< what lies there came with the host
};

struct PluginSearch {
    std::vector<PluginPlace> places;  ///< on a clash of names the earlier place wins
    TrustPolicy trust = TrustPolicy::Enforce;
    bool eager = false;  ///< map every file at once, also where its manifest would do
};

}  // namespace oa::host
