#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/port/journal.hpp"
#include "host/store/log_lines.hpp"
#include "host/store/run_summary.hpp"
#include "host/store/sqlite_database.hpp"
#include "host/store/store_check.hpp"
#include "host/store/store_files.hpp"

namespace oa::host {

/// Which runs to list. What is left out does not matter.
struct RunQuery {
    std::optional<std::string> workflow = {};
    std::optional<core::RunStatus> status = {};
    /// The runs that are tasks of this one; left out: those that are nobody's task.
    std::optional<std::string> parent_run_id = {};
    std::optional<std::string> trigger = {};
    std::optional<std::string> key = {};       ///< of `concurrency`
    std::optional<std::string> retry_of = {};  ///< those that do this one again
    std::optional<bool> is_paused = {};
    std::optional<bool> is_waiting = {};  ///< a task of it waits for a time or an answer
    std::uint32_t limit = 100;
    std::optional<std::int64_t> after = {};  ///< RunPage::next of the page before
};

struct RunPage {
    std::vector<RunSummary> runs;      ///< the newest first
    std::optional<std::int64_t> next;  ///< nothing: there are no more
};

/// How a task stands: its latest execution that began. Of a task with `for_each` that is the
/// element that began last.
struct TaskSummary {
    core::ExecutionIndex execution = 0;
    ExecutionSummary summary;
    std::uint32_t executions = 0;  ///< that began, elements included
};

/// Reads a store, also while the host of another process writes it. Thread safe. All of it throws
/// StoreError; StoreDamaged when what is there is not what was written, which names the run and the
/// record.
class StoreReader : public core::RunHistory {
public:
    /// Throws StoreMissing; StoreError when the store is not of this version.
    explicit StoreReader(const std::filesystem::path& folder,
                         std::chrono::milliseconds busy_timeout = std::chrono::milliseconds{5000});
    StoreReader(const StoreReader&) = delete;
    StoreReader& operator=(const StoreReader&) = delete;
    ~StoreReader() override = default;

    [[nodiscard]] std::filesystem::path folder() const { return folder_of(settings_.file); }
    /// Another number: something has been written meanwhile.
    [[nodiscard]] std::int64_t version() const;
    /// The text of that name, verified; nothing when there is none.
    [[nodiscard]] std::optional<std::string> documents(const std::string& name) const;

    /// All records of a run in order, verified; none when there is no such run.
    [[nodiscard]] std::vector<core::JournalRecord> load(const std::string& run_id) const override;
    /// Up to `limit` lines of a run after number `after`, in order.
    [[nodiscard]] std::vector<StoredLine> lines(const std::string& run_id,
                                                std::uint64_t after,
                                                std::uint32_t limit) const;
    [[nodiscard]] std::optional<RunSummary> find(const std::string& run_id) const;
    /// The runs that are nobody's task whose ids begin so, in order; `limit` at most.
    [[nodiscard]] std::vector<std::string> resolve(std::string_view prefix,
                                                   std::uint32_t limit = 10) const;
    [[nodiscard]] RunPage list(const RunQuery& query) const;
    /// Tasks in the order of the document; those that never began are left out.
    [[nodiscard]] std::vector<TaskSummary> tasks(const std::string& run_id) const;
    /// Those that were accepted and have not ended, the oldest first: a run before its sub-runs.
    [[nodiscard]] std::vector<RunSummary> open_runs() const;

    /// Copies the store as it is now to a file that there is not yet, which is a store's `runs.db`
    /// itself. Others go on.
    void back_up(const std::filesystem::path& to) const;
    /// See check_store(). Others go on.
    [[nodiscard]] StoreCheckReport check() const;

private:
    SqliteDatabase::Settings settings_;
    mutable std::mutex reading_mutex_;
    mutable SqliteDatabase reading_;
};

}  // namespace oa::host
