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
    /// To approvals.
    [[nodiscard]] std::uint64_t answers() const { return answers_; }
    /// Whether what came of the run is owed to a host that died.
    [[nodiscard]] bool was_interrupted() const { return was_interrupted_; }
    /// Whether it ended because the run around it does not go on.
    [[nodiscard]] bool was_given_up() const { return was_given_up_; }

private:
    struct Attempt {
        core::StartAttempt command;
        Witness::Which which;
        std::uint32_t started_by = 0;  // the life of the host that put its start on record
    };

    void take(const core::RunCreated& created);
    void take(const core::RunResumed& resumed) const;
    void take(const core::AttemptStarted& started);
    void take(const core::MachineEvent& event);
    void take(const core::RunEnded& ended);
    void take_command(const core::RunCommand& command);
    void end_attempt(core::ExecutionIndex execution,
                     std::uint32_t attempt,
                     const core::MachineEvent& event);
    void check_success(const Attempt& attempt);
    void check_taken_over(const Attempt& attempt);
    void check_interrupted(const Attempt& attempt);
    void check_quarantined();
    void breach(const std::string& what);
    [[nodiscard]] std::string name(const core::StartAttempt& command) const;

    Context& context_;
    const Store& store_;
    const Witness& witness_;
    const core::Workflow& workflow_;
    const std::string run_id_;
    std::uint64_t records_ = 0;
    std::optional<core::RunCreated> created_;
    std::optional<core::RunMachine> machine_;
    std::map<core::ExecutionIndex, Attempt> open_;
    std::map<Witness::Which, core::TaskIndex> started_;
    std::set<core::ExecutionIndex> never_again_;
    std::optional<core::FinishRun> finish_;
    std::optional<core::RunEnded> ended_;
    std::uint64_t answers_ = 0;
    bool was_interrupted_ = false;
    bool was_given_up_ = false;
    std::uint64_t crashes_at_progress_ = 0;  // that there had been when an attempt last ended
    std::vector<int> again_;                 // of a run that is done again: as done_again() has it
};

/// What of a workflow is done again when a run of it did not succeed, worked out from the graph
/// alone: 0: nothing, 1: its elements that did not succeed, 2: all.
[[nodiscard]] std::vector<int> done_again(const core::Workflow& workflow,
                                          const std::vector<core::TaskStatus>& before,
                                          std::optional<core::TaskIndex> from);

}  // namespace oa::test
