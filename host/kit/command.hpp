#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace oa::host {

/// Runs a program (found by PATH) with the input and output of this one, and with no signal
/// blocked. Its exit status, or 128 and the signal that ended it; 127 when it cannot be started.
int run_command(const std::vector<std::string>& command, const std::filesystem::path& folder);

/// Becomes that program. Returns only when it cannot be started.
void become_command(const std::vector<std::string>& command);

}  // namespace oa::host
