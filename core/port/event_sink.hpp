#pragma once

#include <cstdint>
#include <string_view>

#include "core/port/task_invoker.hpp"
#include "core/run/report.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::core {

/// Hears what happens in a run, for progress on a terminal, live clients, metrics. The run_... and
/// attempt_... members are called by one thread at a time, in order, and hold the run up while they
/// work: be quick. task_log and task_progress come from the tasks' threads, at any time between
/// run_started and run_ended.
class EventSink {
public:
    virtual ~EventSink() = default;

    virtual void run_started(const RunReport& run, const Workflow& workflow) = 0;
    virtual void attempt_started(TaskIndex task, std::uint32_t attempt) = 0;
    /// The attempt failed and another one follows after the delay.
    virtual void attempt_failed(TaskIndex task,
                                std::uint32_t attempt,
                                const Failure& failure,
                                Milliseconds delay) = 0;
    virtual void task_ended(TaskIndex task, const TaskReport& report) = 0;
    /// Somebody asked the run to stop; what runs is being cancelled.
    virtual void run_cancelling(std::string_view reason) = 0;
    virtual void run_ended(const RunReport& run) = 0;

    virtual void task_log(std::string_view task,
                          TaskLogLevel level,
                          std::string_view message,
                          std::string_view fields) = 0;
    virtual void task_progress(std::string_view task,
                               double fraction,
                               std::string_view message) = 0;
    [[nodiscard]] virtual bool wants(TaskLogLevel level) const = 0;

protected:
    EventSink() = default;
    EventSink(const EventSink&) = default;
    EventSink& operator=(const EventSink&) = default;
};

}  // namespace oa::core
