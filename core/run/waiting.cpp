// Tasks that wait in the run machine: for a time, or for somebody's answer. They have one attempt,
// which occupies no slot.

#include <algorithm>
#include <string>
#include <utility>

#include "core/run/run_machine.hpp"

namespace oa::core {

void RunMachine::begin_wait(ExecutionIndex index, Commands& commands) {
    Execution& execution = executions_.at(index);
    execution.phase = Phase::BeginningWait;
    begin_attempt(index, execution);
    ++waiting_;
    commands.emplace_back(BeginWait{index, execution.task, execution.attempt, execution.element});
}

void RunMachine::on_wait_begun(const WaitBegun& event, Commands& commands) {
    Execution* execution = find(event.execution);
    if (execution == nullptr || execution->phase != Phase::BeginningWait ||
        execution->attempt != event.attempt) {
        return;
    }
    if (event.failure) {
        end_wait(event.execution, TaskStatus::Failed, event.failure, commands);
        return;
    }
    execution->phase = Phase::Waiting;
    execution->wait = event.delay;
    if (event.delay) {
        commands.emplace_back(SetTimer{{Timer::Kind::Wait, event.execution, event.attempt},
                                       std::max(*event.delay, Milliseconds{0})});
    }
}

void RunMachine::on_wait_ended(const WaitEnded& event, Commands& commands) {
    const Execution* execution = find(event.execution);
    if (execution == nullptr || execution->phase != Phase::Waiting ||
        execution->attempt != event.attempt) {
        return;
    }
    end_wait(event.execution, event.failure ? TaskStatus::Failed : TaskStatus::Succeeded,
             event.failure, commands);
}

// Its timer has fired, and is no more.
void RunMachine::wait_is_over(ExecutionIndex index, Execution& execution, Commands& commands) {
    const Wait& wait = *workflow_.tasks[execution.task].wait;
    const std::string within = format_duration(execution.wait.value_or(Milliseconds{0}));
    execution.wait.reset();
    std::optional<Failure> failure;
    if (wait.kind == Wait::Kind::Approval && wait.unanswered == Wait::Unanswered::Fail) {
        failure = Failure{.code = "deadline", .message = "nobody answered within " + within};
    } else if (wait.kind == Wait::Kind::Approval && wait.unanswered == Wait::Unanswered::Reject) {
        failure = Failure{
            .code = "rejected",
            .message = "nobody answered within " + within + ", which counts as a rejection"};
    }
    const TaskStatus status = failure ? TaskStatus::Failed : TaskStatus::Succeeded;
    end_wait(index, status, std::move(failure), commands);
}

void RunMachine::end_wait(ExecutionIndex index,
                          TaskStatus status,
                          std::optional<Failure> failure,
                          Commands& commands) {
    const Execution& execution = executions_.at(index);
    --waiting_;
    if (execution.wait) {
        commands.emplace_back(DropTimer{{Timer::Kind::Wait, index, execution.attempt}});
    }
    end_execution(index, status, std::move(failure), commands);
}

}  // namespace oa::core
