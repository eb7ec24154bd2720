#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "host/store/sqlite_database.hpp"

namespace oa::host {

struct SalvageReport {
    /// A run that is not copied.
    struct Left {
        std::string run;            ///< its id; "number 7" when that cannot be read either
        std::uint64_t sound = 0;    ///< records from the first one on that are what was written
        std::uint64_t records = 0;  ///< that it had
        std::string reason;
    };

    std::uint64_t runs = 0;  ///< copied, with so many records
    std::uint64_t records = 0;
    std::uint64_t lines = 0;
    std::uint64_t versions = 0;  ///< of workflows
    std::uint64_t tokens = 0;
    std::vector<Left> left;
    std::vector<std::string> problems;  ///< what else could not be read, a sentence each
};

/// Copies the runs of a damaged store that are whole to a new one in an empty folder, and what can
/// be read of the versions of workflows and the tokens. A run goes
/// with the run whose task it is; one that has not ended goes only if all within it are whole, too,
/// as it could not go on. Changes nothing of what is there. Throws StoreError when nothing can be
/// read, or the copy cannot be written.
SalvageReport salvage_store(SqliteDatabase& damaged, const std::filesystem::path& folder);

}  // namespace oa::host
