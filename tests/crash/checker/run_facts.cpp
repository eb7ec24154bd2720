#include "tests/crash/checker/run_facts.hpp"

#include "host/engine/execution_id.hpp"

namespace oa::test {

RunFacts::RunFacts(const StoredRun& run) : run_(run) {
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
