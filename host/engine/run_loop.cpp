#include "host/engine/run_loop.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/run/parameter_fit.hpp"
#include "host/engine/execution_id.hpp"

namespace oa::host {

using core::ExecutionIndex;
using core::Failure;
using core::RunEvent;
using core::TaskIndex;
using core::TaskReport;
using core::TaskStatus;

namespace {

/// Fields are JSON text, in which a secret may be spelt in more ways than in a text.
std::string masked_fields(const core::Masker& masker, std::string_view fields) {
    if (fields.empty() || masker.empty()) {
        return std::string(fields);
    }
    std::string masked = masker.mask(fields);
    try {
        boost::json::value value = core::parse_json(fields);
        if (masker.mask(value)) {
            return core::write_json(value);
        }
    } catch (const core::JsonError&) {
        return masked;
    }
    return masked;
}

/// "resize", or "resize[3]" for an element.
std::string label(const core::Invocation& invocation) {
    return numbered(invocation.task, invocation.element);
}

std::shared_ptr<core::Masker> make_masker(const std::shared_ptr<core::Masker>& of_host) {
    return of_host ? std::make_shared<core::Masker>(of_host) : std::make_shared<core::Masker>();
}

}  // namespace

core::RunCreated creation_of(const RunRequest& request, const core::Masker* masker) {
    boost::json::value inputs = request.inputs;  // of a run within a run they may hold secrets
    if (masker != nullptr) {
        masker->mask(inputs);
    }
    return {.run_id = request.run_id,
            .workflow = request.workflow->name,
            .attempt = request.attempt,
            .inputs = std::move(inputs.get_object()),
            .settings = request.settings,
            .parent_run_id = request.parent_run_id,
            .documents = request.documents,
            .retry_of = request.retry_of,
            .retry_from = request.retry_from,
            .retry_all = request.retry_all,
            .trigger = request.trigger,
            .priority = request.priority,
            .key = request.key};
}

std::shared_ptr<RunLoop> RunLoop::make(RunServices services, RunRequest request) {
    return std::shared_ptr<RunLoop>(new RunLoop(std::move(services), std::move(request)));
}

RunLoop::RunLoop(RunServices services, RunRequest request)
    : services_(std::move(services)),
      request_(std::move(request)),
      workflow_(*request_.workflow),
      masker_(request_.masker ? request_.masker : make_masker(services_.masker)),
      machine_(workflow_, request_.settings),
      lineage_(workflow_, machine_),
      data_(
          workflow_,
          {.run_id = request_.run_id, .attempt = request_.attempt},
          request_.inputs,
          {services_.environment, services_.secrets, services_.secret_environment, masker_.get()}) {
    report_.id = request_.run_id;
    report_.workflow = workflow_.name;
}

void RunLoop::start() {
    post(Start{});
}

void RunLoop::resume(std::vector<core::JournalRecord> records) {
    post(Resume{std::move(records)});
}

void RunLoop::suspend() {
    post(Suspend{});
}

void RunLoop::leave() {
    post(Leave{});
}

void RunLoop::cancel(const std::string& reason) {
    post(RunEvent{core::CancelRequested{reason}});
}

const core::RunReport& RunLoop::wait() {
    std::unique_lock lock(mailbox_mutex_);
    ended_changed_.wait(lock, [&] { return ended_; });
    return report_;
}

void RunLoop::handle(Message message) {
    if (machine_.status() > core::RunStatus::Running || closed_ || left_) {
        return;
    }
    if (auto* done = std::get_if<AttemptDone>(&message)) {
        attempt_done(std::move(*done));
    } else if (const auto* event = std::get_if<RunEvent>(&message)) {
        handle(*event);
    } else if (const auto* recorded = std::get_if<core::MachineEvent>(&message)) {
        take(recorded->event, recorded->output);
    } else if (const auto* known = std::get_if<Reused>(&message)) {
        reused(*known);
    } else if (const auto* answer = std::get_if<Answer>(&message)) {
        answered(*answer);
    } else if (std::holds_alternative<Start>(message)) {
        create();
        begin();
    } else if (std::holds_alternative<Suspend>(message)) {
        suspended_ = true;
        for (const auto& entry : sub_runs_) {
            entry.second.run->suspend();
        }
    } else if (auto* halted = std::get_if<SubRunHalted>(&message)) {
        halting_ = std::move(halted->failure);
    } else if (const auto* sub_run = std::get_if<SubRunLeft>(&message)) {
        attempts_.erase(sub_run->execution);
        forget_sub_run(sub_run->execution);
    } else if (std::holds_alternative<Leave>(message)) {
        left_ = true;
    } else if (const auto* resumed = std::get_if<Resume>(&message)) {
        play_back(*resumed);
    }
}

void RunLoop::handle(const RunEvent& event) {
    const auto* const fired = std::get_if<core::TimerFired>(&event);
    const bool asks = std::holds_alternative<core::CancelRequested>(event) ||
                      std::holds_alternative<core::PauseRequested>(event) ||
                      std::holds_alternative<core::ResumeRequested>(event);
    if (fired != nullptr && fired->timer.kind == core::Timer::Kind::Wait) {
        wait_timer_fired(fired->timer);
    } else if (!asks) {
        take(event, nullptr);
    } else if (!created_) {
        early_requests_.push_back(event);
    } else {
        take_request(event);
    }
}

// What somebody outside asks of the run.
void RunLoop::take_request(const RunEvent& event) {
    const bool was_paused = machine_.paused();
    if (const auto* cancel = std::get_if<core::CancelRequested>(&event)) {
        const std::string reason = masker_->mask(cancel->reason);
        later([this, reason] { sink().run_cancelling(reason); });
        take(core::CancelRequested{reason}, nullptr);
    } else if (const auto* pause = std::get_if<core::PauseRequested>(&event)) {
        if (!was_paused) {
            pause_reason_ = masker_->mask(pause->reason);
            take(core::PauseRequested{pause_reason_}, nullptr);
        }
    } else if (was_paused) {
        take(event, nullptr);
    }
    if (machine_.paused() != was_paused) {
        hand_down_pause();
    }
}

void RunLoop::create() {
    created_ = true;
    if (request_.is_created) {
        records_ = 1;
    } else {
        write(creation_of(request_, masker_.get()));
    }
}

void RunLoop::open_blobs() {
    blobs_ = std::move(request_.blobs);
    if (!blobs_ && services_.blobs != nullptr) {
        blobs_ = services_.blobs->open(request_.run_id);
    }
}

// The run is on record and starts.
void RunLoop::begin() {
    open_blobs();
    run_started_ = services_.clock.now();
    report_.started_at = services_.clock.wall();
    report_.status = core::RunStatus::Running;
    later([this] { sink().run_started(report_, workflow_); });
    const auto cancel =
        std::find_if(early_requests_.begin(), early_requests_.end(), [](const RunEvent& request) {
            return std::holds_alternative<core::CancelRequested>(request);
        });
    if (cancel == early_requests_.end()) {
        for (const RunEvent& request : early_requests_) {
            take_request(request);
        }
        begin_tasks();
    }
    for (auto request = cancel; request != early_requests_.end(); ++request) {
        own_messages_.emplace_back(std::move(*request));
    }
    early_requests_.clear();
}

void RunLoop::begin_tasks() {
    try {
        data_.evaluate_variables(std::move(request_.variables));
        boost::json::value variables = data_.variables();
        masker_->mask(variables);
        take(core::RunStarted{}, std::make_shared<const boost::json::value>(std::move(variables)));
    } catch (const core::TemplateError& error) {
        take(core::RunFailed{unresolved(error)}, nullptr);
    }
}

// Journals an event, gives it to the machine and does what that commands.
void RunLoop::take(const RunEvent& event, std::shared_ptr<const boost::json::value> output) {
    if (const auto* begun = std::get_if<core::WaitBegun>(&event)) {
        note_wait_begun(*begun, output.get());
    }
    write(core::MachineEvent{event, std::move(output)});
    commands_.clear();
    machine_.apply(event, commands_);
    // Executing a command never applies another event: those go to own_messages_.
    for (const core::RunCommand& command : commands_) {
        std::visit([this](const auto& concrete) { execute(concrete); }, command);
    }
}

void RunLoop::attempt_done(AttemptDone done) {
    const auto found = attempts_.find(done.execution);
    if (found == attempts_.end() || found->second.attempt != done.attempt) {
        return;  // abandoned
    }
    const core::ValuePlace place = found->second.place;
    attempts_.erase(found);
    forget_sub_run(done.execution);
    settle();
    mask(done.outcome);
    finish_output(place, done);
    core::Outcome& outcome = done.outcome;
    auto output = std::make_shared<const boost::json::value>(std::move(outcome.output));
    note_output(place, output, std::move(done.sub_run));
    if (outcome.failure) {
        take(core::AttemptFailed{done.execution, done.attempt, std::move(*outcome.failure)},
             std::move(output));
        return;
    }
    const auto& called = workflow_.tasks[place.task].sub_workflow;
    if (called && called->shares_variables) {  // it has no output: these are on record instead
        boost::json::value variables = std::move(done.variables);
        masker_->mask(variables);
        output = std::make_shared<const boost::json::value>(std::move(variables));
    }
    take(core::AttemptSucceeded{done.execution, done.attempt}, std::move(output));
}

void RunLoop::reused(const Reused& attempt) {
    if (const OpenWait* const wait = find_wait(attempt.execution)) {
        take_over({wait->command.task, attempt.execution, wait->command.element}, attempt.output);
        take(core::WaitEnded{attempt.execution, attempt.attempt, {}}, attempt.output);
        return;
    }
    const auto found = attempts_.find(attempt.execution);
    if (found == attempts_.end() || found->second.attempt != attempt.attempt) {
        return;
    }
    const core::ValuePlace place = found->second.place;
    attempts_.erase(found);
    take_over(place, attempt.output);
    take(core::AttemptSucceeded{attempt.execution, attempt.attempt}, attempt.output);
}

// What an attempt gave, as it is on record.
void RunLoop::take_over(const core::ValuePlace& place,
                        const std::shared_ptr<const boost::json::value>& output) {
    const core::Task& task = workflow_.tasks[place.task];
    if (task.sub_workflow && task.sub_workflow->shares_variables) {
        if (output->is_object()) {
            save_variables(place, output->get_object());
        }
        note_output(place, std::make_shared<const boost::json::value>(), nullptr);
        return;
    }
    if (place.element) {
        data_.set_element_output(*place.element, *output);
    }
    data_.save_output(place.task, *output);
    note_output(place, output, nullptr);
}

// What an attempt gave is what is seen of its task, unless that is a loop.
void RunLoop::note_output(const core::ValuePlace& place,
                          std::shared_ptr<const boost::json::value> output,
                          std::shared_ptr<const core::RunReport> sub_run) {
    if (place.element) {
        return;
    }
    const auto begun = begun_.find(place.execution);
    if (begun == begun_.end()) {
        return;
    }
    begun->second.output = std::move(output);
    begun->second.sub_run = std::move(sub_run);
    if (machine_.is_latest(place.task, place.execution)) {
        core::TaskReport& report = data_.edit(place.task);
        report.output = begun->second.output;
        report.sub_run = begun->second.sub_run;
    }
}

// What the document makes of a function's output.
void RunLoop::finish_output(const core::ValuePlace& place, AttemptDone& done) {
    core::Outcome& outcome = done.outcome;
    const std::optional<bool> idempotent = workflow_.tasks[place.task].idempotent;
    if (outcome.failure && outcome.failure->code == "crashed" && idempotent) {
        outcome.failure->retryable = *idempotent;  // the document knows better than the function
    }
    if (!outcome.failure && workflow_.tasks[place.task].output) {
        try {
            outcome.output = data_.reshape(place, std::move(outcome.output));
            masker_->mask(outcome.output);
        } catch (const core::TemplateError& error) {
            outcome.output = nullptr;
            outcome.failure = unresolved(error);
        }
    }
    check_size(place, outcome);
    if (!outcome.failure) {
        save_variables(place, done.variables);
        data_.save_output(place.task, outcome.output);
    }
}

// What a function gives is checked where it comes in; here what the document makes of it.
void RunLoop::check_size(const core::ValuePlace& place, core::Outcome& outcome) {
    const core::Task& task = workflow_.tasks[place.task];
    const core::RunSettings& settings = request_.settings;
    std::size_t size = 0;
    std::size_t limit = 0;
    if (!outcome.failure && (task.output || task.sub_workflow)) {
        size = core::json_size(outcome.output);
        limit = settings.output_bytes_max;
    }
    if (!outcome.failure && place.element && size <= limit) {
        size = data_.set_element_output(*place.element, outcome.output);
        limit = settings.loop_output_bytes_max;
    }
    if (size > limit) {
        outcome.output = nullptr;
        outcome.failure = Failure{
            .code = "exhausted",
            .message =
                std::string(place.element ? "the outputs of the loop have" : "the output has") +
                " about " + std::to_string(size) + " bytes; the limit is " + std::to_string(limit)};
    }
}

// Those of a run within this run that shares them.
void RunLoop::save_variables(const core::ValuePlace& place, boost::json::object variables) {
    const auto& called = workflow_.tasks[place.task].sub_workflow;
    if (called && called->shares_variables) {
        for (auto& variable : variables) {
            masker_->mask(variable.value());
            data_.set_variable(variable.key(), std::move(variable.value()));
        }
    }
}

void RunLoop::fail_attempt(ExecutionIndex execution, std::uint32_t attempt, Failure failure) {
    own_messages_.emplace_back(
        RunEvent{core::AttemptFailed{execution, attempt, std::move(failure)}});
}

core::EventSink& RunLoop::sink() const {
    return request_.sink ? *request_.sink : services_.sink;
}

Failure RunLoop::unresolved(const core::TemplateError& error) const {
    std::string message;
    if (error.position().line > 0) {
        message = workflow_.file + ":" + std::to_string(error.position().line) + ":" +
                  std::to_string(error.position().column) + ": ";
    }
    message += error.what();
    if (!error.hint().empty()) {
        message += "; " + error.hint();
    }
    const bool misfit = dynamic_cast<const core::ParameterError*>(&error) != nullptr;
    return masked(
        Failure{.code = misfit ? "invalid_params" : "unresolved", .message = std::move(message)});
}

void RunLoop::mask(core::Outcome& outcome) const {
    masker_->mask(outcome.output);
    if (outcome.failure) {
        outcome.failure = masked(std::move(*outcome.failure));
    }
}

Failure RunLoop::masked(Failure failure) const {
    masker_->mask_in_place(failure.code);
    masker_->mask_in_place(failure.message);
    return failure;
}

void RunLoop::log(const core::Invocation& invocation,
                  core::TaskLogLevel level,
                  std::string_view message,
                  std::string_view fields) {
    if (!listening_) {
        return;
    }
    std::string said = masker_->mask(message);
    std::string values = masked_fields(*masker_, fields);
    const std::string task = label(invocation);
    if (sink().wants(level)) {
        sink().task_log(task, level, said, values);
    }
    if (keeps(level)) {
        keep_line({services_.clock.wall(), task, level, std::move(said), std::move(values)});
    }
}

void RunLoop::progress(const core::Invocation& invocation,
                       double fraction,
                       std::string_view message) {
    if (listening_) {
        sink().task_progress(label(invocation), fraction, masker_->mask(message));
    }
}

bool RunLoop::wants(core::TaskLogLevel level) const {
    return listening_ && (sink().wants(level) || keeps(level));
}

// Whether it goes on record.
bool RunLoop::keeps(core::TaskLogLevel level) const {
    return level >= core::TaskLogLevel::Info && services_.journal.keeps_lines();
}

}  // namespace oa::host
