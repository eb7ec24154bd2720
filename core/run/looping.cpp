// Tasks with `for_each` in the run machine. The loop is an execution of the task; each element that
// has begun and not ended has one of its own, so that retries and time-outs are those of any task.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "core/run/run_machine.hpp"

namespace oa::core {

void RunMachine::begin_loop(ExecutionIndex index, std::uint32_t elements, Commands& commands) {
    Execution& execution = executions_.at(index);
    const Task& task = workflow_.tasks[execution.task];
    TaskRecord& record = tasks_[execution.task];
    if (record.latest == index) {
        record.state.elements = elements;
        record.state.status = TaskStatus::Running;
    }
    if (elements == 0) {
        end_execution(index, TaskStatus::Succeeded, std::nullopt, commands);
        return;
    }
    execution.phase = Phase::Looping;
    execution.loop = std::make_unique<Loop>();
    execution.loop->elements = elements;
    // Elements that wait occupy nothing, so only the document limits how many do at a time.
    const std::uint32_t slots =
        task.wait ? std::numeric_limits<std::uint32_t>::max() : settings_.max_parallel;
    execution.loop->open_max = std::min(task.for_each->max_parallel.value_or(slots), slots);
    queue_loop(index, *execution.loop);
}

void RunMachine::queue_loop(ExecutionIndex index, Loop& loop) {
    if (!stopping_ && !loop.queued && loop.next < loop.elements && loop.open < loop.open_max) {
        loop.queued = true;
        queue_of(executions_.at(index).task).push_back(index);
    }
}

void RunMachine::start_element(ExecutionIndex index, Commands& commands) {
    Execution& execution = executions_.at(index);
    Loop& loop = *execution.loop;
    loop.queued = false;
    const ExecutionIndex own = executions_begun_++;
    Execution& element = executions_.emplace_hint(executions_.end(), own, Execution{})->second;
    element.task = execution.task;
    element.standing = execution.standing;
    element.element = Element{index, loop.next++};
    ++loop.open;
    queue_loop(index, loop);
    if (tasks_[element.task].asks_elements) {
        ask(own, element, commands);
    } else {
        start_execution(own, commands);
    }
}

void RunMachine::end_element(ExecutionIndex index,
                             const Execution& ended,
                             TaskStatus status,
                             std::optional<Failure> failure,
                             Commands& commands) {
    const Element element = *ended.element;
    Loop& loop = *executions_.at(element.loop).loop;
    --loop.open;
    if (status == TaskStatus::Failed) {
        if (loop.failed++ == 0 || element.index < loop.first_failed) {
            loop.first_failed = element.index;
            loop.first_failure = *failure;
        }
    }
    loop.cancelled = loop.cancelled || status == TaskStatus::Cancelled;
    TaskRecord& record = tasks_[ended.task];
    if (record.latest == element.loop) {
        ++record.state.elements_ended;
    }
    commands.emplace_back(ElementEnded{ended.task, index, element, status, failure});
    if (status == TaskStatus::Failed) {
        stop_at_failure(ended.task, *failure, commands);
    }
    end_loop_if_done(element.loop, commands);
}

void RunMachine::end_loop_if_done(ExecutionIndex index, Commands& commands) {
    Execution* execution = find(index);
    if (execution == nullptr) {
        return;
    }
    Loop& loop = *execution->loop;
    queue_loop(index, loop);
    const bool cut = loop.next < loop.elements;
    if (loop.open > 0 || (cut && !stopping_)) {
        return;
    }
    // One that was cut short by the failure of an element has failed.
    if (loop.failed == 0 && (cut || loop.cancelled)) {
        end_execution(index, TaskStatus::Cancelled, failure_, commands);
    } else if (loop.failed == 0) {
        end_execution(index, TaskStatus::Succeeded, std::nullopt, commands);
    } else {
        Failure failure = std::move(loop.first_failure);
        failure.message = std::to_string(loop.failed) + " of " + std::to_string(loop.elements) +
                          (loop.elements == 1 ? " element" : " elements") + " failed, element " +
                          std::to_string(loop.first_failed) +
                          (loop.failed == 1 ? ": " : " first of all: ") + failure.message;
        failure.retryable = false;
        end_execution(index, TaskStatus::Failed, std::move(failure), commands);
    }
}

}  // namespace oa::core
