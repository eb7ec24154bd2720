#include "tests/crash/host/crashing_ports.hpp"

#include <array>
#include <optional>
#include <variant>
#include <vector>

#include "host/crash/crash_point.hpp"

namespace oa::test {
namespace {

using host::CrashPoint;

/// The points of one kind of record.
struct Points {
    CrashPoint before;
    CrashPoint kept;
    CrashPoint told;
};

constexpr Points run_created{"journal.before_run_created", "journal.run_created_kept",
                             "journal.run_created_told"};
constexpr Points run_resumed{"journal.before_run_resumed", "journal.run_resumed_kept",
                             "journal.run_resumed_told"};
constexpr Points run_started{"journal.before_run_started", "journal.run_started_kept",
                             "journal.run_started_told"};
constexpr Points run_ended{"journal.before_run_ended", "journal.run_ended_kept",
                           "journal.run_ended_told"};
constexpr Points attempt_started{"journal.before_attempt_started", "journal.attempt_started_kept",
                                 "journal.attempt_started_told"};
constexpr Points attempt_ended{"journal.before_attempt_ended", "journal.attempt_ended_kept",
                               "journal.attempt_ended_told"};
constexpr Points decided{"journal.before_decided", "journal.decided_kept", "journal.decided_told"};
constexpr Points timer_fired{"journal.before_timer_fired", "journal.timer_fired_kept",
                             "journal.timer_fired_told"};

std::optional<Points> points_of(const core::RunEvent& event) {
    if (std::holds_alternative<core::RunStarted>(event)) {
        return run_started;
    }
    if (std::holds_alternative<core::AttemptSucceeded>(event) ||
        std::holds_alternative<core::AttemptFailed>(event)) {
        return attempt_ended;
    }
    if (std::holds_alternative<core::Decided>(event)) {
        return decided;
    }
    if (std::holds_alternative<core::TimerFired>(event)) {
        return timer_fired;
    }
    return std::nullopt;
}

std::optional<Points> points_of(const core::JournalEntry& entry) {
    if (std::holds_alternative<core::RunCreated>(entry)) {
        return run_created;
    }
    if (std::holds_alternative<core::RunResumed>(entry)) {
        return run_resumed;
    }
    if (std::holds_alternative<core::AttemptStarted>(entry)) {
        return attempt_started;
    }
    if (std::holds_alternative<core::RunEnded>(entry)) {
        return run_ended;
    }
    return points_of(std::get<core::MachineEvent>(entry).event);
}

}  // namespace

void CrashingJournal::append(const std::string& run_id,
                             const core::JournalBatch& batch,
                             Done done) {
    std::vector<Points> points;
    for (const core::JournalRecord& record : batch.records) {
        if (const std::optional<Points> found = points_of(record.entry)) {
            points.push_back(*found);
        }
    }
    for (const Points& each : points) {
        crash_point(each.before);
    }
    journal_.append(
        run_id, batch,
        [points = std::move(points), done = std::move(done)](const core::JournalFailure* failure) {
            for (const Points& each : points) {
                crash_point(each.kept);
            }
            done(failure);
            for (const Points& each : points) {
                crash_point(each.told);
            }
        });
}

core::Outcome CrashingInvoker::invoke(core::CallControl& call) {
    host::crash_point("call.before");
    core::Outcome outcome = invoker_.invoke(call);
    host::crash_point("call.returned");
    return outcome;
}

}  // namespace oa::test
