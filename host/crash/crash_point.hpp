#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace oa::host {

/// All crash points there are, by the alphabet: `<place>.<what has just been done>`, or
/// `<place>.before_<what is to be done>`. What lies behind a port needs none in the source: `call`,
/// `documents`, `host`, `journal` and `sqlite` are hit by what tests put around the ports. The
/// kinds of records in `journal` tell more than the records: a run within a run from a run, a wait
/// whose time is over from other timers.
inline constexpr std::array<std::string_view, 75> crash_points{
    "audit.before_write",
    "audit.written",
    "call.before",
    "call.returned",
    "documents.before_keep",
    "documents.kept",
    "host.recovered",
    "host.store_opened",
    "isolation.file_replaced",
    "isolation.file_synced",
    "journal.attempt_ended_kept",
    "journal.attempt_ended_told",
    "journal.attempt_started_kept",
    "journal.attempt_started_told",
    "journal.before_attempt_ended",
    "journal.before_attempt_started",
    "journal.before_cancel_requested",
    "journal.before_decided",
    "journal.before_pause_requested",
    "journal.before_resume_requested",
    "journal.before_retry_created",
    "journal.before_retry_decided",
    "journal.before_run_created",
    "journal.before_run_ended",
    "journal.before_run_resumed",
    "journal.before_run_started",
    "journal.before_sub_run_created",
    "journal.before_sub_run_ended",
    "journal.before_timer_fired",
    "journal.before_wait_answered",
    "journal.before_wait_begun",
    "journal.before_wait_over",
    "journal.cancel_requested_kept",
    "journal.cancel_requested_told",
    "journal.decided_kept",
    "journal.decided_told",
    "journal.pause_requested_kept",
    "journal.pause_requested_told",
    "journal.resume_requested_kept",
    "journal.resume_requested_told",
    "journal.retry_created_kept",
    "journal.retry_created_told",
    "journal.retry_decided_kept",
    "journal.retry_decided_told",
    "journal.run_created_kept",
    "journal.run_created_told",
    "journal.run_ended_kept",
    "journal.run_ended_told",
    "journal.run_resumed_kept",
    "journal.run_resumed_told",
    "journal.run_started_kept",
    "journal.run_started_told",
    "journal.sub_run_created_kept",
    "journal.sub_run_created_told",
    "journal.sub_run_ended_kept",
    "journal.sub_run_ended_told",
    "journal.timer_fired_kept",
    "journal.timer_fired_told",
    "journal.wait_answered_kept",
    "journal.wait_answered_told",
    "journal.wait_begun_kept",
    "journal.wait_begun_told",
    "journal.wait_over_kept",
    "journal.wait_over_told",
    "retention.before_removal",
    "retention.documents_removed",
    "retention.removed",
    "sqlite.before_database_sync",
    "sqlite.before_database_write",
    "sqlite.before_wal_sync",
    "sqlite.before_wal_write",
    "sqlite.database_synced",
    "sqlite.database_written",
    "sqlite.wal_synced",
    "sqlite.wal_written",
};

/// One of `crash_points`. A name that is not there does not compile.
class CrashPoint {
public:
    // NOLINTNEXTLINE(google-explicit-constructor): it is written as a text
    consteval CrashPoint(const char* name) : index_(index_of(name)) {}

    [[nodiscard]] constexpr std::size_t index() const noexcept { return index_; }
    [[nodiscard]] constexpr std::string_view name() const noexcept { return crash_points[index_]; }

private:
    static consteval std::size_t index_of(std::string_view name) {
        for (std::size_t i = 0; i < crash_points.size(); ++i) {
            if (crash_points[i] == name) {
                return i;
            }
        }
        throw "there is no crash point of this name";
    }

    std::size_t index_;
};

/// A place before or after something becomes durable, where tests let the program die. Does nothing
/// in what people run: which of the two functions of this name a program gets, the one beside this
/// file or the one that kills it, is decided when it is linked. Thread safe.
void crash_point(CrashPoint point) noexcept;

}  // namespace oa::host
