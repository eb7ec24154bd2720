#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "host/isolation/quarantine.hpp"

namespace oa::host::isolation {

/// A file that says which plug-in content runs in a process. It is left behind when the process
/// dies.
struct RunningMark {
    std::filesystem::path file;
    PluginContent content;
};

/// Writes the mark of this process for a content. Throws std::system_error.
[[nodiscard]] std::filesystem::path write_mark(const std::filesystem::path& folder,
                                               const PluginContent& content);

/// The marks of processes that are gone, except those that went with the whole machine: these are
/// removed.
[[nodiscard]] std::vector<RunningMark> find_dead_marks(const std::filesystem::path& folder);

}  // namespace oa::host::isolation
