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

std::vector<core::JournalRecord> StoreReader::load_ends(const std::string& run_id) const {
    const std::lock_guard lock(reading_mutex_);
    try {
        const SqliteSnapshot snapshot(reading_);
        const std::optional<RunRow> row = find_run_row(reading_, run_id);
        return row ? read_end_records(reading_, *row) : std::vector<core::JournalRecord>();
    } catch (const SqliteError& error) {
        name_run(run_id, error);
    }
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

std::optional<RunSummary> StoreReader::find_request(const std::string& request_key) const {
    const std::lock_guard lock(reading_mutex_);
    std::optional<RunRow> row = find_requested_run(reading_, request_key);
    if (!row) {
        return std::nullopt;
    }
    return std::move(row->summary);
}

std::vector<std::string> StoreReader::resolve(std::string_view prefix, std::uint32_t limit) const {
    const std::lock_guard lock(reading_mutex_);
    return run_ids_from(reading_, prefix, limit);
}

RunPage StoreReader::list(const RunQuery& query) const {
    const std::lock_guard lock(reading_mutex_);
    return list_runs(reading_, query);
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

std::vector<WorkflowVersion> StoreReader::workflows() const {
    const std::lock_guard lock(reading_mutex_);
    return list_workflows(reading_);
}

std::optional<WorkflowVersion> StoreReader::newest_version(const std::string& name) const {
    const std::lock_guard lock(reading_mutex_);
    return newest_workflow_version(reading_, name);
}

std::vector<WorkflowVersion> StoreReader::versions(const std::string& name,
                                                   std::uint32_t limit,
                                                   std::optional<std::uint64_t> before) const {
    const std::lock_guard lock(reading_mutex_);
    return list_workflow_versions(reading_, name, limit, before);
}

std::vector<StoredToken> StoreReader::tokens() const {
    const std::lock_guard lock(reading_mutex_);
    std::vector<StoredToken> tokens;
    each_token(reading_, [&](const StoredToken& token) { tokens.push_back(token); });
    return tokens;
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
