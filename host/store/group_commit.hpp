#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/port/journal.hpp"
#include "host/store/pending_batch.hpp"
#include "host/store/run_writer.hpp"

namespace oa::host {

/// What has been done so far.
struct WriterStatistics {
    std::uint64_t records = 0;       ///< committed
    std::uint64_t batches = 0;       ///< committed, with those records
    std::uint64_t transactions = 0;  ///< in which they were
    std::size_t waiting = 0;         ///< batches with records that have not been answered
};

/// Who writes, and when. Whoever appends while nobody writes does it himself, at once. What others
/// append meanwhile waits for a thread, which writes all that waits in one transaction, and so on
/// until nothing is left: a lone run wakes no thread, and many share the wait for the disk. Thread
/// safe.
class GroupCommit {
public:
    /// The writer is borrowed, and used by nobody else.
    explicit GroupCommit(RunWriter& writer) : writer_(writer) {}
    GroupCommit(const GroupCommit&) = delete;
    GroupCommit& operator=(const GroupCommit&) = delete;
    /// Writes what waits. Nobody may append any more.
    ~GroupCommit();

    /// See core::Journal. `done` is called without any lock; what it appends is written after what
    /// already waits.
    void append(const std::string& run_id,
                const core::JournalBatch& batch,
                core::Journal::Done done) noexcept;
    /// Does something to the database with no one beside it. Not from within `done`. Throws what
    /// `work` throws. Whoever does it again and again takes turns with what is appended.
    void alone(const std::function<void(SqliteDatabase& database)>& work);

    [[nodiscard]] WriterStatistics statistics() const;

private:
    using Clock = std::chrono::steady_clock;

    void enqueue_records(BatchGroup one) noexcept;
    void enqueue_lines(BatchGroup one) noexcept;
    [[nodiscard]] bool has_thread() noexcept;

    // With the lock held.
    [[nodiscard]] BatchGroup take_group();
    [[nodiscard]] bool is_due() const;
    void wait_until_due(std::unique_lock<std::mutex>& lock);
    void write_group(std::unique_lock<std::mutex>& lock, BatchGroup& group);
    void make_way();

    void work_until_stopped();
    void tell(BatchGroup& group);

    RunWriter& writer_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;  // the thread
    std::condition_variable free_;  // who wants to be alone
    BatchGroup queue_;
    std::size_t batches_waiting_ = 0;  // with records, in the queue
    std::size_t lines_waiting_ = 0;    // bytes of batches without records, in the queue
    std::optional<Clock::time_point> lines_due_;
    std::size_t alone_waiting_ = 0;
    bool is_writing_ = false;
    bool is_groups_turn_ = false;  // one waited while somebody was alone: the next one waits for it
    bool is_stopping_ = false;
    WriterStatistics statistics_;
    std::thread thread_;
};

}  // namespace oa::host
