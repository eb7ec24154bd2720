#pragma once

#include <filesystem>
#include <memory>

#include "host/plugin/plugin_file.hpp"
#include "oa/plugin.h"

namespace oa::host {

/// A file to map, and which content of it was examined.
struct PluginImage {
    std::filesystem::path file;
    FileIdentity identity;
    /// Held open until it is mapped; may be null. Shared with the copies of the image.
    std::shared_ptr<const OpenedFile> opened;
};

/// Maps a plug-in that examine_plugin_file() has passed, and returns its entry function. The code
/// stays mapped until the process ends: detached threads, thread-local destructors and signal
/// handlers of a plug-in survive any attempt to unload it. Throws PluginRefused (Unloadable).
[[nodiscard]] oa_module_entry_fn map_plugin(const std::filesystem::path& canonical_path);

/// The same for a file that may have been replaced since it was examined: maps what was examined,
/// or refuses when that is lost. The system's loader knows libraries by path and inode, and would
/// give back the code of a content that it has mapped before; so any other is mapped from a private
/// copy. Throws PluginRefused (Changed, Unloadable).
[[nodiscard]] oa_module_entry_fn map_plugin(const PluginImage& image);

/// Calls the entry function of a mapped plug-in. Throws PluginRefused (Declined).
[[nodiscard]] const oa_module& ask_for_module(oa_module_entry_fn entry, const oa_host& host);

}  // namespace oa::host
