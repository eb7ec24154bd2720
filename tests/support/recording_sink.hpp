#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/port/event_sink.hpp"

namespace oa::test {

/// Keeps what a run said, in words.
class RecordingSink final : public core::EventSink {
public:
    RecordingSink() = default;
    /// For a run within that of `outer`, which keeps what is said; the prefix tells whose it is.
    RecordingSink(RecordingSink& outer, std::string prefix)
        : outer_(&outer), prefix_(std::move(prefix)) {}

    void run_started(const core::RunReport& run, const core::Workflow& workflow) override {
        workflow_ = &workflow;
        add("run started " + run.workflow);
    }
    void attempt_started(const core::AttemptRef& attempt) override {
        add("start " + name(attempt.task, attempt.element) + " #" +
            std::to_string(attempt.attempt));
    }
    void attempt_failed(const core::AttemptRef& attempt,
                        const core::Failure& failure,
                        core::Milliseconds /*delay*/) override {
        add("retry " + name(attempt.task, attempt.element) + " #" +
            std::to_string(attempt.attempt) + " " + failure.code);
    }
    void wait_begun(const core::AttemptRef& attempt, const core::WaitPlan& plan) override {
        add("wait " + name(attempt.task, attempt.element) +
            (plan.message.empty() ? "" : " for: " + plan.message));
    }
    void wait_ended(const core::AttemptRef& attempt) override {
        add("waited " + name(attempt.task, attempt.element));
    }
    void element_ended(const core::TaskReport& /*report*/,
                       core::TaskIndex task,
                       std::uint32_t element,
                       core::TaskStatus status,
                       const std::optional<core::Failure>& /*failure*/) override {
        add("end " + name(task, element) + " " + std::string(to_string(status)));
    }
    void task_ended(core::TaskIndex task, const core::TaskReport& report) override {
        add("end " + name(task, std::nullopt) + " " + std::string(to_string(report.status)));
    }
    void run_cancelling(std::string_view reason) override {
        add("cancelling " + std::string(reason));
    }
    void run_paused(std::string_view reason) override { add("paused " + std::string(reason)); }
    void run_continued() override { add("continued"); }
    void run_held_up(std::string_view why) override { add("held up " + std::string(why)); }
    void run_ended(const core::RunReport& run) override {
        add("run ended " + std::string(to_string(run.status)));
    }
    [[nodiscard]] std::shared_ptr<core::EventSink> sub_run(
        const core::AttemptRef& attempt) override {
        return std::make_shared<RecordingSink>(*this, name(attempt.task, attempt.element) + "/");
    }
    void task_log(std::string_view task,
                  core::TaskLogLevel /*level*/,
                  std::string_view message,
                  std::string_view /*fields*/) override {
        add("log " + std::string(task) + " " + std::string(message));
    }
    void task_progress(std::string_view task,
                       double /*fraction*/,
                       std::string_view message) override {
        add("progress " + std::string(task) + " " + std::string(message));
    }
    [[nodiscard]] bool wants(core::TaskLogLevel /*level*/) const override { return true; }

    std::vector<std::string> words() const {
        const std::lock_guard lock(mutex_);
        return words_;
    }

private:
    [[nodiscard]] std::string name(core::TaskIndex task,
                                   std::optional<std::uint32_t> element) const {
        return workflow_->tasks[task].name +
               (element ? "[" + std::to_string(*element) + "]" : std::string());
    }

    void add(std::string word) {
        if (outer_ != nullptr) {
            outer_->add(prefix_ + word);
            return;
        }
        const std::lock_guard lock(mutex_);
        words_.push_back(std::move(word));
    }

    RecordingSink* outer_ = nullptr;
    std::string prefix_;
    mutable std::mutex mutex_;
    std::vector<std::string> words_;
    const core::Workflow* workflow_ = nullptr;
};

}  // namespace oa::test
