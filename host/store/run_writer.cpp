#include "host/store/run_writer.hpp"

#include <exception>
#include <utility>
#include <variant>

#include "host/store/event_codec.hpp"
#include "host/store/run_rows.hpp"

namespace oa::host {
namespace {

constexpr std::size_t batch_records_max = 1024;
constexpr std::size_t batch_bytes_max = 16U << 20U;

/// A record that cannot be one of its run. Those beside it can.
class Misfit : public StoreError {
public:
    using StoreError::StoreError;
};

std::string place_of(const std::string& run_id, std::uint64_t number) {
    return "run " + run_id + ": record " + std::to_string(number);
}

}  // namespace

RunWriter::RunWriter(SqliteDatabase& database) : database_(database) {
    // Botan takes its memory with the first hash: by one thread, before there are many.
    static_cast<void>(hash_of({}));
}

// ----- the queue -----

void RunWriter::append(const std::string& run_id, const core::JournalRecord& record) {
    Ticket ticket{.run_id = &run_id, .record = &record};
    try {
        ticket.bytes = encode_entry(record.entry);
    } catch (const EventError& error) {
        throw StoreError(place_of(run_id, record.number) + ' ' + error.what());
    }
    ticket.content = hash_of(ticket.bytes);

    std::unique_lock lock(mutex_);
    wait_for_turn(lock, ticket);
    if (!ticket.is_done) {
        const Batch batch = take_batch();
        lock.unlock();
        commit(batch);
        lock.lock();
        make_way(batch);
    }
    lock.unlock();
    if (ticket.is_full) {
        throw StoreFull(ticket.error);
    }
    if (!ticket.error.empty()) {
        throw StoreError(ticket.error);
    }
}

void RunWriter::alone(const std::function<void(SqliteDatabase& database)>& work) {
    Ticket ticket;
    std::unique_lock lock(mutex_);
    wait_for_turn(lock, ticket);
    lock.unlock();
    std::exception_ptr error;
    try {
        refuse_if_broken();
        work(database_);
    } catch (const std::exception& failure) {
        error = std::current_exception();
        note_if_broken(failure);
    }
    runs_.clear();  // they may be others now
    lock.lock();
    make_way({&ticket});
    lock.unlock();
    if (error) {
        std::rethrow_exception(error);
    }
}

WriterStatistics RunWriter::statistics() const {
    const std::lock_guard lock(mutex_);
    WriterStatistics result = statistics_;
    result.waiting = queue_.size();
    return result;
}

void RunWriter::wait_for_turn(std::unique_lock<std::mutex>& lock, Ticket& ticket) {
    queue_.push_back(&ticket);
    ticket.turn.wait(lock, [&] { return ticket.is_done || queue_.front() == &ticket; });
}

RunWriter::Batch RunWriter::take_batch() const {
    Batch batch;
    std::size_t bytes = 0;
    for (Ticket* ticket : queue_) {
        bytes += ticket->bytes.size();
        const bool is_too_much =
            batch.size() == batch_records_max || (!batch.empty() && bytes > batch_bytes_max);
        if (ticket->record == nullptr || is_too_much) {
            break;
        }
        batch.push_back(ticket);
    }
    return batch;
}

// A ticket is gone as soon as its thread sees that it is done, so it is woken with the lock held.
void RunWriter::make_way(const Batch& batch) {
    for (Ticket* ticket : batch) {
        queue_.pop_front();
        if (ticket->record != nullptr && ticket->error.empty()) {
            ++statistics_.records;
        }
        ticket->is_done = true;
        ticket->turn.notify_one();
    }
    if (!queue_.empty()) {
        queue_.front()->turn.notify_one();
    }
}

// ----- at the front -----

void RunWriter::commit(const Batch& batch) {
    try {
        refuse_if_broken();
        SqliteTransaction transaction(database_);
        std::size_t written = 0;
        for (Ticket* ticket : batch) {
            try {
                write(*ticket);
                ++written;
            } catch (const Misfit& misfit) {
                ticket->error = misfit.what();
            } catch (const StoreDamaged& damage) {
                ticket->error = damage.what();  // of that run's row, before anything is written
            }
        }
        if (written > 0) {
            save_changed_runs();
            transaction.commit();
            const std::lock_guard lock(mutex_);
            ++statistics_.transactions;
        }
        forget_ended_runs(batch);
    } catch (const std::exception& error) {
        fail(batch, error);
    }
}

// No thread shares an exception with another one: each gets the words.
void RunWriter::fail(const Batch& batch, const std::exception& error) {
    changed_.clear();
    runs_.clear();  // as they are on the disk
    const auto* refused = dynamic_cast<const SqliteError*>(&error);
    for (Ticket* ticket : batch) {
        if (ticket->error.empty()) {
            ticket->error = error.what();
            ticket->is_full = refused != nullptr && refused->is_full();
        }
    }
    note_if_broken(error);
}

void RunWriter::refuse_if_broken() const {
    if (!broken_.empty()) {
        throw StoreError(broken_);
    }
}

void RunWriter::note_if_broken(const std::exception& error) {
    const auto* refused = dynamic_cast<const SqliteError*>(&error);
    if (refused != nullptr && (refused->is_failed_sync() || refused->is_damage())) {
        broken_ =
            std::string("the store takes no records until it is opened again: ") + error.what();
    }
}

void RunWriter::write(const Ticket& ticket) {
    Run* run = find_run(*ticket.run_id);
    refuse_misfit(run, ticket);
    const core::JournalRecord& record = *ticket.record;
    if (run == nullptr) {
        run = &make_run(std::get<core::RunCreated>(record.entry), record);
    }
    run->head = next_in_chain(run->head, {.run_id = *ticket.run_id,
                                          .number = record.number,
                                          .at = to_column(record.at),
                                          .content = ticket.content});
    run->records = record.number;
    if (!std::exchange(run->is_changed, true)) {
        changed_.push_back(run);
    }
    write_event(*run, ticket);
    summarise(*run, record);
}

void RunWriter::refuse_misfit(const Run* run, const Ticket& ticket) const {
    const core::JournalRecord& record = *ticket.record;
    const std::string place = place_of(*ticket.run_id, record.number);
    const auto* created = std::get_if<core::RunCreated>(&record.entry);
    if (run == nullptr && (created == nullptr || record.number != 1)) {
        throw Misfit(place + " is not the first one, but there is no such run in the store");
    }
    if (created != nullptr && created->run_id != *ticket.run_id) {
        throw Misfit(place + " is about another run: " + created->run_id);
    }
    if (run == nullptr) {
        return;
    }
    if (run->ended) {
        throw Misfit(place + " comes after the end of the run");
    }
    if (record.number != run->records + 1) {
        throw Misfit(place + " does not follow: the last one that the store has is " +
                     std::to_string(run->records));
    }
    if (created != nullptr) {
        throw Misfit(place + " creates the run, which there is already");
    }
}

void RunWriter::write_event(const Run& run, const Ticket& ticket) {
    SqliteStatement(database_,
                    "INSERT INTO events (run, number, at, hash, entry) VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind(1, run.key)
        .bind(2, static_cast<std::int64_t>(ticket.record->number))
        .bind(3, to_column(ticket.record->at))
        .bind(4, std::span<const std::byte>(run.head))
        .bind(5, std::string_view(ticket.bytes))
        .run();
}

void RunWriter::summarise(Run& run, const core::JournalRecord& record) {
    const std::int64_t at = to_column(record.at);
    if (const auto* begun = std::get_if<core::AttemptStarted>(&record.entry)) {
        ExecutionSummary execution;
        execution.task = begun->task;
        execution.element = begun->element;
        execution.attempt = begun->attempt;
        execution.started = record.at;
        write_execution(database_, run.key, begun->execution, execution);
    } else if (const auto* taken = std::get_if<core::MachineEvent>(&record.entry)) {
        if (std::holds_alternative<core::RunStarted>(taken->event)) {
            run.status = core::RunStatus::Running;
            run.started = at;
        } else {
            end_attempt(run, *taken, at);
        }
    } else if (const auto* ended = std::get_if<core::RunEnded>(&record.entry)) {
        run.status = ended->status;
        run.ended = at;
        SqliteStatement(database_,
                        "UPDATE executions SET status = 'cancelled', ended = ?2 "
                        "WHERE run = ?1 AND status = 'running'")
            .bind(1, run.key)
            .bind(2, at)
            .run();
    }
}

void RunWriter::end_attempt(const Run& run, const core::MachineEvent& entry, std::int64_t at) {
    core::AttemptSucceeded ended;
    core::TaskStatus status = core::TaskStatus::Succeeded;
    std::optional<std::string> failure;
    if (const auto* succeeded = std::get_if<core::AttemptSucceeded>(&entry.event)) {
        ended = *succeeded;
    } else if (const auto* failed = std::get_if<core::AttemptFailed>(&entry.event)) {
        ended = {failed->execution, failed->attempt};
        status = core::TaskStatus::Failed;
        failure = failed->failure.code;
    } else {
        return;
    }
    SqliteStatement(database_,
                    "UPDATE executions SET status = ?4, ended = ?5, failure = ?6 "
                    "WHERE run = ?1 AND execution = ?2 AND attempt = ?3 AND status = 'running'")
        .bind(1, run.key)
        .bind(2, std::int64_t{ended.execution})
        .bind(3, std::int64_t{ended.attempt})
        .bind(4, core::to_string(status))
        .bind(5, at)
        .bind(6, failure)
        .run();
}

void RunWriter::save_changed_runs() {
    for (Run* run : std::exchange(changed_, {})) {
        run->is_changed = false;
        SqliteStatement(database_,
                        "UPDATE runs SET status = ?2, started = ?3, ended = ?4, records = ?5, "
                        "head = ?6 WHERE key = ?1")
            .bind(1, run->key)
            .bind(2, core::to_string(run->status))
            .bind(3, run->started)
            .bind(4, run->ended)
            .bind(5, static_cast<std::int64_t>(run->records))
            .bind(6, std::span<const std::byte>(run->head))
            .run();
    }
}

void RunWriter::forget_ended_runs(const Batch& batch) {
    for (const Ticket* ticket : batch) {
        const auto kept = runs_.find(*ticket->run_id);
        if (kept != runs_.end() && kept->second.ended) {
            runs_.erase(kept);
        }
    }
}

RunWriter::Run* RunWriter::find_run(const std::string& run_id) {
    const auto kept = runs_.find(run_id);
    if (kept != runs_.end()) {
        return &kept->second;
    }
    const std::optional<RunRow> row = find_run_row(database_, run_id);
    if (!row) {
        return nullptr;
    }
    Run run;
    run.key = row->key;
    run.records = row->summary.records;
    run.head = row->head;
    run.status = row->summary.status;
    if (row->summary.started) {
        run.started = to_column(*row->summary.started);
    }
    if (row->summary.ended) {
        run.ended = to_column(*row->summary.ended);
    }
    return &runs_.emplace(run_id, run).first->second;
}

RunWriter::Run& RunWriter::make_run(const core::RunCreated& entry,
                                    const core::JournalRecord& record) {
    std::optional<std::string> parent;
    if (!entry.parent_run_id.empty()) {
        parent = entry.parent_run_id;
    }
    Run run;
    SqliteStatement statement(
        database_,
        "INSERT INTO runs (id, workflow, status, attempt, parent, created, records, head) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7) RETURNING key");
    statement.bind(1, std::string_view(entry.run_id))
        .bind(2, std::string_view(entry.workflow))
        .bind(3, core::to_string(run.status))
        .bind(4, std::int64_t{entry.attempt})
        .bind(5, parent)
        .bind(6, to_column(record.at))
        .bind(7, std::span<const std::byte>(run.head));
    if (statement.step()) {
        run.key = statement.number(0);
    }
    statement.run();
    return runs_.emplace(entry.run_id, run).first->second;
}

}  // namespace oa::host
