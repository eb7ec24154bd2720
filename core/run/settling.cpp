// The graph flow of the run machine: when a task will not be activated any more, and what that
// decides for the tasks that need it.

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "core/run/run_machine.hpp"

namespace oa::core {

void RunMachine::enqueue_if_settled(TaskIndex task) {
    const TaskRecord& record = tasks_[task];
    if (workflow_.flow == Flow::Graph && !record.settled && record.open_executions == 0 &&
        record.unsettled_sources == 0 && (record.handler || record.state.activations > 0)) {
        to_settle_.push_back(task);
    }
}

void RunMachine::settle_all(Commands& commands) {
    // A work list, because chains of skipped tasks can be as long as the document.
    while (!to_settle_.empty() || !to_judge_.empty()) {
        if (to_judge_.empty()) {
            const TaskIndex task = to_settle_.back();
            to_settle_.pop_back();
            if (!tasks_[task].settled && tasks_[task].open_executions == 0) {
                settle(task, commands);
            }
        } else {
            const TaskIndex task = to_judge_.back();
            to_judge_.pop_back();
            need_settled(task, commands);
        }
    }
}

void RunMachine::settle(TaskIndex task, Commands& commands) {
    TaskRecord& record = tasks_[task];
    record.settled = true;
    if (record.state.activations == 0 && record.state.status == TaskStatus::Pending) {
        skip(task, "no task that names it led here", commands);
    }
    record.settled_as = record.state.status;
    // The list is taken from behind: the first in the document comes first.
    for (std::size_t left = record.targets.size(); left-- > 0;) {
        const TaskIndex target = record.targets[left];
        // 0 already where a circle of handlers was settled together.
        if (tasks_[target].unsettled_sources > 0 && --tasks_[target].unsettled_sources == 0) {
            enqueue_if_settled(target);
        }
    }
    // A need that ended well makes up for what failed before it.
    const bool failure = failed(task) || (record.upstream_failed && !counts_as_met(task));
    for (const TaskIndex dependent : record.dependents) {
        tasks_[dependent].upstream_failed = tasks_[dependent].upstream_failed || failure;
        if (--tasks_[dependent].unsettled_needs == 0) {
            to_judge_.push_back(dependent);
        }
    }
    // First in the document, first to start.
    std::sort(to_judge_.rbegin(), to_judge_.rend());
}

// All needs of a task have settled: it starts or is skipped. One that asks how they went decides
// itself.
void RunMachine::need_settled(TaskIndex task, Commands& commands) {
    if (stopping_) {
        return;
    }
    const auto& needs = workflow_.tasks[task].needs;
    const auto unmet = std::find_if(needs.begin(), needs.end(),
                                    [&](TaskIndex need) { return !counts_as_met(need); });
    if (unmet == needs.end() || tasks_[task].asks_status) {
        activate(task, std::nullopt, commands);
        return;
    }
    skip(task,
         "needs '" + workflow_.tasks[*unmet].name + "', which " +
             (tasks_[*unmet].settled_as == TaskStatus::Skipped ? "was " : "") +
             std::string(to_string(tasks_[*unmet].settled_as)),
         commands);
    to_settle_.push_back(task);
}

void RunMachine::skip(TaskIndex task, std::string reason, Commands& commands) {
    TaskState& state = tasks_[task].state;
    state.status = TaskStatus::Skipped;
    state.failure = Failure{.code = "skipped", .message = std::move(reason)};
    commands.emplace_back(TaskEnded{task, std::nullopt, TaskStatus::Skipped, state.failure, 0});
}

bool RunMachine::counts_as_met(TaskIndex need) const {
    const TaskStatus status = tasks_[need].settled_as;
    return status == TaskStatus::Succeeded ||
           (status == TaskStatus::Failed && workflow_.tasks[need].allow_failure);
}

// Nothing is left to do, but handlers are unsettled: those that only each other could still
// activate will not be. Where a need closes the circle (a task needs a handler that it names
// itself) the first unsettled handler gives way, so that every run ends.
bool RunMachine::release_circle() {
    if (workflow_.flow != Flow::Graph || stopping_) {
        return false;
    }
    std::vector<bool> releasable(tasks_.size(), false);
    std::optional<TaskIndex> first;
    for (TaskIndex task = 0; task < tasks_.size(); ++task) {
        releasable[task] = tasks_[task].handler && !tasks_[task].settled;
        if (releasable[task] && !first) {
            first = task;
        }
    }
    if (!first) {
        return false;
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (TaskIndex task = 0; task < tasks_.size(); ++task) {
            if (tasks_[task].settled || releasable[task]) {
                continue;
            }
            for (const TaskIndex target : tasks_[task].targets) {
                changed = changed || releasable[target];
                releasable[target] = false;
            }
        }
    }
    if (std::find(releasable.begin(), releasable.end(), true) == releasable.end()) {
        releasable[*first] = true;
    }
    for (auto task = static_cast<TaskIndex>(tasks_.size()); task-- > 0;) {
        if (releasable[task]) {
            tasks_[task].unsettled_sources = 0;
            to_settle_.push_back(task);
        }
    }
    return true;
}

}  // namespace oa::core
