// What the records of each run and the witness say of each other: I3 to I8.

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/crash/checker/run_facts.hpp"

namespace oa::test {
namespace {

using core::TaskIndex;
using WitnessKey = std::pair<std::string, std::uint32_t>;  // key, attempt

struct Sightings {
    std::vector<const WitnessLine*> begins;
    std::vector<const WitnessLine*> ends;
};

class RunChecks {
public:
    /// `resumed`: when hosts took it up, or the run that it is a task of.
    RunChecks(const RunFacts& facts,
              const std::map<WitnessKey, Sightings>& witness,
              std::vector<core::WallTime> resumed,
              Verdict& verdict)
        : facts_(facts), witness_(witness), resumed_(std::move(resumed)), verdict_(verdict) {}

    void check() {
        check_records();
        for (const auto& [which, attempt] : facts_.attempts()) {
            check_ends(attempt);
            check_order(which, attempt);
            check_repeats(attempt);
            if (attempt.is_wait) {
                check_wait(attempt);
            }
            if (facts_.calls_witness(attempt.task)) {
                check_sightings(which.second, attempt);
            }
        }
    }

private:
    void note(int invariant,
              std::size_t position,
              std::optional<TaskIndex> task,
              std::string what) {
        verdict_.breaches.push_back(facts_.breach(invariant, position, task, std::move(what)));
    }

    [[nodiscard]] const Sightings& seen(const std::string& key, std::uint32_t attempt) const {
        static const Sightings none;
        const auto found = witness_.find({key, attempt});
        return found == witness_.end() ? none : found->second;
    }

    // I7

    void check_records() {
        const auto& records = facts_.run().records;
        for (std::size_t i = 0; i < records.size(); ++i) {
            if (records[i].number != i + 1) {
                note(7, i, {}, "it is the record at place " + std::to_string(i + 1));
            }
            if (i + 1 < records.size() &&
                std::holds_alternative<core::RunEnded>(records[i].entry)) {
                note(7, i + 1, {}, "it follows the end of the run");
            }
            if (i > 0 && std::holds_alternative<core::RunCreated>(records[i].entry)) {
                note(7, i, {}, "it creates the run once more");
            }
        }
        const core::RunCreated* creation = facts_.creation();
        if (creation != nullptr && creation->retry_of.empty()) {
            for (const std::size_t position : facts_.ends_of_nothing()) {
                note(7, position, {}, "an attempt has succeeded that never started");
            }
        }
    }

    void check_ends(const AttemptFacts& attempt) {
        if (attempt.ends.size() > 1) {
            note(7, attempt.ends[1], attempt.task, "the attempt ends a second time");
        }
        if (!attempt.ends.empty() && attempt.starts.back() > attempt.ends.front()) {
            note(7, attempt.starts.back(), attempt.task, "the attempt starts after its end");
        }
    }

    // I14

    void check_wait(const AttemptFacts& wait) {
        if (wait.starts.size() > 1) {
            note(14, wait.starts[1], wait.task, "the wait begins a second time");
        }
        verdict_.figures.waits += wait.ends.empty() ? 0 : 1;
        if (!wait.was_over || wait.ends.empty() || !wait.delay) {
            return;
        }
        const auto waited = std::chrono::duration_cast<core::Milliseconds>(
            facts_.record(wait.ends.front()).at - facts_.record(wait.starts.front()).at);
        if (waited < *wait.delay) {
            note(14, wait.ends.front(), wait.task,
                 "the wait is over after " + std::to_string(waited.count()) + " of " +
                     std::to_string(wait.delay->count()) + " ms");
        }
    }

    // I5

    void check_order(const ExecutionAttempt& which, const AttemptFacts& attempt) {
        const core::Workflow& workflow = *facts_.run().workflow;
        if (attempt.task >= workflow.main_count()) {
            check_after_main(attempt);
            if (attempt.task > workflow.main_count()) {
                check_after(which, attempt, attempt.task - 1);
            }
        } else if (workflow.flow == core::Flow::Graph) {
            for (const TaskIndex need : workflow.tasks[attempt.task].needs) {
                check_after(which, attempt, need);
            }
        } else if (workflow.flow == core::Flow::Sequence && attempt.task > 0) {
            check_after(which, attempt, attempt.task - 1);
        } else if (workflow.flow == core::Flow::Transitions) {
            check_was_led_to(which, attempt);
        }
    }

    void check_after(const ExecutionAttempt& which, const AttemptFacts& child, TaskIndex parent) {
        const std::size_t start = child.starts.front();
        bool has_ended = false;
        for (const auto& [other_which, other] : facts_.attempts()) {
            if (other.task != parent) {
                continue;
            }
            if (other.ends.empty() || other.ends.front() > start) {
                note(5, start, child.task,
                     "it starts before '" + facts_.task(parent).name + "' has ended");
                return;
            }
            has_ended = true;
            check_witness_order(which, child, other_which.second, other);
        }
        const core::RunCreated* creation = facts_.creation();
        const bool may_be_missing = facts_.task(parent).when || facts_.task(parent).for_each ||
                                    facts_.task(child.task).when ||
                                    (creation != nullptr && !creation->retry_of.empty());
        if (!has_ended && !may_be_missing) {
            note(5, start, child.task,
                 "it starts, but '" + facts_.task(parent).name + "' never did");
        }
    }

    void check_witness_order(const ExecutionAttempt& which,
                             const AttemptFacts& child,
                             std::uint32_t parent_attempt,
                             const AttemptFacts& parent) {
        const std::string name = "'" + facts_.task(parent.task).name + "'";
        const std::vector<const WitnessLine*>& ends = seen(parent.key, parent_attempt).ends;
        for (const WitnessLine* begin : seen(child.key, which.second).begins) {
            if (begin->at < facts_.record(parent.ends.front()).at) {
                note(5, child.starts.front(), child.task,
                     "the witness saw it begin before the end of " + name + " was on record");
            }
            const bool is_seen = std::any_of(ends.begin(), ends.end(), [begin](const auto* end) {
                return end->at <= begin->at;
            });
            if (parent.succeeded && facts_.calls_witness(parent.task) && !is_seen) {
                note(5, child.starts.front(), child.task,
                     "the witness saw it begin before it saw an end of " + name);
            }
        }
    }

    /// What `finally` does comes when everything else has ended.
    void check_after_main(const AttemptFacts& child) {
        for (const auto& [which, other] : facts_.attempts()) {
            const bool is_main = other.task < facts_.run().workflow->main_count();
            if (is_main && (other.ends.empty() || other.ends.front() > child.starts.front())) {
                note(5, child.starts.front(), child.task,
                     "it starts before '" + facts_.task(other.task).name + "' has ended");
            }
        }
    }

    /// In a state machine each execution is led to by an end of its own.
    void check_was_led_to(const ExecutionAttempt& which, const AttemptFacts& child) {
        if (which.second > 1) {
            return;
        }
        std::size_t executions = 0;  // of this task, up to this one
        std::size_t leads = 0;
        const auto& entries = facts_.run().workflow->entries;
        leads += static_cast<std::size_t>(std::count(entries.begin(), entries.end(), child.task));
        for (const auto& [other_which, other] : facts_.attempts()) {
            if (other.task == child.task && other_which.second == 1 &&
                other.starts.front() <= child.starts.front()) {
                ++executions;
            }
            if (!other.ends.empty() && other.ends.front() < child.starts.front()) {
                const core::Task& task = facts_.task(other.task);
                const auto& targets = other.succeeded ? task.on_success : task.on_failure;
                leads += static_cast<std::size_t>(
                    std::count(targets.begin(), targets.end(), child.task));
            }
        }
        if (executions > leads) {
            note(5, child.starts.front(), child.task, "it starts, but nothing has led to it");
        }
    }

    // I6

    void check_repeats(const AttemptFacts& attempt) {
        for (std::size_t i = 1; i < attempt.starts.size(); ++i) {
            const core::WallTime from = facts_.record(attempt.starts[i - 1]).at;
            const core::WallTime to = facts_.record(attempt.starts[i]).at;
            const bool is_after_death =
                std::any_of(resumed_.begin(), resumed_.end(),
                            [from, to](core::WallTime at) { return from <= at && at <= to; });
            if (!is_after_death) {
                note(6, attempt.starts[i], attempt.task,
                     "the attempt starts again, though no host has died meanwhile");
            }
        }
        verdict_.figures.attempts_in_doubt += attempt.starts.size() - 1;
    }

    // I3, I6, I8

    void check_sightings(std::uint32_t number, const AttemptFacts& attempt) {
        const Sightings& sightings = seen(attempt.key, number);
        const std::size_t begins = sightings.begins.size();
        if (attempt.succeeded && sightings.ends.empty()) {
            note(3, attempt.ends.front(), attempt.task,
                 "it has succeeded, but the witness saw no end");
        }
        if (begins > attempt.starts.size()) {
            note(6, attempt.starts.back(), attempt.task,
                 "the witness saw it begin " + std::to_string(begins) + " times, of " +
                     std::to_string(attempt.starts.size()) + " on record");
        }
        if (!facts_.task(attempt.task).idempotent.value_or(true) && begins > 1) {
            note(8, attempt.starts.back(), attempt.task,
                 "the witness saw it begin " + std::to_string(begins) +
                     " times, though it is `idempotent: false`");
        }
        verdict_.figures.attempts += begins;
        verdict_.figures.attempts_again += begins > 1 ? begins - 1 : 0;
    }

    const RunFacts& facts_;
    const std::map<WitnessKey, Sightings>& witness_;
    const std::vector<core::WallTime> resumed_;
    Verdict& verdict_;
};

/// A run within a run has no record of its own of being taken up: that is with the outermost one.
std::vector<core::WallTime> times_resumed(const RunFacts& run,
                                          const std::map<std::string, RunFacts>& runs) {
    std::vector<core::WallTime> times;
    const RunFacts* each = &run;
    for (std::size_t depth = 0; each != nullptr && depth <= runs.size(); ++depth) {
        for (const std::size_t position : each->resumed()) {
            times.push_back(each->record(position).at);
        }
        const core::RunCreated* creation = each->creation();
        const auto parent = creation == nullptr ? runs.end() : runs.find(creation->parent_run_id);
        each = parent == runs.end() ? nullptr : &parent->second;
    }
    return times;
}

// I4

void check_that_runs_are_known(const Evidence& evidence,
                               const std::map<std::string, RunFacts>& runs,
                               Verdict& verdict) {
    std::set<std::pair<std::string, std::string>> told;
    for (const WitnessLine& line : evidence.witness) {
        const auto run = runs.find(line.run);
        std::string problem;
        if (run == runs.end()) {
            if (evidence.keep) {
                continue;  // it has gone since; whoever wanted it may not have heard of it
            }
            problem = "the witness saw a run that is not on record";
        } else if (const AttemptFacts* attempt = run->second.find(line.key, line.attempt);
                   attempt == nullptr) {
            problem = "the witness saw attempt " + std::to_string(line.attempt) + " of " +
                      line.key + ", which is not on record";
        } else if (run->second.task(attempt->task).name != line.task) {
            problem = "the witness saw " + line.key + " as another task";
        }
        if (!problem.empty() && told.emplace(line.key, problem).second) {
            verdict.breaches.push_back({4, line.run, line.task, 0, problem});
        }
    }
}

}  // namespace

void judge_runs(const Evidence& evidence, Verdict& verdict) {
    std::map<WitnessKey, Sightings> witness;
    for (const WitnessLine& line : evidence.witness) {
        Sightings& sightings = witness[{line.key, line.attempt}];
        (line.is_end ? sightings.ends : sightings.begins).push_back(&line);
    }
    std::map<std::string, RunFacts> runs;
    for (const StoredRun& run : evidence.runs) {
        runs.emplace(run.id, run);
    }
    for (const auto& [id, facts] : runs) {
        RunChecks(facts, witness, times_resumed(facts, runs), verdict).check();
    }
    check_that_runs_are_known(evidence, runs, verdict);
}

}  // namespace oa::test
