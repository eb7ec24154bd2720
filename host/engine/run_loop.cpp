#include "host/engine/run_loop.hpp"

#include <utility>

#include <boost/json.hpp>

namespace oa::host {

using core::ExecutionIndex;
using core::Failure;
using core::RunEvent;
using core::TaskIndex;
using core::TaskReport;
using core::TaskStatus;

namespace {

Failure unresolved(const core::TemplateError& error, const std::string& file) {
    std::string message;
    if (error.position().line > 0) {
        message = file + ":" + std::to_string(error.position().line) + ":" +
                  std::to_string(error.position().column) + ": ";
    }
    message += error.what();
    if (!error.hint().empty()) {
        message += "; " + error.hint();
    }
    return Failure{.code = "unresolved", .message = std::move(message)};
}

Failure journal_failed(const std::exception& error) {
    return Failure{.code = "unavailable",
                   .message = std::string("the journal does not take records: ") + error.what()};
}

}  // namespace

class RunLoop::AttemptJob final : public Job {
public:
    AttemptJob(std::shared_ptr<RunLoop> loop,
               ExecutionIndex execution,
               std::uint32_t attempt,
               std::shared_ptr<core::CallControl> control)
        : loop_(std::move(loop)),
          execution_(execution),
          attempt_(attempt),
          control_(std::move(control)) {}

    void run() override {
        core::Outcome outcome = loop_->services_.invoker.invoke(*control_);
        control_.reset();
        const std::shared_ptr<RunLoop> loop = std::move(loop_);
        loop->post(AttemptDone{execution_, attempt_, std::move(outcome)});
    }

private:
    std::shared_ptr<RunLoop> loop_;
    ExecutionIndex execution_;
    std::uint32_t attempt_;
    std::shared_ptr<core::CallControl> control_;
};

std::shared_ptr<RunLoop> RunLoop::make(RunServices services, RunRequest request) {
    return std::shared_ptr<RunLoop>(new RunLoop(std::move(services), std::move(request)));
}

RunLoop::RunLoop(RunServices services, RunRequest request)
    : services_(std::move(services)),
      request_(std::move(request)),
      workflow_(*request_.workflow),
      machine_(workflow_, request_.settings),
      data_(workflow_,
            {.run_id = request_.run_id, .attempt = request_.attempt},
            request_.inputs,
            services_.environment),
      task_started_(workflow_.tasks.size()) {
    report_.id = request_.run_id;
    report_.workflow = workflow_.name;
}

void RunLoop::start() {
    append(core::RunCreated{.run_id = request_.run_id,
                            .workflow = workflow_.name,
                            .attempt = request_.attempt,
                            .inputs = request_.inputs,
                            .settings = request_.settings});
    if (services_.blobs != nullptr) {
        blobs_ = services_.blobs->open(request_.run_id);
    }
    run_started_ = services_.clock.now();
    report_.started_at = services_.clock.wall();
    report_.status = core::RunStatus::Running;
    services_.sink.run_started(report_, workflow_);
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
                if (machine_.status() > core::RunStatus::Running && !ended_) {
                    // The last thing that the run does: from here on wait() may return and the sink
                    // may be gone.
                    ended_ = true;
                    ended_changed_.notify_all();
                }
                return;
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
            data_.evaluate_variables();
        } catch (const core::TemplateError& error) {
            take(core::RunFailed{unresolved(error, workflow_.file)}, nullptr);
            return;
        }
    }
    if (const auto* request = std::get_if<core::CancelRequested>(&event)) {
        services_.sink.run_cancelling(request->reason);
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
    const std::optional<TaskIndex> led_by = found->second.led_by;
    attempts_.erase(found);
    const TaskIndex task = machine_.task_of(done.execution);
    core::Outcome& outcome = done.outcome;
    if (!outcome.failure && workflow_.tasks[task].output) {
        try {
            outcome.output = data_.reshape(task, led_by, std::move(outcome.output));
        } catch (const core::TemplateError& error) {
            outcome.output = nullptr;
            outcome.failure = unresolved(error, workflow_.file);
        }
    }
    auto output = std::make_shared<const boost::json::value>(std::move(outcome.output));
    data_.edit(task).output = output;
    if (outcome.failure) {
        take(core::AttemptFailed{done.execution, done.attempt, std::move(*outcome.failure)},
             std::move(output));
    } else {
        take(core::AttemptSucceeded{done.execution, done.attempt}, std::move(output));
    }
}

void RunLoop::fail_attempt(ExecutionIndex execution, std::uint32_t attempt, Failure failure) {
    own_messages_.emplace_back(
        RunEvent{core::AttemptFailed{execution, attempt, std::move(failure)}});
}

void RunLoop::execute(const core::StartAttempt& command) {
    const core::Task& task = workflow_.tasks[command.task];
    TaskReport& report = data_.edit(command.task);
    const auto now = services_.clock.now();
    if (command.attempt == 1) {
        report.started_at = services_.clock.wall();
        report.duration = core::Milliseconds{0};
        report.output.reset();
        report.failure.reset();
        task_started_[command.task] = now;
    }
    report.status = TaskStatus::Running;
    report.attempts = command.attempt;
    report.activations = machine_.task(command.task).activations;

    auto invocation = std::make_shared<core::Invocation>();
    try {
        invocation->params = data_.params(command.task, command.led_by);
    } catch (const core::TemplateError& error) {
        fail_attempt(command.execution, command.attempt, unresolved(error, workflow_.file));
        return;
    }
    invocation->function = task.info;
    invocation->run_id = request_.run_id;
    invocation->workflow = workflow_.name;
    invocation->task = task.name;
    invocation->module_name = task.module;
    invocation->function_name = task.function;
    invocation->attempt = command.attempt;
    invocation->idempotency_key =
        request_.run_id + "/" + task.name + "/" + std::to_string(command.execution);
    invocation->blobs = blobs_;
    invocation->isolation = task.isolation;
    if (task.timeout) {
        invocation->deadline = now + *task.timeout;
    }
    write(core::AttemptStarted{command.execution, command.task, command.attempt});
    if (journal_failure_) {
        fail_attempt(command.execution, command.attempt, *journal_failure_);
        return;
    }
    services_.sink.attempt_started(command.task, command.attempt);
    auto control = services_.invoker.prepare(std::move(invocation), *this);
    auto job = std::make_shared<AttemptJob>(shared_from_this(), command.execution, command.attempt,
                                            control);
    attempts_[command.execution] =
        Attempt{command.attempt, command.led_by, std::move(control), job};
    services_.pool.submit(std::move(job));
}

void RunLoop::execute(const core::CancelAttempt& command) {
    const auto found = attempts_.find(command.execution);
    if (found != attempts_.end()) {
        found->second.control->cancel();
    }
}

void RunLoop::execute(const core::AbandonAttempt& command) {
    const auto found = attempts_.find(command.execution);
    if (found != attempts_.end()) {
        found->second.control->abandon();
        services_.pool.write_off(*found->second.job);
        attempts_.erase(found);
    }
}

void RunLoop::execute(const core::SetTimer& command) {
    timers_[command.timer] = services_.timers.set(
        services_.clock.now() + command.delay, [weak = weak_from_this(), timer = command.timer] {
            if (const std::shared_ptr<RunLoop> loop = weak.lock()) {
                loop->post(RunEvent{core::TimerFired{timer}});
            }
        });
}

void RunLoop::execute(const core::DropTimer& command) {
    const auto found = timers_.find(command.timer);
    if (found != timers_.end()) {
        services_.timers.drop(found->second);
        timers_.erase(found);
    }
}

void RunLoop::execute(const core::RetryScheduled& command) {
    services_.sink.attempt_failed(command.task, command.attempt, command.failure, command.delay);
}

void RunLoop::execute(const core::TaskEnded& command) {
    const core::TaskState& state = machine_.task(command.task);
    TaskReport& report = data_.edit(command.task);
    report.status = command.status;
    report.failure = state.failure;
    report.attempts = state.attempts;
    if (report.started_at) {
        report.duration = std::chrono::duration_cast<core::Milliseconds>(
            services_.clock.now() - task_started_[command.task]);
    }
    services_.sink.task_ended(command.task, report);
}

void RunLoop::execute(const core::FinishRun& command) {
    report_.status = command.status;
    report_.failure = command.failure;
    if (report_.status == core::RunStatus::Succeeded) {
        try {
            report_.outputs = data_.outputs();
        } catch (const core::TemplateError& error) {
            report_.status = core::RunStatus::Failed;
            report_.failure = unresolved(error, workflow_.file);
        }
    }
    report_.duration =
        std::chrono::duration_cast<core::Milliseconds>(services_.clock.now() - run_started_);
    report_.tasks = data_.take_reports();
    write(core::RunEnded{report_.status});
    if (journal_failure_) {
        // What is not on record has not succeeded.
        report_.status = core::RunStatus::Failed;
        report_.failure = journal_failure_;
    }
    services_.sink.run_ended(report_);
    listening_ = false;
    blobs_.reset();
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
        services_.sink.task_log(invocation.task, level, message, fields);
    }
}

void RunLoop::progress(const core::Invocation& invocation,
                       double fraction,
                       std::string_view message) {
    if (listening_) {
        services_.sink.task_progress(invocation.task, fraction, message);
    }
}

bool RunLoop::wants(core::TaskLogLevel level) const {
    return listening_ && services_.sink.wants(level);
}

}  // namespace oa::host
