#pragma once

#include <cstddef>
#include <string>

namespace oa::host::isolation {

/// Makes a private folder (0700) in `parent`; empty: the system's. Where this process is root and
/// the worker will not be, it belongs to the worker's user. Throws LaunchError.
[[nodiscard]] std::string make_worker_folder(const std::string& parent, bool for_nobody);

/// Removes up to `entries_max` entries of such a folder, and the folder itself after the last one.
/// Follows no link, however the folder was filled. True when nothing is left to do, or can be done.
[[nodiscard]] bool remove_some(const std::string& folder, std::size_t entries_max);

}  // namespace oa::host::isolation
