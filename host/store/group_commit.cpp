#include "host/store/group_commit.hpp"

#include <exception>
#include <new>
#include <system_error>
#include <utility>

namespace oa::host {
namespace {

// Of a transaction: as long as one takes, others wait.
constexpr std::size_t group_records_max = 1024;
constexpr std::size_t group_bytes_max = 16U << 20U;

// Lines that nobody waits for are written with the next records, or by themselves when there are as
// many, or after as long.
constexpr std::size_t lines_worth_writing = 64U << 10U;
constexpr std::chrono::milliseconds lines_patience{100};
constexpr std::size_t lines_waiting_max = 4U << 20U;

void refuse(const core::Journal::Done& done, const std::string& why, bool is_passing) {
    const core::JournalFailure failure{is_passing, why};
    done(&failure);
}

}  // namespace

GroupCommit::~GroupCommit() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
        wake_.notify_one();
    }
    if (thread_.joinable()) {
        thread_.join();
    }
}

// ----- who appends -----

void GroupCommit::append(const std::string& run_id,
                         const core::JournalBatch& batch,
                         core::Journal::Done done) noexcept {
    BatchGroup one;
    try {
        one.push_back(make_pending(run_id, batch));
    } catch (const StoreError& error) {
        return refuse(done, error.what(), false);
    } catch (const std::bad_alloc&) {
        return refuse(done, "there is no memory for them", true);
    } catch (const std::exception& error) {
        return refuse(done, error.what(), true);
    }
    one.front().done = std::move(done);
    if (one.front().has_records()) {
        enqueue_records(std::move(one));
    } else {
        enqueue_lines(std::move(one));
    }
}

void GroupCommit::enqueue_records(BatchGroup one) noexcept {
    std::unique_lock lock(mutex_);
    const bool is_busy = is_writing_ || alone_waiting_ > 0 || batches_waiting_ > 0;
    if (is_busy && !has_thread()) {
        lock.unlock();
        return refuse(one.front().done, "there is no memory for another thread", true);
    }
    queue_.splice(queue_.end(), one);
    ++batches_waiting_;
    ++statistics_.waiting;
    if (is_busy) {
        return;  // whoever writes wakes the thread when he has done
    }
    is_writing_ = true;
    BatchGroup group = take_group();
    write_group(lock, group);
    writer_.tidy();
    lock.lock();
    make_way();
    lock.unlock();
    tell(group);
}

void GroupCommit::enqueue_lines(BatchGroup one) noexcept {
    const core::Journal::Done done = std::move(one.front().done);
    const std::size_t bytes = one.front().bytes;
    if (one.front().lines.empty()) {
        return done(nullptr);
    }
    {
        const std::lock_guard lock(mutex_);
        if (lines_waiting_ + bytes <= lines_waiting_max && has_thread()) {
            queue_.splice(queue_.end(), one);
            lines_waiting_ += bytes;
            if (!lines_due_) {
                lines_due_ = Clock::now() + lines_patience;
                wake_.notify_one();
            } else if (is_due()) {
                wake_.notify_one();
            }
        }
    }
    if (one.empty()) {
        done(nullptr);
    } else {
        refuse(done, "too many log lines wait for the disk", true);
    }
}

bool GroupCommit::has_thread() noexcept {
    if (!thread_.joinable()) {
        try {
            thread_ = std::thread([this] { work_until_stopped(); });
        } catch (const std::system_error&) {
            return false;
        }
    }
    return true;
}

void GroupCommit::alone(const std::function<void(SqliteDatabase& database)>& work) {
    std::unique_lock lock(mutex_);
    ++alone_waiting_;
    free_.wait(lock, [this] { return !is_writing_ && !is_groups_turn_; });
    --alone_waiting_;
    is_writing_ = true;
    lock.unlock();
    std::exception_ptr error;
    try {
        writer_.alone(work);
        writer_.tidy();
    } catch (...) {
        error = std::current_exception();
    }
    lock.lock();
    is_groups_turn_ = !queue_.empty() && is_due();
    make_way();
    lock.unlock();
    if (error) {
        std::rethrow_exception(error);
    }
}

WriterStatistics GroupCommit::statistics() const {
    const std::lock_guard lock(mutex_);
    return statistics_;
}

// ----- the queue -----

BatchGroup GroupCommit::take_group() {
    BatchGroup group;
    std::size_t records = 0;
    std::size_t bytes = 0;
    while (!queue_.empty()) {
        const PendingBatch& next = queue_.front();
        records += next.records.size();
        bytes += next.bytes;
        if (!group.empty() && (records > group_records_max || bytes > group_bytes_max)) {
            break;
        }
        if (next.has_records()) {
            --batches_waiting_;
        } else {
            lines_waiting_ -= next.bytes;
        }
        group.splice(group.end(), queue_, queue_.begin());
    }
    if (lines_waiting_ == 0) {
        lines_due_.reset();
    }
    return group;
}

bool GroupCommit::is_due() const {
    return is_stopping_ || batches_waiting_ > 0 || lines_waiting_ >= lines_worth_writing ||
           (lines_due_ && Clock::now() >= *lines_due_);
}

void GroupCommit::wait_until_due(std::unique_lock<std::mutex>& lock) {
    const auto has_to_wait = [this] {
        return is_writing_ || (alone_waiting_ > 0 && !is_groups_turn_);
    };
    while (has_to_wait() || !is_due()) {
        if (lines_due_ && !has_to_wait()) {
            wake_.wait_until(lock, *lines_due_);
        } else {
            wake_.wait(lock);
        }
    }
}

/// Comes back without the lock.
void GroupCommit::write_group(std::unique_lock<std::mutex>& lock, BatchGroup& group) {
    lock.unlock();
    writer_.write(group);
    lock.lock();
    bool has_records = false;
    for (const PendingBatch& batch : group) {
        statistics_.waiting -= batch.has_records() ? 1 : 0;
        if (batch.has_records() && !batch.failure) {
            statistics_.records += batch.records.size();
            ++statistics_.batches;
            has_records = true;
        }
    }
    statistics_.transactions += has_records ? 1 : 0;
    lock.unlock();
}

void GroupCommit::make_way() {
    is_writing_ = false;
    if (alone_waiting_ > 0 && !is_groups_turn_) {
        free_.notify_one();
    } else if (is_groups_turn_ || !queue_.empty()) {
        wake_.notify_one();
    }
}

// ----- the thread -----

void GroupCommit::work_until_stopped() {
    std::unique_lock lock(mutex_);
    while (true) {
        wait_until_due(lock);
        if (queue_.empty()) {
            return;
        }
        is_writing_ = true;
        is_groups_turn_ = false;
        do {
            BatchGroup group = take_group();
            write_group(lock, group);
            // With nobody else writing: what is appended now comes into one transaction.
            tell(group);
            writer_.tidy();
            lock.lock();
        } while (!queue_.empty() && is_due() && alone_waiting_ == 0);
        make_way();
    }
}

void GroupCommit::tell(BatchGroup& group) {
    for (PendingBatch& batch : group) {
        if (batch.done) {
            std::exchange(batch.done, nullptr)(batch.failure ? &*batch.failure : nullptr);
        }
    }
}

}  // namespace oa::host
