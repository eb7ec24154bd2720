// Runs of workflows that are tasks of other runs.

#include <string>
#include <utility>

#include <boost/json.hpp>

#include "core/workflow/inputs.hpp"
#include "host/engine/quiet_sink.hpp"
#include "host/engine/run_loop.hpp"

namespace oa::host {

namespace {

/// How deep workflows may run each other.
constexpr std::uint32_t depth_max = 10;

core::Failure refused_inputs(const core::Workflow& workflow, const core::BoundInputs& bound) {
    std::string message = "the inputs do not fit the workflow '" + workflow.name + "': ";
    for (std::size_t index = 0; index < bound.problems.size(); ++index) {
        const core::InputProblem& problem = bound.problems[index];
        message += (index > 0 ? "; " : "") + ("'" + problem.input + "' " + problem.message);
        if (!problem.hint.empty()) {
            message += " (" + problem.hint + ")";
        }
    }
    return core::Failure{.code = "invalid_params", .message = std::move(message)};
}

/// Steps within a document leave variables and no output.
core::Outcome outcome_of(const core::RunReport& report, const core::SubWorkflow& called) {
    core::Outcome outcome;
    if (report.status == core::RunStatus::Succeeded) {
        if (!called.shares_variables) {
            outcome.output = report.outputs;
        }
        return outcome;
    }
    outcome.failure = report.failure.value_or(
        core::Failure{.code = "cancelled", .message = "the run was cancelled"});
    outcome.failure->message = "workflow '" + report.workflow + "': " + outcome.failure->message;
    return outcome;
}

}  // namespace

/// Lets a run be cancelled as a call is. It cannot be given up on: it ends by itself.
class RunLoop::SubRun final : public core::CallControl {
public:
    explicit SubRun(std::weak_ptr<RunLoop> run) : run_(std::move(run)) {}
    void cancel() override {
        if (const std::shared_ptr<RunLoop> run = run_.lock()) {
            run->cancel("the task that it runs for was told to stop");
        }
    }
    void abandon() override { cancel(); }

private:
    std::weak_ptr<RunLoop> run_;
};

void RunLoop::start_sub_run(const core::StartAttempt& command) {
    const core::SubWorkflow& called = *workflow_.tasks[command.task].sub_workflow;
    const core::ValuePlace place{command.task, command.execution, command.element};
    boost::json::object given = data_.sub_workflow_inputs(place);
    begin_report(command);
    if (request_.depth + 1 > depth_max) {
        fail_attempt(command.execution, command.attempt,
                     {.code = "nesting_limit",
                      .message = "workflows run each other more than " + std::to_string(depth_max) +
                                 " deep, the last one being '" + called.workflow->name + "'"});
        return;
    }
    core::BoundInputs bound = core::bind_inputs(*called.workflow, given);
    if (!bound.problems.empty()) {
        fail_attempt(command.execution, command.attempt, refused_inputs(*called.workflow, bound));
        return;
    }
    write(core::AttemptStarted{command.execution, command.task, command.attempt, command.element});
    if (journal_failure_) {
        fail_attempt(command.execution, command.attempt, *journal_failure_);
        return;
    }
    core::AttemptRef attempt{command.task, command.attempt, std::nullopt};
    if (command.element) {
        attempt.element = command.element->index;
    }
    sink().attempt_started(attempt);

    RunRequest request;
    // Kept alive by whatever keeps this run's workflow alive.
    request.workflow = std::shared_ptr<const core::Workflow>(request_.workflow, called.workflow);
    request.inputs = std::move(bound.values);
    request.run_id = execution_id(command) + "/" + std::to_string(command.attempt);
    request.settings = request_.settings;
    request.parent_run_id = request_.run_id;
    request.depth = request_.depth + 1;
    request.blobs = blobs_;
    request.masker = masker_;
    request.sink = sink().sub_run(attempt);
    if (!request.sink) {
        request.sink = std::make_shared<QuietSink>();
    }
    if (called.shares_variables) {
        request.variables = data_.variables();
    }
    const bool keep_report = !command.element.has_value();
    // The parent keeps alive the workflow in which `called` is.
    request.on_end = [parent = shared_from_this(), execution = command.execution,
                      number = command.attempt, keep_report,
                      &called](const core::RunReport& report, boost::json::object variables) {
        AttemptDone done{execution, number, outcome_of(report, called), nullptr,
                         std::move(variables)};
        if (keep_report) {
            done.sub_run = std::make_shared<const core::RunReport>(report);
        }
        parent->post(std::move(done));
    };
    const std::shared_ptr<RunLoop> run = make(services_, std::move(request));
    attempts_[command.execution] =
        Attempt{command.attempt, place, std::make_shared<SubRun>(run), nullptr};
    sub_runs_[command.execution] = run;
    try {
        run->start();
    } catch (const std::exception& error) {
        attempts_.erase(command.execution);
        sub_runs_.erase(command.execution);
        fail_attempt(command.execution, command.attempt, journal_failed(error));
    }
}

}  // namespace oa::host
