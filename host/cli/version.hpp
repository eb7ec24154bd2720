#pragma once

#include <ostream>
#include <string>

#include "host/cli/options.hpp"

namespace oa::host {

/// "oa 0.1.0 (plug-in ABI 1.0)".
[[nodiscard]] std::string version_line();

[[nodiscard]] ExitStatus print_version(const VersionOptions& options, std::ostream& out);

}  // namespace oa::host
