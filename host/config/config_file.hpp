#pragma once

#include <filesystem>

#include "host/config/config.hpp"

namespace oa::host {

/// Reads a file that must be there into `result`: its settings, where they stand, and what is wrong
/// with them.
void read_config_file(const std::filesystem::path& path, ConfigResult& result);

}  // namespace oa::host
