#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/port/journal.hpp"
#include "host/store/group_commit.hpp"
#include "host/store/log_lines.hpp"
#include "host/store/run_documents.hpp"
#include "host/store/run_summary.hpp"
#include "host/store/run_writer.hpp"
#include "host/store/sqlite_database.hpp"
#include "host/store/store_check.hpp"
#include "host/store/store_lock.hpp"

namespace oa::host {

struct RunStoreSettings {
    std::filesystem::path folder;  ///< of the store alone; on a local disk
    Durability durability = Durability::Full;
    std::chrono::milliseconds busy_timeout{5000};
    std::uint64_t log_bytes_max = 16U << 20U;  ///< of what a run says; the rest is dropped
};

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

/// How long runs that have ended are kept. One goes when either says so.
struct Retention {
    std::optional<std::chrono::seconds> age_max = {};  ///< since their end
    std::optional<std::uint64_t> count_max = {};       ///< the newest of them
    /// How long a document stays that no run is made from, since its name was given out last.
    std::chrono::seconds document_grace = std::chrono::hours(1);
};

/// The history of runs in a SQLite file, `runs.db` in a folder, for one host at a time. Thread
/// safe. All of it throws StoreError; reading throws StoreDamaged when what is there is not what
/// was written, and names the run and the record.
class RunStore final : public core::Journal, public core::RunHistory {
public:
    /// Opens the store, or makes one; brings an older one up to date. Throws StoreInUse,
    /// StoreTooNew.
    explicit RunStore(RunStoreSettings settings);
    RunStore(const RunStore&) = delete;
    RunStore& operator=(const RunStore&) = delete;
    /// What waits is written. Not from within a `done`.
    ~RunStore() override = default;

    /// When `done` is told that a batch is kept, it is as durable as the settings say, and so is
    /// all that was kept before. A batch that does not follow its run's last record is refused by
    /// itself; after a failure that is not passing, but for such a one, all are until the store is
    /// opened again, and then the batch may be there. `done` throws nothing and waits for nothing.
    void append(const std::string& run_id, const core::JournalBatch& batch, Done done) override;
    [[nodiscard]] bool keeps_lines() const override { return true; }

    /// Keeps the documents that runs are made from, as one text, as durably as the settings say;
    /// gives the name for RunCreated, which tells equal texts by itself. Not from within a `done`.
    [[nodiscard]] std::string keep_documents(std::string_view text);
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

    /// Removes runs that have ended, each with the runs within it; gives how many of those that are
    /// nobody's task. The file keeps its size, and uses the room again.
    std::size_t remove_old(const Retention& retention, core::WallTime now);
    /// Copies the store as it is now to a file that there is not yet, which is a store's `runs.db`
    /// itself. Others go on.
    void back_up(const std::filesystem::path& to) const;
    /// See check_store(). Others go on.
    [[nodiscard]] CheckReport check() const;

    [[nodiscard]] WriterStatistics statistics() const { return commit_.statistics(); }
    [[nodiscard]] const std::filesystem::path& file() const { return writing_.file(); }

private:
    [[nodiscard]] SqliteDatabase::Settings settings_for(SqliteDatabase::Access access) const;

    RunStoreSettings settings_;
    StoreLock lock_;
    SqliteDatabase writing_;
    RunWriter writer_;
    DocumentNames document_names_;
    mutable std::mutex reading_mutex_;
    mutable SqliteDatabase reading_;
    GroupCommit commit_;  // the first to go: it writes what waits
};

}  // namespace oa::host
