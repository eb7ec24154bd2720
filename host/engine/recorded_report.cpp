#include "host/engine/recorded_report.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

namespace oa::host {

namespace {

core::Milliseconds between(core::WallTime from, core::WallTime to) {
    return std::max(core::Milliseconds{0},
                    std::chrono::duration_cast<core::Milliseconds>(to - from));
}

/// Plays records to a machine, and notes of each task what its latest execution gave.
class Reporter {
public:
    Reporter(const core::Workflow& workflow, const core::RunSettings& settings)
        : workflow_(workflow), machine_(workflow, settings), tasks_(workflow.tasks.size()) {}

    void add(const core::JournalRecord& record) {
        if (const auto* started = std::get_if<core::AttemptStarted>(&record.entry)) {
            begin(started->task, record.at);
        } else if (const auto* taken = std::get_if<core::MachineEvent>(&record.entry)) {
            add(*taken, record.at);
        }
    }

    [[nodiscard]] std::vector<core::TaskReport> tasks() {
        for (core::TaskIndex index = 0; index < tasks_.size(); ++index) {
            const core::TaskState& state = machine_.task(index);
            core::TaskReport& task = tasks_[index];
            task.name = workflow_.tasks[index].name;
            task.allow_failure = workflow_.tasks[index].allow_failure;
            task.status = state.status;
            task.activations = state.activations;
            task.attempts = state.attempts;
            task.elements = state.elements;
            task.elements_ended = state.elements_ended;
            task.failure = state.failure;
        }
        return std::move(tasks_);
    }

private:
    void begin(core::TaskIndex task, core::WallTime at) {
        if (!tasks_[task].started_at) {
            tasks_[task].started_at = at;
        }
    }

    void add(const core::MachineEvent& taken, core::WallTime at) {
        if (const auto* success = std::get_if<core::AttemptSucceeded>(&taken.event)) {
            note(success->execution, taken.output);
        } else if (const auto* failed = std::get_if<core::AttemptFailed>(&taken.event)) {
            note(failed->execution, taken.output);
        } else if (const auto* ended = std::get_if<core::WaitEnded>(&taken.event)) {
            note(ended->execution, taken.output);
        } else if (const auto* fired = std::get_if<core::TimerFired>(&taken.event)) {
            if (taken.output) {
                note(fired->timer.execution, taken.output);
            }
        }
        commands_.clear();
        machine_.apply(taken.event, commands_);
        for (const core::RunCommand& command : commands_) {
            if (const auto* start = std::get_if<core::StartAttempt>(&command)) {
                executions_[start->execution] = {start->task, start->element.has_value()};
            } else if (const auto* wait = std::get_if<core::BeginWait>(&command)) {
                executions_[wait->execution] = {wait->task, wait->element.has_value()};
                begin(wait->task, at);
            } else if (const auto* end = std::get_if<core::TaskEnded>(&command)) {
                core::TaskReport& task = tasks_[end->task];
                if (task.started_at) {
                    task.duration = between(*task.started_at, at);
                }
            }
        }
    }

    void note(core::ExecutionIndex execution,
              const std::shared_ptr<const boost::json::value>& output) {
        const auto found = executions_.find(execution);
        if (found != executions_.end() && !found->second.is_element) {
            tasks_[found->second.task].output = output;
        }
    }

    struct Execution {
        core::TaskIndex task = 0;
        bool is_element = false;
    };

    const core::Workflow& workflow_;
    core::RunMachine machine_;
    std::vector<core::RunCommand> commands_;
    std::map<core::ExecutionIndex, Execution> executions_;
    std::vector<core::TaskReport> tasks_;
};

}  // namespace

core::RunReport report_of(const core::Workflow& workflow,
                          const std::vector<core::JournalRecord>& records) {
    core::RunReport report;
    report.workflow = workflow.name;
    if (records.empty()) {
        return report;
    }
    core::RunSettings settings;
    if (const auto* created = std::get_if<core::RunCreated>(&records.front().entry)) {
        report.id = created->run_id;
        settings = created->settings;
    }
    report.started_at = records.front().at;
    report.duration = between(records.front().at, records.back().at);
    Reporter reporter(workflow, settings);
    for (const core::JournalRecord& record : records) {
        reporter.add(record);
        const auto* taken = std::get_if<core::MachineEvent>(&record.entry);
        if (taken != nullptr && std::holds_alternative<core::RunStarted>(taken->event)) {
            report.status = core::RunStatus::Running;
            report.started_at = record.at;
        } else if (const auto* ended = std::get_if<core::RunEnded>(&record.entry)) {
            report.status = ended->status;
            report.failure = ended->failure;
            report.outputs = ended->outputs;
            report.duration = between(report.started_at, record.at);
        }
    }
    report.tasks = reporter.tasks();
    return report;
}

}  // namespace oa::host
