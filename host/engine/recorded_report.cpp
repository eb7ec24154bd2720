#include "host/engine/recorded_report.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "host/engine/execution_id.hpp"
#include "host/engine/wait_record.hpp"

namespace oa::host {

namespace {

core::Milliseconds between(core::WallTime from, core::WallTime to) {
    return std::max(core::Milliseconds{0},
                    std::chrono::duration_cast<core::Milliseconds>(to - from));
}

/// Plays records to a machine, and notes of each task what its latest execution gave, what it waits
/// for and which runs it began.
class Reporter {
public:
    Reporter(const core::Workflow& workflow, const core::RunSettings& settings)
        : workflow_(workflow),
          machine_(workflow, settings),
          tasks_(workflow.tasks.size()),
          began_(workflow.tasks.size()) {}

    void add(const core::JournalRecord& record) {
        if (const auto* started = std::get_if<core::AttemptStarted>(&record.entry)) {
            begin(started->task, record.at);
            note_inner_run(*started);
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
    [[nodiscard]] std::vector<RecordedWait> waits(core::TaskIndex task) const {
        std::vector<RecordedWait> open;
        for (const auto& [execution, wait] : waits_) {
            if (executions_.at(execution).task == task) {
                open.push_back(wait);
            }
        }
        return open;
    }
    /// The attempts of a task that began runs, those of elements by their numbers.
    [[nodiscard]] std::vector<core::AttemptStarted> inner_runs(core::TaskIndex task) const {
        std::vector<core::AttemptStarted> runs;
        for (const auto& [element, attempt] : began_[task]) {
            runs.push_back(attempt);
        }
        return runs;
    }

private:
    void begin(core::TaskIndex task, core::WallTime at) {
        if (!tasks_[task].started_at) {
            tasks_[task].started_at = at;
        }
    }

    void note_inner_run(const core::AttemptStarted& started) {
        if (!workflow_.tasks[started.task].sub_workflow) {
            return;
        }
        auto& began = began_[started.task];
        const auto is_of_same_loop = [&](const core::AttemptStarted& other) {
            return started.element && other.element && started.element->loop == other.element->loop;
        };
        if (!began.empty() && !is_of_same_loop(began.begin()->second)) {
            began.clear();
        }
        began.insert_or_assign(started.element ? started.element->index : 0, started);
    }

    void add(const core::MachineEvent& taken, core::WallTime at) {
        if (const auto* success = std::get_if<core::AttemptSucceeded>(&taken.event)) {
            note(success->execution, taken.output);
        } else if (const auto* failed = std::get_if<core::AttemptFailed>(&taken.event)) {
            note(failed->execution, taken.output);
        } else if (const auto* begun = std::get_if<core::WaitBegun>(&taken.event)) {
            note_wait(*begun, taken.output.get(), at);
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
            take(command, at);
        }
    }

    void take(const core::RunCommand& command, core::WallTime at) {
        if (const auto* start = std::get_if<core::StartAttempt>(&command)) {
            executions_[start->execution] = {start->task, start->element};
        } else if (const auto* wait = std::get_if<core::BeginWait>(&command)) {
            executions_[wait->execution] = {wait->task, wait->element};
            begin(wait->task, at);
        } else if (const auto* element = std::get_if<core::ElementEnded>(&command)) {
            waits_.erase(element->execution);
        } else if (const auto* end = std::get_if<core::TaskEnded>(&command)) {
            if (end->execution) {
                waits_.erase(*end->execution);
            }
            core::TaskReport& task = tasks_[end->task];
            if (task.started_at) {
                task.duration = between(*task.started_at, at);
            }
        }
    }

    void note_wait(const core::WaitBegun& begun,
                   const boost::json::value* record,
                   core::WallTime at) {
        const auto found = executions_.find(begun.execution);
        if (found == executions_.end() || begun.failure || record == nullptr) {
            return;
        }
        const std::optional<core::Wait>& document = workflow_.tasks[found->second.task].wait;
        std::optional<core::WaitPlan> plan = plan_from_record(*record, begun.delay);
        if (!document || !plan) {
            return;
        }
        plan->kind = document->kind;
        RecordedWait wait{{}, std::move(*plan), document->unanswered, at};
        if (found->second.element) {
            wait.element = found->second.element->index;
        }
        waits_.insert_or_assign(begun.execution, std::move(wait));
    }

    void note(core::ExecutionIndex execution,
              const std::shared_ptr<const boost::json::value>& output) {
        const auto found = executions_.find(execution);
        if (found != executions_.end() && !found->second.element) {
            tasks_[found->second.task].output = output;
        }
    }

    struct Execution {
        core::TaskIndex task = 0;
        std::optional<core::Element> element;
    };

    const core::Workflow& workflow_;
    core::RunMachine machine_;
    std::vector<core::RunCommand> commands_;
    std::map<core::ExecutionIndex, Execution> executions_;
    std::map<core::ExecutionIndex, RecordedWait> waits_;  // that have not ended
    std::vector<core::TaskReport> tasks_;
    // Of each task that runs a workflow: the latest attempts, by element; 0 without elements.
    std::vector<std::map<std::uint32_t, core::AttemptStarted>> began_;
};

std::vector<InnerRecordedRun> inner_runs_of(const Reporter& reporter,
                                            core::TaskIndex index,
                                            const core::Workflow& workflow,
                                            const std::string& run_id,
                                            const LoadRecords& load) {
    const core::Task& task = workflow.tasks[index];
    std::vector<InnerRecordedRun> runs;
    for (const core::AttemptStarted& began : reporter.inner_runs(index)) {
        const auto records =
            load(inner_run_id(run_id, task.name, began.execution, began.element, began.attempt));
        if (records.empty()) {
            continue;
        }
        InnerRecordedRun& inner = runs.emplace_back();
        if (began.element) {
            inner.element = began.element->index;
        }
        inner.run = std::make_shared<const RecordedRun>(
            recorded_run(*task.sub_workflow->workflow, records, load));
    }
    return runs;
}

void add_waits(const RecordedRun& run, const std::string& prefix, std::vector<PlacedWait>& waits) {
    for (std::size_t index = 0; index < run.tasks.size(); ++index) {
        const std::string& name = run.report.tasks[index].name;
        for (const RecordedWait& wait : run.tasks[index].waits) {
            waits.push_back({prefix + name, &wait});
        }
        for (const InnerRecordedRun& inner : run.tasks[index].runs) {
            add_waits(*inner.run, prefix + numbered(name, inner.element) + "/", waits);
        }
    }
}

}  // namespace

RecordedRun recorded_run(const core::Workflow& workflow,
                         const std::vector<core::JournalRecord>& records,
                         const LoadRecords& load) {
    RecordedRun run;
    core::RunReport& report = run.report;
    report.workflow = workflow.name;
    if (records.empty()) {
        return run;
    }
    core::RunSettings settings;
    if (const auto* created = std::get_if<core::RunCreated>(&records.front().entry)) {
        report.id = created->run_id;
        settings = created->settings;
        run.inputs = created->inputs;
    }
    report.started_at = records.front().at;
    report.duration = between(records.front().at, records.back().at);
    Reporter reporter(workflow, settings);
    bool has_ended = false;
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
            has_ended = true;
        }
    }
    report.tasks = reporter.tasks();
    run.tasks.resize(report.tasks.size());
    for (core::TaskIndex index = 0; index < run.tasks.size(); ++index) {
        if (!has_ended) {
            run.tasks[index].waits = reporter.waits(index);
        }
        run.tasks[index].runs = inner_runs_of(reporter, index, workflow, report.id, load);
    }
    return run;
}

std::vector<PlacedWait> waits_in(const RecordedRun& run) {
    std::vector<PlacedWait> waits;
    add_waits(run, "", waits);
    return waits;
}

}  // namespace oa::host
