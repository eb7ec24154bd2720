#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "core/port/task_invoker.hpp"
#include "core/run/report.hpp"
#include "core/run/wait_plan.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::core {

/// One try of a task, or of one of its elements.
struct AttemptRef {
    TaskIndex task = 0;
    std::uint32_t attempt = 1;
    std::optional<std::uint32_t> element;  ///< of a task with `for_each`
};

/// Hears what happens in a run, for progress on a terminal, live clients, metrics. All members but
/// task_log, task_progress and wants are called by one thread at a time, in order, and hold the run
/// up while they work: be quick. task_log and task_progress come from the tasks' threads, at any
/// time between run_started and run_ended.
class EventSink {
public:
    virtual ~EventSink() = default;

    virtual void run_started(const RunReport& run, const Workflow& workflow) = 0;
    virtual void attempt_started(const AttemptRef& attempt) = 0;
    /// The attempt failed and another one follows after the delay.
    virtual void attempt_failed(const AttemptRef& attempt,
                                const Failure& failure,
                                Milliseconds delay) = 0;
    /// A task waits, in place of an attempt: for a time, or for an answer to `plan.message`.
    virtual void wait_begun(const AttemptRef& attempt, const WaitPlan& plan) = 0;
    /// It does no more, for whatever reason; how the task or the element ended is told apart.
    virtual void wait_ended(const AttemptRef& /*attempt*/) {}
    /// A task with `for_each` is done with an element; `report` tells how far the task is.
    virtual void element_ended(const TaskReport& report,
                               TaskIndex task,
                               std::uint32_t element,
                               TaskStatus status,
                               const std::optional<Failure>& failure) = 0;
    virtual void task_ended(TaskIndex task, const TaskReport& report) = 0;
    /// Somebody asked the run to stop; what runs is being cancelled.
    virtual void run_cancelling(std::string_view reason) = 0;
    /// Nothing new starts until run_continued.
    virtual void run_paused(std::string_view reason) = 0;
    virtual void run_continued() {}
    /// The journal takes nothing for now. The run tries again by itself, and goes on when it does.
    virtual void run_held_up(std::string_view /*why*/) {}
    virtual void run_ended(const RunReport& run) = 0;
    /// The attempt runs another workflow: who is to hear of that run. Null: nobody. Called before
    /// that run starts; the result lives at least until it has ended.
    [[nodiscard]] virtual std::shared_ptr<EventSink> sub_run(const AttemptRef& attempt) = 0;

    /// `task` is the task's name, for an element with its number: "resize[3]".
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
