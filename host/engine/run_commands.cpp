// What the run machine commands, carried out.

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include <boost/json.hpp>

#include "host/engine/execution_id.hpp"
#include "host/engine/run_loop.hpp"

namespace oa::host {

using core::ExecutionIndex;
using core::RunEvent;
using core::TaskIndex;
using core::TaskReport;
using core::TaskStatus;

namespace {

/// Whether a template reads what may have changed when it is resolved again.
bool reads_sources(const core::Template& value) {
    bool found = false;
    value.for_each_placeholder([&](const core::Placeholder& placeholder) {
        found = found || placeholder.source != core::Placeholder::Source::Expression;
    });
    return found;
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
        core::Outcome outcome = invoke();
        control_.reset();
        const std::shared_ptr<RunLoop> loop = std::move(loop_);
        loop->post(AttemptDone{execution_, attempt_, std::move(outcome), nullptr, {}});
    }

private:
    // One task that asks for too much is no reason for the others to end.
    core::Outcome invoke() {
        try {
            return loop_->services_.invoker.invoke(*control_);
        } catch (const std::bad_alloc&) {
            return {.output = nullptr,
                    .failure = core::Failure{.code = "exhausted",
                                             .message = "there is no memory left for the call",
                                             .retryable = true}};
        }
    }

    std::shared_ptr<RunLoop> loop_;
    ExecutionIndex execution_;
    std::uint32_t attempt_;
    std::shared_ptr<core::CallControl> control_;
};

void RunLoop::execute(const core::HandOn& command) {
    if (request_.reuse) {
        lineage_.see(command);
    }
    data_.hand_on(command.to);
}

void RunLoop::execute(const core::Decide& command) {
    const core::ValuePlace place{command.task, command.execution, command.element};
    core::Decided answer;
    answer.execution = command.execution;
    std::shared_ptr<const boost::json::value> recorded;  // what cannot be found out again
    try {
        const core::Task& task = workflow_.tasks[command.task];
        if (command.element || !core::asks_elements(task)) {
            answer.run = data_.decide(place, command.standing);
        }
        if (answer.run && task.for_each && !command.element) {
            boost::json::value items = data_.loop_items(place);
            if (reads_sources(task.for_each->items)) {
                boost::json::value masked = items;
                masker_->mask(masked);
                recorded = std::make_shared<const boost::json::value>(std::move(masked));
            }
            answer.elements = data_.begin_loop(command.execution, place, std::move(items));
        }
    } catch (const core::TemplateError& error) {
        answer.failure = unresolved(error);
    }
    own_messages_.emplace_back(core::MachineEvent{std::move(answer), std::move(recorded)});
}

void RunLoop::execute(const core::StartAttempt& command) {
    // Of a run that is suspended, whoever resumes it starts this.
    if (!suspended_ && !reuse(command)) {
        start(command, std::nullopt, 0);
    }
}

// What it reads of itself is what its last execution left: this comes before begin_report.
RunLoop::Given RunLoop::resolve(const core::StartAttempt& command) {
    const core::ValuePlace place{command.task, command.execution, command.element};
    if (workflow_.tasks[command.task].sub_workflow) {
        return data_.sub_workflow_inputs(place);
    }
    return data_.params(place);
}

// `given` as it was when the attempt first began, if it did; then it has been asked to stop
// `cancels` times.
void RunLoop::start(const core::StartAttempt& command,
                    std::optional<Given> given,
                    std::uint32_t cancels) {
    try {
        if (workflow_.tasks[command.task].sub_workflow) {
            start_sub_run(command, std::move(given), cancels);
        } else {
            const Given taken = given ? std::move(*given) : resolve(command);
            start_call(command, std::get<std::shared_ptr<const std::string>>(taken));
        }
    } catch (const core::TemplateError& error) {
        begin_report(command);
        fail_attempt(command.execution, command.attempt, unresolved(error));
    }
}

void RunLoop::begin_report(const core::StartAttempt& command) {
    const ExecutionIndex execution = command.element ? command.element->loop : command.execution;
    const auto [begun, first] = begun_.try_emplace(execution, Begun{wall(), steady()});
    if (!machine_.is_latest(command.task, execution)) {
        return;
    }
    TaskReport& report = data_.edit(command.task);
    if (first) {
        report.started_at = begun->second.started_at;
        report.duration = core::Milliseconds{0};
        report.output.reset();
        report.failure.reset();
        report.sub_run.reset();
    }
    const core::TaskState& state = machine_.task(command.task);
    report.status = TaskStatus::Running;
    report.attempts = state.attempts;
    report.activations = state.activations;
    report.elements = state.elements;
    report.elements_ended = state.elements_ended;
}

void RunLoop::start_call(const core::StartAttempt& command,
                         std::shared_ptr<const std::string> params) {
    const core::Task& task = workflow_.tasks[command.task];
    const core::ValuePlace place{command.task, command.execution, command.element};
    auto invocation = std::make_shared<core::Invocation>();
    invocation->params = std::move(params);
    invocation->may_hold_secrets = data_.used_secrets();
    begin_report(command);
    invocation->function = task.info;
    invocation->run_id = request_.run_id;
    invocation->workflow = workflow_.name;
    invocation->task = task.name;
    invocation->module_name = task.module;
    invocation->function_name = task.function;
    invocation->attempt = command.attempt;
    if (command.element) {
        invocation->element = command.element->index;
    }
    invocation->idempotency_key =
        execution_id(request_.run_id, task.name, command.execution, command.element);
    invocation->blobs = blobs_;
    invocation->isolation = task.isolation;
    if (const auto timeout = core::attempt_timeout_of(task, request_.settings)) {
        invocation->deadline = services_.clock.now() + *timeout;
    }
    note_made(command);
    write(core::AttemptStarted{command.execution, command.task, command.attempt, command.element});
    later([this, attempt = core::AttemptRef{command.task, command.attempt, invocation->element}] {
        sink().attempt_started(attempt);
    });
    auto control = services_.invoker.prepare(std::move(invocation), *this);
    auto job = std::make_shared<AttemptJob>(shared_from_this(), command.execution, command.attempt,
                                            control);
    attempts_[command.execution] = Attempt{command.attempt, place, std::move(control), job};
    later([this, job = std::move(job)] { services_.pool.submit(job); });
}

void RunLoop::note_made(const core::StartAttempt& command) {
    if (request_.reuse) {
        lineage_.note_made(command);
    }
}

// What the run before this one did need not be done again. Null: it is to be done.
std::shared_ptr<const boost::json::value> RunLoop::reusable(
    const core::StartAttempt& command) const {
    if (!request_.reuse) {
        return nullptr;
    }
    const auto found = request_.reuse->outputs.find(make_place(command, lineage_));
    return found == request_.reuse->outputs.end() ? nullptr : found->second;
}

bool RunLoop::reuse(const core::StartAttempt& command) {
    const auto known = reusable(command);
    if (!known) {
        return false;
    }
    begin_report(command);
    const core::ValuePlace place{command.task, command.execution, command.element};
    attempts_[command.execution] = Attempt{command.attempt, place, nullptr, nullptr};
    own_messages_.emplace_back(Reused{command.execution, command.attempt, known});
    return true;
}

// A call that was asked to stop, though nobody put that on record, is made again. A run would have
// it on its own record.
void RunLoop::execute(const core::CancelAttempt& command) {
    const auto found = attempts_.find(command.execution);
    if (found == attempts_.end() || !found->second.control) {
        return;
    }
    if (found->second.job) {
        found->second.control->cancel();
    } else {
        later([control = found->second.control] { control->cancel(); });
    }
}

void RunLoop::execute(const core::AbandonAttempt& command) {
    const auto found = attempts_.find(command.execution);
    if (found != attempts_.end()) {
        found->second.control->abandon();
        if (found->second.job) {
            services_.pool.write_off(*found->second.job);
        }
        attempts_.erase(found);
    }
}

void RunLoop::execute(const core::SetTimer& command) {
    set_timer(command.timer, command.delay);
}

void RunLoop::set_timer(const core::Timer& timer, core::Milliseconds delay) {
    const core::Milliseconds limited = std::min(delay, patience(timer));
    timers_[timer] =
        services_.timers.set(services_.clock.now() + limited, [weak = weak_from_this(), timer] {
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

void RunLoop::execute(const core::DecideRetry& command) {
    core::RetryDecided answer;
    answer.execution = command.execution;
    answer.attempt = command.attempt;
    try {
        answer.again =
            data_.decide_retry({command.task, command.execution, command.element}, command.failure);
    } catch (const core::TemplateError& error) {
        answer.failure = unresolved(error);
        answer.failure->message += "; the attempt had failed: " + command.failure.message;
    }
    own_messages_.emplace_back(RunEvent{std::move(answer)});
}

void RunLoop::execute(const core::RetryScheduled& command) {
    core::AttemptRef attempt{command.task, command.attempt, std::nullopt};
    if (command.element) {
        attempt.element = command.element->index;
    }
    later([this, attempt, failure = command.failure, delay = command.delay] {
        sink().attempt_failed(attempt, failure, delay);
    });
}

void RunLoop::execute(const core::ElementEnded& command) {
    TaskReport& report = data_.edit(command.task);
    const core::TaskState& state = machine_.task(command.task);
    report.attempts = state.attempts;
    report.elements = state.elements;
    report.elements_ended = state.elements_ended;
    forget_wait(command.execution);
    later([this, report, command] {
        sink().element_ended(report, command.task, command.element.index, command.status,
                             command.failure);
    });
}

// What expressions see of a task is of its latest execution; others end unseen by them.
void RunLoop::execute(const core::TaskEnded& command) {
    TaskReport other;
    if (!command.latest) {
        other.name = workflow_.tasks[command.task].name;
        other.allow_failure = workflow_.tasks[command.task].allow_failure;
    }
    TaskReport& report = command.latest ? data_.edit(command.task) : other;
    end_report(command, report);
    if (request_.reuse) {
        lineage_.see(command);
    }
    if (command.execution) {
        forget_wait(*command.execution);
        data_.end_execution(*command.execution, report.output,
                            command.status == TaskStatus::Skipped);
        if (workflow_.compat_oa3) {
            data_.set_latest(command.task);
        }
    }
    later([this, task = command.task, report] { sink().task_ended(task, report); });
}

void RunLoop::end_report(const core::TaskEnded& command, TaskReport& report) {
    report.status = command.status;
    report.failure = command.failure;
    report.attempts = command.attempts;
    report.activations = machine_.task(command.task).activations;
    report.elements = command.elements;
    report.elements_ended = command.elements_ended;
    if (!command.execution) {
        return;
    }
    // One that never began has nothing of those before it.
    auto begun = begun_.extract(*command.execution);
    report.started_at.reset();
    report.duration = core::Milliseconds{0};
    report.output.reset();
    report.sub_run.reset();
    if (begun) {
        Begun& values = begun.mapped();
        report.started_at = values.started_at;
        report.duration = passed_since(values.started);
        report.output = std::move(values.output);
        report.sub_run = std::move(values.sub_run);
    }
    if (command.elements) {
        report.output =
            std::make_shared<const boost::json::value>(data_.take_loop(*command.execution));
    }
}

void RunLoop::execute(const core::MainEnded& command) {
    data_.set_verdict(command.status, command.failure);
}

void RunLoop::execute(const core::FinishRun& command) {
    report_.status = command.status;
    report_.failure = command.failure;
    if (report_.status == core::RunStatus::Succeeded) {
        try {
            boost::json::value outputs = data_.outputs();
            masker_->mask(outputs);
            report_.outputs = std::move(outputs.get_object());
        } catch (const core::TemplateError& error) {
            report_.status = core::RunStatus::Failed;
            report_.failure = unresolved(error);
        }
    }
    report_.duration = passed_since(run_started_);
    report_.tasks = data_.take_reports();
    write(core::RunEnded{report_.status, report_.failure, report_.outputs});
    later([this] {
        sink().run_ended(report_);
        listening_ = false;
        blobs_.reset();
    });
}

}  // namespace oa::host
