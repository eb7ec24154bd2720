#pragma once

#include <filesystem>

#include "host/store/store_check.hpp"

namespace oa::host {

/// Makes a store in a folder from a file that RunStore::back_up() made, or from the `runs.db` of a
/// store that no process has open. The folder must be empty, or not be there: nothing is ever
/// replaced. What is restored has been checked, and the report says what it holds. Throws
/// StoreError, which names the first problem, for a copy that is not sound; then nothing is made.
StoreCheckReport restore_store(const std::filesystem::path& backup,
                               const std::filesystem::path& folder);

/// Throws StoreError for a folder with anything in it.
void demand_empty_folder(const std::filesystem::path& folder);

}  // namespace oa::host
