#include "host/engine/run_loop.hpp"

#include <utility>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/run/parameter_fit.hpp"

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
    return invocation.element ? invocation.task + "[" + std::to_string(*invocation.element) + "]"
                              : invocation.task;
}

std::shared_ptr<core::Masker> make_masker(const std::shared_ptr<core::Masker>& of_host) {
    return of_host ? std::make_shared<core::Masker>(of_host) : std::make_shared<core::Masker>();
}

}  // namespace

std::shared_ptr<RunLoop> RunLoop::make(RunServices services, RunRequest request) {
    return std::shared_ptr<RunLoop>(new RunLoop(std::move(services), std::move(request)));
}

RunLoop::RunLoop(RunServices services, RunRequest request)
    : services_(std::move(services)),
      request_(std::move(request)),
      workflow_(*request_.workflow),
      masker_(request_.masker ? request_.masker : make_masker(services_.masker)),
      machine_(workflow_, request_.settings),
      data_(
          workflow_,
          {.run_id = request_.run_id, .attempt = request_.attempt},
          request_.inputs,
          {services_.environment, services_.secrets, services_.secret_environment, masker_.get()}) {
    report_.id = request_.run_id;
    report_.workflow = workflow_.name;
}

void RunLoop::start() {
    boost::json::value inputs = request_.inputs;  // of a run within a run they may hold secrets
    masker_->mask(inputs);
    append(core::RunCreated{.run_id = request_.run_id,
                            .workflow = workflow_.name,
                            .attempt = request_.attempt,
                            .inputs = std::move(inputs.get_object()),
                            .settings = request_.settings,
                            .parent_run_id = request_.parent_run_id});
    blobs_ = std::move(request_.blobs);
    if (!blobs_ && services_.blobs != nullptr) {
        blobs_ = services_.blobs->open(request_.run_id);
    }
    run_started_ = services_.clock.now();
    report_.started_at = services_.clock.wall();
    report_.status = core::RunStatus::Running;
    sink().run_started(report_, workflow_);
    post(RunEvent{core::RunStarted{}});
}

void RunLoop::cancel(const std::string& reason) {
    post(RunEvent{core::CancelRequested{reason}});
}

const core::RunReport& RunLoop::wait() {
    std::unique_lock lock(mailbox_mutex_);
    ended_changed_.wait(lock, [&] { return ended_; });
    return report_;
}

void RunLoop::post(Message message) {
    {
        const std::lock_guard lock(mailbox_mutex_);
        mailbox_.push_back(std::move(message));
        if (draining_) {
            return;
        }
        draining_ = true;
    }
    drain();
}

void RunLoop::drain() {
    std::vector<Message> batch;
    for (;;) {
        batch.clear();
        {
            const std::lock_guard lock(mailbox_mutex_);
            if (mailbox_.empty()) {
                draining_ = false;
                if (machine_.status() <= core::RunStatus::Running || ended_) {
                    return;
                }
                // The last thing that the run does: from here on wait() may return and the sink
                // may be gone.
                ended_ = true;
                ended_changed_.notify_all();
                break;
            }
            batch.swap(mailbox_);
        }
        for (Message& message : batch) {
            handle(std::move(message));
            while (!own_messages_.empty()) {
                std::vector<Message> own;
                own.swap(own_messages_);
                for (Message& caused : own) {
                    handle(std::move(caused));
                }
            }
        }
    }
    if (request_.on_end) {
        std::exchange(request_.on_end, nullptr)(report_, data_.variables());
    }
}

void RunLoop::handle(Message message) {
    if (machine_.status() > core::RunStatus::Running) {
        return;
    }
    if (auto* done = std::get_if<AttemptDone>(&message)) {
        attempt_done(std::move(*done));
        return;
    }
    const auto& event = std::get<RunEvent>(message);
    if (std::holds_alternative<core::RunStarted>(event)) {
        try {
            data_.evaluate_variables(std::move(request_.variables));
        } catch (const core::TemplateError& error) {
            take(core::RunFailed{unresolved(error)}, nullptr);
            return;
        }
    }
    if (const auto* request = std::get_if<core::CancelRequested>(&event)) {
        const std::string reason = masker_->mask(request->reason);
        sink().run_cancelling(reason);
        take(core::CancelRequested{reason}, nullptr);
        return;
    }
    take(event, nullptr);
}

// Journals an event, gives it to the machine and does what that commands.
void RunLoop::take(const RunEvent& event, std::shared_ptr<const boost::json::value> output) {
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
    sub_runs_.erase(done.execution);
    mask(done.outcome);
    finish_output(place, done);
    core::Outcome& outcome = done.outcome;
    auto output = std::make_shared<const boost::json::value>(std::move(outcome.output));
    if (!place.element) {
        Begun& begun = begun_.at(place.execution);
        begun.output = output;
        begun.sub_run = std::move(done.sub_run);
        if (machine_.is_latest(place.task, place.execution)) {
            core::TaskReport& report = data_.edit(place.task);
            report.output = begun.output;
            report.sub_run = begun.sub_run;
        }
    }
    if (outcome.failure) {
        take(core::AttemptFailed{done.execution, done.attempt, std::move(*outcome.failure)},
             std::move(output));
    } else {
        take(core::AttemptSucceeded{done.execution, done.attempt}, std::move(output));
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
        save_variables(place, done);
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

void RunLoop::save_variables(const core::ValuePlace& place, const AttemptDone& done) {
    const core::Task& task = workflow_.tasks[place.task];
    if (task.sub_workflow && task.sub_workflow->shares_variables) {
        for (const auto& variable : done.variables) {
            boost::json::value value = variable.value();
            masker_->mask(value);
            data_.set_variable(variable.key(), std::move(value));
        }
    }
    data_.save_output(place.task, done.outcome.output);
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

Failure RunLoop::journal_failed(const std::exception& error) {
    return Failure{.code = "unavailable",
                   .message = std::string("the journal does not take records: ") + error.what()};
}

void RunLoop::append(core::JournalEntry entry) {
    services_.journal.append(
        request_.run_id, core::JournalRecord{++records_, services_.clock.wall(), std::move(entry)});
}

// A journal that fails once is not asked again: the run stops, and says why.
void RunLoop::write(core::JournalEntry entry) {
    if (journal_failure_) {
        return;
    }
    try {
        append(std::move(entry));
    } catch (const std::exception& error) {
        journal_failure_ = journal_failed(error);
        own_messages_.emplace_back(RunEvent{core::RunFailed{*journal_failure_}});
    }
}

void RunLoop::log(const core::Invocation& invocation,
                  core::TaskLogLevel level,
                  std::string_view message,
                  std::string_view fields) {
    if (listening_) {
        sink().task_log(label(invocation), level, masker_->mask(message),
                        masked_fields(*masker_, fields));
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
    return listening_ && sink().wants(level);
}

}  // namespace oa::host
