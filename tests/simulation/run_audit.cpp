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

namespace {

/// A journal that answers later holds a run up, and so does each run around it.
constexpr core::Milliseconds punctual_within{500};

}  // namespace

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
    is_being_taken_up_ = false;
    touched_by_ = context_.life;
    now_ = record.at;
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

void RunAudit::take(const core::RunResumed& resumed) {
    is_being_taken_up_ = !resumed.is_settled;
    if (!created_->parent_run_id.empty()) {
        breach("it is taken up for itself");
    }
    if (resumed.is_settled) {
        deaths_ = 0;  // it waits, so whoever dies next dies of something else
        return;
    }
    taken_up_at_ = now_;
    check_deaths(resumed.deaths, "it counts so many deaths");
    deaths_ = resumed.deaths;
    progress_at_death_ = store_.progress(run_id_);
    unsure_deaths_ = 0;
    lost_deaths_ = 0;
}

void RunAudit::check_deaths(std::uint32_t counted, const std::string& what) {
    if (counted + lost_deaths_ < deaths() || counted > deaths() + unsure_deaths_) {
        breach(what + ": " + std::to_string(counted) + ", where there were " +
               std::to_string(deaths()));
    }
}

bool RunAudit::is_worked_on() const {
    return is_being_taken_up_ || std::any_of(open_.begin(), open_.end(), [this](const auto& entry) {
               const Attempt& attempt = entry.second;
               return attempt.started_by > 0 &&
                      (!workflow_.tasks[attempt.command.task].sub_workflow ||
                       store_.audit(inner_run(attempt)) == nullptr);
           });
}

void RunAudit::note_death(bool is_worked_on, std::uint64_t progress) {
    if (touched_by_ != context_.life) {
        unsure_deaths_ = 1;
        return;
    }
    deaths_ = is_worked_on ? (progress == progress_at_death_ ? deaths_ : 0) + 1 : 0;
    progress_at_death_ = progress;
}

void RunAudit::note_stop() {
    lost_deaths_ = touched_by_ == context_.life ? 0 : 1;
}

std::uint32_t RunAudit::deaths() const {
    return store_.progress(run_id_) == progress_at_death_ ? deaths_ : 0;
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
    last_start_by_ = context_.life;
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
    } else if (const auto* begun = std::get_if<core::WaitBegun>(&event.event)) {
        if (waits_to_begin_.erase(begun->execution) == 0) {
            breach("a wait begins that nobody asked for, or once more");
        }
    } else if (const auto* fired = std::get_if<core::TimerFired>(&event.event)) {
        take_timer(fired->timer);
    } else if (std::holds_alternative<core::CancelRequested>(event.event)) {
        ++cancels_;
        take_cancellation();
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
        attempt = Attempt{*start, {}, 0, 0};
        attempt.which = {host::execution_id(run_id_, workflow_.tasks[start->task].name,
                                            start->execution, start->element),
                         start->attempt};
    } else if (const auto* wait = std::get_if<core::BeginWait>(&command)) {
        waits_to_begin_.insert(wait->execution);
    } else if (const auto* set = std::get_if<core::SetTimer>(&command)) {
        timers_[set->timer] = now_ + set->delay;
    } else if (const auto* drop = std::get_if<core::DropTimer>(&command)) {
        timers_.erase(drop->timer);
    } else if (const auto* cancel = std::get_if<core::CancelAttempt>(&command)) {
        const auto found = open_.find(cancel->execution);
        if (found != open_.end()) {
            found->second.told_to_stop_by = context_.life;
        }
    } else if (const auto* abandon = std::get_if<core::AbandonAttempt>(&command)) {
        const auto found = open_.find(abandon->execution);
        if (found != open_.end()) {
            started_.erase(found->second.which);
            open_.erase(found);
        }
    } else if (const auto* ended = std::get_if<core::TaskEnded>(&command)) {
        has_failures_ = has_failures_ || ended->status == TaskStatus::Failed;
    } else if (const auto* finish = std::get_if<core::FinishRun>(&command)) {
        finish_ = *finish;
    }
}

// None fires before its time. What passes while there is no host counts, so that it is no later
// than the run is taken up, where it was due before. Those of calls begin again with them.
void RunAudit::take_timer(const core::Timer& timer) {
    const auto due = timers_.extract(timer);
    const auto attempt = open_.find(timer.execution);
    const bool is_of_call =
        timer.kind == core::Timer::Kind::CancelGrace ||
        (timer.kind == core::Timer::Kind::AttemptTimeout && attempt != open_.end() &&
         !workflow_.tasks[attempt->second.command.task].sub_workflow);
    if (!due || is_of_call) {
        return;
    }
    if (now_ < due.mapped()) {
        breach("a timer fires before its time");
    }
    const RunAudit* root = this;
    while (!root->created_->parent_run_id.empty()) {
        root = store_.audit(root->created_->parent_run_id);
    }
    if (context_.is_punctual &&
        now_ > std::max(due.mapped(), root->taken_up_at_) + punctual_within) {
        breach("a timer fires after its time");
    }
}

// A run within a run stops because the record of that says so, and not before.
void RunAudit::take_cancellation() const {
    const RunAudit* around = store_.audit(created_->parent_run_id);
    if (around == nullptr) {
        return;
    }
    const bool is_told =
        std::any_of(around->open_.begin(), around->open_.end(), [this](const auto& entry) {
            return inner_run(entry.second) == run_id_ && entry.second.told_to_stop_by > 0;
        });
    if (!is_told) {
        context_.breach("run " + run_id_ +
                        " is told to stop, of which the run around it has no record");
    }
}

// Once the run around it is resumed, a run that is to stop does not just go on.
void RunAudit::check_stopped(const Attempt& attempt) {
    const RunAudit* within = store_.audit(inner_run(attempt));
    if (attempt.told_to_stop_by > 0 && within != nullptr && within->cancels_ == 0 &&
        within->last_start_by_ > attempt.told_to_stop_by) {
        breach(name(attempt.command) + " was told to stop, and goes on");
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
    ++progress_;
    const Attempt attempt = found->second;
    open_.erase(found);
    started_.erase(attempt.which);
    if (workflow_.tasks[attempt.command.task].sub_workflow) {
        check_stopped(attempt);
    }
    if (std::holds_alternative<core::AttemptSucceeded>(event.event)) {
        attempt.started_by > 0 ? check_success(attempt) : check_taken_over(attempt);
    } else if (std::get<core::AttemptFailed>(event.event).failure.code == "interrupted") {
        check_interrupted(attempt);
    }
}

std::string RunAudit::inner_run(const Attempt& attempt) {
    return attempt.which.first + "/" + std::to_string(attempt.which.second);
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
    const RunAudit* within = store_.audit(inner_run(attempt));
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
    if (deaths() + unsure_deaths_ < host::deaths_max) {
        breach("it is put into quarantine after " + std::to_string(deaths()) + " deaths");
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
