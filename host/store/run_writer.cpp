#include "host/store/run_writer.hpp"

#include <new>
#include <utility>
#include <variant>

#include "core/expression/cel/utf8.hpp"
#include "host/store/run_documents.hpp"

namespace oa::host {
namespace {

/// A batch that cannot be one of its run. Those beside it can.
class Misfit : public StoreError {
public:
    using StoreError::StoreError;
};

std::string place_of(const std::string& run_id, std::uint64_t number) {
    return "run " + run_id + ": record " + std::to_string(number);
}

bool is_passing(const std::exception& error) {
    if (const auto* refused = dynamic_cast<const SqliteError*>(&error)) {
        return refused->is_passing();
    }
    return dynamic_cast<const std::bad_alloc*>(&error) != nullptr;
}

bool is_breaking(const std::exception& error) {
    const auto* refused = dynamic_cast<const SqliteError*>(&error);
    return refused != nullptr && (refused->is_unknown() || refused->is_damage());
}

}  // namespace

RunWriter::RunWriter(SqliteDatabase& database, std::uint64_t log_bytes_max)
    : database_(database), log_bytes_max_(log_bytes_max) {
    // Botan takes its memory with the first hash: by one thread, before there are many.
    static_cast<void>(hash_of({}));
}

// ----- groups -----

void RunWriter::write(BatchGroup& group) noexcept {
    try {
        refuse_if_broken();
        write_together(group);
    } catch (const std::exception& error) {
        note_if_broken(error);
        forget_all();
        if (group.size() > 1 && !is_broken_ && !is_passing(error)) {
            write_apart(group);
        } else {
            fail(group, error);
        }
    }
}

void RunWriter::write_together(BatchGroup& group) {
    SqliteTransaction transaction(database_);
    bool has_written = false;
    for (PendingBatch& batch : group) {
        has_written = write(batch) || has_written;
    }
    if (has_written) {
        save_changed_runs();
        transaction.commit();
    }
    forget_ended_runs(group);
}

/// SQLite refuses something of one of them; those beside it shall not suffer.
void RunWriter::write_apart(BatchGroup& group) noexcept {
    BatchGroup rest;
    rest.swap(group);
    while (!rest.empty()) {
        BatchGroup one;
        one.splice(one.end(), rest, rest.begin());
        one.front().failure.reset();
        write(one);
        group.splice(group.end(), one);
    }
}

void RunWriter::fail(BatchGroup& group, const std::exception& error) noexcept {
    for (PendingBatch& batch : group) {
        if (!batch.failure) {
            batch.failure = core::JournalFailure{is_passing(error), error.what()};
        }
    }
}

void RunWriter::alone(const std::function<void(SqliteDatabase& database)>& work) {
    refuse_if_broken();
    forget_all();  // they may be others afterwards
    try {
        work(database_);
    } catch (const std::exception& error) {
        note_if_broken(error);
        throw;
    }
}

void RunWriter::tidy() noexcept {
    try {
        if (!is_broken_) {
            database_.checkpoint_if_due();
        }
    } catch (const std::exception& error) {
        note_if_broken(error);
    }
}

void RunWriter::refuse_if_broken() const {
    if (is_broken_) {
        throw StoreError(broken_);
    }
}

void RunWriter::note_if_broken(const std::exception& error) noexcept {
    if (is_breaking(error)) {
        is_broken_ = true;
        broken_ =
            std::string("the store takes no records until it is opened again: ") + error.what();
    }
}

// ----- a batch -----

/// False: it does not fit, and nothing of it is written.
bool RunWriter::write(PendingBatch& batch) {
    try {
        Run* run = find_run(batch.run_id);
        if (batch.has_records()) {
            refuse_misfits(run, batch);
        } else if (run == nullptr) {
            return false;
        }
    } catch (const Misfit& misfit) {
        batch.failure = core::JournalFailure{false, misfit.what()};
        return false;
    } catch (const StoreDamaged& damage) {
        batch.failure = core::JournalFailure{false, damage.what()};  // of that run's row
        return false;
    }
    write_records(batch);
    write_lines_of(batch);
    return true;
}

void RunWriter::write_records(const PendingBatch& batch) {
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
        const core::JournalRecord& record = batch.records[i];
        Run* found = find_run(batch.run_id);
        Run& run = found != nullptr ? *found
                                    : make_run(std::get<core::RunCreated>(record.entry), record.at);
        const std::int64_t at = to_column(record.at);
        run.row.head = next_in_chain(run.row.head, {.run_id = batch.run_id,
                                                    .number = record.number,
                                                    .at = at,
                                                    .content = batch.encoded[i].content});
        run.row.summary.records = record.number;
        if (!run.is_changed) {
            changed_.push_back(&run);
            run.is_changed = true;
        }
        insert_event(database_, run.row.key,
                     {.number = record.number,
                      .at = at,
                      .hash = run.row.head,
                      .bytes = batch.encoded[i].bytes});
        summarise(run, record);
    }
}

void RunWriter::write_lines_of(const PendingBatch& batch) {
    if (batch.lines.empty()) {
        return;
    }
    Run& run = *find_run(batch.run_id);
    if (!run.log) {
        run.log = read_log_state(database_, run.row.key);
    }
    write_lines(database_, run.row.key, *run.log, batch.lines, log_bytes_max_);
}

void RunWriter::refuse_misfits(const Run* run, const PendingBatch& batch) {
    std::uint64_t last = run == nullptr ? 0 : run->row.summary.records;
    bool has_ended = run != nullptr && run->row.summary.ended;
    for (const core::JournalRecord& record : batch.records) {
        const std::string place = place_of(batch.run_id, record.number);
        const auto* created = std::get_if<core::RunCreated>(&record.entry);
        if (last == 0 && (created == nullptr || record.number != 1)) {
            throw Misfit(place + " is not the first one, but there is no such run in the store");
        }
        if (has_ended) {
            throw Misfit(place + " comes after the end of the run");
        }
        if (record.number != last + 1) {
            throw Misfit(place + " does not follow: the last one that the store has is " +
                         std::to_string(last));
        }
        if (created != nullptr) {
            refuse_misfit(*created, batch);
            if (last != 0) {
                throw Misfit(place + " creates the run, which there is already");
            }
        }
        last = record.number;
        has_ended = std::holds_alternative<core::RunEnded>(record.entry);
    }
}

void RunWriter::refuse_misfit(const core::RunCreated& created, const PendingBatch& batch) {
    if (created.run_id != batch.run_id) {
        throw Misfit(place_of(batch.run_id, 1) + " is about another run: " + created.run_id);
    }
    if (!created.documents.empty() && !has_document(database_, created.documents)) {
        throw Misfit(place_of(batch.run_id, 1) +
                     " names documents that the store does not have: " + created.documents);
    }
    if (const auto other = find_requested_run(database_, created.request_key)) {
        throw Misfit(place_of(batch.run_id, 1) + " is of a request that run " + other->summary.id +
                     " was made by already");
    }
}

// ----- what the events add up to -----

void RunWriter::summarise(Run& run, const core::JournalRecord& record) {
    if (const auto* begun = std::get_if<core::AttemptStarted>(&record.entry)) {
        ExecutionSummary execution;
        execution.task = begun->task;
        execution.element = begun->element;
        execution.attempt = begun->attempt;
        execution.started = record.at;
        write_execution(database_, run.row.key, begun->execution, execution);
    } else if (const auto* taken = std::get_if<core::MachineEvent>(&record.entry)) {
        if (std::holds_alternative<core::RunStarted>(taken->event)) {
            run.row.summary.status = core::RunStatus::Running;
            run.row.summary.started = record.at;
        } else if (!end_attempt(run, *taken, record.at)) {
            take(run, taken->event);
        }
    } else if (const auto* resumed = std::get_if<core::RunResumed>(&record.entry)) {
        run.row.summary.deaths = resumed->deaths;
    } else if (const auto* ended = std::get_if<core::RunEnded>(&record.entry)) {
        take(run, *ended, record.at);
    }
}

void RunWriter::take(Run& run, const core::RunEnded& entry, core::WallTime at) {
    run.row.summary.status = entry.status;
    run.row.summary.ended = at;
    run.row.summary.is_paused = false;
    end_waits(run);
    if (entry.failure) {
        run.row.summary.failure = core::cel::repaired_utf8(entry.failure->code);
        run.row.summary.failure_message = core::cel::repaired_utf8(entry.failure->message);
    }
    SqliteStatement(database_,
                    "UPDATE executions SET status = 'cancelled', ended = ?2 "
                    "WHERE run = ?1 AND status = 'running'")
        .bind(1, run.row.key)
        .bind(2, to_column(at))
        .run();
}

void RunWriter::take(Run& run, const core::RunEvent& event) {
    if (const auto* begun = std::get_if<core::WaitBegun>(&event)) {
        if (!begun->failure) {
            begin_wait(run, begun->execution);
        }
    } else if (const auto* answered = std::get_if<core::WaitEnded>(&event)) {
        end_wait(run, answered->execution);
    } else if (const auto* fired = std::get_if<core::TimerFired>(&event)) {
        if (fired->timer.kind == core::Timer::Kind::Wait) {
            end_wait(run, fired->timer.execution);
        }
    } else if (std::holds_alternative<core::PauseRequested>(event)) {
        run.row.summary.is_paused = true;
    } else if (std::holds_alternative<core::ResumeRequested>(event)) {
        run.row.summary.is_paused = false;
    } else if (std::holds_alternative<core::CancelRequested>(event)) {
        run.row.summary.is_paused = false;
        end_waits(run);
    }
}

void RunWriter::begin_wait(Run& run, core::ExecutionIndex execution) {
    if (run.waits.insert(execution).second) {
        insert_wait(database_, run.row.key, execution);
        ++run.row.summary.waits;
    }
}

void RunWriter::end_wait(Run& run, core::ExecutionIndex execution) {
    if (run.waits.erase(execution) > 0) {
        delete_wait(database_, run.row.key, execution);
        --run.row.summary.waits;
    }
}

void RunWriter::end_waits(Run& run) {
    if (!run.waits.empty()) {
        delete_waits(database_, run.row.key);
        run.waits.clear();
        run.row.summary.waits = 0;
    }
}

/// False: it is another event.
bool RunWriter::end_attempt(const Run& run, const core::MachineEvent& entry, core::WallTime at) {
    core::AttemptSucceeded ended;
    core::TaskStatus status = core::TaskStatus::Succeeded;
    std::optional<std::string> failure;
    if (const auto* succeeded = std::get_if<core::AttemptSucceeded>(&entry.event)) {
        ended = *succeeded;
    } else if (const auto* failed = std::get_if<core::AttemptFailed>(&entry.event)) {
        ended = {failed->execution, failed->attempt};
        status = core::TaskStatus::Failed;
        failure = core::cel::repaired_utf8(failed->failure.code);
    } else {
        return false;
    }
    SqliteStatement(database_,
                    "UPDATE executions SET status = ?4, ended = ?5, failure = ?6 "
                    "WHERE run = ?1 AND execution = ?2 AND attempt = ?3 AND status = 'running'")
        .bind(1, run.row.key)
        .bind(2, std::int64_t{ended.execution})
        .bind(3, std::int64_t{ended.attempt})
        .bind(4, core::to_string(status))
        .bind(5, to_column(at))
        .bind(6, failure)
        .run();
    return true;
}

void RunWriter::save_changed_runs() {
    for (Run* run : std::exchange(changed_, {})) {
        run->is_changed = false;
        update_run(database_, run->row);
    }
}

// ----- runs in memory -----

void RunWriter::forget_ended_runs(const BatchGroup& group) noexcept {
    for (const PendingBatch& batch : group) {
        const auto kept = runs_.find(batch.run_id);
        if (kept != runs_.end() && kept->second.row.summary.ended) {
            runs_.erase(kept);
        }
    }
}

void RunWriter::forget_all() noexcept {
    changed_.clear();
    runs_.clear();
}

RunWriter::Run* RunWriter::find_run(const std::string& run_id) {
    const auto kept = runs_.find(run_id);
    if (kept != runs_.end()) {
        return &kept->second;
    }
    std::optional<RunRow> row = find_run_row(database_, run_id);
    if (!row) {
        return nullptr;
    }
    Run run;
    if (row->summary.waits > 0) {
        run.waits = read_waits(database_, row->key);
    }
    run.row = std::move(*row);
    return &runs_.emplace(run_id, std::move(run)).first->second;
}

RunWriter::Run& RunWriter::make_run(const core::RunCreated& entry, core::WallTime at) {
    Run run;
    RunSummary& summary = run.row.summary;
    summary.id = entry.run_id;
    summary.workflow = entry.workflow;
    summary.attempt = entry.attempt;
    summary.parent_run_id = entry.parent_run_id;
    summary.created = at;
    summary.documents = entry.documents;
    summary.retry_of = entry.retry_of;
    summary.retry_from = entry.retry_from;
    summary.trigger = entry.trigger;
    summary.priority = entry.priority;
    summary.key = entry.key;
    summary.request_key = entry.request_key;
    summary.request_digest = entry.request_digest;
    run.row.key = insert_run(database_, summary);
    run.log.emplace();
    return runs_.emplace(entry.run_id, std::move(run)).first->second;
}

}  // namespace oa::host
