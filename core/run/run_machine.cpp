#include "core/run/run_machine.hpp"

#include <algorithm>
#include <utility>

namespace oa::core {

namespace {

template <typename... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace

RunMachine::RunMachine(const Workflow& workflow, const RunSettings& settings)
    : workflow_(workflow), settings_(settings), tasks_(workflow.tasks.size()) {
    settings_.max_parallel = settings.max_parallel_forced.value_or(
        workflow.concurrency.max_parallel.value_or(settings.max_parallel));
    settings_.max_parallel = std::max(settings_.max_parallel, 1U);
    activations_max_ = std::uint64_t{workflow.activations_per_task_max.value_or(
                           settings_.activations_per_task_max)} *
                       workflow.main_count();

    for (TaskIndex index = 0; index < tasks_.size(); ++index) {
        const Task& task = workflow.tasks[index];
        TaskRecord& record = tasks_[index];
        if (task.when) {
            record.asks_status = task.when->expression.calls_status();
            record.asks_elements = asks_elements(task);
        }
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

RunMachine::Execution* RunMachine::find(ExecutionIndex index) {
    const auto found = executions_.find(index);
    return found == executions_.end() ? nullptr : &found->second;
}

void RunMachine::apply(const RunEvent& event, Commands& commands) {
    if (status_ == RunStatus::Queued) {
        if (std::holds_alternative<RunStarted>(event)) {
            start(commands);
        } else if (const auto* broken = std::get_if<RunFailed>(&event)) {
            status_ = RunStatus::Running;
            broken_ = true;
            stop(RunStatus::Failed, broken->failure, commands);
            advance(commands);
        } else if (const auto* request = std::get_if<CancelRequested>(&event)) {
            // What never began has nothing to do finally.
            status_ = RunStatus::Running;
            broken_ = true;
            on_cancel(*request, commands);
            advance(commands);
        } else if (std::holds_alternative<PauseRequested>(event)) {
            on_pause(commands);
        } else if (std::holds_alternative<ResumeRequested>(event)) {
            lift_pause(commands);
        }
        return;
    }
    if (status_ != RunStatus::Running) {
        return;
    }
    std::visit(Overloaded{[](const RunStarted&) {},
                          [&](const AttemptSucceeded& success) { on_success(success, commands); },
                          [&](const AttemptFailed& failed) { on_failure(failed, commands); },
                          [&](const TimerFired& fired) { on_timer(fired.timer, commands); },
                          [&](const Decided& decided) { on_decided(decided, commands); },
                          [&](const RetryDecided& decided) { on_retry_decided(decided, commands); },
                          [&](const WaitBegun& begun) { on_wait_begun(begun, commands); },
                          [&](const WaitEnded& ended) { on_wait_ended(ended, commands); },
                          [&](const PauseRequested&) { on_pause(commands); },
                          [&](const ResumeRequested&) { lift_pause(commands); },
                          [&](const CancelRequested& request) { on_cancel(request, commands); },
                          [&](const RunFailed& broken) {
                              broken_ = true;
                              stop(RunStatus::Failed, broken.failure, commands);
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
    if (workflow_.flow == Flow::Sequence) {
        next_in_sequence(0, std::nullopt, commands);
    } else {
        for (const TaskIndex entry : workflow_.entries) {
            activate(entry, std::nullopt, commands);
        }
    }
    advance(commands);
}

void RunMachine::on_success(const AttemptSucceeded& event, Commands& commands) {
    const Execution* execution = find(event.execution);
    if (execution == nullptr || execution->attempt != event.attempt) {
        return;
    }
    if (execution->phase == Phase::TimedOut) {
        // It finished, but after its time was up and while being stopped: the time-out stands.
        fail_attempt(event.execution, *execution->last_failure, commands);
        return;
    }
    if (execution->phase == Phase::InFlight || execution->phase == Phase::Cancelling) {
        end_attempt(event.execution, commands);
        end_execution(event.execution, TaskStatus::Succeeded, std::nullopt, commands);
    }
}

void RunMachine::on_failure(const AttemptFailed& event, Commands& commands) {
    const Execution* execution = find(event.execution);
    if (execution == nullptr || execution->attempt != event.attempt) {
        return;
    }
    switch (execution->phase) {
        case Phase::InFlight: fail_attempt(event.execution, event.failure, commands); break;
        case Phase::TimedOut:
            fail_attempt(event.execution, *execution->last_failure, commands);
            break;
        case Phase::Cancelling:
            end_attempt(event.execution, commands);
            end_execution(event.execution, TaskStatus::Cancelled, failure_, commands);
            break;
        case Phase::Deciding:
        case Phase::Ready:
        case Phase::DecidingRetry:
        case Phase::Delayed:
        case Phase::BeginningWait:
        case Phase::Waiting:
        case Phase::Looping: break;
    }
}

void RunMachine::on_timer(const Timer& timer, Commands& commands) {
    if (timer.kind != Timer::Kind::RunTimeout) {
        Execution* execution = find(timer.execution);
        if (execution != nullptr && execution->attempt == timer.attempt) {
            on_attempt_timer(timer, *execution, commands);
        }
    } else if (run_timer_set_) {
        run_timer_set_ = false;
        stop(RunStatus::Failed,
             Failure{.code = "deadline",
                     .message = "the run did not end within " +
                                format_duration(workflow_.timeout.value_or(Milliseconds{0})),
                     .retryable = true},
             commands);
    }
}

void RunMachine::on_attempt_timer(const Timer& timer, Execution& execution, Commands& commands) {
    const Task& task = workflow_.tasks[execution.task];
    switch (timer.kind) {
        case Timer::Kind::RunTimeout: break;
        case Timer::Kind::AttemptTimeout:
            if (const auto timeout = attempt_timeout_of(task, settings_);
                execution.phase == Phase::InFlight && timeout) {
                execution.last_failure =
                    Failure{.code = "deadline",
                            .message = "did not end within " + format_duration(*timeout),
                            .retryable = task.idempotent.value_or(true)};
                ask_to_stop(timer.execution, execution, Phase::TimedOut, commands);
            }
            break;
        case Timer::Kind::CancelGrace:
            if (execution.phase == Phase::TimedOut) {
                commands.emplace_back(AbandonAttempt{timer.execution, timer.attempt});
                fail_attempt(timer.execution, *execution.last_failure, commands);
            } else if (execution.phase == Phase::Cancelling) {
                commands.emplace_back(AbandonAttempt{timer.execution, timer.attempt});
                end_attempt(timer.execution, commands);
                end_execution(timer.execution, TaskStatus::Cancelled, failure_, commands);
            }
            break;
        case Timer::Kind::RetryDelay:
            if (execution.phase == Phase::Delayed) {
                --delayed_;
                execution.phase = Phase::Ready;
                ready_.push_back(timer.execution);
            }
            break;
        case Timer::Kind::Wait:
            if (execution.phase == Phase::Waiting) {
                wait_is_over(timer.execution, execution, commands);
            }
            break;
    }
}

// The first request leaves what is to be done finally alone, wherever it stands; the second one
// does not.
void RunMachine::on_cancel(const CancelRequested& request, Commands& commands) {
    ++cancels_;
    lift_pause(commands);
    const Failure why{.code = "cancelled", .message = request.reason};
    if (verdict_ && cancels_ == 1) {
        if (*verdict_ == RunStatus::Succeeded) {
            verdict_ = RunStatus::Cancelled;
            failure_ = why;
        }
        return;
    }
    stop(RunStatus::Cancelled, why, commands);
    if (cancels_ == 1) {
        return;
    }
    for (const auto& [index, execution] : executions_) {
        const bool asked =
            execution.phase == Phase::Cancelling || execution.phase == Phase::TimedOut;
        if (asked && workflow_.tasks[execution.task].sub_workflow) {
            commands.emplace_back(CancelAttempt{index, execution.attempt});
        }
    }
}

void RunMachine::on_decided(const Decided& event, Commands& commands) {
    Execution* execution = find(event.execution);
    if (execution == nullptr || execution->phase != Phase::Deciding) {
        return;
    }
    --deciding_;
    execution->phase = Phase::Ready;
    if (event.failure) {
        end_execution(event.execution, TaskStatus::Failed, event.failure, commands);
    } else if (!event.run) {
        const auto& when = workflow_.tasks[execution->task].when;
        end_execution(
            event.execution, TaskStatus::Skipped,
            Failure{.code = "skipped",
                    .message = "its condition is false: " + (when ? when->text : std::string{})},
            commands);
    } else if (event.elements) {
        begin_loop(event.execution, *event.elements, commands);
    } else if (execution->element) {
        queue_of(execution->task).push_front(event.execution);
    } else {
        queue_of(execution->task).push_back(event.execution);
    }
}

// What stands in the queues stays there.
void RunMachine::on_pause(Commands& commands) {
    if (!paused_) {
        paused_ = true;
        commands.emplace_back(RunPaused{});
    }
}

void RunMachine::lift_pause(Commands& commands) {
    if (paused_) {
        paused_ = false;
        commands.emplace_back(RunContinued{});
    }
}

void RunMachine::on_retry_decided(const RetryDecided& event, Commands& commands) {
    Execution* execution = find(event.execution);
    if (execution == nullptr || execution->phase != Phase::DecidingRetry ||
        execution->attempt != event.attempt) {
        return;
    }
    --deciding_;
    Failure failure = event.failure ? *event.failure : *execution->last_failure;
    if (event.again && !event.failure) {
        schedule_retry(event.execution, std::move(failure), commands);
    } else {
        execution->phase = Phase::Ready;
        end_execution(event.execution, TaskStatus::Failed, std::move(failure), commands);
    }
}

}  // namespace oa::core
