// What became of runs as a whole, and of the hosts: I1, I2, I9 to I13.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/crash/checker/run_facts.hpp"

namespace oa::test {
namespace {

void note(Verdict& verdict, int invariant, const std::string& run, std::string what) {
    Breach breach;
    breach.invariant = invariant;
    breach.run = run;
    breach.what = std::move(what);
    verdict.breaches.push_back(std::move(breach));
}

// I1, I2, I12

/// Of those that are nobody's task.
std::size_t ended_runs(const Evidence& evidence) {
    return static_cast<std::size_t>(
        std::count_if(evidence.runs.begin(), evidence.runs.end(), [](const StoredRun& run) {
            const RunFacts facts(run);
            return facts.end() != nullptr && facts.creation() != nullptr &&
                   facts.creation()->parent_run_id.empty();
        }));
}

void check_acknowledged(const Evidence& evidence, Verdict& verdict) {
    std::set<std::string> known;
    for (const StoredRun& run : evidence.runs) {
        known.insert(run.id);
    }
    const bool enough_are_kept = evidence.keep && ended_runs(evidence) >= *evidence.keep;
    std::map<std::string, std::string> by_request;
    for (const Acknowledgement& acknowledged : evidence.acknowledged) {
        if (known.count(acknowledged.run) == 0 && !enough_are_kept) {
            note(verdict, 1, acknowledged.run, "it was acknowledged, and there is no such run");
        }
        const auto [first, is_new] = by_request.emplace(acknowledged.request, acknowledged.run);
        if (!acknowledged.request.empty() && !is_new && first->second != acknowledged.run) {
            note(verdict, 12, acknowledged.run,
                 "the request '" + acknowledged.request + "' got the run " + first->second +
                     " before");
        }
    }
    verdict.figures.acknowledged = evidence.acknowledged.size();
}

void check_whole(const StoredRun& run, bool is_acknowledged, Verdict& verdict) {
    const int invariant = is_acknowledged ? 1 : 2;
    const RunFacts facts(run);
    if (facts.creation() == nullptr || facts.creation()->run_id != run.id) {
        note(verdict, invariant, run.id, "its first record is not that of its creation");
        return;
    }
    if (facts.end() == nullptr) {
        note(verdict, invariant, run.id,
             "it has not ended, after " + std::to_string(run.records.size()) + " records");
    } else if (facts.end()->failure && facts.end()->failure->code == "quarantined") {
        ++verdict.figures.quarantined;
    }
    ++verdict.figures.runs;
    verdict.figures.runs_within += facts.creation()->parent_run_id.empty() ? 0U : 1U;
}

// I15

void check_answers(const Evidence& evidence, Verdict& verdict) {
    std::map<std::pair<std::string, bool>, std::size_t> told;
    for (const Answered& answer : evidence.answers) {
        ++told[{answer.run, answer.yes}];
    }
    for (const StoredRun& run : evidence.runs) {
        const RunFacts facts(run);
        for (const bool yes : {true, false}) {
            const std::size_t on_record = facts.answers(yes);
            if (told[{run.id, yes}] > on_record) {
                note(verdict, 15, run.id,
                     std::to_string(told[{run.id, yes}]) + (yes ? " approvals" : " rejections") +
                         " were told to be on record, and " + std::to_string(on_record) + " are");
            }
        }
    }
    verdict.figures.answers = evidence.answers.size();
}

// I9

void check_the_dead(const Evidence& evidence, Verdict& verdict) {
    for (const std::string& thing : evidence.left_over) {
        note(verdict, 9, "", "left over: " + thing);
    }
    std::map<std::int64_t, const HostLife*> lives;
    for (const HostLife& life : evidence.lives) {
        lives[life.process] = &life;  // numbers of processes come again: the last one counts
        verdict.figures.deaths += life.died ? 1U : 0U;
    }
    for (const WitnessLine& line : evidence.witness) {
        const auto life = lives.find(line.fence);
        if (life != lives.end() && life->second->died && line.at > *life->second->died) {
            note(verdict, 9, line.run,
                 "process " + std::to_string(line.fence) + " worked on " + line.key +
                     " after its death");
        }
    }
}

// I11

void check_ticks(const Evidence& evidence, Verdict& verdict) {
    for (const Tick& tick : evidence.ticks) {
        const std::string which = tick.schedule + " at " + core::format_time(tick.due);
        if (tick.runs.size() > 1) {
            note(verdict, 11, tick.runs[1],
                 which + " was started " + std::to_string(tick.runs.size()) + " times");
        } else if (tick.runs.empty() && !tick.may_be_missed) {
            note(verdict, 11, "", which + " was never started");
        }
    }
}

// I13

/// When a run that is nobody's task was worked on.
struct OpenTime {
    const StoredRun* run = nullptr;
    core::WallTime started;
    std::optional<core::WallTime> ended;
};

std::optional<OpenTime> open_time(const StoredRun& run) {
    const RunFacts facts(run);
    const auto started =
        std::find_if(run.records.begin(), run.records.end(), [](const auto& record) {
            const auto* taken = std::get_if<core::MachineEvent>(&record.entry);
            return taken != nullptr && std::holds_alternative<core::RunStarted>(taken->event);
        });
    if (facts.creation() == nullptr || !facts.creation()->parent_run_id.empty() ||
        started == run.records.end()) {
        return std::nullopt;
    }
    OpenTime open{.run = &run, .started = started->at, .ended = {}};
    if (facts.end() != nullptr) {
        open.ended = run.records.back().at;
    }
    return open;
}

/// When a host that lived then took it up, or a later one, if that one did not come to it.
void check_recovery(const HostLife& life,
                    const OpenTime& open,
                    core::Milliseconds recovery_max,
                    Verdict& verdict) {
    const std::vector<core::JournalRecord>& records = open.run->records;
    const auto next = std::lower_bound(
        records.begin(), records.end(), life.started,
        [](const core::JournalRecord& record, core::WallTime time) { return record.at < time; });
    const bool is_by_this_host = next != records.end() && (!life.died || next->at <= *life.died);
    const core::WallTime until =
        is_by_this_host ? next->at : life.died.value_or(core::WallTime::max());
    const auto waited = std::chrono::duration_cast<core::Milliseconds>(until - life.started);
    if (waited > recovery_max) {
        note(verdict, 13, open.run->id,
             "the host that started at " + core::format_time(life.started) +
                 " left it alone for longer than " + std::to_string(recovery_max.count()) + " ms");
    } else if (is_by_this_host) {
        verdict.figures.recoveries.push_back(waited);
    }
}

void check_recoveries(const Evidence& evidence, Verdict& verdict) {
    std::vector<OpenTime> times;
    for (const StoredRun& run : evidence.runs) {
        if (const std::optional<OpenTime> open = open_time(run)) {
            times.push_back(*open);
        }
    }
    for (std::size_t i = 1; i < evidence.lives.size(); ++i) {
        const HostLife& life = evidence.lives[i];
        for (const OpenTime& open : times) {
            if (open.started < life.started && (!open.ended || *open.ended >= life.started)) {
                check_recovery(life, open, evidence.recovery_max, verdict);
            }
        }
    }
    std::sort(verdict.figures.recoveries.begin(), verdict.figures.recoveries.end());
}

}  // namespace

void judge_host(const Evidence& evidence, Verdict& verdict) {
    check_acknowledged(evidence, verdict);
    std::set<std::string> acknowledged;
    for (const Acknowledgement& each : evidence.acknowledged) {
        acknowledged.insert(each.run);
    }
    for (const StoredRun& run : evidence.runs) {
        check_whole(run, acknowledged.count(run.id) > 0, verdict);
    }
    check_answers(evidence, verdict);
    check_the_dead(evidence, verdict);
    for (const std::string& problem : evidence.store_problems) {  // I10
        note(verdict, 10, "", problem);
    }
    check_ticks(evidence, verdict);
    check_recoveries(evidence, verdict);
}

}  // namespace oa::test
