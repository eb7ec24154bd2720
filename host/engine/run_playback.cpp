// Resuming a run: its records are played back to the machine and the data, and then what was in
// flight is done again.

#include <algorithm>
#include <string>
#include <utility>

#include <boost/json.hpp>

#include "host/engine/run_loop.hpp"

namespace oa::host {

using core::ExecutionIndex;
using core::RunEvent;

namespace {

void note_ended_attempt(const core::JournalRecord& record,
                        std::set<std::pair<ExecutionIndex, std::uint32_t>>& ended) {
    const auto* taken = std::get_if<core::MachineEvent>(&record.entry);
    if (taken == nullptr) {
        return;
    }
    if (const auto* success = std::get_if<core::AttemptSucceeded>(&taken->event)) {
        ended.emplace(success->execution, success->attempt);
    } else if (const auto* failed = std::get_if<core::AttemptFailed>(&taken->event)) {
        ended.emplace(failed->execution, failed->attempt);
    }
}

core::ValuePlace place_of(const core::StartAttempt& command) {
    return {command.task, command.execution, command.element};
}

core::Failure interrupted(const std::string& what) {
    return {.code = "interrupted", .message = "the host ended while this ran" + what};
}

}  // namespace

// While records are played back it is the time at which they were written.
core::WallTime RunLoop::wall() const {
    return played_at_.value_or(services_.clock.wall());
}

std::chrono::steady_clock::time_point RunLoop::steady() const {
    const auto now = services_.clock.now();
    return played_at_ ? now - std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                  services_.clock.wall() - *played_at_)
                      : now;
}

// What began before this host is timed by the clock on the wall, which may have been set back
// since.
core::Milliseconds RunLoop::passed_since(std::chrono::steady_clock::time_point then) const {
    return std::max(core::Milliseconds{0},
                    std::chrono::duration_cast<core::Milliseconds>(steady() - then));
}

void RunLoop::play_back(const Resume& resume) {
    created_ = true;
    resumed_ = true;
    Playback playback;
    for (const core::JournalRecord& record : resume.records) {
        note_ended_attempt(record, playback.ended_attempts);
    }
    for (const core::JournalRecord& record : resume.records) {
        records_ = record.number;
        played_at_ = record.at;
        play(record, playback);
    }
    played_at_.reset();
    if (playback.ended) {
        report_.status = playback.ended->status;
        report_.failure = std::move(playback.ended->failure);
        report_.outputs = std::move(playback.ended->outputs);
        if (report_.tasks.empty()) {  // its end was not the machine's
            report_.tasks = data_.take_reports();
        }
        closed_ = true;
        return;
    }
    playback.cancels = resume.cancels > playback.cancels ? resume.cancels - playback.cancels : 0;
    go_live(playback);
}

void RunLoop::play(const core::JournalRecord& record, Playback& playback) {
    if (const auto* event = std::get_if<core::MachineEvent>(&record.entry)) {
        play(*event, playback);
    } else if (const auto* ended = std::get_if<core::RunEnded>(&record.entry)) {
        playback.ended = *ended;
    } else if (const auto* started = std::get_if<core::AttemptStarted>(&record.entry)) {
        // Where it is in flight already another host has started it again.
        if (auto waiting = playback.to_start.extract(started->execution)) {
            note_made(waiting.mapped().command);
            playback.in_flight.insert(std::move(waiting));
        }
    }
}

void RunLoop::play(const core::MachineEvent& taken, Playback& playback) {
    const RunEvent& event = taken.event;
    if (machine_.status() == core::RunStatus::Queued) {
        run_started_ = steady();
        report_.started_at = wall();
        report_.status = core::RunStatus::Running;
    }
    if (std::holds_alternative<core::RunStarted>(event)) {
        static const boost::json::object none;
        const auto* recorded = taken.output ? taken.output->if_object() : nullptr;
        data_.restore_variables(std::move(request_.variables),
                                recorded == nullptr ? none : *recorded);
    } else if (const auto* success = std::get_if<core::AttemptSucceeded>(&event)) {
        play_attempt_end(success->execution, taken, playback);
    } else if (const auto* failed = std::get_if<core::AttemptFailed>(&event)) {
        play_attempt_end(failed->execution, taken, playback);
    } else if (std::holds_alternative<core::Decided>(event)) {
        play_decided(taken, playback);
    } else if (const auto* decided = std::get_if<core::RetryDecided>(&event)) {
        playback.undecided_retries.erase(decided->execution);
    } else if (const auto* begun = std::get_if<core::WaitBegun>(&event)) {
        note_wait_begun(*begun, taken.output.get());
    } else if (const auto* over = std::get_if<core::WaitEnded>(&event)) {
        play_wait_end(over->execution, taken);
    } else if (const auto* fired = std::get_if<core::TimerFired>(&event)) {
        playback.timers.erase(fired->timer);
        play_wait_end(fired->timer.execution, taken);
    } else if (const auto* pause = std::get_if<core::PauseRequested>(&event)) {
        pause_reason_ = pause->reason;
    } else if (std::holds_alternative<core::CancelRequested>(event)) {
        ++playback.cancels;
    }
    commands_.clear();
    machine_.apply(event, commands_);
    for (const core::RunCommand& command : commands_) {
        play(command, playback);
    }
}

void RunLoop::play_attempt_end(ExecutionIndex execution,
                               const core::MachineEvent& event,
                               Playback& playback) {
    core::StartAttempt command;
    if (const auto begun = playback.in_flight.extract(execution)) {
        command = begun.mapped().command;
    } else if (const auto waiting = playback.to_start.extract(execution)) {
        command = waiting.mapped().command;  // it ended unstarted: unresolved, or taken over
    } else {
        return;
    }
    if (!event.output) {
        return;
    }
    if (std::holds_alternative<core::AttemptSucceeded>(event.event)) {
        take_over(place_of(command), event.output);
    } else {
        note_output(place_of(command), event.output, nullptr);
    }
}

void RunLoop::play_wait_end(ExecutionIndex execution, const core::MachineEvent& event) {
    const auto found = waits_.find(execution);
    if (found != waits_.end() && event.output) {
        const core::BeginWait& command = found->second.command;
        take_over({command.task, execution, command.element}, event.output);
    }
}

// The elements of a loop follow from what is on record, unless a source outside said what they are:
// then they are on record themselves, masked.
void RunLoop::play_decided(const core::MachineEvent& event, Playback& playback) {
    const auto& decided = std::get<core::Decided>(event.event);
    const auto asked = playback.undecided.extract(decided.execution);
    if (!asked || !decided.elements || decided.failure) {
        return;
    }
    const core::Decide& command = asked.mapped().command;
    std::optional<boost::json::value>& fresh = asked.mapped().items;
    boost::json::value items = boost::json::array(*decided.elements);
    if (event.output) {
        items = *event.output;
    }
    if (fresh) {
        boost::json::value masked = *fresh;
        masker_->mask(masked);
        if (!event.output || masked == *event.output) {
            items = std::move(*fresh);
        }
    }
    static_cast<void>(data_.begin_loop(
        command.execution, {command.task, command.execution, command.element}, std::move(items)));
}

// Values are asked for where they were asked for then: what comes next may change them.
void RunLoop::play(const core::Decide& command, Playback& playback) {
    Playback::Undecided undecided{command};
    if (workflow_.tasks[command.task].for_each && !command.element) {
        try {
            undecided.items = data_.loop_items({command.task, command.execution, std::nullopt});
        } catch (const core::TemplateError&) {
            undecided.items.reset();  // the record says what became of it
        }
    }
    playback.undecided.insert_or_assign(command.execution, std::move(undecided));
}

void RunLoop::play(const core::StartAttempt& command, Playback& playback) {
    Playback::Begun begun{command};
    if (playback.ended_attempts.count({command.execution, command.attempt}) == 0) {
        try {
            begun.given = resolve(command);
        } catch (const core::TemplateError&) {
            begun.given.reset();  // it will be asked for again
        }
    }
    begin_report(command);
    playback.to_start.insert_or_assign(command.execution, std::move(begun));
}

void RunLoop::play(const core::RunCommand& command, Playback& playback) {
    if (const auto* decide = std::get_if<core::Decide>(&command)) {
        play(*decide, playback);
    } else if (const auto* start = std::get_if<core::StartAttempt>(&command)) {
        play(*start, playback);
    } else if (const auto* wait = std::get_if<core::BeginWait>(&command)) {
        note_wait(*wait);
    } else if (const auto* cancel = std::get_if<core::CancelAttempt>(&command)) {
        const auto found = playback.in_flight.find(cancel->execution);
        if (found != playback.in_flight.end()) {
            ++found->second.cancels;
        }
    } else if (const auto* abandon = std::get_if<core::AbandonAttempt>(&command)) {
        playback.in_flight.erase(abandon->execution);
    } else if (const auto* set = std::get_if<core::SetTimer>(&command)) {
        playback.timers.insert_or_assign(set->timer, Playback::DueTimer{wall(), set->delay});
    } else if (const auto* drop = std::get_if<core::DropTimer>(&command)) {
        playback.timers.erase(drop->timer);
    } else if (const auto* retry = std::get_if<core::DecideRetry>(&command)) {
        playback.undecided_retries.insert_or_assign(retry->execution, *retry);
    } else if (!std::holds_alternative<core::RetryScheduled>(command)) {
        std::visit([this](const auto& concrete) { execute(concrete); }, command);
    }
}

void RunLoop::go_live(Playback& playback) {
    is_settling_ = request_.parent_run_id.empty();
    const bool was_paused = machine_.paused();
    if (machine_.status() == core::RunStatus::Queued) {
        begin();
    } else {
        open_blobs();
        later([this] { sink().run_started(report_, workflow_); });
        for (RunEvent& request : early_requests_) {
            own_messages_.emplace_back(std::move(request));
        }
        early_requests_.clear();
    }
    if (was_paused) {
        later([this] { sink().run_paused(pause_reason_); });
    }
    for (std::uint32_t cancel = 0; cancel < playback.cancels; ++cancel) {
        own_messages_.emplace_back(RunEvent{core::CancelRequested{"the run was told to stop"}});
    }
    go_live_with_timers(playback);
    go_live_with_waits();
    for (auto& [execution, attempt] : playback.in_flight) {
        go_live(std::move(attempt));
    }
    for (auto& [execution, attempt] : playback.to_start) {
        if (!suspended_ && !reuse(attempt.command)) {
            start(attempt.command, std::move(attempt.given), 0);
        }
    }
    for (const auto& [execution, undecided] : playback.undecided) {
        execute(undecided.command);
    }
    for (const auto& [execution, command] : playback.undecided_retries) {
        execute(command);
    }
}

// Time passed while there was no host. A clock that was set back does not make a wait longer. The
// timers of calls are gone with them; a run within this one is the same as before.
void RunLoop::go_live_with_timers(const Playback& playback) {
    for (const auto& [timer, due] : playback.timers) {
        if (timer.kind == core::Timer::Kind::AttemptTimeout ||
            timer.kind == core::Timer::Kind::CancelGrace) {
            const auto attempt = playback.in_flight.find(timer.execution);
            if (attempt == playback.in_flight.end() ||
                !workflow_.tasks[attempt->second.command.task].sub_workflow) {
                continue;
            }
        }
        const auto passed = std::chrono::duration_cast<core::Milliseconds>(wall() - due.set_at);
        set_timer(timer, std::clamp(due.delay - passed, core::Milliseconds{0}, due.delay));
    }
}

void RunLoop::go_live_with_waits() {
    std::vector<core::BeginWait> not_begun;
    for (const auto& [execution, wait] : waits_) {
        if (!wait.plan) {
            not_begun.push_back(wait.command);
        }
        announce_wait(execution);
    }
    for (const core::BeginWait& command : not_begun) {
        execute(command);
    }
}

void RunLoop::go_live(Playback::Begun attempt) {
    const core::StartAttempt& command = attempt.command;
    const core::Task& task = workflow_.tasks[command.task];
    if (!task.sub_workflow && attempt.cancels > 0) {
        fail_attempt(command.execution, command.attempt, interrupted(", having been told to stop"));
        return;
    }
    if (!task.sub_workflow && !task.idempotent.value_or(true)) {
        fail_attempt(command.execution, command.attempt,
                     interrupted("; as `idempotent: false` says, it is not started again: find out "
                                 "what it has done"));
        return;
    }
    const auto timeout = core::attempt_timeout_of(task, request_.settings);
    if (timeout && !task.sub_workflow) {
        set_timer({core::Timer::Kind::AttemptTimeout, command.execution, command.attempt},
                  *timeout);
    }
    start(command, std::move(attempt.given), attempt.cancels);
}

}  // namespace oa::host
