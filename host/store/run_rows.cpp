#include "host/store/run_rows.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "host/store/event_codec.hpp"

namespace oa::host {
namespace {

/// The column of `runs` that schema 3 adds first.
constexpr int first_of_schema_3 = 22;

[[noreturn]] void damaged(const SqliteDatabase& database,
                          const std::string& run_id,
                          const std::string& what) {
    throw StoreDamaged(database.file().string() + ": run " + run_id + ": " + what);
}

template <typename Status>
std::optional<Status> status_of(std::string_view word, Status last) {
    for (int i = 0; i <= static_cast<int>(last); ++i) {
        if (core::to_string(static_cast<Status>(i)) == word) {
            return static_cast<Status>(i);
        }
    }
    return std::nullopt;
}

std::uint32_t small_number(const SqliteStatement& statement, int column) {
    const std::int64_t number = statement.number(column);
    if (!std::in_range<std::uint32_t>(number)) {
        throw StoreDamaged("the number " + std::to_string(number) +
                           " is in no row that was written");
    }
    return static_cast<std::uint32_t>(number);
}

std::optional<std::string> unless_empty(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

core::JournalEntry decode_record(const SqliteDatabase& database,
                                 const std::string& run_id,
                                 std::uint64_t number,
                                 std::string_view bytes) {
    const std::string place =
        database.file().string() + ": run " + run_id + ": record " + std::to_string(number) + ' ';
    try {
        return decode_entry(bytes);
    } catch (const EventTooNew& error) {
        throw StoreTooNew(place + error.what());
    } catch (const EventError& error) {
        throw StoreDamaged(place + error.what());
    }
}

}  // namespace

std::int64_t to_column(core::WallTime time) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

core::WallTime to_time(std::int64_t column) {
    return core::WallTime(
        std::chrono::duration_cast<core::WallTime::duration>(std::chrono::nanoseconds(column)));
}

std::optional<std::int64_t> perhaps_column(const std::optional<core::WallTime>& time) {
    return time ? std::optional(to_column(*time)) : std::nullopt;
}

std::string perhaps_text(const SqliteStatement& statement, int column) {
    return statement.is_null(column) ? std::string() : std::string(statement.text(column));
}

std::optional<core::WallTime> perhaps_time(const SqliteStatement& statement, int column) {
    if (statement.is_null(column)) {
        return std::nullopt;
    }
    return to_time(statement.number(column));
}

std::optional<ChainHash> hash_from(std::string_view bytes) {
    ChainHash hash;
    if (bytes.size() != hash.size()) {
        return std::nullopt;
    }
    std::memcpy(hash.data(), bytes.data(), hash.size());
    return hash;
}

RunRow run_row_of(const SqliteStatement& statement) {
    RunRow row;
    row.key = statement.number(0);
    row.summary.id = statement.text(1);
    row.summary.workflow = statement.text(2);
    const auto status = status_of(statement.text(3), core::RunStatus::Cancelled);
    row.summary.attempt = small_number(statement, 4);
    row.summary.parent_run_id = perhaps_text(statement, 5);
    row.summary.created = to_time(statement.number(6));
    row.summary.started = perhaps_time(statement, 7);
    row.summary.ended = perhaps_time(statement, 8);
    row.summary.records = static_cast<std::uint64_t>(statement.number(9));
    const auto head = hash_from(statement.bytes(10));
    row.summary.documents = perhaps_text(statement, 11);
    row.summary.retry_of = perhaps_text(statement, 12);
    row.summary.retry_from = perhaps_text(statement, 13);
    row.summary.trigger = perhaps_text(statement, 14);
    const std::int64_t priority = statement.number(15);
    row.summary.key = perhaps_text(statement, 16);
    row.summary.deaths = small_number(statement, 17);
    row.summary.is_paused = statement.number(18) != 0;
    row.summary.waits = small_number(statement, 19);
    if (!statement.is_null(20)) {
        row.summary.failure = statement.text(20);
    }
    row.summary.failure_message = perhaps_text(statement, 21);
    if (statement.columns() > first_of_schema_3) {
        row.summary.request_key = perhaps_text(statement, first_of_schema_3);
        row.summary.request_digest = perhaps_text(statement, first_of_schema_3 + 1);
    }
    if (!status || !head || !std::in_range<std::int32_t>(priority)) {
        throw StoreDamaged("run " + row.summary.id + ": its row in `runs` is damaged");
    }
    row.summary.priority = static_cast<std::int32_t>(priority);
    row.summary.status = *status;
    row.head = *head;
    return row;
}

std::optional<RunRow> find_run_row(SqliteDatabase& database, const std::string& run_id) {
    SqliteStatement statement(database, "SELECT * FROM runs WHERE id = ?1");
    statement.bind(1, std::string_view(run_id));
    if (!statement.step()) {
        return std::nullopt;
    }
    return run_row_of(statement);
}

std::optional<RunRow> find_requested_run(SqliteDatabase& database, const std::string& request_key) {
    if (request_key.empty()) {
        return std::nullopt;
    }
    SqliteStatement statement(database, "SELECT * FROM runs WHERE request_key = ?1");
    statement.bind(1, std::string_view(request_key));
    if (!statement.step()) {
        return std::nullopt;
    }
    return run_row_of(statement);
}

std::vector<RunRow> read_run_rows(SqliteDatabase& database) {
    SqliteStatement statement(database, "SELECT * FROM runs ORDER BY key");
    std::vector<RunRow> rows;
    while (statement.step()) {
        rows.push_back(run_row_of(statement));
    }
    return rows;
}

void each_record(SqliteDatabase& database,
                 const RunRow& run,
                 const std::function<void(StoredRecord)>& use) {
    const std::string& run_id = run.summary.id;
    SqliteStatement statement(
        database, "SELECT number, at, hash, entry FROM events WHERE run = ?1 ORDER BY number");
    statement.bind(1, run.key);
    ChainHash before{};
    std::uint64_t count = 0;
    while (statement.step()) {
        const std::int64_t number = statement.number(0);
        ++count;
        if (!std::cmp_equal(number, count)) {
            damaged(database, run_id,
                    "record " + std::to_string(count) + " is missing; the next one is " +
                        std::to_string(number));
        }
        const std::int64_t at = statement.number(1);
        const std::string_view bytes = statement.text(3);
        const ChainHash hash = next_in_chain(
            before, {.run_id = run_id, .number = count, .at = at, .content = hash_of(bytes)});
        if (hash_from(statement.bytes(2)) != hash) {
            damaged(database, run_id,
                    "record " + std::to_string(count) +
                        " is damaged: it is not what its hash was made from");
        }
        before = hash;
        use({.record = {count, to_time(at), decode_record(database, run_id, count, bytes)},
             .row = {.number = count, .at = at, .hash = hash, .bytes = bytes}});
    }
    if (count != run.summary.records || before != run.head) {
        damaged(database, run_id,
                std::to_string(count) + " records are there, but record " +
                    std::to_string(run.summary.records) + " was the last one");
    }
}

std::vector<core::JournalRecord> read_end_records(SqliteDatabase& database, const RunRow& run) {
    const std::string& run_id = run.summary.id;
    const auto last = static_cast<std::int64_t>(run.summary.records);
    SqliteStatement statement(database,
                              "SELECT number, at, hash, entry FROM events WHERE run = ?1 AND "
                              "(number = 1 OR number >= ?2) ORDER BY number");
    statement.bind(1, run.key).bind(2, last - 1);
    std::vector<core::JournalRecord> records;
    ChainHash before{};
    std::int64_t number = 0;
    while (statement.step()) {
        const std::int64_t previous = std::exchange(number, statement.number(0));
        const auto place = static_cast<std::uint64_t>(number);
        const std::int64_t at = statement.number(1);
        const std::string_view bytes = statement.text(3);
        const std::optional<ChainHash> hash = hash_from(statement.bytes(2));
        const bool is_checked = number == previous + 1;
        if (!hash || (is_checked && *hash != next_in_chain(before, {.run_id = run_id,
                                                                    .number = place,
                                                                    .at = at,
                                                                    .content = hash_of(bytes)}))) {
            damaged(database, run_id,
                    "record " + std::to_string(number) +
                        " is damaged: it is not what its hash was made from");
        }
        before = *hash;
        if (number == 1 || number == last) {
            records.push_back({place, to_time(at), decode_record(database, run_id, place, bytes)});
        }
    }
    if (number != last || before != run.head) {
        damaged(database, run_id,
                "record " + std::to_string(number) + " is the last one that is there, but record " +
                    std::to_string(last) + " was the last one");
    }
    return records;
}

std::vector<std::string> run_ids_from(SqliteDatabase& database,
                                      std::string_view prefix,
                                      std::uint32_t limit) {
    // No character comes after the last one that there is.
    SqliteStatement statement(database,
                              "SELECT id FROM runs WHERE id >= ?1 AND id < ?1 || char(0x10FFFF) "
                              "AND parent IS NULL ORDER BY id LIMIT ?2");
    statement.bind(1, prefix).bind(2, std::int64_t{limit});
    std::vector<std::string> ids;
    while (statement.step()) {
        ids.emplace_back(statement.text(0));
    }
    return ids;
}

std::int64_t insert_run(SqliteDatabase& database, const RunSummary& run) {
    const std::optional<std::string> parent = unless_empty(run.parent_run_id);
    const std::optional<std::string> documents = unless_empty(run.documents);
    const std::optional<std::string> retry_of = unless_empty(run.retry_of);
    const std::optional<std::string> retry_from = unless_empty(run.retry_from);
    const std::optional<std::string> trigger = unless_empty(run.trigger);
    const std::optional<std::string> key = unless_empty(run.key);
    const std::optional<std::string> request_key = unless_empty(run.request_key);
    const std::optional<std::string> request_digest = unless_empty(run.request_digest);
    const ChainHash head{};
    SqliteStatement statement(
        database,
        "INSERT INTO runs (id, workflow, status, attempt, parent, created, records, head, "
        "documents, retry_of, retry_from, triggered_by, priority, concurrency_key, request_key, "
        "request_digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
        "?15) RETURNING key");
    statement.bind(1, std::string_view(run.id))
        .bind(2, std::string_view(run.workflow))
        .bind(3, core::to_string(run.status))
        .bind(4, std::int64_t{run.attempt})
        .bind(5, parent)
        .bind(6, to_column(run.created))
        .bind(7, std::span<const std::byte>(head))
        .bind(8, documents)
        .bind(9, retry_of)
        .bind(10, retry_from)
        .bind(11, trigger)
        .bind(12, std::int64_t{run.priority})
        .bind(13, key)
        .bind(14, request_key)
        .bind(15, request_digest);
    const std::int64_t made = statement.step() ? statement.number(0) : 0;
    statement.run();
    return made;
}

void update_run(SqliteDatabase& database, const RunRow& run) {
    SqliteStatement(database,
                    "UPDATE runs SET records = ?2, head = ?3, deaths = ?4, paused = ?5, waits = ?6 "
                    "WHERE key = ?1")
        .bind(1, run.key)
        .bind(2, static_cast<std::int64_t>(run.summary.records))
        .bind(3, std::span<const std::byte>(run.head))
        .bind(4, std::int64_t{run.summary.deaths})
        .bind(5, std::int64_t{run.summary.is_paused ? 1 : 0})
        .bind(6, std::int64_t{run.summary.waits})
        .run();
    // Apart, because SQLite writes every index of a column that is set, changed or not.
    const std::optional<std::string> message = unless_empty(run.summary.failure_message);
    SqliteStatement(database,
                    "UPDATE runs SET status = ?2, started = ?3, ended = ?4, failure = ?5, "
                    "failure_message = ?6 "
                    "WHERE key = ?1 AND (status <> ?2 OR started IS NOT ?3 OR ended IS NOT ?4)")
        .bind(1, run.key)
        .bind(2, core::to_string(run.summary.status))
        .bind(3, perhaps_column(run.summary.started))
        .bind(4, perhaps_column(run.summary.ended))
        .bind(5, run.summary.failure)
        .bind(6, message)
        .run();
}

void insert_event(SqliteDatabase& database, std::int64_t run, const EventRow& event) {
    SqliteStatement(database,
                    "INSERT INTO events (run, number, at, hash, entry) VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind(1, run)
        .bind(2, static_cast<std::int64_t>(event.number))
        .bind(3, event.at)
        .bind(4, std::span<const std::byte>(event.hash))
        .bind(5, event.bytes)
        .run();
}

void write_execution(SqliteDatabase& database,
                     std::int64_t run,
                     core::ExecutionIndex index,
                     const ExecutionSummary& execution) {
    std::optional<std::int64_t> loop;
    std::optional<std::int64_t> element;
    if (execution.element) {
        loop = execution.element->loop;
        element = execution.element->index;
    }
    SqliteStatement(database,
                    "INSERT OR REPLACE INTO executions (run, execution, task, loop, element, "
                    "attempt, status, started, ended, failure) "
                    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")
        .bind(1, run)
        .bind(2, std::int64_t{index})
        .bind(3, static_cast<std::int64_t>(execution.task))
        .bind(4, loop)
        .bind(5, element)
        .bind(6, std::int64_t{execution.attempt})
        .bind(7, core::to_string(execution.status))
        .bind(8, to_column(execution.started))
        .bind(9, perhaps_column(execution.ended))
        .bind(10, execution.failure)
        .run();
}

std::map<core::ExecutionIndex, ExecutionSummary> read_executions(SqliteDatabase& database,
                                                                 std::int64_t run) {
    SqliteStatement statement(database,
                              "SELECT execution, task, loop, element, attempt, status, started, "
                              "ended, failure FROM executions WHERE run = ?1 ORDER BY execution");
    statement.bind(1, run);
    std::map<core::ExecutionIndex, ExecutionSummary> executions;
    while (statement.step()) {
        ExecutionSummary execution;
        execution.task = small_number(statement, 1);
        if (!statement.is_null(2)) {
            execution.element =
                core::Element{small_number(statement, 2), small_number(statement, 3)};
        }
        execution.attempt = small_number(statement, 4);
        const auto status = status_of(statement.text(5), core::TaskStatus::Cancelled);
        if (!status) {
            throw StoreDamaged("a row in `executions` has the unknown status \"" +
                               std::string(statement.text(5)) + '"');
        }
        execution.status = *status;
        execution.started = to_time(statement.number(6));
        execution.ended = perhaps_time(statement, 7);
        if (!statement.is_null(8)) {
            execution.failure = statement.text(8);
        }
        executions.emplace(small_number(statement, 0), std::move(execution));
    }
    return executions;
}

std::set<core::ExecutionIndex> read_waits(SqliteDatabase& database, std::int64_t run) {
    SqliteStatement statement(database, "SELECT execution FROM waits WHERE run = ?1");
    statement.bind(1, run);
    std::set<core::ExecutionIndex> waits;
    while (statement.step()) {
        waits.insert(small_number(statement, 0));
    }
    return waits;
}

void insert_wait(SqliteDatabase& database, std::int64_t run, core::ExecutionIndex execution) {
    SqliteStatement(database, "INSERT OR IGNORE INTO waits (run, execution) VALUES (?1, ?2)")
        .bind(1, run)
        .bind(2, std::int64_t{execution})
        .run();
}

void delete_wait(SqliteDatabase& database, std::int64_t run, core::ExecutionIndex execution) {
    SqliteStatement(database, "DELETE FROM waits WHERE run = ?1 AND execution = ?2")
        .bind(1, run)
        .bind(2, std::int64_t{execution})
        .run();
}

void delete_waits(SqliteDatabase& database, std::int64_t run) {
    SqliteStatement(database, "DELETE FROM waits WHERE run = ?1").bind(1, run).run();
}

}  // namespace oa::host
