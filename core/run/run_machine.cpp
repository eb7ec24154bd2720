#include "core/run/run_machine.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

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

template <typename... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace

RunMachine::RunMachine(const Workflow& workflow, const RunSettings& settings)
    : workflow_(workflow), settings_(settings), tasks_(workflow.tasks.size()) {
    if (workflow.concurrency.max_parallel) {
        settings_.max_parallel = *workflow.concurrency.max_parallel;
    }
    settings_.max_parallel = std::max(settings_.max_parallel, 1U);
    activations_max_ = std::uint64_t{settings_.activations_per_task_max} * tasks_.size();

    for (TaskIndex index = 0; index < tasks_.size(); ++index) {
        const Task& task = workflow.tasks[index];
        TaskRecord& record = tasks_[index];
        for (const TaskIndex need : task.needs) {
            tasks_[need].dependents.push_back(index);
        }
        record.unsettled_needs = static_cast<std::uint32_t>(task.needs.size());
        record.targets = task.on_success;
        record.targets.insert(record.targets.end(), task.on_failure.begin(), task.on_failure.end());
        std::sort(record.targets.begin(), record.targets.end());
        record.targets.erase(std::unique(record.targets.begin(), record.targets.end()),
                             record.targets.end());
        for (const TaskIndex target : record.targets) {
            tasks_[target].handler = true;
            ++tasks_[target].unsettled_sources;
        }
    }
}

void RunMachine::apply(const RunEvent& event, Commands& commands) {
    if (status_ == RunStatus::Queued) {
        if (std::holds_alternative<RunStarted>(event)) {
            start(commands);
        } else if (const auto* failed = std::get_if<RunFailed>(&event)) {
            status_ = RunStatus::Running;
            stop(RunStatus::Failed, failed->failure, commands);
            advance(commands);
        }
        return;
    }
    if (status_ != RunStatus::Running) {
        return;
    }
    std::visit(
        Overloaded{
            [](const RunStarted&) {},
            [&](const AttemptSucceeded& success) { on_success(success, commands); },
            [&](const AttemptFailed& failed) { on_failure(failed, commands); },
            [&](const TimerFired& fired) { on_timer(fired.timer, commands); },
            [&](const RunFailed& failed) { stop(RunStatus::Failed, failed.failure, commands); },
            [&](const CancelRequested& request) {
                stop(RunStatus::Cancelled, Failure{.code = "cancelled", .message = request.reason},
                     commands);
            }},
        event);
    advance(commands);
}

void RunMachine::start(Commands& commands) {
    status_ = RunStatus::Running;
    if (workflow_.timeout) {
        run_timer_set_ = true;
        commands.emplace_back(SetTimer{{.kind = Timer::Kind::RunTimeout}, *workflow_.timeout});
    }
    for (const TaskIndex entry : workflow_.entries) {
        activate(entry, std::nullopt, commands);
    }
    advance(commands);
}

void RunMachine::on_success(const AttemptSucceeded& event, Commands& commands) {
    if (event.execution >= executions_.size()) {
        return;
    }
    const Execution& execution = executions_[event.execution];
    if (execution.attempt != event.attempt) {
        return;
    }
    if (execution.phase == Phase::TimedOut) {
        // It finished, but after its time was up and while being stopped: the time-out stands.
        fail_attempt(event.execution, *execution.last_failure, commands);
        return;
    }
    if (execution.phase == Phase::InFlight || execution.phase == Phase::Cancelling) {
        end_attempt(event.execution, commands);
        end_execution(event.execution, TaskStatus::Succeeded, std::nullopt, commands);
    }
}

void RunMachine::on_failure(const AttemptFailed& event, Commands& commands) {
    if (event.execution >= executions_.size()) {
        return;
    }
    const Execution& execution = executions_[event.execution];
    if (execution.attempt != event.attempt) {
        return;
    }
    switch (execution.phase) {
        case Phase::InFlight: fail_attempt(event.execution, event.failure, commands); break;
        case Phase::TimedOut:
            fail_attempt(event.execution, *execution.last_failure, commands);
            break;
        case Phase::Cancelling:
            end_attempt(event.execution, commands);
            end_execution(event.execution, TaskStatus::Cancelled, failure_, commands);
            break;
        case Phase::Ready:
        case Phase::Delayed:
        case Phase::Ended: break;
    }
}

void RunMachine::on_timer(const Timer& timer, Commands& commands) {
    if (timer.kind == Timer::Kind::RunTimeout) {
        run_timer_set_ = false;
        stop(RunStatus::Failed,
             Failure{.code = "deadline",
                     .message = "the run did not end within " +
                                format_duration(workflow_.timeout.value_or(Milliseconds{0})),
                     .retryable = true},
             commands);
        return;
    }
    if (timer.execution >= executions_.size()) {
        return;
    }
    Execution& execution = executions_[timer.execution];
    if (execution.attempt != timer.attempt) {
        return;
    }
    const Task& task = workflow_.tasks[execution.task];
    switch (timer.kind) {
        case Timer::Kind::RunTimeout: break;
        case Timer::Kind::AttemptTimeout:
            if (execution.phase == Phase::InFlight && task.timeout) {
                execution.phase = Phase::TimedOut;
                execution.last_failure =
                    Failure{.code = "deadline",
                            .message = "did not end within " + format_duration(*task.timeout),
                            .retryable = true};
                commands.emplace_back(CancelAttempt{timer.execution, timer.attempt});
                commands.emplace_back(
                    SetTimer{{Timer::Kind::CancelGrace, timer.execution, timer.attempt},
                             settings_.cancel_grace});
            }
            break;
        case Timer::Kind::CancelGrace:
            if (execution.phase == Phase::TimedOut || execution.phase == Phase::Cancelling) {
                commands.emplace_back(AbandonAttempt{timer.execution, timer.attempt});
                if (execution.phase == Phase::TimedOut) {
                    fail_attempt(timer.execution, *execution.last_failure, commands);
                } else {
                    end_attempt(timer.execution, commands);
                    end_execution(timer.execution, TaskStatus::Cancelled, failure_, commands);
                }
            }
            break;
        case Timer::Kind::RetryDelay:
            if (execution.phase == Phase::Delayed) {
                --delayed_;
                execution.phase = Phase::Ready;
                ready_.push_back(timer.execution);
            }
            break;
    }
}

// Nothing new starts from here on; what runs is asked to stop. The first reason stands.
void RunMachine::stop(RunStatus verdict, Failure why, Commands& commands) {
    if (stopping_) {
        return;
    }
    stopping_ = verdict;
    failure_ = why;
    ready_.clear();
    for (ExecutionIndex index = 0; index < executions_.size(); ++index) {
        Execution& execution = executions_[index];
        switch (execution.phase) {
            case Phase::Ready: end_execution(index, TaskStatus::Cancelled, why, commands); break;
            case Phase::Delayed:
                --delayed_;
                commands.emplace_back(
                    DropTimer{{Timer::Kind::RetryDelay, index, execution.attempt}});
                end_execution(index, TaskStatus::Cancelled, why, commands);
                break;
            case Phase::InFlight:
                execution.phase = Phase::Cancelling;
                if (workflow_.tasks[execution.task].timeout) {
                    commands.emplace_back(
                        DropTimer{{Timer::Kind::AttemptTimeout, index, execution.attempt}});
                }
                commands.emplace_back(CancelAttempt{index, execution.attempt});
                commands.emplace_back(SetTimer{{Timer::Kind::CancelGrace, index, execution.attempt},
                                               settings_.cancel_grace});
                break;
            case Phase::TimedOut:
            case Phase::Cancelling:
            case Phase::Ended: break;
        }
    }
}

void RunMachine::activate(TaskIndex task, std::optional<TaskIndex> led_by, Commands& commands) {
    if (stopping_) {
        return;
    }
    if (executions_.size() >= activations_max_) {
        stop(
            RunStatus::Failed,
            Failure{.code = "step_limit",
                    .message =
                        "the run went through " + std::to_string(executions_.size()) +
                        " task activations, " + std::to_string(settings_.activations_per_task_max) +
                        " for each task of the document; is there a loop without a way out?"},
            commands);
        return;
    }
    const auto index = static_cast<ExecutionIndex>(executions_.size());
    Execution& execution = executions_.emplace_back();
    execution.task = task;
    execution.led_by = led_by;
    TaskRecord& record = tasks_[task];
    record.latest = index;
    record.state = TaskState{.status = TaskStatus::Pending,
                             .activations = record.state.activations + 1,
                             .attempts = 0,
                             .failure = std::nullopt};
    ++record.open_executions;
    ready_.push_back(index);
}

// The attempt no longer occupies a slot; its timers are dropped.
void RunMachine::end_attempt(ExecutionIndex index, Commands& commands) {
    const Execution& execution = executions_[index];
    --in_flight_;
    if (execution.phase == Phase::InFlight) {
        if (workflow_.tasks[execution.task].timeout) {
            commands.emplace_back(
                DropTimer{{Timer::Kind::AttemptTimeout, index, execution.attempt}});
        }
    } else {
        commands.emplace_back(DropTimer{{Timer::Kind::CancelGrace, index, execution.attempt}});
    }
}

void RunMachine::fail_attempt(ExecutionIndex index, Failure failure, Commands& commands) {
    end_attempt(index, commands);
    Execution& execution = executions_[index];
    const Task& task = workflow_.tasks[execution.task];
    if (stopping_ || !failure.retryable || execution.attempt >= task.retry.attempts_max) {
        end_execution(index, TaskStatus::Failed, std::move(failure), commands);
        return;
    }
    execution.phase = Phase::Delayed;
    ++delayed_;
    const Milliseconds delay = std::max(retry_delay(index), Milliseconds{failure.retry_after_ms});
    commands.emplace_back(RetryScheduled{index, execution.task, execution.attempt, delay, failure});
    commands.emplace_back(SetTimer{{Timer::Kind::RetryDelay, index, execution.attempt}, delay});
    execution.last_failure = std::move(failure);
}

void RunMachine::end_execution(ExecutionIndex index,
                               TaskStatus status,
                               std::optional<Failure> failure,
                               Commands& commands) {
    Execution& execution = executions_[index];
    execution.phase = Phase::Ended;
    execution.last_failure.reset();
    TaskRecord& record = tasks_[execution.task];
    --record.open_executions;
    if (record.latest == index) {
        record.state.status = status;
        record.state.attempts = execution.attempt;
        record.state.failure = failure;
    }
    commands.emplace_back(TaskEnded{execution.task, index, status});

    const TaskIndex task = execution.task;  // `execution` may move when others are activated
    follow(task, status, commands);
    if (status == TaskStatus::Failed && workflow_.fail_fast &&
        !workflow_.tasks[task].allow_failure && !handled(task)) {
        stop(RunStatus::Failed,
             Failure{.code = failure ? failure->code : "internal",
                     .message = "task '" + workflow_.tasks[task].name +
                                "' failed: " + (failure ? failure->message : std::string{})},
             commands);
    }
    enqueue_if_settled(task);
}

// Activates what comes after a task in the sequence and transition flows, and handlers in the graph
// flow.
void RunMachine::follow(TaskIndex index, TaskStatus status, Commands& commands) {
    const Task& task = workflow_.tasks[index];
    const bool succeeded = status == TaskStatus::Succeeded;
    if (!succeeded && status != TaskStatus::Failed) {
        return;
    }
    if (workflow_.flow == Flow::Sequence) {
        if ((succeeded || task.allow_failure) && index + 1 < tasks_.size()) {
            activate(index + 1, index, commands);
        }
        return;
    }
    for (const TaskIndex target : succeeded ? task.on_success : task.on_failure) {
        activate(target, index, commands);
    }
}

bool RunMachine::handled(TaskIndex task) const {
    return workflow_.flow != Flow::Sequence && !workflow_.tasks[task].on_failure.empty();
}

Milliseconds RunMachine::retry_delay(ExecutionIndex index) const {
    const Execution& execution = executions_[index];
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

void RunMachine::fill_slots(Commands& commands) {
    while (!ready_.empty() && in_flight_ < settings_.max_parallel) {
        const ExecutionIndex index = ready_.front();
        ready_.pop_front();
        Execution& execution = executions_[index];
        execution.phase = Phase::InFlight;
        ++execution.attempt;
        ++in_flight_;
        TaskRecord& record = tasks_[execution.task];
        if (record.latest == index) {
            record.state.status = TaskStatus::Running;
            record.state.attempts = execution.attempt;
        }
        const auto& timeout = workflow_.tasks[execution.task].timeout;
        if (timeout) {
            commands.emplace_back(
                SetTimer{{Timer::Kind::AttemptTimeout, index, execution.attempt}, *timeout});
        }
        commands.emplace_back(
            StartAttempt{index, execution.task, execution.attempt, execution.led_by});
    }
}

void RunMachine::advance(Commands& commands) {
    if (status_ != RunStatus::Running) {
        return;
    }
    settle_all(commands);
    fill_slots(commands);
    while (in_flight_ == 0 && delayed_ == 0 && ready_.empty()) {
        if (!release_circle()) {
            finish(commands);
            return;
        }
        settle_all(commands);
        fill_slots(commands);
    }
}

void RunMachine::finish(Commands& commands) {
    end_untouched_tasks(commands);
    if (run_timer_set_) {
        commands.emplace_back(DropTimer{{.kind = Timer::Kind::RunTimeout}});
    }
    if (stopping_) {
        status_ = *stopping_;
    } else {
        status_ = RunStatus::Succeeded;
        for (TaskIndex task = 0; task < tasks_.size(); ++task) {
            const TaskState& state = tasks_[task].state;
            if (state.status == TaskStatus::Failed && !workflow_.tasks[task].allow_failure) {
                status_ = RunStatus::Failed;
                failure_ = *state.failure;
                failure_->message =
                    "task '" + workflow_.tasks[task].name + "' failed: " + failure_->message;
                break;
            }
        }
    }
    commands.emplace_back(FinishRun{status_, failure_});
}

// Tasks that never had their turn get a final state and the reason.
void RunMachine::end_untouched_tasks(Commands& commands) {
    for (TaskIndex task = 0; task < tasks_.size(); ++task) {
        TaskState& state = tasks_[task].state;
        if (state.status != TaskStatus::Pending || state.activations > 0) {
            continue;
        }
        if (stopping_) {
            state.status = TaskStatus::Cancelled;
            state.failure = failure_;
            commands.emplace_back(TaskEnded{task, std::nullopt, TaskStatus::Cancelled});
        } else {
            skip(task,
                 workflow_.flow == Flow::Sequence ? "an earlier task failed" : "no task led here",
                 commands);
        }
    }
}

}  // namespace oa::core
