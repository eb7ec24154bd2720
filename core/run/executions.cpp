// Executions and their attempts in the run machine: how they begin, are tried again, end, are
// stopped, and what they lead to.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "core/run/run_machine.hpp"

namespace oa::core {

namespace {

// SplitMix64 (Steele, Lea, Flood 2014): a good hash of a counter, and the same on every machine.
std::uint64_t mix(std::uint64_t value) {
    value += 0x9E3779B97F4A7C15ULL;
    value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
    return value ^ (value >> 31U);
}

double unit_interval(std::uint64_t bits) {
    return static_cast<double>(bits >> 11U) * 0x1.0p-53;
}

}  // namespace

void RunMachine::activate(TaskIndex task, const std::optional<Lead>& lead, Commands& commands) {
    if (stopping_) {
        return;
    }
    if (!verdict_ && activations_ >= activations_max_) {
        stop(RunStatus::Failed,
             Failure{
                 .code = "step_limit",
                 .message = "the run went through " + std::to_string(activations_) +
                            " task activations, " +
                            std::to_string(activations_max_ / workflow_.main_count()) +
                            " for each task of the document; is there a loop without a way out?"},
             commands);
        return;
    }
    ++activations_;
    const ExecutionIndex index = executions_begun_++;
    Execution& execution = executions_.emplace_hint(executions_.end(), index, Execution{})->second;
    execution.task = task;
    if (lead) {
        commands.emplace_back(HandOn{lead->execution, index});
    }
    TaskRecord& record = tasks_[task];
    record.latest = index;
    const std::uint32_t activations = record.state.activations + 1;
    record.state = TaskState{};
    record.state.activations = activations;
    ++record.open_executions;
    const Task& document = workflow_.tasks[task];
    if (document.for_each || document.when) {
        execution.standing = standing(task, lead);
        ask(index, execution, commands);
    } else {
        queue_of(task).push_back(index);
    }
}

void RunMachine::ask(ExecutionIndex index, Execution& execution, Commands& commands) {
    execution.phase = Phase::Deciding;
    ++deciding_;
    commands.emplace_back(Decide{index, execution.task, execution.standing, execution.element});
}

std::deque<ExecutionIndex>& RunMachine::queue_of(TaskIndex task) {
    return workflow_.tasks[task].wait ? ready_waits_ : ready_;
}

// Starts what may start: waits at once, all else as far as there are slots.
void RunMachine::start_ready(Commands& commands) {
    while (!paused_ && !ready_waits_.empty()) {
        const ExecutionIndex index = ready_waits_.front();
        ready_waits_.pop_front();
        start_execution(index, commands);
    }
    while (!paused_ && !ready_.empty() && in_flight_ < settings_.max_parallel) {
        const ExecutionIndex index = ready_.front();
        ready_.pop_front();
        start_execution(index, commands);
    }
}

void RunMachine::start_execution(ExecutionIndex index, Commands& commands) {
    const Execution& execution = executions_.at(index);
    if (execution.loop) {
        start_element(index, commands);
    } else if (workflow_.tasks[execution.task].wait) {
        begin_wait(index, commands);
    } else {
        start_attempt(index, commands);
    }
}

void RunMachine::begin_attempt(ExecutionIndex index, Execution& execution) {
    ++execution.attempt;
    TaskRecord& record = tasks_[execution.task];
    if (execution.element) {
        Loop& loop = *executions_.at(execution.element->loop).loop;
        ++loop.attempts;
        if (record.latest == execution.element->loop) {
            record.state.attempts = loop.attempts;
        }
    } else if (record.latest == index) {
        record.state.status = TaskStatus::Running;
        record.state.attempts = execution.attempt;
    }
}

void RunMachine::start_attempt(ExecutionIndex index, Commands& commands) {
    Execution& execution = executions_.at(index);
    execution.phase = Phase::InFlight;
    begin_attempt(index, execution);
    ++in_flight_;
    if (const auto timeout = attempt_timeout_of(workflow_.tasks[execution.task], settings_)) {
        commands.emplace_back(
            SetTimer{{Timer::Kind::AttemptTimeout, index, execution.attempt}, *timeout});
    }
    commands.emplace_back(
        StartAttempt{index, execution.task, execution.attempt, execution.element});
}

// A sub-workflow ends by itself, after what it does finally: it is never given up on.
void RunMachine::ask_to_stop(ExecutionIndex index,
                             Execution& execution,
                             Phase phase,
                             Commands& commands) {
    execution.phase = phase;
    commands.emplace_back(CancelAttempt{index, execution.attempt});
    if (!workflow_.tasks[execution.task].sub_workflow) {
        commands.emplace_back(
            SetTimer{{Timer::Kind::CancelGrace, index, execution.attempt}, settings_.cancel_grace});
    }
}

// The attempt no longer occupies a slot; its timers are dropped.
void RunMachine::end_attempt(ExecutionIndex index, Commands& commands) {
    const Execution& execution = executions_.at(index);
    const Task& task = workflow_.tasks[execution.task];
    --in_flight_;
    if (execution.phase == Phase::InFlight) {
        if (attempt_timeout_of(task, settings_)) {
            commands.emplace_back(
                DropTimer{{Timer::Kind::AttemptTimeout, index, execution.attempt}});
        }
    } else if (!task.sub_workflow) {
        commands.emplace_back(DropTimer{{Timer::Kind::CancelGrace, index, execution.attempt}});
    }
}

void RunMachine::fail_attempt(ExecutionIndex index, Failure failure, Commands& commands) {
    end_attempt(index, commands);
    Execution& execution = executions_.at(index);
    const Task& task = workflow_.tasks[execution.task];
    const bool may_not = failure.code == "interrupted" && !task.idempotent.value_or(true);
    if (stopping_ || may_not || execution.attempt >= task.retry.attempts_max ||
        (!task.retry.when && !failure.retryable)) {
        end_execution(index, TaskStatus::Failed, std::move(failure), commands);
    } else if (task.retry.when) {
        execution.phase = Phase::DecidingRetry;
        ++deciding_;
        commands.emplace_back(
            DecideRetry{index, execution.task, execution.attempt, execution.element, failure});
        execution.last_failure = std::move(failure);
    } else {
        schedule_retry(index, std::move(failure), commands);
    }
}

void RunMachine::schedule_retry(ExecutionIndex index, Failure failure, Commands& commands) {
    Execution& execution = executions_.at(index);
    execution.phase = Phase::Delayed;
    ++delayed_;
    const Milliseconds delay = std::max(retry_delay(index), Milliseconds{failure.retry_after_ms});
    commands.emplace_back(RetryScheduled{index, execution.task, execution.attempt,
                                         execution.element, delay, failure});
    commands.emplace_back(SetTimer{{Timer::Kind::RetryDelay, index, execution.attempt}, delay});
    execution.last_failure = std::move(failure);
}

void RunMachine::end_execution(ExecutionIndex index,
                               TaskStatus status,
                               std::optional<Failure> failure,
                               Commands& commands) {
    const Execution execution = std::move(executions_.at(index));
    executions_.erase(index);
    if (execution.element) {
        end_element(index, execution, status, std::move(failure), commands);
        return;
    }
    const TaskIndex task = execution.task;
    TaskRecord& record = tasks_[task];
    --record.open_executions;
    const std::uint32_t attempts = execution.loop ? execution.loop->attempts : execution.attempt;
    if (record.latest == index) {
        record.state.status = status;
        record.state.attempts = attempts;
        record.state.failure = failure;
    }
    TaskEnded ended{task, index, status, failure, attempts, record.latest == index};
    if (execution.loop) {
        ended.elements = execution.loop->elements;
        ended.elements_ended = execution.loop->next - execution.loop->open;
    } else if (ended.latest) {
        ended.elements = record.state.elements;
    }
    commands.emplace_back(std::move(ended));
    follow(task, index, status, commands);
    if (status == TaskStatus::Failed) {
        stop_at_failure(task, *failure, commands);
    }
    enqueue_if_settled(task);
}

// Activates what comes after a task in the sequence and transition flows, and handlers in the graph
// flow. A skipped task is passed by in a sequence: what comes after it takes what it would have
// taken. Elsewhere it has neither succeeded nor failed, so that it leads nowhere.
void RunMachine::follow(TaskIndex index,
                        ExecutionIndex ended,
                        TaskStatus status,
                        Commands& commands) {
    if (status == TaskStatus::Cancelled) {
        return;
    }
    const bool after_failure = status == TaskStatus::Failed;
    const Lead lead{ended, {!after_failure, after_failure}};
    if (workflow_.flow == Flow::Sequence || index >= workflow_.main_count()) {
        sequence_failed_ = sequence_failed_ || failed(index);
        next_in_sequence(index + 1, lead, commands);
        return;
    }
    if (status == TaskStatus::Skipped) {
        return;
    }
    const Task& task = workflow_.tasks[index];
    for (const TaskIndex target : after_failure ? task.on_failure : task.on_success) {
        activate(target, lead, commands);
    }
}

// The tasks of a sequence, and of `finally`, come one after the other. After a failure only those
// run that ask how things went; those of `finally` run in any case.
void RunMachine::next_in_sequence(TaskIndex task,
                                  const std::optional<Lead>& lead,
                                  Commands& commands) {
    const TaskIndex main_count = workflow_.main_count();
    const bool finally = verdict_.has_value();
    const TaskIndex end = finally ? static_cast<TaskIndex>(tasks_.size()) : main_count;
    for (; task < end && !stopping_; ++task) {
        if (finally || !sequence_failed_ || tasks_[task].asks_status) {
            activate(task, lead, commands);
            return;
        }
        skip(task, "an earlier task failed", commands);
    }
}

void RunMachine::stop_at_failure(TaskIndex task, const Failure& failure, Commands& commands) {
    if (verdict_ || !workflow_.fail_fast || workflow_.tasks[task].allow_failure || handled(task)) {
        return;
    }
    stop(RunStatus::Failed,
         Failure{.code = failure.code,
                 .message = "task '" + workflow_.tasks[task].name + "' failed: " + failure.message},
         commands);
}

// Nothing new starts from here on; what runs is asked to stop. The first reason stands.
void RunMachine::stop(RunStatus verdict, const Failure& why, Commands& commands) {
    if (stopping_) {
        return;
    }
    stopping_ = verdict;
    if (!failure_) {
        failure_ = why;
    }
    ready_.clear();
    ready_waits_.clear();
    std::vector<ExecutionIndex> open;
    open.reserve(executions_.size());
    for (const auto& entry : executions_) {
        open.push_back(entry.first);
    }
    for (const ExecutionIndex index : open) {
        stop_execution(index, why, commands);
    }
}

void RunMachine::stop_execution(ExecutionIndex index, const Failure& why, Commands& commands) {
    Execution* execution = find(index);
    if (execution == nullptr) {
        return;  // a loop that ended with its last element
    }
    switch (execution->phase) {
        case Phase::Deciding:
        case Phase::DecidingRetry:
            --deciding_;
            end_execution(index, TaskStatus::Cancelled, why, commands);
            break;
        case Phase::Ready: end_execution(index, TaskStatus::Cancelled, why, commands); break;
        case Phase::Delayed:
            --delayed_;
            commands.emplace_back(DropTimer{{Timer::Kind::RetryDelay, index, execution->attempt}});
            end_execution(index, TaskStatus::Cancelled, why, commands);
            break;
        case Phase::BeginningWait:
        case Phase::Waiting: end_wait(index, TaskStatus::Cancelled, why, commands); break;
        case Phase::InFlight:
            if (attempt_timeout_of(workflow_.tasks[execution->task], settings_)) {
                commands.emplace_back(
                    DropTimer{{Timer::Kind::AttemptTimeout, index, execution->attempt}});
            }
            ask_to_stop(index, *execution, Phase::Cancelling, commands);
            break;
        case Phase::Looping: end_loop_if_done(index, commands); break;
        case Phase::TimedOut:
        case Phase::Cancelling: break;
    }
}

bool RunMachine::failed(TaskIndex task) const {
    return tasks_[task].state.status == TaskStatus::Failed && !workflow_.tasks[task].allow_failure;
}

bool RunMachine::handled(TaskIndex task) const {
    return workflow_.flow != Flow::Sequence && !workflow_.tasks[task].on_failure.empty();
}

Standing RunMachine::standing(TaskIndex task, const std::optional<Lead>& lead) const {
    if (verdict_) {
        return {*verdict_ == RunStatus::Succeeded, *verdict_ == RunStatus::Failed};
    }
    if (workflow_.flow == Flow::Sequence) {
        return {!sequence_failed_, sequence_failed_};
    }
    if (lead) {
        return lead->standing;
    }
    const auto& needs = workflow_.tasks[task].needs;
    return {std::all_of(needs.begin(), needs.end(),
                        [this](TaskIndex need) { return counts_as_met(need); }),
            tasks_[task].upstream_failed};
}

Milliseconds RunMachine::retry_delay(ExecutionIndex index) const {
    const Execution& execution = executions_.at(index);
    const RetryPolicy& policy = workflow_.tasks[execution.task].retry;
    const auto limit = static_cast<double>(policy.delay_max.count());
    double wait = static_cast<double>(policy.delay.count());
    for (std::uint32_t retry = 1; retry < execution.attempt && wait < limit; ++retry) {
        wait *= policy.backoff;
    }
    wait = std::min(wait, limit);
    const std::uint64_t draw =
        mix(settings_.seed ^ mix((std::uint64_t{index} << 32U) | execution.attempt));
    wait *= 1.0 + policy.jitter * (2.0 * unit_interval(draw) - 1.0);
    return Milliseconds{static_cast<Milliseconds::rep>(std::llround(std::max(wait, 0.0)))};
}

}  // namespace oa::core
