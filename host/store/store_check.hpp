#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/store/sqlite_database.hpp"

namespace oa::host {

struct StoreCheckReport {
    std::uint64_t runs = 0;     ///< looked at
    std::uint64_t records = 0;  ///< read, and found to be what was written
    std::vector<std::string>
        problems;  ///< a sentence each, naming file, run and record; empty: sound

    [[nodiscard]] bool is_sound() const { return problems.empty(); }
};

/// Looks at everything: SQLite's own check, each run's chain, and whether the tables say what the
/// events add up to. Never throws for what is damaged. Reads one state, while others may write.
[[nodiscard]] StoreCheckReport check_store(SqliteDatabase& database);

}  // namespace oa::host
