#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "core/duration.hpp"
#include "core/run/status.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::core {

/// Number of an activation of a task within a run, from 0 in the order of activation. Loops
/// activate a task more than once.
using ExecutionIndex = std::uint32_t;

/// What a run may cost and how patient it is.
struct RunSettings {
    std::uint32_t max_parallel =
        16;  ///< attempts in flight at one time; the document's own number wins
    Milliseconds cancel_grace{10'000};  ///< from asking an attempt to stop to giving up on it
    std::uint32_t activations_per_task_max =
        100;  ///< a run ends with step_limit after so many activations times its tasks
    std::uint64_t seed = 0;  ///< of the jitter of retry delays
};

/// A timer of a run. Two timers are the same when all members are.
struct Timer {
    enum class Kind {
        RunTimeout,
        AttemptTimeout,
        RetryDelay,
        CancelGrace,
    };
    Kind kind = Kind::RunTimeout;
    ExecutionIndex execution = 0;  ///< not for RunTimeout
    std::uint32_t attempt = 0;     ///< not for RunTimeout

    friend bool operator==(const Timer&, const Timer&) = default;
    friend bool operator<(const Timer& left, const Timer& right) {
        return std::tie(left.kind, left.execution, left.attempt) <
               std::tie(right.kind, right.execution, right.attempt);
    }
};

/// Events: what has happened. The machine ignores an event that comes too late to matter (a timer
/// or an attempt that it no longer waits for), so that senders need no bookkeeping.
struct RunStarted {};
struct AttemptSucceeded {
    ExecutionIndex execution = 0;
    std::uint32_t attempt = 1;
};
struct AttemptFailed {
    ExecutionIndex execution = 0;
    std::uint32_t attempt = 1;
    Failure failure;
};
struct TimerFired {
    Timer timer;
};
struct CancelRequested {
    std::string reason;  ///< who or what asked; goes into the run's error
};
/// Something other than a task makes the run impossible: variables without a value, a journal that
/// takes no records. It may come instead of RunStarted: then nothing starts.
struct RunFailed {
    Failure failure;
};
using RunEvent = std::
    variant<RunStarted, AttemptSucceeded, AttemptFailed, TimerFired, CancelRequested, RunFailed>;

/// Commands: what is to be done, in this order.
struct StartAttempt {
    ExecutionIndex execution = 0;
    TaskIndex task = 0;
    std::uint32_t attempt = 1;
    std::optional<TaskIndex>
        led_by;  ///< the task whose end activated this one (sequence, transitions, handlers)
};
struct CancelAttempt {
    ExecutionIndex execution = 0;
    std::uint32_t attempt = 1;
};
/// The attempt ignored its cancellation: whatever it says from now on does not count.
struct AbandonAttempt {
    ExecutionIndex execution = 0;
    std::uint32_t attempt = 1;
};
struct SetTimer {
    Timer timer;
    Milliseconds delay{0};
};
struct DropTimer {
    Timer timer;
};
/// A failed attempt will be followed by another one.
struct RetryScheduled {
    ExecutionIndex execution = 0;
    TaskIndex task = 0;
    std::uint32_t attempt = 1;  ///< the one that failed
    Milliseconds delay{0};
    Failure failure;
};
/// An execution has ended; or, with no execution, a task that will never be activated.
struct TaskEnded {
    TaskIndex task = 0;
    std::optional<ExecutionIndex> execution;
    TaskStatus status = TaskStatus::Pending;
};
/// The last command of a run.
struct FinishRun {
    RunStatus status = RunStatus::Running;
    std::optional<Failure> failure;
};
using RunCommand = std::variant<StartAttempt,
                                CancelAttempt,
                                AbandonAttempt,
                                SetTimer,
                                DropTimer,
                                RetryScheduled,
                                TaskEnded,
                                FinishRun>;

/// What is known of a task: of its latest execution, where there was one.
struct TaskState {
    TaskStatus status = TaskStatus::Pending;
    std::uint32_t activations = 0;
    std::uint32_t attempts = 0;      ///< of the latest execution
    std::optional<Failure> failure;  ///< failed, skipped or cancelled: why
};

/// One run of a workflow as a state machine: events in, commands out. It does no I/O, reads no
/// clock and draws no random number, so the same events always give the same commands, and every
/// order of events can be tried in a test.
///
/// How it works. An activation makes an execution and puts it at the end of the ready queue; the
/// head of the queue starts while fewer than max_parallel attempts are in flight. When an execution
/// ends, its transitions activate their targets. In the graph flow a task that will not be
/// activated any more is "settled"; when all needs of a task are settled it is activated, or
/// skipped if one of them was not successful. A task that transitions name (a handler) settles when
/// all tasks that name it have settled and none of its executions is open; handlers that wait for
/// each other in a circle settle together once nothing else is left to do. The run ends when
/// nothing is ready, in flight or waiting for a retry, and every task is settled.
///
/// Not thread safe. The workflow must outlive the machine.
class RunMachine {
public:
    RunMachine(const Workflow& workflow, const RunSettings& settings);

    /// Takes one event and appends what is to be done. The first event is
    /// RunStarted or RunFailed; after
    /// FinishRun all events are ignored.
    void apply(const RunEvent& event, std::vector<RunCommand>& commands);

    [[nodiscard]] RunStatus status() const noexcept { return status_; }
    [[nodiscard]] const TaskState& task(TaskIndex task) const { return tasks_[task].state; }
    [[nodiscard]] TaskIndex task_of(ExecutionIndex execution) const {
        return executions_[execution].task;
    }
    [[nodiscard]] std::uint32_t in_flight() const noexcept { return in_flight_; }

private:
    using Commands = std::vector<RunCommand>;

    enum class Phase {
        Ready,       // in the ready queue
        InFlight,    // an attempt runs
        TimedOut,    // an attempt runs, has been asked to stop because its time is up
        Cancelling,  // an attempt runs, has been asked to stop because the run stops
        Delayed,     // between two attempts
        Ended,
    };

    struct Execution {
        TaskIndex task = 0;
        std::optional<TaskIndex> led_by;
        Phase phase = Phase::Ready;
        std::uint32_t attempt = 0;
        std::optional<Failure> last_failure;
    };

    struct TaskRecord {
        TaskState state;
        std::optional<ExecutionIndex> latest;
        std::uint32_t open_executions = 0;
        std::uint32_t unsettled_needs = 0;
        std::uint32_t unsettled_sources = 0;  // tasks whose transitions name this one
        bool settled = false;
        bool handler = false;
        std::vector<TaskIndex> dependents;  // tasks that need this one
        std::vector<TaskIndex> targets;     // distinct tasks that the transitions of this one name
    };

    void start(Commands& commands);
    void on_success(const AttemptSucceeded& event, Commands& commands);
    void on_failure(const AttemptFailed& event, Commands& commands);
    void on_timer(const Timer& timer, Commands& commands);
    void stop(RunStatus verdict, Failure why, Commands& commands);

    void activate(TaskIndex task, std::optional<TaskIndex> led_by, Commands& commands);
    void end_attempt(ExecutionIndex index, Commands& commands);
    void fail_attempt(ExecutionIndex index, Failure failure, Commands& commands);
    void end_execution(ExecutionIndex index,
                       TaskStatus status,
                       std::optional<Failure> failure,
                       Commands& commands);
    void follow(TaskIndex task, TaskStatus status, Commands& commands);
    void skip(TaskIndex task, std::string reason, Commands& commands);
    void settle_all(Commands& commands);
    void enqueue_if_settled(TaskIndex task);
    void need_settled(TaskIndex task, Commands& commands);
    void fill_slots(Commands& commands);
    void advance(Commands& commands);
    bool release_circle();
    void finish(Commands& commands);
    void end_untouched_tasks(Commands& commands);

    [[nodiscard]] bool counts_as_met(TaskIndex need) const;
    [[nodiscard]] bool handled(TaskIndex task) const;
    [[nodiscard]] Milliseconds retry_delay(ExecutionIndex index) const;

    const Workflow& workflow_;
    RunSettings settings_;
    RunStatus status_ = RunStatus::Queued;
    std::vector<TaskRecord> tasks_;
    std::vector<Execution> executions_;
    std::deque<ExecutionIndex> ready_;
    std::vector<TaskIndex> to_settle_;
    std::vector<TaskIndex> to_judge_;  // tasks whose needs have all settled
    std::uint32_t in_flight_ = 0;
    std::uint32_t delayed_ = 0;
    std::uint64_t activations_max_ = 0;
    std::optional<RunStatus> stopping_;  // the verdict, once the run has been told to stop
    std::optional<Failure> failure_;     // why the run does not succeed
    bool run_timer_set_ = false;
};

}  // namespace oa::core
