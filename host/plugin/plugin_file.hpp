#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "host/plugin/elf_file.hpp"

namespace oa::host {

/// Whether files that others may change are refused.
enum class TrustPolicy { Enforce, Ignore };

/// A library on disk that has passed every check that needs none of its code to run.
struct PluginFile {
    std::filesystem::path path;  ///< canonical
    dev_t device = 0;
    ino_t inode = 0;
    ElfFacts facts;
};

/// Examines a file, following links first. Never blocks on a pipe or device. Throws PluginRefused.
[[nodiscard]] PluginFile examine_plugin_file(const std::filesystem::path& path, TrustPolicy trust);

}  // namespace oa::host
