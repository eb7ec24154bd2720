#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "core/port/journal.hpp"
#include "core/run/run_machine.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::host {

/// Something that happened in a run, as clients hear of it:
///
///   {"run", "workflow", "number", "at", "type", ...}
///
/// `number` is that of the run's record that it follows from: it grows, several events of one
/// record have the same, and records that tell clients nothing have none. The types and their
/// further members:
///
/// * run.created: trigger, attempt, priority, key, parent, retry_of (null where there is none)
/// * run.started; run.taken_up: deaths (of hosts); run.paused: reason; run.continued;
///   run.cancelling: reason
/// * task.started: task, element, attempt
/// * task.waiting: task, element, kind (sleep, wait_until, approval), until, message, by
/// * task.retrying: task, element, attempt (that failed), delay_ms, error
/// * task.element_ended: task, element, status, error, elements_ended, elements
/// * task.ended: task, status, error, attempts
/// * run.ended: status, error
///
/// `element` is null but for an element of a task with `for_each`; `error` is null or {"code",
/// "message", "retryable"}.
using RunEventText = boost::json::object;

/// Tells what happened in a run from its records, in order and from the first one on. Not thread
/// safe.
class RunStory {
public:
    /// `workflow` is the one that the run was created with.
    RunStory(std::shared_ptr<const core::Workflow> workflow, std::string run_id);

    /// Appends what the next record tells.
    void add(const core::JournalRecord& record, std::vector<RunEventText>& events);
    /// Of the last record.
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
    [[nodiscard]] bool has_ended() const noexcept { return has_ended_; }

private:
    struct Place {
        core::TaskIndex task = 0;
        std::optional<core::Element> element;
    };
    class Teller;

    void take(const core::MachineEvent& taken, Teller& teller);
    void tell_event(const core::MachineEvent& taken, Teller& teller);
    void tell_wait(const core::MachineEvent& taken, Teller& teller);
    void tell_command(const core::RunCommand& command, Teller& teller);

    std::shared_ptr<const core::Workflow> workflow_;
    std::string run_id_;
    std::optional<core::RunMachine> machine_;  // from the first record on
    std::vector<core::RunCommand> commands_;
    std::map<core::ExecutionIndex, Place> places_;  // of what has begun and not ended
    std::uint64_t number_ = 0;
    bool has_ended_ = false;
};

}  // namespace oa::host
