#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/port/journal.hpp"
#include "host/store/log_lines.hpp"
#include "host/store/pending_batch.hpp"
#include "host/store/run_rows.hpp"
#include "host/store/sqlite_database.hpp"

namespace oa::host {

/// Writes batches of runs into a store's file, a group of them in a transaction. Used by one thread
/// at a time.
class RunWriter {
public:
    /// The database is borrowed, and used by nobody else. `log_bytes_max` is for each run.
    RunWriter(SqliteDatabase& database, std::uint64_t log_bytes_max);
    RunWriter(const RunWriter&) = delete;
    RunWriter& operator=(const RunWriter&) = delete;

    /// Each of the group is kept as a whole, or has its failure. After damage, or when what the
    /// file has is unknown, all that follow are refused.
    void write(BatchGroup& group) noexcept;
    /// Does something else to the database. Throws what `work` throws; StoreError when nothing is
    /// taken any more.
    void alone(const std::function<void(SqliteDatabase& database)>& work);
    /// What can wait until those who wait have been answered.
    void tidy() noexcept;

private:
    /// A run that has not ended, as it is in the file and in the transaction.
    struct Run {
        RunRow row;
        std::set<core::ExecutionIndex> waits;
        std::optional<LogState> log;
        bool is_changed = false;
    };

    void write_together(BatchGroup& group);
    void write_apart(BatchGroup& group) noexcept;
    bool write(PendingBatch& batch);
    void write_records(const PendingBatch& batch);
    void write_lines_of(const PendingBatch& batch);
    void refuse_misfits(const Run* run, const PendingBatch& batch);
    void refuse_misfit(const core::RunCreated& created, const PendingBatch& batch);
    void summarise(Run& run, const core::JournalRecord& record);
    void take(Run& run, const core::RunEnded& entry, core::WallTime at);
    void take(Run& run, const core::RunEvent& event);
    void begin_wait(Run& run, core::ExecutionIndex execution);
    void end_wait(Run& run, core::ExecutionIndex execution);
    void end_waits(Run& run);
    bool end_attempt(const Run& run, const core::MachineEvent& entry, core::WallTime at);
    void save_changed_runs();
    void forget_ended_runs(const BatchGroup& group) noexcept;
    void forget_all() noexcept;
    [[nodiscard]] Run* find_run(const std::string& run_id);
    Run& make_run(const core::RunCreated& entry, core::WallTime at);

    void fail(BatchGroup& group, const std::exception& error) noexcept;
    void refuse_if_broken() const;
    void note_if_broken(const std::exception& error) noexcept;

    SqliteDatabase& database_;
    std::uint64_t log_bytes_max_;
    std::unordered_map<std::string, Run> runs_;
    std::vector<Run*> changed_;  // by the transaction; elements of runs_ stay where they are
    bool is_broken_ = false;
    std::string broken_;  // why nothing is taken any more
};

}  // namespace oa::host
