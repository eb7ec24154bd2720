#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/port/journal.hpp"
#include "host/store/sqlite_database.hpp"

// What the tasks of runs said, as rows. All of it throws SqliteError, and StoreDamaged for rows
// that nobody can have written.
namespace oa::host {

struct StoredLine {
    std::uint64_t sequence = 0;  ///< within the run, from 1
    core::LogLine line;          ///< without a task: the store itself says it
};

/// How much a run has said.
struct LogState {
    std::uint64_t lines = 0;
    std::uint64_t bytes = 0;   ///< of messages and fields
    bool is_complete = false;  ///< no more is taken
};

[[nodiscard]] LogState read_log_state(SqliteDatabase& database, std::int64_t run);

/// Adds lines in order. Where they would exceed `bytes_max` for the run, a line says so, and the
/// rest is dropped.
void write_lines(SqliteDatabase& database,
                 std::int64_t run,
                 LogState& state,
                 std::span<const core::LogLine> lines,
                 std::uint64_t bytes_max);

/// Gives up to `limit` lines that come after number `after`, in order.
void each_line(SqliteDatabase& database,
               std::int64_t run,
               std::uint64_t after,
               std::uint32_t limit,
               const std::function<void(StoredLine)>& use);

/// "trace", "debug", "info", "warn" or "error".
[[nodiscard]] std::string_view word_of(core::TaskLogLevel level);

}  // namespace oa::host
