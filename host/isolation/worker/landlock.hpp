#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace oa::host::isolation::worker {

/// What Landlock keeps a worker from.
struct LandlockRules {
    bool restrict_files = true;
    bool restrict_network = true;
    std::vector<std::filesystem::path> read;     ///< files and folders with all below them
    std::vector<std::filesystem::path> execute;  ///< the same, and programs there may be started
    std::vector<std::filesystem::path> devices;  ///< read and write
    std::optional<std::filesystem::path> own_folder;  ///< everything but device files
    bool execute_own = false;                         ///< programs in own_folder may be started
};

struct LandlockState {
    int abi = 0;           ///< 0: the kernel has none, or it is switched off
    bool files = false;    ///< holds for files
    bool network = false;  ///< holds for TCP
    bool scope = false;    ///< no signal and no abstract Unix socket reaches out
    std::string problem;   ///< why nothing holds
};

/// Restricts this process and all that it starts, for good. Needs PR_SET_NO_NEW_PRIVS. Paths that
/// do not exist are left out.
[[nodiscard]] LandlockState apply_landlock(const LandlockRules& rules);

}  // namespace oa::host::isolation::worker
