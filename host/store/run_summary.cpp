#include "host/store/run_summary.hpp"

#include <type_traits>
#include <variant>

namespace oa::host {

void RunTally::add(const core::JournalRecord& record) {
    ++run_.records;
    std::visit([&](const auto& entry) { take(entry, record.at); }, record.entry);
}

void RunTally::take(const core::RunCreated& entry, core::WallTime at) {
    run_.id = entry.run_id;
    run_.workflow = entry.workflow;
    run_.attempt = entry.attempt;
    run_.parent_run_id = entry.parent_run_id;
    run_.created = at;
    run_.documents = entry.documents;
    run_.retry_of = entry.retry_of;
    run_.retry_from = entry.retry_from;
    run_.trigger = entry.trigger;
    run_.priority = entry.priority;
    run_.key = entry.key;
    run_.request_key = entry.request_key;
    run_.request_digest = entry.request_digest;
}

void RunTally::take(const core::RunResumed& entry, core::WallTime /*at*/) {
    run_.deaths = entry.deaths;
}

void RunTally::take(const core::AttemptStarted& entry, core::WallTime at) {
    ExecutionSummary& execution = executions_[entry.execution];
    execution = ExecutionSummary{};
    execution.task = entry.task;
    execution.element = entry.element;
    execution.attempt = entry.attempt;
    execution.started = at;
}

void RunTally::take(const core::MachineEvent& entry, core::WallTime at) {
    if (std::holds_alternative<core::RunStarted>(entry.event)) {
        run_.status = core::RunStatus::Running;
        run_.started = at;
    } else if (const auto* done = std::get_if<core::AttemptSucceeded>(&entry.event)) {
        if (ExecutionSummary* execution = find_running(done->execution, done->attempt)) {
            execution->status = core::TaskStatus::Succeeded;
            execution->ended = at;
        }
    } else if (const auto* failed = std::get_if<core::AttemptFailed>(&entry.event)) {
        if (ExecutionSummary* execution = find_running(failed->execution, failed->attempt)) {
            execution->status = core::TaskStatus::Failed;
            execution->ended = at;
            execution->failure = failed->failure.code;
        }
    } else {
        take_wait(entry.event);
    }
}

void RunTally::take_wait(const core::RunEvent& event) {
    if (const auto* begun = std::get_if<core::WaitBegun>(&event)) {
        if (!begun->failure) {
            waits_.insert(begun->execution);
        }
    } else if (const auto* answered = std::get_if<core::WaitEnded>(&event)) {
        waits_.erase(answered->execution);
    } else if (const auto* fired = std::get_if<core::TimerFired>(&event)) {
        if (fired->timer.kind == core::Timer::Kind::Wait) {
            waits_.erase(fired->timer.execution);
        }
    } else if (std::holds_alternative<core::PauseRequested>(event)) {
        run_.is_paused = true;
    } else if (std::holds_alternative<core::ResumeRequested>(event)) {
        run_.is_paused = false;
    } else if (std::holds_alternative<core::CancelRequested>(event)) {
        run_.is_paused = false;
        waits_.clear();
    }
    run_.waits = static_cast<std::uint32_t>(waits_.size());
}

ExecutionSummary* RunTally::find_running(core::ExecutionIndex index, std::uint32_t attempt) {
    const auto found = executions_.find(index);
    const bool is_running = found != executions_.end() && found->second.attempt == attempt &&
                            found->second.status == core::TaskStatus::Running;
    return is_running ? &found->second : nullptr;
}

// What nobody waits for any more has no end of its own.
void RunTally::take(const core::RunEnded& entry, core::WallTime at) {
    run_.status = entry.status;
    run_.ended = at;
    run_.is_paused = false;
    run_.waits = 0;
    waits_.clear();
    if (entry.failure) {
        run_.failure = entry.failure->code;
        run_.failure_message = entry.failure->message;
    }
    for (auto& [index, execution] : executions_) {
        if (execution.status == core::TaskStatus::Running) {
            execution.status = core::TaskStatus::Cancelled;
            execution.ended = at;
        }
    }
}

}  // namespace oa::host
