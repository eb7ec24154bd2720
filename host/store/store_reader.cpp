#include "host/store/store_reader.hpp"

#include <map>
#include <utility>

#include "host/store/run_documents.hpp"
#include "host/store/run_rows.hpp"
#include "host/store/run_schema.hpp"

namespace oa::host {
namespace {

/// SQLite knows no runs.
[[noreturn]] void name_run(const std::string& run_id, const SqliteError& error) {
    const std::string message = "run " + run_id + ": " + error.what();
    if (error.is_damage()) {
        throw StoreDamaged(message);
    }
    throw StoreError(message);
}

std::optional<std::string> perhaps_word(const std::optional<core::RunStatus>& status) {
    if (!status) {
        return std::nullopt;
    }
    return std::string(core::to_string(*status));
}

std::optional<std::int64_t> perhaps_number(const std::optional<bool>& truth) {
    return truth ? std::optional(std::int64_t{*truth ? 1 : 0}) : std::nullopt;
}

}  // namespace

StoreReader::StoreReader(const std::filesystem::path& folder,
                         std::chrono::milliseconds busy_timeout)
    : settings_{.file = existing_store_file(folder),
                .access = SqliteDatabase::Access::ReadOnly,
                .busy_timeout = busy_timeout},
      reading_(settings_) {
    demand_up_to_date(reading_);
}

std::int64_t StoreReader::version() const {
    const std::lock_guard lock(reading_mutex_);
    SqliteStatement statement(reading_, "PRAGMA data_version");
    return statement.step() ? statement.number(0) : 0;
}

std::optional<std::string> StoreReader::documents(const std::string& name) const {
    const std::lock_guard lock(reading_mutex_);
    return read_document(reading_, name);
}

std::vector<core::JournalRecord> StoreReader::load(const std::string& run_id) const {
    const std::lock_guard lock(reading_mutex_);
    std::vector<core::JournalRecord> records;
    try {
        // One state for the row and the records.
        const SqliteSnapshot snapshot(reading_);
        const std::optional<RunRow> row = find_run_row(reading_, run_id);
        if (row) {
            records.reserve(row->summary.records);
            each_record(reading_, *row,
                        [&](StoredRecord stored) { records.push_back(std::move(stored.record)); });
        }
    } catch (const SqliteError& error) {
        name_run(run_id, error);
    }
    return records;
}

std::vector<StoredLine> StoreReader::lines(const std::string& run_id,
                                           std::uint64_t after,
                                           std::uint32_t limit) const {
    const std::lock_guard lock(reading_mutex_);
    std::vector<StoredLine> lines;
    try {
        const SqliteSnapshot snapshot(reading_);
        const std::optional<RunRow> row = find_run_row(reading_, run_id);
        if (row) {
            each_line(reading_, row->key, after, limit,
                      [&](StoredLine line) { lines.push_back(std::move(line)); });
        }
    } catch (const SqliteError& error) {
        name_run(run_id, error);
    }
    return lines;
}

std::optional<RunSummary> StoreReader::find(const std::string& run_id) const {
    const std::lock_guard lock(reading_mutex_);
    try {
        std::optional<RunRow> row = find_run_row(reading_, run_id);
        if (row) {
            return std::move(row->summary);
        }
    } catch (const SqliteError& error) {
        name_run(run_id, error);
    }
    return std::nullopt;
}

std::vector<std::string> StoreReader::resolve(std::string_view prefix, std::uint32_t limit) const {
    const std::lock_guard lock(reading_mutex_);
    return run_ids_from(reading_, prefix, limit);
}

RunPage StoreReader::list(const RunQuery& query) const {
    const std::lock_guard lock(reading_mutex_);
    SqliteStatement statement(
        reading_,
        "SELECT * FROM runs WHERE (?1 IS NULL OR key < ?1) AND (?2 IS NULL OR workflow = ?2) "
        "AND (?3 IS NULL OR status = ?3) AND parent IS ?4 AND (?5 IS NULL OR triggered_by = ?5) "
        "AND (?6 IS NULL OR concurrency_key = ?6) AND (?7 IS NULL OR retry_of = ?7) "
        "AND (?8 IS NULL OR paused = ?8) AND (?9 IS NULL OR (waits > 0) = ?9) "
        "ORDER BY key DESC LIMIT ?10");
    const std::optional<std::string> status = perhaps_word(query.status);
    statement.bind(1, query.after)
        .bind(2, query.workflow)
        .bind(3, status)
        .bind(4, query.parent_run_id)
        .bind(5, query.trigger)
        .bind(6, query.key)
        .bind(7, query.retry_of)
        .bind(8, perhaps_number(query.is_paused))
        .bind(9, perhaps_number(query.is_waiting))
        .bind(10, std::int64_t{query.limit} + 1);
    RunPage page;
    std::int64_t last = 0;
    while (statement.step()) {
        if (page.runs.size() == query.limit) {
            page.next = last;
            break;
        }
        RunRow row = run_row_of(statement);
        last = row.key;
        page.runs.push_back(std::move(row.summary));
    }
    return page;
}

std::vector<TaskSummary> StoreReader::tasks(const std::string& run_id) const {
    const std::lock_guard lock(reading_mutex_);
    std::map<core::TaskIndex, TaskSummary> tasks;
    try {
        const SqliteSnapshot snapshot(reading_);
        const std::optional<RunRow> row = find_run_row(reading_, run_id);
        if (!row) {
            return {};
        }
        for (auto& [index, execution] : read_executions(reading_, row->key)) {
            TaskSummary& task = tasks[execution.task];
            ++task.executions;
            // Of a loop there are elements alone; the latest of them stands for it.
            task.execution = index;
            task.summary = std::move(execution);
        }
    } catch (const SqliteError& error) {
        name_run(run_id, error);
    }
    std::vector<TaskSummary> in_order;
    in_order.reserve(tasks.size());
    for (auto& [index, task] : tasks) {
        in_order.push_back(std::move(task));
    }
    return in_order;
}

std::vector<RunSummary> StoreReader::open_runs() const {
    const std::lock_guard lock(reading_mutex_);
    SqliteStatement statement(reading_, "SELECT * FROM runs WHERE ended IS NULL ORDER BY key");
    std::vector<RunSummary> runs;
    while (statement.step()) {
        runs.push_back(run_row_of(statement).summary);
    }
    return runs;
}

void StoreReader::back_up(const std::filesystem::path& to) const {
    SqliteDatabase(settings_).back_up(to);
}

// By a connection that has nothing in memory yet.
StoreCheckReport StoreReader::check() const {
    try {
        SqliteDatabase fresh(settings_);
        return check_store(fresh);
    } catch (const StoreError& error) {
        StoreCheckReport report;
        report.problems.emplace_back(error.what());
        return report;
    }
}

}  // namespace oa::host
