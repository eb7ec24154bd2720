#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/port/event_sink.hpp"

namespace oa::test {

/// Keeps what a run said, in words.
class RecordingSink final : public core::EventSink {
public:
    void run_started(const core::RunReport& run, const core::Workflow& workflow) override {
        workflow_ = &workflow;
        add("run started " + run.workflow);
    }
    void attempt_started(core::TaskIndex task, std::uint32_t attempt) override {
        add("start " + workflow_->tasks[task].name + " #" + std::to_string(attempt));
    }
    void attempt_failed(core::TaskIndex task,
                        std::uint32_t attempt,
                        const core::Failure& failure,
                        core::Milliseconds /*delay*/) override {
        add("retry " + workflow_->tasks[task].name + " #" + std::to_string(attempt) + " " +
            failure.code);
    }
    void task_ended(core::TaskIndex task, const core::TaskReport& report) override {
        add("end " + workflow_->tasks[task].name + " " + std::string(to_string(report.status)));
    }
    void run_cancelling(std::string_view reason) override {
        add("cancelling " + std::string(reason));
    }
    void run_ended(const core::RunReport& run) override {
        add("run ended " + std::string(to_string(run.status)));
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
    void add(std::string word) {
        const std::lock_guard lock(mutex_);
        words_.push_back(std::move(word));
    }

    mutable std::mutex mutex_;
    std::vector<std::string> words_;
    const core::Workflow* workflow_ = nullptr;
};

}  // namespace oa::test
