#pragma once

#include <filesystem>

#include "oa/plugin.h"

namespace oa::host {

/// Maps a plug-in that examine_plugin_file() has passed, and returns its entry function. The code
/// stays mapped until the process ends: detached threads, thread-local destructors and signal
/// handlers of a plug-in survive any attempt to unload it. Throws PluginRefused (Unloadable).
[[nodiscard]] oa_module_entry_fn map_plugin(const std::filesystem::path& canonical_path);

}  // namespace oa::host
