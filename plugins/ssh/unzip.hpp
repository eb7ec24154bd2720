#pragma once

#include <string>

#include "stopper.hpp"

namespace oa::ssh {

/// Unpacks a ZIP file into a folder that is there. Throws Error for what is no ZIP file, and for
/// names that lead out of the folder.
void unzip(const std::string& archive, const std::string& folder, const Stopper& stopper);

}  // namespace oa::ssh
