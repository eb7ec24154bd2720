#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/port/journal.hpp"
#include "host/store/chain_hash.hpp"
#include "host/store/sqlite_database.hpp"

namespace oa::host {

/// What the writer has done so far.
struct WriterStatistics {
    std::uint64_t records = 0;       ///< committed
    std::uint64_t transactions = 0;  ///< committed, for those records
    std::size_t waiting = 0;         ///< threads in append() now
};

/// The one way into a store's file. Threads stand in a queue: who is at its front writes for those
/// behind it, as many as there are, in one transaction, wakes them and makes way. Thread safe.
class RunWriter {
public:
    /// The database is borrowed, and used by nobody else.
    explicit RunWriter(SqliteDatabase& database);
    RunWriter(const RunWriter&) = delete;
    RunWriter& operator=(const RunWriter&) = delete;

    /// Returns when the record is committed. Throws StoreError when it is not: it does not follow
    /// the run's last one; the disk is full, which the next one may not meet (StoreFull); or what
    /// the disk has is unknown, and then all that follow are refused.
    void append(const std::string& run_id, const core::JournalRecord& record);
    /// Does something to the database when its turn comes, with no one beside it.
    void alone(const std::function<void(SqliteDatabase& database)>& work);

    [[nodiscard]] WriterStatistics statistics() const;

private:
    struct Ticket {
        const std::string* run_id = nullptr;
        const core::JournalRecord* record = nullptr;  // null: somebody who wants to be alone
        std::string bytes = {};
        ChainHash content = {};
        std::string error = {};  // empty: it is committed
        bool is_full = false;    // the disk, which is why
        bool is_done = false;
        std::condition_variable turn = {};
    };
    /// Where a run stands. Kept for runs that have not ended.
    struct Run {
        std::int64_t key = 0;
        std::uint64_t records = 0;
        ChainHash head{};
        core::RunStatus status = core::RunStatus::Queued;
        std::optional<std::int64_t> started = {};
        std::optional<std::int64_t> ended = {};
        bool is_changed = false;
    };
    using Batch = std::vector<Ticket*>;

    void wait_for_turn(std::unique_lock<std::mutex>& lock, Ticket& ticket);
    void make_way(const Batch& batch);
    [[nodiscard]] Batch take_batch() const;

    // By the one at the front.
    void commit(const Batch& batch);
    void fail(const Batch& batch, const std::exception& error);
    void refuse_if_broken() const;
    void note_if_broken(const std::exception& error);
    void write(const Ticket& ticket);
    void refuse_misfit(const Run* run, const Ticket& ticket) const;
    void write_event(const Run& run, const Ticket& ticket);
    void summarise(Run& run, const core::JournalRecord& record);
    void end_attempt(const Run& run, const core::MachineEvent& entry, std::int64_t at);
    void save_changed_runs();
    void forget_ended_runs(const Batch& batch);
    [[nodiscard]] Run* find_run(const std::string& run_id);
    Run& make_run(const core::RunCreated& entry, const core::JournalRecord& record);

    SqliteDatabase& database_;
    // Of the one at the front.
    std::unordered_map<std::string, Run> runs_;
    std::vector<Run*> changed_;  // by the batch that is being written
    std::string broken_;         // why nothing is taken any more; empty: it is

    mutable std::mutex mutex_;
    std::deque<Ticket*> queue_;
    WriterStatistics statistics_;
};

}  // namespace oa::host
