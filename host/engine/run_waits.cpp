// Tasks that wait, and who ends that from outside: answers to approvals, pauses.

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "host/engine/run_loop.hpp"
#include "host/engine/wait_record.hpp"

namespace oa::host {

using core::ExecutionIndex;
using core::RunEvent;
namespace json = boost::json;

namespace {

/// A wait for a time of the wall clock looks at it at least so often, since that can be set, and
/// goes on while a machine sleeps.
constexpr core::Milliseconds look_again_after{10'000};
constexpr std::string_view group_label = "group:";

core::StartAttempt as_attempt(const core::BeginWait& command) {
    return {command.execution, command.task, command.attempt, command.element};
}

core::AttemptRef attempt_of(const core::BeginWait& command) {
    core::AttemptRef attempt{command.task, command.attempt, std::nullopt};
    if (command.element) {
        attempt.element = command.element->index;
    }
    return attempt;
}

core::ValuePlace place_of(const core::BeginWait& command) {
    return {command.task, command.execution, command.element};
}

json::value time_or_null(const std::optional<core::WallTime>& time) {
    return time ? json::value(core::format_time(*time)) : json::value();
}

core::Failure rejection(const ApprovalAnswer& answer) {
    std::string message = "rejected";
    if (!answer.by.empty()) {
        message += " by " + answer.by;
    }
    if (!answer.comment.empty()) {
        message += ": " + answer.comment;
    }
    return {.code = "rejected", .message = std::move(message)};
}

}  // namespace

bool may_answer(const OpenApproval& approval, const ApprovalAnswer& answer) {
    return approval.by.empty() ||
           std::any_of(approval.by.begin(), approval.by.end(), [&](const std::string& allowed) {
               if (!allowed.starts_with(group_label)) {
                   return allowed == answer.by;
               }
               const std::string group = allowed.substr(group_label.size());
               return std::find(answer.groups.begin(), answer.groups.end(), group) !=
                      answer.groups.end();
           });
}

// ----- waits -----

// What it reads of itself is what its last execution left: note_wait comes behind that.
void RunLoop::execute(const core::BeginWait& command) {
    core::WaitBegun begun{command.execution, command.attempt, {}, {}};
    if (const auto known = reusable(as_attempt(command))) {
        note_wait(command);
        own_messages_.emplace_back(core::MachineEvent{begun, nullptr});
        own_messages_.emplace_back(Reused{command.execution, command.attempt, known});
        return;
    }
    std::shared_ptr<const json::value> recorded;
    try {
        core::WaitPlan plan = data_.wait(place_of(command), services_.clock.wall());
        masker_->mask_in_place(plan.message);
        begun.delay = plan.delay;
        // On record a secret would be asterisks, by which anybody can call himself.
        if (std::any_of(plan.by.begin(), plan.by.end(),
                        [this](const std::string& name) { return masker_->mask(name) != name; })) {
            begun.failure = core::Failure{
                .code = "invalid_params",
                .message = "a name of those who may answer is a secret; give it as it is"};
        } else {
            recorded = std::make_shared<const json::value>(as_record(plan));
        }
    } catch (const core::TemplateError& error) {
        begun.failure = unresolved(error);
    }
    note_wait(command);
    own_messages_.emplace_back(core::MachineEvent{std::move(begun), std::move(recorded)});
}

void RunLoop::note_wait(const core::BeginWait& command) {
    waits_.insert_or_assign(command.execution, OpenWait{command, {}, {}});
    begin_report(as_attempt(command));
}

// `record` is null where nothing is waited for after all.
void RunLoop::note_wait_begun(const core::WaitBegun& event, const json::value* record) {
    const auto found = waits_.find(event.execution);
    if (found == waits_.end() || record == nullptr || event.failure) {
        return;
    }
    note_made(as_attempt(found->second.command));
    found->second.plan = plan_from_record(*record, event.delay);
    if (found->second.plan) {
        found->second.plan->kind = workflow_.tasks[found->second.command.task].wait->kind;
    }
    found->second.since = wall();
    announce_wait(event.execution);
}

// It is known outside from when it is on record.
void RunLoop::announce_wait(ExecutionIndex execution) {
    const OpenWait& wait = waits_.at(execution);
    if (!wait.plan) {
        return;
    }
    const core::Task& task = workflow_.tasks[wait.command.task];
    const core::AttemptRef attempt = attempt_of(wait.command);
    later([this, execution, attempt, &task, plan = *wait.plan, since = wait.since] {
        if (plan.kind == core::Wait::Kind::Approval) {
            const std::lock_guard lock(outside_mutex_);
            approvals_[execution] =
                OpenApproval{task.name, attempt.element, plan.message, plan.by, since, plan.until};
        }
        sink().wait_begun(attempt, plan);
    });
}

void RunLoop::forget_wait(ExecutionIndex execution) {
    const auto wait = waits_.extract(execution);
    if (!wait || !wait.mapped().plan) {
        return;
    }
    later([this, execution, attempt = attempt_of(wait.mapped().command)] {
        {
            const std::lock_guard lock(outside_mutex_);
            approvals_.erase(execution);
        }
        sink().wait_ended(attempt);
    });
}

const RunLoop::OpenWait* RunLoop::find_wait(ExecutionIndex execution) const {
    const auto found = waits_.find(execution);
    return found == waits_.end() ? nullptr : &found->second;
}

// How long a timer is set for at most.
core::Milliseconds RunLoop::patience(const core::Timer& timer) const {
    if (timer.kind == core::Timer::Kind::Wait) {
        const OpenWait* const wait = find_wait(timer.execution);
        if (wait != nullptr && wait->plan && wait->plan->kind == core::Wait::Kind::Until) {
            return look_again_after;
        }
    }
    return core::Milliseconds::max();
}

void RunLoop::wait_timer_fired(const core::Timer& timer) {
    timers_.erase(timer);
    const OpenWait* const wait = find_wait(timer.execution);
    if (wait == nullptr || !wait->plan) {
        return;
    }
    const core::Wait& document = *workflow_.tasks[wait->command.task].wait;
    const core::WallTime now = services_.clock.wall();
    if (document.kind == core::Wait::Kind::Until && wait->plan->until > now) {
        set_timer(timer, std::chrono::ceil<core::Milliseconds>(*wait->plan->until - now));
        return;
    }
    const RunEvent event = core::TimerFired{timer};
    if (document.kind != core::Wait::Kind::Approval) {
        end_wait(*wait, event, {{"until", time_or_null(wait->plan->until)}});
    } else if (document.unanswered == core::Wait::Unanswered::Approve) {
        end_wait(*wait, event,
                 {{"approved", true}, {"by", nullptr}, {"comment", ""}, {"at", time_or_null(now)}});
    } else {
        take(event, nullptr);
    }
}

// It has succeeded, unless what the document makes of its output has no value.
void RunLoop::end_wait(const OpenWait& wait, const RunEvent& event, json::value output) {
    const core::BeginWait command = wait.command;
    AttemptDone done{command.execution, command.attempt, {}, nullptr, {}};
    done.outcome.output = std::move(output);
    mask(done.outcome);
    finish_output(place_of(command), done);
    auto kept = std::make_shared<const json::value>(std::move(done.outcome.output));
    note_output(place_of(command), kept, nullptr);
    if (done.outcome.failure) {
        take(core::WaitEnded{command.execution, command.attempt, std::move(done.outcome.failure)},
             nullptr);
    } else {
        take(event, std::move(kept));
    }
}

// ----- answers -----

std::vector<OpenApproval> RunLoop::approvals() const {
    std::vector<OpenApproval> open;
    std::vector<InnerRun> inner;
    {
        const std::lock_guard lock(outside_mutex_);
        for (const auto& entry : approvals_) {
            open.push_back(entry.second);
        }
        for (const auto& entry : sub_runs_) {
            inner.push_back(entry.second);
        }
    }
    for (const InnerRun& sub_run : inner) {
        for (OpenApproval& approval : sub_run.run->approvals()) {
            approval.task = sub_run.label + "/" + approval.task;
            open.push_back(std::move(approval));
        }
    }
    return open;
}

bool RunLoop::answer(const std::string& task,
                     std::optional<std::uint32_t> element,
                     const ApprovalAnswer& answer,
                     std::function<void(bool taken)> on_record) {
    std::vector<InnerRun> inner;
    std::optional<ExecutionIndex> own;
    {
        const std::lock_guard lock(outside_mutex_);
        for (const auto& [execution, approval] : approvals_) {
            if (approval.task != task || approval.element != element) {
                continue;
            }
            if (!may_answer(approval, answer)) {
                refuse(approval, answer);
            }
            own = execution;
            approvals_.erase(execution);  // the first answer is the one
            break;
        }
        for (const auto& entry : sub_runs_) {
            if (task.starts_with(entry.second.label + "/")) {
                inner.push_back(entry.second);
            }
        }
    }
    if (own) {
        post(Answer{*own, answer, std::make_shared<Receipt>(std::move(on_record))});
        return true;
    }
    return std::any_of(inner.begin(), inner.end(), [&](const InnerRun& sub_run) {
        return sub_run.run->answer(task.substr(sub_run.label.size() + 1), element, answer,
                                   on_record);
    });
}

void RunLoop::refuse(const OpenApproval& approval, const ApprovalAnswer& answer) const {
    std::string allowed;
    for (std::size_t i = 0; i < approval.by.size(); ++i) {
        allowed += (i == 0 ? "" : i + 1 == approval.by.size() ? " or " : ", ") + approval.by[i];
    }
    throw AnswerRefused(
        "'" + approval.task + "' is to be answered by " + allowed + ", not by " +
        (answer.by.empty() ? "somebody without a name" : "'" + masker_->mask(answer.by) + "'"));
}

void RunLoop::answered(const Answer& message) {
    const OpenWait* const wait = find_wait(message.execution);
    if (wait == nullptr || !wait->plan) {
        return;  // its time was over, or the run was told to stop
    }
    core::WaitEnded ended{wait->command.execution, wait->command.attempt, {}};
    if (message.answer.approved) {
        end_wait(*wait, ended,
                 {{"approved", true},
                  {"by", message.answer.by},
                  {"comment", message.answer.comment},
                  {"at", core::format_time(services_.clock.wall())}});
    } else {
        ended.failure = masked(rejection(message.answer));
        take(ended, nullptr);
    }
    later([receipt = message.receipt] { receipt->confirm(); });
}

// ----- pauses -----

void RunLoop::pause(const std::string& reason) {
    post(RunEvent{core::PauseRequested{reason}});
}

void RunLoop::resume() {
    post(RunEvent{core::ResumeRequested{}});
}

void RunLoop::execute(const core::RunPaused& /*command*/) {
    later([this, reason = pause_reason_] { sink().run_paused(reason); });
}

void RunLoop::execute(const core::RunContinued& /*command*/) {
    later([this] { sink().run_continued(); });
}

// After all else that follows from the same request: a run within the run that is cancelled is not
// to start anything first.
void RunLoop::hand_down_pause() {
    for (const auto& entry : sub_runs_) {
        later([run = entry.second.run, paused = machine_.paused(), reason = pause_reason_] {
            if (paused) {
                run->pause(reason);
            } else {
                run->resume();
            }
        });
    }
}

}  // namespace oa::host
