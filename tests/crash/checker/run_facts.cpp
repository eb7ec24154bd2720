#include "tests/crash/checker/run_facts.hpp"

#include "host/engine/execution_id.hpp"

namespace oa::test {

RunFacts::RunFacts(const StoredRun& run) : run_(run) {
    if (creation() != nullptr) {
        machine_.emplace(*run.workflow, creation()->settings);
    }
    for (std::size_t i = 0; i < run.records.size(); ++i) {
        take(i, run.records[i].entry);
    }
    for (const auto& [which, attempt] : attempts_) {
        by_key_[{attempt.key, which.second}] = &attempt;
    }
}

const core::RunCreated* RunFacts::creation() const {
    return run_.records.empty() ? nullptr
                                : std::get_if<core::RunCreated>(&run_.records.front().entry);
}

const core::RunEnded* RunFacts::end() const {
    return run_.records.empty() ? nullptr : std::get_if<core::RunEnded>(&run_.records.back().entry);
}

const AttemptFacts* RunFacts::find(const std::string& key, std::uint32_t attempt) const {
    const auto found = by_key_.find({key, attempt});
    return found == by_key_.end() ? nullptr : found->second;
}

Breach RunFacts::breach(int invariant,
                        std::size_t position,
                        std::optional<core::TaskIndex> task,
                        std::string what) const {
    return {.invariant = invariant,
            .run = run_.id,
            .task = task ? run_.workflow->tasks.at(*task).name : "",
            .record = position < run_.records.size() ? run_.records[position].number : 0,
            .what = std::move(what)};
}

void RunFacts::take(std::size_t position, const core::JournalEntry& entry) {
    if (const auto* started = std::get_if<core::AttemptStarted>(&entry)) {
        AttemptFacts& attempt = attempts_[{started->execution, started->attempt}];
        attempt.task = started->task;
        attempt.key = host::execution_id(run_.id, task(started->task).name, started->execution,
                                         started->element);
        attempt.starts.push_back(position);
    } else if (const auto* resumed = std::get_if<core::RunResumed>(&entry)) {
        if (!resumed->is_settled) {
            resumed_.push_back(position);
        }
    } else if (const auto* taken = std::get_if<core::MachineEvent>(&entry)) {
        if (const auto* success = std::get_if<core::AttemptSucceeded>(&taken->event)) {
            take_end(position, success->execution, success->attempt, true);
        } else if (const auto* failure = std::get_if<core::AttemptFailed>(&taken->event)) {
            take_end(position, failure->execution, failure->attempt, false);
        }
        take_wait(position, taken->event);
        follow(position, taken->event);
    }
}

void RunFacts::take_wait(std::size_t position, const core::RunEvent& event) {
    if (const auto* begun = std::get_if<core::WaitBegun>(&event)) {
        const auto wait = waits_.find(begun->execution);
        if (wait == waits_.end() || begun->failure) {
            return;
        }
        AttemptFacts& facts = attempts_[{begun->execution, begun->attempt}];
        facts.task = wait->second.task;
        facts.key = host::execution_id(run_.id, task(facts.task).name, begun->execution,
                                       wait->second.element);
        facts.starts.push_back(position);
        facts.is_wait = true;
        facts.delay = begun->delay;
    } else if (const auto* ended = std::get_if<core::WaitEnded>(&event)) {
        ++(ended->failure ? rejected_ : approved_);
    } else if (const auto* fired = std::get_if<core::TimerFired>(&event)) {
        const auto wait = attempts_.find({fired->timer.execution, fired->timer.attempt});
        if (fired->timer.kind == core::Timer::Kind::Wait && wait != attempts_.end()) {
            wait->second.was_over = true;
        }
    }
}

void RunFacts::follow(std::size_t position, const core::RunEvent& event) {
    if (!machine_) {
        return;
    }
    commands_.clear();
    machine_->apply(event, commands_);
    for (const core::RunCommand& command : commands_) {
        if (const auto* wait = std::get_if<core::BeginWait>(&command)) {
            waits_[wait->execution] = {wait->task, wait->element};
        } else if (const auto* element = std::get_if<core::ElementEnded>(&command)) {
            end_wait(position, element->execution, element->status == core::TaskStatus::Succeeded);
        } else if (const auto* task = std::get_if<core::TaskEnded>(&command)) {
            if (task->execution) {
                end_wait(position, *task->execution, task->status == core::TaskStatus::Succeeded);
            }
        }
    }
}

void RunFacts::end_wait(std::size_t position, core::ExecutionIndex execution, bool succeeded) {
    const auto wait = attempts_.find({execution, 1});
    if (wait != attempts_.end() && wait->second.is_wait) {
        wait->second.ends.push_back(position);
        wait->second.succeeded = succeeded;
    }
}

void RunFacts::take_end(std::size_t position,
                        core::ExecutionIndex execution,
                        std::uint32_t attempt,
                        bool succeeded) {
    const auto found = attempts_.find({execution, attempt});
    if (found == attempts_.end()) {
        if (succeeded) {  // a failure may come before the start: of its parameters
            ends_of_nothing_.push_back(position);
        }
        return;
    }
    found->second.ends.push_back(position);
    found->second.succeeded = succeeded;
}

}  // namespace oa::test
