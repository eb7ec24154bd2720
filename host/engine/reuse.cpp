#include "host/engine/reuse.hpp"

#include <algorithm>
#include <utility>

#include "core/run/run_machine.hpp"
#include "host/engine/execution_id.hpp"

namespace oa::host {

using core::TaskIndex;
using core::TaskStatus;

namespace {

std::vector<TaskIndex> tasks_after(const core::Workflow& workflow, TaskIndex task) {
    std::vector<TaskIndex> after;
    if (workflow.flow == core::Flow::Sequence) {
        if (task + 1 < workflow.main_count()) {
            after.push_back(task + 1);
        }
        return after;
    }
    const core::Task& document = workflow.tasks[task];
    after.insert(after.end(), document.on_success.begin(), document.on_success.end());
    after.insert(after.end(), document.on_failure.begin(), document.on_failure.end());
    return after;
}

/// Tasks that are done again because of others, which are not among them unless they follow from
/// each other.
std::vector<bool> followers(const core::Workflow& workflow, std::vector<TaskIndex> from) {
    std::vector<std::vector<TaskIndex>> after(workflow.tasks.size());
    for (TaskIndex task = 0; task < workflow.main_count(); ++task) {
        for (const TaskIndex next : tasks_after(workflow, task)) {
            after[task].push_back(next);
        }
        for (const TaskIndex need : workflow.tasks[task].needs) {
            after[need].push_back(task);
        }
    }
    std::vector<bool> found(workflow.tasks.size(), false);
    while (!from.empty()) {
        const TaskIndex task = from.back();
        from.pop_back();
        for (const TaskIndex next : after[task]) {
            if (!found[next]) {
                found[next] = true;
                from.push_back(next);
            }
        }
    }
    return found;
}

std::uint64_t mix(std::uint64_t value, std::uint64_t more) {
    // The finalizer of SplitMix64 (Steele, Lea, Flood 2014) over both.
    value = value * 0x9E3779B97F4A7C15ULL + more + 1;
    value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
    return value ^ (value >> 31U);
}

Lineage::Id how(Lineage::Id id, TaskStatus status, bool is_made) {
    return mix(id, static_cast<std::uint64_t>(status) * 2 + (is_made ? 1 : 0));
}

/// Whether what a task gives becomes a variable, which its next element may read.
bool saves_variables(const core::Workflow& workflow, const core::Task& task) {
    return workflow.compat_oa3 &&
           (task.save_as || (task.sub_workflow && task.sub_workflow->shares_variables) ||
            (task.info != nullptr && (task.info->params_schema.contains("x-sets-variable") ||
                                      task.info->params_schema.contains("x-sets-variables"))));
}

/// Which execution an event would end well, if it comes in time.
std::optional<core::ExecutionIndex> succeeded(const core::RunEvent& event) {
    if (const auto* success = std::get_if<core::AttemptSucceeded>(&event)) {
        return success->execution;
    }
    if (const auto* ended = std::get_if<core::WaitEnded>(&event)) {
        return ended->failure ? std::nullopt : std::optional(ended->execution);
    }
    const auto* fired = std::get_if<core::TimerFired>(&event);
    return fired != nullptr && fired->timer.kind == core::Timer::Kind::Wait
               ? std::optional(fired->timer.execution)
               : std::nullopt;
}

/// Plays a run's records to a machine and notes what its attempts gave.
class Reader {
public:
    Reader(const core::Workflow& workflow, const core::RunSettings& settings)
        : machine_(workflow, settings), lineage_(workflow, machine_) {}

    void read(const core::MachineEvent& record) {
        std::vector<core::RunCommand> commands;
        machine_.apply(record.event, commands);
        for (const core::RunCommand& command : commands) {
            if (const auto* start = std::get_if<core::StartAttempt>(&command)) {
                note_begin(*start);
            } else if (const auto* wait = std::get_if<core::BeginWait>(&command)) {
                note_begin({wait->execution, wait->task, wait->attempt, wait->element});
            } else if (const auto* handed_on = std::get_if<core::HandOn>(&command)) {
                lineage_.see(*handed_on);
            } else if (const auto* element = std::get_if<core::ElementEnded>(&command)) {
                note_end(element->execution, element->status, record);
            } else if (const auto* ended = std::get_if<core::TaskEnded>(&command)) {
                lineage_.see(*ended);
                if (ended->execution) {
                    note_end(*ended->execution, ended->status, record);
                }
            }
        }
    }
    [[nodiscard]] TaskStatus status(TaskIndex task) const { return machine_.task(task).status; }

    /// Without what is done again. Of the tasks in `partly` the elements that succeeded stay.
    [[nodiscard]] Reuse take(const core::Workflow& workflow,
                             const std::string& run_id,
                             const std::vector<bool>& again,
                             const std::vector<bool>& partly) const {
        Reuse reuse;
        for (const auto& [place, output] : outputs_) {
            if (!again[place.task] || (partly[place.task] && place.element)) {
                reuse.outputs.emplace(place, output);
            }
        }
        for (const auto& [execution, begun] : begun_) {
            const core::Task& task = workflow.tasks[begun.place.task];
            if (partly[begun.place.task] && task.sub_workflow && outputs_.count(begun.place) == 0) {
                reuse.sub_runs[begun.place] = inner_run_id(
                    run_id, task.name, execution, begun.start.element, begun.start.attempt);
            }
        }
        return reuse;
    }

private:
    struct Begun {
        Reuse::Place place;
        core::StartAttempt start;
    };

    void note_begin(const core::StartAttempt& start) {
        begun_.insert_or_assign(start.execution, Begun{make_place(start, lineage_), start});
    }
    // An attempt may have given something and yet have failed: its time was up.
    void note_end(core::ExecutionIndex execution,
                  TaskStatus status,
                  const core::MachineEvent& record) {
        const auto begun = begun_.find(execution);
        if (status == TaskStatus::Succeeded && succeeded(record.event) == execution &&
            begun != begun_.end() && record.output) {
            outputs_[begun->second.place] = record.output;
        }
    }

    core::RunMachine machine_;
    Lineage lineage_;
    std::map<core::ExecutionIndex, Begun> begun_;  // its latest attempt
    std::map<Reuse::Place, std::shared_ptr<const boost::json::value>> outputs_;
};

}  // namespace

void Lineage::see(const core::HandOn& command) {
    leads_[command.to] = ended_;
}

void Lineage::see(const core::TaskEnded& command) {
    if (command.execution) {
        const bool is_made = made_.erase(*command.execution) > 0;
        ended_ = how(of(command.task, *command.execution), command.status, is_made);
        leads_.erase(*command.execution);
    }
}

void Lineage::note_made(const core::StartAttempt& attempt) {
    made_.insert(attempt.element ? attempt.element->loop : attempt.execution);
    tasks_made_.insert(attempt.task);
}

Lineage::Id Lineage::of(TaskIndex task, core::ExecutionIndex execution) const {
    const auto lead = leads_.find(execution);
    Id id = lead == leads_.end() ? 0 : lead->second;
    if (lead == leads_.end()) {
        for (const TaskIndex need : workflow_.tasks[task].needs) {
            id = how(id, machine_.task(need).status, tasks_made_.count(need) > 0);
        }
    }
    return mix(id, task);
}

Reuse::Place make_place(const core::StartAttempt& start, const Lineage& lineage) {
    if (start.element) {
        return {start.task, lineage.of(start.task, start.element->loop), start.element->index};
    }
    return {start.task, lineage.of(start.task, start.execution), std::nullopt};
}

Reuse make_reuse(const core::Workflow& workflow,
                 const std::string& run_id,
                 const std::vector<core::JournalRecord>& records,
                 std::optional<TaskIndex> from) {
    if (records.empty()) {
        return {};
    }
    const auto* created = std::get_if<core::RunCreated>(&records.front().entry);
    if (created == nullptr) {
        return {};
    }
    Reader reader(workflow, created->settings);
    for (const core::JournalRecord& record : records) {
        if (const auto* event = std::get_if<core::MachineEvent>(&record.entry)) {
            reader.read(*event);
        }
    }
    std::vector<TaskIndex> first;  // done again for their own sake
    for (TaskIndex task = 0; task < workflow.main_count(); ++task) {
        const TaskStatus status = reader.status(task);
        if (status != TaskStatus::Succeeded && status != TaskStatus::Skipped) {
            first.push_back(task);
        }
    }
    std::vector<TaskIndex> sources = first;
    if (from) {
        sources.push_back(*from);
    }
    std::vector<bool> again = followers(workflow, sources);
    std::vector<bool> partly(workflow.tasks.size(), false);
    for (const TaskIndex task : first) {
        partly[task] =
            !again[task] && task != from && !saves_variables(workflow, workflow.tasks[task]);
    }
    for (const TaskIndex task : sources) {
        again[task] = true;
    }
    std::fill(again.begin() + workflow.main_count(), again.end(), true);
    return reader.take(workflow, run_id, again, partly);
}

}  // namespace oa::host
