#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/duration.hpp"
#include "core/run/run_events.hpp"
#include "core/run/status.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::core {

/// What is known of a task: of its latest execution, where there was one.
struct TaskState {
    TaskStatus status = TaskStatus::Pending;
    std::uint32_t activations = 0;
    std::uint32_t attempts = 0;  ///< of the latest execution, for all its elements together
    std::optional<std::uint32_t> elements;  ///< of the latest execution, with `for_each`
    std::uint32_t elements_ended = 0;
    std::optional<Failure> failure;  ///< failed, skipped or cancelled: why
};

/// One run of a workflow as a state machine: events in, commands out. It does no I/O, reads no
/// clock and draws no random number, so the same events always give the same commands, and every
/// order of events can be tried in a test.
///
/// How it works. An activation makes an execution and puts it at the end of the ready queue; the
/// head of the queue starts while fewer than max_parallel attempts are in flight. A task with a
/// condition or a loop is decided on first; a loop stays in the queue and starts one element when
/// its turn comes, so that no more of them are kept than are open. Tasks that wait have a queue of
/// their own, since they occupy nothing; a pause holds both queues. When an execution ends, its
/// transitions activate their targets. In the graph flow a task that will not be activated any more
/// is "settled"; when all needs of a task are settled it is activated, or skipped if one of them
/// was not successful. A task that transitions name (a handler) settles when all tasks that name it
/// have settled and none of its executions is open; handlers that wait for each other in a circle
/// settle together once nothing else is left to do. When nothing is ready, in flight, being
/// decided, waiting, or to be tried again, and every task is settled, the tasks of `finally` run
/// one after the other, and then the run ends.
///
/// Not thread safe. The workflow must outlive the machine.
class RunMachine {
public:
    RunMachine(const Workflow& workflow, const RunSettings& settings);

    /// Takes one event and appends what is to be done. The first event is RunStarted, RunFailed or
    /// CancelRequested, unless it is paused before that; after FinishRun all events are ignored.
    void apply(const RunEvent& event, std::vector<RunCommand>& commands);

    [[nodiscard]] RunStatus status() const noexcept { return status_; }
    [[nodiscard]] const TaskState& task(TaskIndex task) const { return tasks_[task].state; }
    /// Whether a task has not been activated again since that execution.
    [[nodiscard]] bool is_latest(TaskIndex task, ExecutionIndex execution) const {
        return tasks_[task].latest == execution;
    }
    [[nodiscard]] std::uint32_t in_flight() const noexcept { return in_flight_; }
    [[nodiscard]] bool paused() const noexcept { return paused_; }

private:
    using Commands = std::vector<RunCommand>;

    enum class Phase {
        Deciding,       // Decided is to come
        Ready,          // in the ready queue
        InFlight,       // an attempt runs
        TimedOut,       // an attempt runs, has been asked to stop because its time is up
        Cancelling,     // an attempt runs, has been asked to stop because the run stops
        DecidingRetry,  // RetryDecided is to come
        Delayed,        // between two attempts
        BeginningWait,  // WaitBegun is to come
        Waiting,        // for its timer or WaitEnded
        Looping,        // its elements have executions of their own
    };

    struct Loop {
        std::uint32_t elements = 0;
        std::uint32_t next = 0;  // the first that has not begun
        std::uint32_t open = 0;  // begun and not ended
        std::uint32_t open_max = 1;
        std::uint32_t failed = 0;
        std::uint32_t attempts = 0;
        std::uint32_t first_failed = 0;
        Failure first_failure;  // of element `first_failed`
        bool cancelled = false;
        bool queued = false;  // it stands in the ready queue
    };

    /// What leads to an execution, and success() and failure() there.
    struct Lead {
        ExecutionIndex execution = 0;
        Standing standing;
    };

    struct Execution {
        TaskIndex task = 0;
        Phase phase = Phase::Ready;
        std::uint32_t attempt = 0;
        Standing standing;
        std::optional<Element> element;
        std::optional<Failure> last_failure;
        std::optional<Milliseconds> wait;  // in phase Waiting, where there is a timer
        std::unique_ptr<Loop> loop;        // in phase Looping
    };

    struct TaskRecord {
        TaskState state;
        std::optional<ExecutionIndex> latest;
        std::uint32_t open_executions = 0;
        std::uint32_t unsettled_needs = 0;
        std::uint32_t unsettled_sources = 0;  // tasks whose transitions name this one
        bool settled = false;
        // Its status at that moment, which is what counts for tasks that need it: in a circle a
        // handler can be activated again later.
        TaskStatus settled_as = TaskStatus::Pending;
        bool handler = false;
        bool asks_status = false;    // `when` calls success(), failure() or always()
        bool asks_elements = false;  // `when` is asked for each element
        bool upstream_failed = false;
        std::vector<TaskIndex> dependents;  // tasks that need this one
        std::vector<TaskIndex> targets;     // distinct tasks that the transitions of this one name
    };

    // Events.
    void start(Commands& commands);
    void on_success(const AttemptSucceeded& event, Commands& commands);
    void on_failure(const AttemptFailed& event, Commands& commands);
    void on_timer(const Timer& timer, Commands& commands);
    void on_attempt_timer(const Timer& timer, Execution& execution, Commands& commands);
    void on_cancel(const CancelRequested& request, Commands& commands);
    void on_decided(const Decided& event, Commands& commands);
    void on_retry_decided(const RetryDecided& event, Commands& commands);
    void on_wait_begun(const WaitBegun& event, Commands& commands);
    void on_wait_ended(const WaitEnded& event, Commands& commands);
    void on_pause(Commands& commands);
    void lift_pause(Commands& commands);

    // Executions and attempts.
    void activate(TaskIndex task, const std::optional<Lead>& lead, Commands& commands);
    void ask(ExecutionIndex index, Execution& execution, Commands& commands);
    [[nodiscard]] std::deque<ExecutionIndex>& queue_of(TaskIndex task);
    void start_ready(Commands& commands);
    void start_execution(ExecutionIndex index, Commands& commands);
    void begin_attempt(ExecutionIndex index, Execution& execution);
    void start_attempt(ExecutionIndex index, Commands& commands);
    void ask_to_stop(ExecutionIndex index, Execution& execution, Phase phase, Commands& commands);
    void end_attempt(ExecutionIndex index, Commands& commands);
    void fail_attempt(ExecutionIndex index, Failure failure, Commands& commands);
    void schedule_retry(ExecutionIndex index, Failure failure, Commands& commands);
    void end_execution(ExecutionIndex index,
                       TaskStatus status,
                       std::optional<Failure> failure,
                       Commands& commands);
    void follow(TaskIndex task, ExecutionIndex ended, TaskStatus status, Commands& commands);
    void next_in_sequence(TaskIndex task, const std::optional<Lead>& lead, Commands& commands);
    void stop_at_failure(TaskIndex task, const Failure& failure, Commands& commands);
    void stop(RunStatus verdict, const Failure& why, Commands& commands);
    void stop_execution(ExecutionIndex index, const Failure& why, Commands& commands);

    // Waits.
    void begin_wait(ExecutionIndex index, Commands& commands);
    void end_wait(ExecutionIndex index,
                  TaskStatus status,
                  std::optional<Failure> failure,
                  Commands& commands);
    void wait_is_over(ExecutionIndex index, Execution& execution, Commands& commands);

    // Loops.
    void begin_loop(ExecutionIndex index, std::uint32_t elements, Commands& commands);
    void queue_loop(ExecutionIndex index, Loop& loop);
    void start_element(ExecutionIndex index, Commands& commands);
    void end_element(ExecutionIndex index,
                     const Execution& ended,
                     TaskStatus status,
                     std::optional<Failure> failure,
                     Commands& commands);
    void end_loop_if_done(ExecutionIndex index, Commands& commands);

    // Tasks that will not be activated any more.
    void skip(TaskIndex task, std::string reason, Commands& commands);
    void settle_all(Commands& commands);
    void settle(TaskIndex task, Commands& commands);
    void enqueue_if_settled(TaskIndex task);
    void need_settled(TaskIndex task, Commands& commands);
    bool release_circle();

    // The end.
    void advance(Commands& commands);
    void end_main(Commands& commands);
    void finish(Commands& commands);
    void end_untouched_tasks(TaskIndex from, TaskIndex to, Commands& commands);
    void judge(TaskIndex from, TaskIndex to);

    [[nodiscard]] Execution* find(ExecutionIndex index);
    [[nodiscard]] bool idle() const noexcept;
    [[nodiscard]] bool counts_as_met(TaskIndex need) const;
    [[nodiscard]] bool failed(TaskIndex task) const;
    [[nodiscard]] bool handled(TaskIndex task) const;
    [[nodiscard]] Standing standing(TaskIndex task, const std::optional<Lead>& lead) const;
    [[nodiscard]] Milliseconds retry_delay(ExecutionIndex index) const;

    const Workflow& workflow_;
    RunSettings settings_;
    RunStatus status_ = RunStatus::Queued;
    std::vector<TaskRecord> tasks_;
    std::map<ExecutionIndex, Execution> executions_;  // those that have not ended
    ExecutionIndex executions_begun_ = 0;
    std::deque<ExecutionIndex> ready_;
    std::deque<ExecutionIndex> ready_waits_;
    std::vector<TaskIndex> to_settle_;
    std::vector<TaskIndex> to_judge_;  // tasks whose needs have all settled
    std::uint32_t in_flight_ = 0;
    std::uint32_t delayed_ = 0;
    std::uint32_t deciding_ = 0;
    std::uint32_t waiting_ = 0;
    std::uint64_t activations_ = 0;
    std::uint64_t activations_max_ = 0;
    std::uint32_t cancels_ = 0;
    std::optional<RunStatus> stopping_;  // the verdict, once the run has been told to stop
    std::optional<RunStatus> verdict_;   // on the tasks outside of `finally`, once they have ended
    std::optional<Failure> failure_;     // why the run does not succeed
    bool sequence_failed_ = false;
    bool broken_ = false;  // by RunFailed
    bool paused_ = false;
    bool run_timer_set_ = false;
};

}  // namespace oa::core
