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

/// Which execution an event ended well, if it gave an output.
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
        : machine_(workflow, settings) {}

    void read(const core::MachineEvent& record) {
        std::vector<core::RunCommand> commands;
        machine_.apply(record.event, commands);
        if (const auto execution = succeeded(record.event)) {
            const auto begun = begun_.find(*execution);
            if (begun != begun_.end() && record.output) {
                outputs_[begun->second.place] = record.output;
            }
        }
        for (const core::RunCommand& command : commands) {
            if (const auto* start = std::get_if<core::StartAttempt>(&command)) {
                begun_.insert_or_assign(start->execution, Begun{place_of(*start), *start});
            } else if (const auto* wait = std::get_if<core::BeginWait>(&command)) {
                const core::StartAttempt attempt{wait->execution, wait->task, wait->attempt,
                                                 wait->element};
                begun_.insert_or_assign(wait->execution, Begun{place_of(attempt), attempt});
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
                reuse.sub_runs[begun.place] =
                    execution_id(run_id, task.name, execution, begun.start.element) + "/" +
                    std::to_string(begun.start.attempt);
            }
        }
        return reuse;
    }

private:
    struct Begun {
        Reuse::Place place;
        core::StartAttempt start;
    };

    [[nodiscard]] Reuse::Place place_of(const core::StartAttempt& start) const {
        Reuse::Place place{start.task, machine_.task(start.task).activations, std::nullopt};
        if (start.element) {
            place.element = start.element->index;
        }
        return place;
    }

    core::RunMachine machine_;
    std::map<core::ExecutionIndex, Begun> begun_;  // its latest attempt
    std::map<Reuse::Place, std::shared_ptr<const boost::json::value>> outputs_;
};

}  // namespace

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
        partly[task] = !again[task] && task != from;
    }
    for (const TaskIndex task : sources) {
        again[task] = true;
    }
    std::fill(again.begin() + workflow.main_count(), again.end(), true);
    return reader.take(workflow, run_id, again, partly);
}

}  // namespace oa::host
