#include "tests/support/simulation.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <optional>
#include <utility>

#include "core/json/json.hpp"
#include "core/workflow/inputs.hpp"
#include "host/engine/run_loop.hpp"
#include "host/store/memory_journal.hpp"
#include "tests/support/map_secrets.hpp"
#include "tests/support/timeline.hpp"

namespace oa::test {

namespace {

namespace json = boost::json;

class Call final : public core::CallControl {
public:
    Call(Timeline& timeline, std::shared_ptr<const core::Invocation> call, json::object behaviour)
        : timeline_(timeline), invocation(std::move(call)), behaviour_(std::move(behaviour)) {}

    void cancel() override {
        const json::value* ignores = behaviour_.if_contains("ignores_cancel");
        if (cancelled_ || !answer_ || (ignores != nullptr && ignores->as_bool())) {
            return;
        }
        cancelled_ = true;
        timeline_.drop(token_);
        token_ = timeline_.set(timeline_.now(), answer_);
    }
    void abandon() override {
        answer_ = nullptr;
        timeline_.drop(token_);
    }
    void begin(std::function<void()> answer) {
        answer_ = std::move(answer);
        const json::value* takes = behaviour_.if_contains("takes");
        const auto duration = core::Milliseconds(takes == nullptr ? 10 : takes->as_int64());
        token_ = timeline_.set(timeline_.now() + duration, answer_);
    }
    [[nodiscard]] core::Outcome outcome() const {
        core::Outcome outcome;
        if (cancelled_) {
            outcome.failure = core::Failure{.code = "cancelled", .message = "told to stop"};
            return outcome;
        }
        if (const json::value* output = behaviour_.if_contains("output")) {
            outcome.output = *output;
        } else if (!behaviour_.contains("fail")) {
            outcome.output = core::parse_json(*invocation->params);
        }
        if (const json::value* code = behaviour_.if_contains("fail")) {
            core::Failure failure;
            failure.code = std::string(code->as_string());
            failure.message = text("message", "no luck");
            failure.retryable = behaviour_.contains("retryable")
                                    ? behaviour_.at("retryable").as_bool()
                                    : failure.code == "unavailable";
            if (const json::value* after = behaviour_.if_contains("retry_after")) {
                failure.retry_after_ms = static_cast<std::uint32_t>(after->as_int64());
            }
            outcome.failure = std::move(failure);
        }
        return outcome;
    }

private:
    [[nodiscard]] std::string text(std::string_view key, std::string_view otherwise) const {
        const json::value* value = behaviour_.if_contains(key);
        return std::string(value == nullptr ? otherwise : std::string_view(value->as_string()));
    }

    Timeline& timeline_;

public:
    const std::shared_ptr<const core::Invocation> invocation;

private:
    json::object behaviour_;
    std::function<void()> answer_;
    host::Timers::Token token_;
    bool cancelled_ = false;
};

/// Writes down what happens, with its time.
class Record {
public:
    explicit Record(const Timeline& timeline) : timeline_(timeline) {}
    void add(const std::string& text) {
        lines.push_back(std::to_string(timeline_.milliseconds()) + " " + text);
    }

    std::vector<std::string> lines;
    std::map<std::string, std::string> prefixes;  // of runs, by id

private:
    const Timeline& timeline_;
};

std::string because(const std::optional<core::Failure>& failure) {
    return failure ? " (" + failure->code + ": " + failure->message + ")" : std::string();
}

class Sink final : public core::EventSink {
public:
    Sink(Record& record, std::string prefix) : record_(record), prefix_(std::move(prefix)) {}

    void run_started(const core::RunReport& run, const core::Workflow& workflow) override {
        workflow_ = &workflow;
        record_.prefixes[run.id] = prefix_;
        say("run " + run.workflow);
    }
    void attempt_started(const core::AttemptRef& attempt) override {
        if (workflow_->tasks[attempt.task].sub_workflow) {
            say("start " + name(attempt.task, attempt.element) + number(attempt.attempt));
        }
    }
    void attempt_failed(const core::AttemptRef& attempt,
                        const core::Failure& failure,
                        core::Milliseconds delay) override {
        say("again " + name(attempt.task, attempt.element) + " in " + core::format_duration(delay) +
            because(failure));
    }
    void wait_begun(const core::AttemptRef& attempt, const core::WaitPlan& plan) override {
        std::string text = "wait " + name(attempt.task, attempt.element);
        if (plan.kind == core::Wait::Kind::Approval) {
            text += " for \"" + plan.message + "\"";
        }
        for (const std::string& who : plan.by) {
            text += " by " + who;
        }
        say(text + (plan.until ? " until " + core::format_time(*plan.until) : std::string()));
    }
    void element_ended(const core::TaskReport& /*report*/,
                       core::TaskIndex task,
                       std::uint32_t element,
                       core::TaskStatus status,
                       const std::optional<core::Failure>& failure) override {
        say("end " + name(task, element) + " " + std::string(to_string(status)) + because(failure));
    }
    void task_ended(core::TaskIndex task, const core::TaskReport& report) override {
        std::string text =
            "end " + name(task, std::nullopt) + " " + std::string(to_string(report.status));
        if (report.output && !report.output->is_null()) {
            text += " " + core::write_json(*report.output);
        }
        say(text + because(report.failure));
    }
    void run_cancelling(std::string_view reason) override {
        say("stopping: " + std::string(reason));
    }
    void run_paused(std::string_view reason) override { say("paused: " + std::string(reason)); }
    void run_continued() override { say("continued"); }
    void run_ended(const core::RunReport& run) override {
        std::string text = "run " + std::string(to_string(run.status));
        if (!run.outputs.empty()) {
            text += " " + core::write_json(run.outputs);
        }
        say(text + because(run.failure));
    }
    [[nodiscard]] std::shared_ptr<core::EventSink> sub_run(
        const core::AttemptRef& attempt) override {
        return std::make_shared<Sink>(record_, prefix_ + name(attempt.task, attempt.element) + "/");
    }
    void task_log(std::string_view /*task*/,
                  core::TaskLogLevel /*level*/,
                  std::string_view /*message*/,
                  std::string_view /*fields*/) override {}
    void task_progress(std::string_view /*task*/,
                       double /*fraction*/,
                       std::string_view /*message*/) override {}
    [[nodiscard]] bool wants(core::TaskLogLevel /*level*/) const override { return false; }

    static std::string number(std::uint32_t attempt) {
        return attempt > 1 ? " #" + std::to_string(attempt) : std::string();
    }

private:
    void say(const std::string& text) { record_.add(prefix_ + text); }
    [[nodiscard]] std::string name(core::TaskIndex task,
                                   std::optional<std::uint32_t> element) const {
        return workflow_->tasks[task].name +
               (element ? "[" + std::to_string(*element) + "]" : std::string());
    }

    Record& record_;
    std::string prefix_;
    const core::Workflow* workflow_ = nullptr;
};

/// Calls that do what the world says, and the threads that they would need.
class Functions final : public core::TaskInvoker, public host::JobRunner {
public:
    Functions(Timeline& timeline, Record& record, const World& world)
        : timeline_(timeline), record_(record) {
        if (const json::value* tasks = world.if_contains("tasks")) {
            behaviours_ = tasks->as_object();
        }
    }

    std::shared_ptr<core::CallControl> prepare(std::shared_ptr<const core::Invocation> invocation,
                                               core::CallObserver& /*observer*/) override {
        auto behaviour = next_behaviour(invocation->task);
        prepared_.push_back(
            std::make_shared<Call>(timeline_, std::move(invocation), std::move(behaviour)));
        return prepared_.back();
    }
    core::Outcome invoke(core::CallControl& call) override {
        return static_cast<Call&>(call).outcome();
    }
    /// Of the calls that were prepared, in their order.
    void submit(std::shared_ptr<host::Job> job) override {
        note_start(*prepared_.front()->invocation);
        prepared_.front()->begin([job = std::move(job)] { job->run(); });
        prepared_.pop_front();
    }
    void write_off(host::Job& /*job*/) override {}

private:
    void note_start(const core::Invocation& invocation) {
        std::string text = record_.prefixes[invocation.run_id] + "start " + invocation.task;
        if (invocation.element) {
            text += "[" + std::to_string(*invocation.element) + "]";
        }
        record_.add(text + Sink::number(invocation.attempt) + " " + *invocation.params);
    }
    json::object next_behaviour(const std::string& task) {
        const json::value* list = behaviours_.if_contains(task);
        if (list == nullptr) {
            return {};
        }
        if (list->is_object()) {
            return list->get_object();
        }
        std::size_t& used = used_[task];
        const json::array& all = list->as_array();
        return all.at(std::min(used++, all.size() - 1)).as_object();
    }

    Timeline& timeline_;
    Record& record_;
    json::object behaviours_;
    std::map<std::string, std::size_t> used_;
    std::deque<std::shared_ptr<Call>> prepared_;
};

std::map<std::string, std::string, std::less<>> texts(const World& world, std::string_view key) {
    std::map<std::string, std::string, std::less<>> all;
    if (const json::value* found = world.if_contains(key)) {
        for (const auto& entry : found->as_object()) {
            all.emplace(entry.key(), entry.value().as_string());
        }
    }
    return all;
}

json::array listed(const World& world, std::string_view key) {
    const json::value* found = world.if_contains(key);
    return found == nullptr ? json::array() : found->as_array();
}

void give_answer(host::RunLoop& loop, Record& record, const json::object& given) {
    const auto text = [&](std::string_view key) {
        const json::value* found = given.if_contains(key);
        return found == nullptr ? std::string() : std::string(found->as_string());
    };
    host::ApprovalAnswer answer{true, text("by"), text("comment")};
    if (const json::value* approved = given.if_contains("approved")) {
        answer.approved = approved->as_bool();
    }
    for (const json::value& group : listed(given, "groups")) {
        answer.groups.emplace_back(group.as_string());
    }
    std::optional<std::uint32_t> element;
    if (const json::value* number = given.if_contains("element")) {
        element = static_cast<std::uint32_t>(number->as_int64());
    }
    try {
        if (!loop.answer(text("task"), element, answer)) {
            record.add("nobody waits for an answer to " + text("task"));
        }
    } catch (const host::AnswerRefused& refused) {
        record.add(std::string("refused: ") + refused.what());
    }
}

}  // namespace

std::vector<std::string> simulate(std::shared_ptr<const core::Workflow> workflow,
                                  const World& world) {
    Timeline timeline;
    Record record(timeline);
    Functions functions(timeline, record, world);
    Sink sink(record, "");
    host::MemoryJournal journal;
    const auto environment = texts(world, "environment");
    const MapSecrets secrets(texts(world, "secrets"));

    const json::value* given = world.if_contains("inputs");
    core::BoundInputs inputs =
        core::bind_inputs(*workflow, given == nullptr ? json::object{} : given->as_object());
    for (const core::InputProblem& problem : inputs.problems) {
        record.add("refused: input '" + problem.input + "' " + problem.message +
                   (problem.hint.empty() ? "" : "; " + problem.hint));
    }
    if (!inputs.problems.empty()) {
        return record.lines;
    }
    host::RunRequest request;
    request.workflow = std::move(workflow);
    request.inputs = std::move(inputs.values);
    request.run_id = "run";
    const auto loop = host::RunLoop::make(
        host::RunServices{functions, journal, sink, timeline, functions, timeline,
                          [&environment](std::string_view name) {
                              const auto found = environment.find(name);
                              return found == environment.end() ? std::nullopt
                                                                : std::optional(found->second);
                          },
                          nullptr, &secrets},
        std::move(request));
    const auto at = [&](const json::value& time, std::function<void()> happens) {
        timeline.set(timeline.now() + core::Milliseconds(time.as_int64()), std::move(happens));
    };
    for (const json::value& time : listed(world, "cancel_at")) {
        at(time, [loop] { loop->cancel("the user said so"); });
    }
    for (const json::value& time : listed(world, "pause_at")) {
        at(time, [loop] { loop->pause("the user said so"); });
    }
    for (const json::value& time : listed(world, "resume_at")) {
        at(time, [loop] { loop->resume(); });
    }
    for (const json::value& jump : listed(world, "clock_at")) {
        const core::Milliseconds by(jump.at("by").as_int64());
        at(jump.at("at"), [&timeline, by] { timeline.set_wall(by); });
    }
    for (const json::value& answer : listed(world, "approve_at")) {
        at(answer.at("at"),
           [&record, loop, given = answer.as_object()] { give_answer(*loop, record, given); });
    }
    loop->start();
    constexpr int steps_max = 1'000'000;
    for (int step = 0; step < steps_max && timeline.step(); ++step) {
    }
    return record.lines;
}

}  // namespace oa::test
