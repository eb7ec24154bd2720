#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/run/run_machine.hpp"

namespace oa::test {

inline const core::Failure unavailable{
    .code = "unavailable", .message = "no answer", .retryable = true};
inline const core::Failure invalid{.code = "invalid_params", .message = "bad url"};

using Words = std::vector<std::string>;

/// A run machine and what it commands, in words: "start a", "cancel a[2]", "end a failed", "decide
/// a", "finish failed". Tasks and elements are called by name.
class Machine {
public:
    explicit Machine(core::Workflow workflow, core::RunSettings settings = {})
        : workflow_(std::move(workflow)), machine_(workflow_, settings) {}

    Words send(const core::RunEvent& event) {
        std::vector<core::RunCommand> commands;
        machine_.apply(event, commands);
        Words words;
        for (const core::RunCommand& command : commands) {
            const std::string text =
                std::visit([this](const auto& c) { return this->word(c); }, command);
            if (!text.empty()) {
                words.push_back(text);
            }
        }
        return words;
    }
    Words start() { return send(core::RunStarted{}); }
    Words succeed(const std::string& name) {
        const Open& open = latest_.at(name);
        return send(core::AttemptSucceeded{open.execution, open.attempt});
    }
    Words fail(const std::string& name, const core::Failure& failure = invalid) {
        const Open& open = latest_.at(name);
        return send(core::AttemptFailed{open.execution, open.attempt, failure});
    }
    Words fire(core::Timer::Kind kind, const std::string& name) {
        const Open& open = latest_.at(name);
        const core::Timer timer{kind, open.execution, open.attempt};
        timers.erase(timer);
        return send(core::TimerFired{timer});
    }
    Words cancel() { return send(core::CancelRequested{"enough"}); }
    /// What `when` gave.
    Words decide(const std::string& name, bool run) {
        core::Decided decided;
        decided.execution = latest_.at(name).execution;
        decided.run = run;
        return send(decided);
    }
    Words decide_loop(const std::string& name, std::uint32_t elements) {
        core::Decided decided;
        decided.execution = latest_.at(name).execution;
        decided.elements = elements;
        return send(decided);
    }
    Words fail_to_decide(const std::string& name) {
        core::Decided decided;
        decided.execution = latest_.at(name).execution;
        decided.failure = invalid;
        return send(decided);
    }
    Words decide_retry(const std::string& name, bool again) {
        core::RetryDecided decided;
        decided.execution = latest_.at(name).execution;
        decided.attempt = latest_.at(name).attempt;
        decided.again = again;
        return send(decided);
    }

    /// The wait has begun, and takes so long at most.
    Words begin(const std::string& name, std::optional<core::Milliseconds> delay = {}) {
        const Open& open = latest_.at(name);
        return send(core::WaitBegun{open.execution, open.attempt, delay, {}});
    }
    Words fail_to_begin(const std::string& name) {
        const Open& open = latest_.at(name);
        return send(core::WaitBegun{open.execution, open.attempt, {}, invalid});
    }
    /// Somebody approves, or rejects with the failure.
    Words answer(const std::string& name, std::optional<core::Failure> failure = {}) {
        const Open& open = latest_.at(name);
        return send(core::WaitEnded{open.execution, open.attempt, std::move(failure)});
    }
    Words pause() { return send(core::PauseRequested{"a window"}); }
    Words resume() { return send(core::ResumeRequested{}); }

    [[nodiscard]] const core::RunMachine& get() const { return machine_; }
    [[nodiscard]] const core::TaskState& state(core::TaskIndex task) const {
        return machine_.task(task);
    }
    /// success() and failure() where it was last asked whether the task runs.
    [[nodiscard]] core::Standing standing(const std::string& name) const {
        return standings_.at(name);
    }

    std::optional<core::Failure> run_failure;
    std::vector<core::Milliseconds> delays;
    std::set<core::Timer> timers;  ///< set and not dropped

private:
    struct Open {
        core::ExecutionIndex execution = 0;
        std::uint32_t attempt = 0;
    };

    std::string remember(core::TaskIndex task,
                         const std::optional<core::Element>& element,
                         core::ExecutionIndex execution,
                         std::uint32_t attempt) {
        std::string name = workflow_.tasks[task].name;
        if (element) {
            name += "[" + std::to_string(element->index) + "]";
        }
        latest_[name] = Open{execution, attempt};
        names_[execution] = name;
        return name;
    }

    static std::string word(const core::HandOn& /*c*/) { return ""; }
    std::string word(const core::Decide& c) {
        const std::string name = remember(c.task, c.element, c.execution, 0);
        standings_[name] = c.standing;
        return "decide " + name;
    }
    std::string word(const core::StartAttempt& c) {
        return "start " + remember(c.task, c.element, c.execution, c.attempt) +
               (c.attempt > 1 ? " #" + std::to_string(c.attempt) : "");
    }
    std::string word(const core::BeginWait& c) {
        return "wait " + remember(c.task, c.element, c.execution, c.attempt);
    }
    static std::string word(const core::RunPaused& /*c*/) { return "paused"; }
    static std::string word(const core::RunContinued& /*c*/) { return "continued"; }
    std::string word(const core::CancelAttempt& c) const {
        return "cancel " + names_.at(c.execution);
    }
    std::string word(const core::AbandonAttempt& c) const {
        return "abandon " + names_.at(c.execution);
    }
    std::string word(const core::SetTimer& c) {
        delays.push_back(c.delay);
        timers.insert(c.timer);
        return "";
    }
    std::string word(const core::DropTimer& c) {
        timers.erase(c.timer);
        return "";
    }
    std::string word(const core::DecideRetry& c) const {
        return "decide retry " + names_.at(c.execution);
    }
    std::string word(const core::RetryScheduled& c) const {
        return "retry " + names_.at(c.execution);
    }
    std::string word(const core::ElementEnded& c) const {
        return "end " + workflow_.tasks[c.task].name + "[" + std::to_string(c.element.index) +
               "] " + std::string(to_string(c.status));
    }
    std::string word(const core::TaskEnded& c) const {
        return "end " + workflow_.tasks[c.task].name + " " + std::string(to_string(c.status));
    }
    std::string word(const core::MainEnded& c) const {
        return workflow_.finally_count > 0 ? "main " + std::string(to_string(c.status)) : "";
    }
    std::string word(const core::FinishRun& c) {
        run_failure = c.failure;
        return "finish " + std::string(to_string(c.status));
    }

    core::Workflow workflow_;
    core::RunMachine machine_;
    std::map<std::string, Open> latest_;
    std::map<core::ExecutionIndex, std::string> names_;
    std::map<std::string, core::Standing> standings_;
};

}  // namespace oa::test
