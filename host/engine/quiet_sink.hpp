#pragma once

#include "core/port/event_sink.hpp"

namespace oa::host {

/// Hears everything and says nothing.
class QuietSink final : public core::EventSink {
public:
    void run_started(const core::RunReport& /*run*/, const core::Workflow& /*workflow*/) override {}
    void attempt_started(const core::AttemptRef& /*attempt*/) override {}
    void attempt_failed(const core::AttemptRef& /*attempt*/,
                        const core::Failure& /*failure*/,
                        core::Milliseconds /*delay*/) override {}
    void wait_begun(const core::AttemptRef& /*attempt*/, const core::WaitPlan& /*plan*/) override {}
    void element_ended(const core::TaskReport& /*report*/,
                       core::TaskIndex /*task*/,
                       std::uint32_t /*element*/,
                       core::TaskStatus /*status*/,
                       const std::optional<core::Failure>& /*failure*/) override {}
    void task_ended(core::TaskIndex /*task*/, const core::TaskReport& /*report*/) override {}
    void run_cancelling(std::string_view /*reason*/) override {}
    void run_paused(std::string_view /*reason*/) override {}
    void run_ended(const core::RunReport& /*run*/) override {}
    [[nodiscard]] std::shared_ptr<core::EventSink> sub_run(
        const core::AttemptRef& /*attempt*/) override {
        return nullptr;
    }
    void task_log(std::string_view /*task*/,
                  core::TaskLogLevel /*level*/,
                  std::string_view /*message*/,
                  std::string_view /*fields*/) override {}
    void task_progress(std::string_view /*task*/,
                       double /*fraction*/,
                       std::string_view /*message*/) override {}
    [[nodiscard]] bool wants(core::TaskLogLevel /*level*/) const override { return false; }
};

}  // namespace oa::host
