#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/store/run_summary.hpp"
#include "host/store/sqlite_database.hpp"

namespace oa::host {

/// A place in the list of runs: after this one. It stays where it is while runs are added and
/// removed, the one it names among them.
struct RunCursor {
    std::int64_t created = 0;  ///< nanoseconds since 1970
    std::int64_t key = 0;      ///< of the row; tells runs of the same moment apart

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 mistakes what the compiler generates
    friend auto operator<=>(const RunCursor&, const RunCursor&) = default;
};

/// "1800000000000000000.17", for those who hand it to others.
[[nodiscard]] std::string to_string(const RunCursor& cursor);
/// Nothing for a text that is none.
[[nodiscard]] std::optional<RunCursor> parse_run_cursor(std::string_view text);

/// From a time on, and up to another, which is not in it.
struct TimeRange {
    std::optional<core::WallTime> from = {};
    std::optional<core::WallTime> before = {};
};

/// Which runs to list. What is left out does not matter.
struct RunQuery {
    std::optional<std::string> workflow = {};
    std::vector<core::RunStatus> statuses = {};  ///< one of these
    /// The runs that are tasks of this one; left out: those that are nobody's task.
    std::optional<std::string> parent_run_id = {};
    std::optional<std::string> trigger = {};
    std::optional<std::string> key = {};       ///< of `concurrency`
    std::optional<std::string> retry_of = {};  ///< those that do this one again
    std::optional<bool> is_paused = {};
    std::optional<bool> is_waiting = {};  ///< a task of it waits for a time or an answer
    TimeRange created = {};
    TimeRange ended = {};
    std::uint32_t limit = 100;
    std::optional<RunCursor> after = {};  ///< RunPage::next of the page before
};

struct RunPage {
    std::vector<RunSummary> runs;   ///< the newest first
    std::optional<RunCursor> next;  ///< nothing: there are no more
};

/// Throws SqliteError, and StoreDamaged for rows that nobody can have written.
[[nodiscard]] RunPage list_runs(SqliteDatabase& database, const RunQuery& query);

}  // namespace oa::host
