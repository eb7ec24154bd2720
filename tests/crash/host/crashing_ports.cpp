#include "tests/crash/host/crashing_ports.hpp"

#include <array>
#include <optional>
#include <string>
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

constexpr Points attempt_ended{"journal.before_attempt_ended", "journal.attempt_ended_kept",
                               "journal.attempt_ended_told"};
constexpr Points attempt_started{"journal.before_attempt_started", "journal.attempt_started_kept",
                                 "journal.attempt_started_told"};
constexpr Points cancel_requested{"journal.before_cancel_requested",
                                  "journal.cancel_requested_kept", "journal.cancel_requested_told"};
constexpr Points decided{"journal.before_decided", "journal.decided_kept", "journal.decided_told"};
constexpr Points pause_requested{"journal.before_pause_requested", "journal.pause_requested_kept",
                                 "journal.pause_requested_told"};
constexpr Points resume_requested{"journal.before_resume_requested",
                                  "journal.resume_requested_kept", "journal.resume_requested_told"};
constexpr Points retry_created{"journal.before_retry_created", "journal.retry_created_kept",
                               "journal.retry_created_told"};
constexpr Points retry_decided{"journal.before_retry_decided", "journal.retry_decided_kept",
                               "journal.retry_decided_told"};
constexpr Points run_created{"journal.before_run_created", "journal.run_created_kept",
                             "journal.run_created_told"};
constexpr Points run_ended{"journal.before_run_ended", "journal.run_ended_kept",
                           "journal.run_ended_told"};
constexpr Points run_resumed{"journal.before_run_resumed", "journal.run_resumed_kept",
                             "journal.run_resumed_told"};
constexpr Points run_started{"journal.before_run_started", "journal.run_started_kept",
                             "journal.run_started_told"};
constexpr Points sub_run_created{"journal.before_sub_run_created", "journal.sub_run_created_kept",
                                 "journal.sub_run_created_told"};
constexpr Points sub_run_ended{"journal.before_sub_run_ended", "journal.sub_run_ended_kept",
                               "journal.sub_run_ended_told"};
constexpr Points timer_fired{"journal.before_timer_fired", "journal.timer_fired_kept",
                             "journal.timer_fired_told"};
constexpr Points wait_answered{"journal.before_wait_answered", "journal.wait_answered_kept",
                               "journal.wait_answered_told"};
constexpr Points wait_begun{"journal.before_wait_begun", "journal.wait_begun_kept",
                            "journal.wait_begun_told"};
constexpr Points wait_over{"journal.before_wait_over", "journal.wait_over_kept",
                           "journal.wait_over_told"};

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
    if (std::holds_alternative<core::RetryDecided>(event)) {
        return retry_decided;
    }
    if (const auto* fired = std::get_if<core::TimerFired>(&event)) {
        return fired->timer.kind == core::Timer::Kind::Wait ? wait_over : timer_fired;
    }
    if (std::holds_alternative<core::WaitBegun>(event)) {
        return wait_begun;
    }
    if (std::holds_alternative<core::WaitEnded>(event)) {
        return wait_answered;
    }
    if (std::holds_alternative<core::PauseRequested>(event)) {
        return pause_requested;
    }
    if (std::holds_alternative<core::ResumeRequested>(event)) {
        return resume_requested;
    }
    if (std::holds_alternative<core::CancelRequested>(event)) {
        return cancel_requested;
    }
    return std::nullopt;  // a run that cannot start: none of those here does that
}

std::optional<Points> points_of(const std::string& run_id, const core::JournalEntry& entry) {
    const bool is_within = run_id.find('/') != std::string::npos;  // host::inner_run_id()
    if (const auto* created = std::get_if<core::RunCreated>(&entry)) {
        if (is_within) {
            return sub_run_created;
        }
        return created->retry_of.empty() ? run_created : retry_created;
    }
    if (std::holds_alternative<core::RunResumed>(entry)) {
        return run_resumed;
    }
    if (std::holds_alternative<core::AttemptStarted>(entry)) {
        return attempt_started;
    }
    if (std::holds_alternative<core::RunEnded>(entry)) {
        return is_within ? sub_run_ended : run_ended;
    }
    return points_of(std::get<core::MachineEvent>(entry).event);
}

}  // namespace

void CrashingJournal::append(const std::string& run_id,
                             const core::JournalBatch& batch,
                             Done done) {
    std::vector<Points> points;
    for (const core::JournalRecord& record : batch.records) {
        if (const std::optional<Points> found = points_of(run_id, record.entry)) {
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
