#pragma once

#include <filesystem>

namespace oa::host {

/// What a process can no longer do.
struct Fence {
    bool files = false;  ///< write anywhere but into its own folder and the null device
    bool network_and_programs = false;  ///< open sockets, start programs
};

/// Fences this process in, for good, so that a plug-in can be tried with any parameters: examples
/// must not delete files or send messages. What the system does not offer is left open; the result
/// tells. Before any thread is started.
[[nodiscard]] Fence fence_in(const std::filesystem::path& own_folder);

}  // namespace oa::host
