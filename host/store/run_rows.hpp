#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/port/journal.hpp"
#include "host/store/chain_hash.hpp"
#include "host/store/run_summary.hpp"
#include "host/store/sqlite_database.hpp"

// The rows of a store as values. All of it throws SqliteError, and StoreDamaged for rows that
// nobody can have written.
namespace oa::host {

[[nodiscard]] std::int64_t to_column(core::WallTime time);
[[nodiscard]] core::WallTime to_time(std::int64_t column);

/// Nothing for NULL, and NULL for nothing.
[[nodiscard]] std::optional<core::WallTime> perhaps_time(const SqliteStatement& statement,
                                                         int column);
[[nodiscard]] std::optional<std::int64_t> perhaps_column(const std::optional<core::WallTime>& time);
/// Empty for NULL.
[[nodiscard]] std::string perhaps_text(const SqliteStatement& statement, int column);
/// Nothing for bytes of another size.
[[nodiscard]] std::optional<ChainHash> hash_from(std::string_view bytes);

/// A row of `runs`.
struct RunRow {
    std::int64_t key = 0;
    RunSummary summary;
    ChainHash head{};  ///< of the last record
};

[[nodiscard]] std::optional<RunRow> find_run_row(SqliteDatabase& database,
                                                 const std::string& run_id);
/// The run that a request with this key made; none has the empty one.
[[nodiscard]] std::optional<RunRow> find_requested_run(SqliteDatabase& database,
                                                       const std::string& request_key);
/// All of them, in the order in which they were made.
[[nodiscard]] std::vector<RunRow> read_run_rows(SqliteDatabase& database);
/// The ids of runs that are nobody's task and whose ids begin so, in order.
[[nodiscard]] std::vector<std::string> run_ids_from(SqliteDatabase& database,
                                                    std::string_view prefix,
                                                    std::uint32_t limit);
/// From a statement whose columns are those of `runs`, in their order; those that the schema of an
/// older store does not have are empty.
[[nodiscard]] RunRow run_row_of(const SqliteStatement& statement);

/// Makes the row of a run that has no records yet; gives its key.
[[nodiscard]] std::int64_t insert_run(SqliteDatabase& database, const RunSummary& run);
/// Writes what changes while a run goes on.
void update_run(SqliteDatabase& database, const RunRow& run);

/// A row of `events`. The bytes are borrowed.
struct EventRow {
    std::uint64_t number = 0;
    std::int64_t at = 0;
    ChainHash hash{};
    std::string_view bytes;
};

void insert_event(SqliteDatabase& database, std::int64_t run, const EventRow& event);

/// A record, and the row that it was read from, whose bytes hold until the next one.
struct StoredRecord {
    core::JournalRecord record;
    EventRow row;
};

/// Gives the records of a run in order, each after its place in the chain is verified. In the end
/// as many must have come as the row says, the last one with the hash that it says. Throws
/// StoreDamaged, which names the run and the record; StoreTooNew for a record of a newer program.
void each_record(SqliteDatabase& database,
                 const RunRow& run,
                 const std::function<void(StoredRecord)>& use);

/// The first and the last record of a run, verified like all of them: the first by its own hash,
/// the last by that of the one before, and the run's. One record where there is one.
[[nodiscard]] std::vector<core::JournalRecord> read_end_records(SqliteDatabase& database,
                                                                const RunRow& run);

/// Puts the row in place of the one that there is, if there is one.
void write_execution(SqliteDatabase& database,
                     std::int64_t run,
                     core::ExecutionIndex index,
                     const ExecutionSummary& execution);
[[nodiscard]] std::map<core::ExecutionIndex, ExecutionSummary> read_executions(
    SqliteDatabase& database, std::int64_t run);

/// The executions that wait for a time or an answer.
[[nodiscard]] std::set<core::ExecutionIndex> read_waits(SqliteDatabase& database, std::int64_t run);
void insert_wait(SqliteDatabase& database, std::int64_t run, core::ExecutionIndex execution);
void delete_wait(SqliteDatabase& database, std::int64_t run, core::ExecutionIndex execution);
void delete_waits(SqliteDatabase& database, std::int64_t run);

}  // namespace oa::host
