#include "tests/simulation/run_audit.hpp"

#include <algorithm>
#include <utility>

#include "host/engine/deaths.hpp"
#include "host/engine/execution_id.hpp"
#include "tests/simulation/store.hpp"

namespace oa::test {

using core::ExecutionIndex;
using core::TaskIndex;
using core::TaskStatus;

RunAudit::RunAudit(Context& context,
                   const Store& store,
                   const Witness& witness,
                   const core::Workflow& workflow,
                   std::string run_id)
    : context_(context),
      store_(store),
      witness_(witness),
      workflow_(workflow),
      run_id_(std::move(run_id)) {}

void RunAudit::breach(const std::string& what) {
    context_.breach("record " + std::to_string(records_) + " of run " + run_id_ + ": " + what);
}

std::string RunAudit::name(const core::StartAttempt& command) const {
    return workflow_.tasks[command.task].name + " #" + std::to_string(command.attempt);
}

bool RunAudit::forbids_again(const Witness::Which& which) const {
    const auto found = started_.find(which);
    return found != started_.end() && !workflow_.tasks[found->second].idempotent.value_or(true);
}

void RunAudit::take(const core::JournalRecord& record) {
    ++records_;
    if (record.number != records_) {
        breach("it has the number " + std::to_string(record.number));
    }
    if (ended_) {
        breach("it follows the end");
        return;
    }
    if (!created_ && !std::holds_alternative<core::RunCreated>(record.entry)) {
        breach("the run was not created");
        return;
    }
    if (finish_ && !std::holds_alternative<core::RunEnded>(record.entry)) {
        breach("the end is missing");
    }
    std::visit([this](const auto& entry) { take(entry); }, record.entry);
}

void RunAudit::take(const core::RunCreated& created) {
    if (created_) {
        breach("it is created once more");
        return;
    }
    created_ = created;
    machine_.emplace(workflow_, created.settings);
    const RunAudit* before = store_.audit(created.retry_of);
    if (before == nullptr) {
        return;
    }
    std::vector<TaskStatus> statuses;
    for (TaskIndex task = 0; task < workflow_.tasks.size(); ++task) {
        statuses.push_back(before->status(task));
    }
    std::optional<TaskIndex> from;
    for (TaskIndex task = 0; task < workflow_.main_count(); ++task) {
        if (workflow_.tasks[task].name == created.retry_from) {
            from = task;
        }
    }
    again_ = done_again(workflow_, statuses, from);
}

void RunAudit::take(const core::RunResumed& resumed) const {
    if (!created_->parent_run_id.empty()) {
        context_.breach("run " + run_id_ + " is taken up for itself");
    } else if (resumed.deaths > context_.figures.crashes) {
        context_.breach("run " + run_id_ + " counts more deaths than there were");
    }
}

void RunAudit::take(const core::AttemptStarted& started) {
    const auto found = open_.find(started.execution);
    if (found == open_.end() || found->second.command.attempt != started.attempt) {
        breach("an attempt is started that the machine did not ask for");
        return;
    }
    Attempt& attempt = found->second;
    if (attempt.started_by > 0) {
        const core::Task& task = workflow_.tasks[started.task];
        if (attempt.started_by == context_.life) {
            breach(name(attempt.command) + " is started twice");
        } else if (!task.sub_workflow && !task.idempotent.value_or(true)) {
            breach(name(attempt.command) + " is started again although it is not idempotent");
        }
    }
    attempt.started_by = context_.life;
    started_.emplace(attempt.which, started.task);
}

void RunAudit::take(const core::MachineEvent& event) {
    if (const auto* success = std::get_if<core::AttemptSucceeded>(&event.event)) {
        end_attempt(success->execution, success->attempt, event);
    } else if (const auto* failed = std::get_if<core::AttemptFailed>(&event.event)) {
        end_attempt(failed->execution, failed->attempt, event);
    } else if (std::holds_alternative<core::WaitEnded>(event.event)) {
        ++answers_;
        ++context_.figures.answers;
    }
    std::vector<core::RunCommand> commands;
    machine_->apply(event.event, commands);
    for (const core::RunCommand& command : commands) {
        take_command(command);
    }
}

void RunAudit::take_command(const core::RunCommand& command) {
    if (const auto* start = std::get_if<core::StartAttempt>(&command)) {
        if (never_again_.count(start->execution) > 0) {
            breach(name(*start) + " is tried again after it was interrupted");
        }
        Attempt& attempt = open_[start->execution];
        attempt = Attempt{*start, {}, 0};
        attempt.which = {host::execution_id(run_id_, workflow_.tasks[start->task].name,
                                            start->execution, start->element),
                         start->attempt};
    } else if (const auto* abandon = std::get_if<core::AbandonAttempt>(&command)) {
        const auto found = open_.find(abandon->execution);
        if (found != open_.end()) {
            started_.erase(found->second.which);
            open_.erase(found);
        }
    } else if (const auto* finish = std::get_if<core::FinishRun>(&command)) {
        finish_ = *finish;
    }
}

void RunAudit::end_attempt(ExecutionIndex execution,
                           std::uint32_t number,
                           const core::MachineEvent& event) {
    const auto found = open_.find(execution);
    if (found == open_.end() || found->second.command.attempt != number) {
        breach("an attempt ends that is not in flight");
        return;
    }
    crashes_at_progress_ = context_.figures.crashes;
    const Attempt attempt = found->second;
    open_.erase(found);
    started_.erase(attempt.which);
    if (std::holds_alternative<core::AttemptSucceeded>(event.event)) {
        attempt.started_by > 0 ? check_success(attempt) : check_taken_over(attempt);
    } else if (std::get<core::AttemptFailed>(event.event).failure.code == "interrupted") {
        check_interrupted(attempt);
    }
}

// Nothing succeeded but what has an end outside.
void RunAudit::check_success(const Attempt& attempt) {
    if (!workflow_.tasks[attempt.command.task].sub_workflow) {
        const Witness::Call* call = witness_.find(attempt.which);
        if (call == nullptr || !call->ended || !call->succeeded) {
            breach(name(attempt.command) + " succeeded, which nobody saw");
        }
        return;
    }
    const RunAudit* within =
        store_.audit(attempt.which.first + "/" + std::to_string(attempt.which.second));
    if (within == nullptr || !within->ended() ||
        within->ended()->status != core::RunStatus::Succeeded) {
        breach(name(attempt.command) + " succeeded, but the run within it did not");
    }
}

void RunAudit::check_taken_over(const Attempt& attempt) {
    ++context_.figures.taken_over;
    const TaskIndex task = attempt.command.task;
    // A run within a run takes over what that run does.
    const RunAudit* root = this;
    while (root != nullptr && !root->created_->parent_run_id.empty()) {
        root = store_.audit(root->created_->parent_run_id);
    }
    if (root == nullptr || root->created_->retry_of.empty()) {
        breach(name(attempt.command) + " was taken over from nowhere");
    } else if (root == this &&
               (does_again(task) == 2 || (does_again(task) == 1 && !attempt.command.element))) {
        breach(name(attempt.command) + " was taken over, but was to be done again");
    }
}

void RunAudit::check_interrupted(const Attempt& attempt) {
    was_interrupted_ = true;
    if (workflow_.tasks[attempt.command.task].sub_workflow) {
        return;  // it is what a task of that run failed with
    }
    if (attempt.started_by == 0 || attempt.started_by == context_.life) {
        breach(name(attempt.command) + " was interrupted while no host died");
    }
    if (!workflow_.tasks[attempt.command.task].idempotent.value_or(true)) {
        never_again_.insert(attempt.command.execution);
    }
}

void RunAudit::take(const core::RunEnded& ended) {
    ended_ = ended;
    if (ended.failure && ended.failure->code == "quarantined") {
        check_quarantined();
        return;
    }
    if (!finish_ && !created_->parent_run_id.empty() && ended.failure &&
        ended.failure->code == "interrupted") {
        was_given_up_ = true;
        return;
    }
    if (!finish_) {
        breach("it ended without the machine");
    } else if (finish_->status != ended.status &&
               (finish_->status != core::RunStatus::Succeeded || !ended.failure)) {
        breach("it ended in another way than the machine says");
    }
    if (!open_.empty()) {
        breach("it ended with attempts in flight");
    }
}

// So many hosts must have died, and nothing come of the run in between.
void RunAudit::check_quarantined() {
    was_interrupted_ = true;
    ++context_.figures.quarantined;
    if (context_.figures.crashes < crashes_at_progress_ + host::deaths_max) {
        breach("it is put into quarantine after " +
               std::to_string(context_.figures.crashes - crashes_at_progress_) + " deaths");
    }
}

std::vector<int> done_again(const core::Workflow& workflow,
                            const std::vector<TaskStatus>& before,
                            std::optional<TaskIndex> from) {
    const TaskIndex main = workflow.main_count();
    std::vector<int> how(workflow.tasks.size(), 2);
    const auto comes_after = [&](TaskIndex later, TaskIndex earlier) {
        const core::Task& task = workflow.tasks[earlier];
        const auto names = [later](const std::vector<TaskIndex>& list) {
            return std::find(list.begin(), list.end(), later) != list.end();
        };
        return workflow.flow == core::Flow::Sequence
                   ? later > earlier
                   : names(task.on_success) || names(task.on_failure) ||
                         std::find(workflow.tasks[later].needs.begin(),
                                   workflow.tasks[later].needs.end(),
                                   earlier) != workflow.tasks[later].needs.end();
    };
    const auto saves = [&workflow](const core::Task& task) {
        return workflow.compat_oa3 &&
               (task.save_as || (task.sub_workflow && task.sub_workflow->shares_variables));
    };
    for (TaskIndex task = 0; task < main; ++task) {
        const bool well =
            before[task] == TaskStatus::Succeeded || before[task] == TaskStatus::Skipped;
        how[task] = task == from ? 2 : well ? 0 : saves(workflow.tasks[task]) ? 2 : 1;
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (TaskIndex later = 0; later < main; ++later) {
            for (TaskIndex earlier = 0; earlier < main; ++earlier) {
                if (how[later] < 2 && how[earlier] > 0 && comes_after(later, earlier)) {
                    how[later] = 2;
                    changed = true;
                }
            }
        }
    }
    return how;
}

}  // namespace oa::test
