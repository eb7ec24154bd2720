// Runs of workflows that are tasks of other runs.

#include <string>
#include <utility>

#include <boost/json.hpp>

#include "core/workflow/inputs.hpp"
#include "host/engine/execution_id.hpp"
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

void RunLoop::start_sub_run(const core::StartAttempt& command,
                            std::optional<Given> given,
                            std::uint32_t cancels) {
    const core::ValuePlace place{command.task, command.execution, command.element};
    const std::string run_id = inner_run_id(request_.run_id, workflow_.tasks[command.task].name,
                                            command.execution, command.element, command.attempt);
    std::vector<core::JournalRecord> records;
    try {
        records = records_of(run_id);
    } catch (const std::exception& error) {
        begin_report(command);
        fail_attempt(command.execution, command.attempt,
                     {.code = "storage_error", .message = error.what()});
        return;
    }
    std::optional<boost::json::object> inputs = sub_run_inputs(command, std::move(given), records);
    if (!inputs) {
        return;
    }
    note_made(command);
    write(core::AttemptStarted{command.execution, command.task, command.attempt, command.element});
    core::AttemptRef attempt{command.task, command.attempt, std::nullopt};
    if (command.element) {
        attempt.element = command.element->index;
    }
    later([this, attempt] { sink().attempt_started(attempt); });

    const std::shared_ptr<RunLoop> run =
        make(services_, sub_run_request(command, run_id, std::move(*inputs)));
    attempts_[command.execution] =
        Attempt{command.attempt, place, std::make_shared<SubRun>(run), nullptr};
    {
        const std::lock_guard lock(outside_mutex_);
        sub_runs_[command.execution] =
            InnerRun{numbered(workflow_.tasks[command.task].name, attempt.element), run};
    }
    later([this, run, attempt, cancels, paused = machine_.paused(), reason = pause_reason_,
           records = std::move(records)] {
        run->request_.sink = sink().sub_run(attempt);
        if (!run->request_.sink) {
            run->request_.sink = std::make_shared<QuietSink>();
        }
        if (paused) {  // before anything of it starts
            run->pause(reason);
        }
        if (!records.empty()) {
            run->post(Resume{records, cancels});
            if (!paused) {
                run->resume();
            }
            return;
        }
        run->start();
        for (std::uint32_t cancel = 0; cancel < cancels; ++cancel) {
            run->cancel("the task that it runs for was told to stop");
        }
    });
}

// Nothing where it cannot start: then the attempt has failed.
std::optional<boost::json::object> RunLoop::sub_run_inputs(
    const core::StartAttempt& command,
    std::optional<Given> given,
    const std::vector<core::JournalRecord>& records) {
    const core::Workflow& called = *workflow_.tasks[command.task].sub_workflow->workflow;
    if (!records.empty()) {
        begin_report(command);
        return inputs_again(called, given, records.front());
    }
    const Given taken = given ? std::move(*given) : resolve(command);
    begin_report(command);
    if (request_.depth + 1 > depth_max) {
        fail_attempt(command.execution, command.attempt,
                     {.code = "nesting_limit",
                      .message = "workflows run each other more than " + std::to_string(depth_max) +
                                 " deep, the last one being '" + called.name + "'"});
        return std::nullopt;
    }
    core::BoundInputs bound = core::bind_inputs(called, std::get<boost::json::object>(taken));
    if (!bound.problems.empty()) {
        fail_attempt(command.execution, command.attempt, refused_inputs(called, bound));
        return std::nullopt;
    }
    return std::move(bound.values);
}

void RunLoop::forget_sub_run(core::ExecutionIndex execution) {
    const std::lock_guard lock(outside_mutex_);
    sub_runs_.erase(execution);
}

RunRequest RunLoop::sub_run_request(const core::StartAttempt& command,
                                    const std::string& run_id,
                                    boost::json::object inputs) {
    const core::SubWorkflow& called = *workflow_.tasks[command.task].sub_workflow;
    RunRequest request;
    // Kept alive by whatever keeps this run's workflow alive.
    request.workflow = std::shared_ptr<const core::Workflow>(request_.workflow, called.workflow);
    request.inputs = std::move(inputs);
    request.run_id = run_id;
    request.settings = request_.settings;
    request.trigger = "workflow";
    request.parent_run_id = request_.run_id;
    request.depth = request_.depth + 1;
    request.blobs = blobs_;
    request.masker = masker_;
    request.reuse = reuse_in(command, *called.workflow);
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
    request.on_halted = [parent = shared_from_this()](const core::JournalFailure& failure) {
        parent->post(SubRunHalted{failure});
    };
    request.on_left = [parent = shared_from_this(), execution = command.execution] {
        parent->post(SubRunLeft{execution});
    };
    return request;
}

// Of a run within this run; none where it never began. Throws what the history throws.
std::vector<core::JournalRecord> RunLoop::records_of(const std::string& run_id) const {
    if (services_.history == nullptr || !resumed_) {
        return {};
    }
    return services_.history->load(run_id);
}

// What a run within this run was given. The record has its secrets masked; where what the document
// gives now looks the same, that is it.
boost::json::object RunLoop::inputs_again(const core::Workflow& called,
                                          const std::optional<Given>& given,
                                          const core::JournalRecord& creation) const {
    const auto* created = std::get_if<core::RunCreated>(&creation.entry);
    boost::json::object recorded = created == nullptr ? boost::json::object{} : created->inputs;
    if (!given) {
        return recorded;  // a source is not there any more
    }
    core::BoundInputs bound = core::bind_inputs(called, std::get<boost::json::object>(*given));
    boost::json::value masked = bound.values;
    masker_->mask(masked);
    const bool is_same = bound.problems.empty() && masked == boost::json::value(recorded);
    return is_same ? std::move(bound.values) : recorded;
}

// What a run within the run that this one does again has done already.
std::shared_ptr<const Reuse> RunLoop::reuse_in(const core::StartAttempt& command,
                                               const core::Workflow& workflow) const {
    if (!request_.reuse || services_.history == nullptr) {
        return nullptr;
    }
    const auto found = request_.reuse->sub_runs.find(make_place(command, lineage_));
    if (found == request_.reuse->sub_runs.end() || command.attempt > 1) {
        return nullptr;
    }
    try {
        return std::make_shared<const Reuse>(make_reuse(
            workflow, found->second, services_.history->load(found->second), std::nullopt));
    } catch (const std::exception&) {
        return nullptr;  // what cannot be read is done again
    }
}

}  // namespace oa::host
