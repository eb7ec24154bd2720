#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/port/journal.hpp"
#include "core/run/run_machine.hpp"
#include "core/wall_time.hpp"
#include "core/workflow/workflow.hpp"
#include "tests/simulation/context.hpp"
#include "tests/simulation/witness.hpp"

namespace oa::test {

class Store;

/// Follows the records of one run as they are kept, with a run machine of its own, and tells where
/// they break a promise. It knows what is in flight as far as the records go.
class RunAudit {
public:
    RunAudit(Context& context,
             const Store& store,
             const Witness& witness,
             const core::Workflow& workflow,
             std::string run_id);

    void take(const core::JournalRecord& record);

    [[nodiscard]] const core::Workflow& workflow() const { return workflow_; }
    [[nodiscard]] const core::RunCreated& created() const { return *created_; }
    [[nodiscard]] const std::optional<core::RunEnded>& ended() const { return ended_; }
    /// Whether the records say that this attempt has been started and has not ended.
    [[nodiscard]] bool in_flight(const Witness::Which& which) const {
        return started_.count(which) > 0;
    }
    /// Whether the document says that an attempt that is in flight must not be made again.
    [[nodiscard]] bool forbids_again(const Witness::Which& which) const;
    [[nodiscard]] core::TaskStatus status(core::TaskIndex task) const {
        return machine_->task(task).status;
    }
    /// Of a run that is done again, as done_again() has it.
    [[nodiscard]] int does_again(core::TaskIndex task) const {
        return again_.empty() ? 2 : again_[task];
    }
    /// Whether any execution of a task failed.
    [[nodiscard]] bool has_failures() const { return has_failures_; }
    /// To approvals.
    [[nodiscard]] std::uint64_t answers() const { return answers_; }
    /// How many attempts have ended.
    [[nodiscard]] std::uint64_t progress() const { return progress_; }
    /// Whether a host was at work on it, as far as the records go, the runs within it aside.
    [[nodiscard]] bool is_worked_on() const;
    /// A host has died. `is_worked_on` and `progress` with the runs within it.
    void note_death(bool is_worked_on, std::uint64_t progress);
    /// A host has ended in good order.
    void note_stop();
    /// Whether what came of the run is owed to a host that died.
    [[nodiscard]] bool was_interrupted() const { return was_interrupted_; }
    /// Whether it ended because the run around it does not go on.
    [[nodiscard]] bool was_given_up() const { return was_given_up_; }

private:
    struct Attempt {
        core::StartAttempt command;
        Witness::Which which;
        std::uint32_t started_by = 0;  // the life of the host that put its start on record
        std::uint32_t told_to_stop_by = 0;
    };

    void take(const core::RunCreated& created);
    void take(const core::RunResumed& resumed);
    void take(const core::AttemptStarted& started);
    void take(const core::MachineEvent& event);
    void take(const core::RunEnded& ended);
    void take_command(const core::RunCommand& command);
    void take_timer(const core::Timer& timer);
    void take_cancellation() const;
    void end_attempt(core::ExecutionIndex execution,
                     std::uint32_t attempt,
                     const core::MachineEvent& event);
    void check_success(const Attempt& attempt);
    void check_taken_over(const Attempt& attempt);
    void check_stopped(const Attempt& attempt);
    void check_interrupted(const Attempt& attempt);
    void check_deaths(std::uint32_t counted, const std::string& what);
    void check_quarantined();
    [[nodiscard]] static std::string inner_run(const Attempt& attempt);
    [[nodiscard]] std::uint32_t deaths() const;
    void breach(const std::string& what);
    [[nodiscard]] std::string name(const core::StartAttempt& command) const;

    Context& context_;
    const Store& store_;
    const Witness& witness_;
    const core::Workflow& workflow_;
    const std::string run_id_;
    std::uint64_t records_ = 0;
    core::WallTime now_;  // of the record that is taken
    std::optional<core::RunCreated> created_;
    std::optional<core::RunMachine> machine_;
    std::map<core::ExecutionIndex, Attempt> open_;
    std::map<Witness::Which, core::TaskIndex> started_;
    std::set<core::ExecutionIndex> never_again_;
    std::set<core::ExecutionIndex> waits_to_begin_;
    std::map<core::Timer, core::WallTime> timers_;  // when they are due
    core::WallTime taken_up_at_;
    std::uint32_t cancels_ = 0;
    std::uint32_t last_start_by_ = 0;  // the latest life that started an attempt
    std::optional<core::FinishRun> finish_;
    std::optional<core::RunEnded> ended_;
    std::uint64_t answers_ = 0;
    bool has_failures_ = false;
    bool was_interrupted_ = false;
    bool was_given_up_ = false;
    std::uint64_t progress_ = 0;
    std::uint32_t touched_by_ = 0;  // the latest life that put something on record
    bool is_being_taken_up_ = false;
    std::uint32_t deaths_ = 0;         // in a row, while it was worked on and came no further
    std::uint32_t unsure_deaths_ = 0;  // of hosts that had not come to it, which nobody can know
    std::uint32_t lost_deaths_ = 0;    // that a host which did not come to it has forgotten
    std::uint64_t progress_at_death_ = 0;
    std::vector<int> again_;  // of a run that is done again: as done_again() has it
};

/// What of a workflow is done again when a run of it did not succeed, worked out from the graph
/// alone: 0: nothing, 1: its elements that did not succeed, 2: all.
[[nodiscard]] std::vector<int> done_again(const core::Workflow& workflow,
                                          const std::vector<core::TaskStatus>& before,
                                          std::optional<core::TaskIndex> from);

}  // namespace oa::test
