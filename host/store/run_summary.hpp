#pragma once

#include <cstdint>
#include <map>
#include <optional>
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

    void add(const core::JournalRecord& record);

private:
    void take(const core::RunCreated& entry, core::WallTime at);
    void take(const core::AttemptStarted& entry, core::WallTime at);
    void take(const core::MachineEvent& entry, core::WallTime at);
    void take(const core::RunEnded& entry, core::WallTime at);

    RunSummary run_;
    std::map<core::ExecutionIndex, ExecutionSummary> executions_;
};

}  // namespace oa::host
