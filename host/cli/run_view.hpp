#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/port/event_sink.hpp"
#include "host/cli/terminal.hpp"
#include "host/log/logger.hpp"

namespace oa::host {

/// What a view is told: as a sink is, but by names, so that the tasks of the workflows that a run
/// runs within it are told of too. Those are called by the names that lead to them: "build › test".
/// The same threads as for a sink.
class RunView {
public:
    struct Place {
        std::string task;                      ///< as people know it
        bool nested = false;                   ///< of a workflow within the run
        std::optional<std::uint32_t> element;  ///< of a task with `for_each`
    };

    virtual ~RunView() = default;

    virtual void run_started(const core::RunReport& run, const core::Workflow& workflow) = 0;
    virtual void attempt_started(const Place& place, std::uint32_t attempt) = 0;
    virtual void attempt_failed(const Place& place,
                                std::uint32_t attempt,
                                const core::Failure& failure,
                                core::Milliseconds delay) = 0;
    virtual void wait_begun(const Place& place, const core::WaitPlan& plan) = 0;
    virtual void element_ended(const Place& place,
                               const core::TaskReport& report,
                               core::TaskStatus status,
                               const std::optional<core::Failure>& failure) = 0;
    virtual void task_ended(const Place& place, const core::TaskReport& report) = 0;
    /// `next` tells what one more request does: "once more leaves at once".
    virtual void run_cancelling(std::string_view reason, std::string_view next) = 0;
    virtual void run_paused(std::string_view reason) = 0;
    virtual void run_continued() = 0;
    /// Nothing of it goes on record for now.
    virtual void run_held_up(std::string_view why) = 0;
    virtual void run_ended(const core::RunReport& run) = 0;
    virtual void task_log(std::string_view task,
                          core::TaskLogLevel level,
                          std::string_view message,
                          std::string_view fields) = 0;
    virtual void task_progress(std::string_view task,
                               double fraction,
                               std::string_view message) = 0;
    [[nodiscard]] virtual bool wants(core::TaskLogLevel level) const = 0;

protected:
    RunView() = default;
    RunView(const RunView&) = default;
    RunView& operator=(const RunView&) = default;
};

/// Whether a run, told to stop, still does something that a second request stops.
[[nodiscard]] bool does_something_finally(const core::Workflow& workflow);

/// "resize", or "resize[3]" for an element.
[[nodiscard]] std::string label(const RunView::Place& place);

/// "waiting until 2027-01-01T08:00:00.000Z", "waits for approval: Deploy?".
[[nodiscard]] std::string words_of(const core::WaitPlan& plan);

/// Tells a view what a run's sink hears.
[[nodiscard]] std::unique_ptr<core::EventSink> make_view_sink(std::unique_ptr<RunView> view);

/// Progress as log lines: for files, pipes and programs.
[[nodiscard]] std::unique_ptr<RunView> make_plain_view(Logger& logger);

/// Progress for a person: what ended and what tasks say scrolls by, what runs and a bar stay at the
/// bottom of the terminal on standard error. Nothing else may write to that terminal between
/// run_started and run_ended. `level` is the least level of task output shown.
[[nodiscard]] std::unique_ptr<RunView> make_live_view(const Terminal& terminal, LogLevel level);

}  // namespace oa::host
