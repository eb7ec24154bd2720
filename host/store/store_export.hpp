#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/store/sqlite_database.hpp"

namespace oa::host {

struct ExportOptions {
    std::optional<std::string> run_id = {};  ///< left out: all
    bool lines = false;                      ///< also what the tasks said
};

struct ExportReport {
    std::uint64_t runs = 0;  ///< whole ones
    std::uint64_t records = 0;
    std::uint64_t lines = 0;
    std::vector<std::string> problems;  ///< a sentence each, of runs that could not be read whole
};

/// Gives each record as a line of JSON, verified: the event as it is kept, with `run`, `number` and
/// `at` before it; and each line of a run's log with `line` in place of `number`, after the run's
/// records. Reads one state, while others may write. Throws StoreError when nothing can be read, or
/// there is no such run.
ExportReport export_store(SqliteDatabase& database,
                          const ExportOptions& options,
                          const std::function<void(std::string_view line)>& use);

}  // namespace oa::host
