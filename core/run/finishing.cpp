// The end of a run in the run machine: the verdict, what is done finally, and the tasks that never
// had their turn.

#include <utility>

#include "core/run/run_machine.hpp"

namespace oa::core {

bool RunMachine::idle() const noexcept {
    return in_flight_ == 0 && delayed_ == 0 && deciding_ == 0 && waiting_ == 0 && ready_.empty() &&
           ready_waits_.empty();
}

void RunMachine::advance(Commands& commands) {
    if (status_ != RunStatus::Running) {
        return;
    }
    settle_all(commands);
    start_ready(commands);
    while (idle()) {
        if (!verdict_ && !release_circle()) {
            end_main(commands);
        } else if (verdict_) {
            finish(commands);
            return;
        }
        settle_all(commands);
        start_ready(commands);
    }
}

void RunMachine::end_main(Commands& commands) {
    end_untouched_tasks(0, workflow_.main_count(), commands);
    if (run_timer_set_) {
        run_timer_set_ = false;
        commands.emplace_back(DropTimer{{.kind = Timer::Kind::RunTimeout}});
    }
    verdict_ = RunStatus::Succeeded;
    if (stopping_) {
        verdict_ = *stopping_;
    } else {
        judge(0, workflow_.main_count());
    }
    commands.emplace_back(MainEnded{*verdict_, failure_});
    if (!broken_) {
        stopping_.reset();
        next_in_sequence(workflow_.main_count(), std::nullopt, commands);
    }
}

// The first task of the document whose failure counts decides.
void RunMachine::judge(TaskIndex from, TaskIndex to) {
    for (TaskIndex task = from; task < to; ++task) {
        if (failed(task)) {
            verdict_ = RunStatus::Failed;
            failure_ = *tasks_[task].state.failure;
            failure_->message =
                "task '" + workflow_.tasks[task].name + "' failed: " + failure_->message;
            return;
        }
    }
}

void RunMachine::finish(Commands& commands) {
    const auto all = static_cast<TaskIndex>(tasks_.size());
    end_untouched_tasks(workflow_.main_count(), all, commands);
    if (*verdict_ == RunStatus::Succeeded) {
        if (stopping_) {
            verdict_ = *stopping_;
        } else {
            judge(workflow_.main_count(), all);
        }
    }
    status_ = *verdict_;
    commands.emplace_back(FinishRun{status_, failure_});
}

// Tasks that never had their turn get a final state and the reason.
void RunMachine::end_untouched_tasks(TaskIndex from, TaskIndex to, Commands& commands) {
    for (TaskIndex task = from; task < to; ++task) {
        TaskState& state = tasks_[task].state;
        if (state.status != TaskStatus::Pending || state.activations > 0) {
            continue;
        }
        if (stopping_) {
            state.status = TaskStatus::Cancelled;
            state.failure = failure_;
            commands.emplace_back(
                TaskEnded{task, std::nullopt, TaskStatus::Cancelled, failure_, 0});
        } else {
            skip(task,
                 workflow_.flow == Flow::Sequence ? "an earlier task failed" : "no task led here",
                 commands);
        }
    }
}

}  // namespace oa::core
