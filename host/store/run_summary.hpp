#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/port/journal.hpp"
#include "core/run/report.hpp"

namespace oa::host {

/// How the latest attempt of an execution stands, as the events tell it.
struct ExecutionSummary {
    core::TaskIndex task = 0;
    std::optional<core::Element> element;
    std::uint32_t attempt = 1;  ///< the latest
    core::TaskStatus status = core::TaskStatus::Running;
    core::WallTime started;               ///< the latest attempt
    std::optional<core::WallTime> ended;  ///< nothing: it has not
    std::optional<std::string> failure;   ///< its code

    friend bool operator==(const ExecutionSummary&, const ExecutionSummary&) = default;
};

/// What is asked about runs most often.
struct RunSummary {
    std::string id;
    std::string workflow;
    core::RunStatus status = core::RunStatus::Queued;
    std::uint32_t attempt = 1;
    std::string parent_run_id;  ///< empty: it is nobody's task
    core::WallTime created;
    std::optional<core::WallTime> started;
    std::optional<core::WallTime> ended;
    std::uint64_t records = 0;
    std::string documents;   ///< as the store names them; empty: those of the parent, or not kept
    std::string retry_of;    ///< the run that it does again; empty: none
    std::string retry_from;  ///< the task that it does again first; empty: none
    std::string trigger;     ///< what asked for it
    std::int32_t priority = 0;   ///< higher ones start first
    std::string key;             ///< of `concurrency`; empty: none
    std::string request_key;     ///< as core::RunCreated has it; empty: none
    std::string request_digest;  ///< of what was asked; empty: not known
    std::uint32_t deaths = 0;    ///< hosts in a row that died while they worked on it
    bool is_paused = false;
    /// Tasks that wait for a time or an answer, as far as the events tell: one that is stopped by
    /// another's failure counts until the run is cancelled or ends.
    std::uint32_t waits = 0;
    std::optional<std::string> failure;  ///< its code; nothing: it has not failed
    std::string failure_message;

    friend bool operator==(const RunSummary&, const RunSummary&) = default;
};

/// What a run's records add up to, from nothing: what the tables of a store are compared with, or
/// made anew from.
class RunTally {
public:
    [[nodiscard]] const RunSummary& run() const { return run_; }
    [[nodiscard]] const std::map<core::ExecutionIndex, ExecutionSummary>& executions() const {
        return executions_;
    }

    [[nodiscard]] const std::set<core::ExecutionIndex>& waits() const { return waits_; }

    void add(const core::JournalRecord& record);

private:
    void take(const core::RunCreated& entry, core::WallTime at);
    void take(const core::RunResumed& entry, core::WallTime at);
    void take(const core::AttemptStarted& entry, core::WallTime at);
    void take(const core::MachineEvent& entry, core::WallTime at);
    void take(const core::RunEnded& entry, core::WallTime at);
    void take_wait(const core::RunEvent& event);
    [[nodiscard]] ExecutionSummary* find_running(core::ExecutionIndex index, std::uint32_t attempt);

    RunSummary run_;
    std::set<core::ExecutionIndex> waits_;
    std::map<core::ExecutionIndex, ExecutionSummary> executions_;
};

}  // namespace oa::host
