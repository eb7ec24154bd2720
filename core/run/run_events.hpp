#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <variant>

#include "core/duration.hpp"
#include "core/run/status.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::core {

/// Number of an activation of a task within a run, from 0 in the order of activation. Loops
/// activate a task more than once.
using ExecutionIndex = std::uint32_t;

/// One of the things that a task with `for_each` runs for.
struct Element {
    ExecutionIndex loop = 0;  ///< the execution that runs for them all
    std::uint32_t index = 0;  ///< from 0, in the order of the list or map

    friend bool operator==(const Element&, const Element&) = default;
};

/// What success() and failure() are where a task is about to start.
struct Standing {
    bool success = true;
    bool failure = false;

    friend bool operator==(const Standing&, const Standing&) = default;
};

/// What a run may cost and how patient it is.
struct RunSettings {
    std::uint32_t max_parallel =
        16;  ///< attempts in flight at one time, where the document has no number of its own
    std::optional<std::uint32_t> max_parallel_forced =
        {};                             ///< the same, over the document's number
    Milliseconds cancel_grace{10'000};  ///< from asking an attempt to stop to giving up on it
    std::uint32_t activations_per_task_max =
        100;  ///< a run ends with step_limit after so many activations times its tasks
    std::uint64_t seed = 0;                          ///< of the jitter of retry delays
    std::size_t output_bytes_max = 1U << 20U;        ///< of a task, as compact JSON, about
    std::size_t loop_output_bytes_max = 64U << 20U;  ///< of all elements of a loop together
    /// Of a call where neither the task nor the function has a limit of its own. Not of a workflow
    /// within the run: its calls have theirs.
    std::optional<Milliseconds> attempt_timeout = {};
};

/// How long an attempt of the task may take; nothing: as long as it likes.
[[nodiscard]] inline std::optional<Milliseconds> attempt_timeout_of(const Task& task,
                                                                    const RunSettings& settings) {
    return task.timeout || task.sub_workflow ? task.timeout : settings.attempt_timeout;
}

/// A timer of a run. Two timers are the same when all members are.
struct Timer {
    enum class Kind {
        RunTimeout,
        AttemptTimeout,
        RetryDelay,
        CancelGrace,
        Wait,
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
/// Answers Decide.
struct Decided {
    ExecutionIndex execution = 0;
    bool run = true;                        ///< false: the task or the element is skipped
    std::optional<std::uint32_t> elements;  ///< how many, for a task with `for_each`
    std::optional<Failure> failure;         ///< it has no answer: the task or the element fails
};
/// Answers DecideRetry.
struct RetryDecided {
    ExecutionIndex execution = 0;
    std::uint32_t attempt = 1;
    bool again = false;
    std::optional<Failure> failure;  ///< it has no answer: this is what the task fails with
};
/// Answers BeginWait.
struct WaitBegun {
    ExecutionIndex execution = 0;
    std::uint32_t attempt = 1;
    /// How long it waits at most; nothing: until WaitEnded.
    std::optional<Milliseconds> delay;
    std::optional<Failure> failure;  ///< what it waits for has no value: the task fails
};
/// Something other than time ends a wait: somebody has answered.
struct WaitEnded {
    ExecutionIndex execution = 0;
    std::uint32_t attempt = 1;
    std::optional<Failure> failure;  ///< a rejection: what the task fails with
};
/// Nothing new starts until ResumeRequested. What runs or waits goes on. A second request changes
/// nothing.
struct PauseRequested {
    std::string reason;  ///< for people
};
struct ResumeRequested {};
/// It also ends a pause, so that what is to be done finally is done.
struct CancelRequested {
    std::string reason;  ///< who or what asked; goes into the run's error
};
/// Something other than a task makes the run impossible: variables without a value, a journal that
/// takes no records. It may come instead of RunStarted: then nothing starts. What is in `finally`
/// does not start either.
struct RunFailed {
    Failure failure;
};
using RunEvent = std::variant<RunStarted,
                              AttemptSucceeded,
                              AttemptFailed,
                              TimerFired,
                              Decided,
                              RetryDecided,
                              WaitBegun,
                              WaitEnded,
                              PauseRequested,
                              ResumeRequested,
                              CancelRequested,
                              RunFailed>;

/// Commands: what is to be done, in this order.

/// An execution that has just ended led to another one, which takes its output as input, or the
/// input that it had itself, where it was skipped.
struct HandOn {
    ExecutionIndex from = 0;
    ExecutionIndex to = 0;
};

/// Whether a task runs (`when`), and for how many elements (`for_each`), follows from values that
/// the machine does not have. With `element`, whether it runs for that element.
struct Decide {
    ExecutionIndex execution = 0;
    TaskIndex task = 0;
    Standing standing;
    std::optional<Element> element;
};
struct StartAttempt {
    ExecutionIndex execution = 0;
    TaskIndex task = 0;
    std::uint32_t attempt = 1;
    std::optional<Element> element;
};
/// In place of StartAttempt, for a task that waits. It occupies no slot.
struct BeginWait {
    ExecutionIndex execution = 0;
    TaskIndex task = 0;
    std::uint32_t attempt = 1;
    std::optional<Element> element;
};
/// Asks an attempt to stop. One that runs a workflow may be asked once more: what that does finally
/// is then to stop, too.
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
/// Whether a failed attempt is worth another one, as `retry.when` has it.
struct DecideRetry {
    ExecutionIndex execution = 0;
    TaskIndex task = 0;
    std::uint32_t attempt = 1;  ///< the one that failed
    std::optional<Element> element;
    Failure failure;
};
/// A failed attempt will be followed by another one.
struct RetryScheduled {
    ExecutionIndex execution = 0;
    TaskIndex task = 0;
    std::uint32_t attempt = 1;  ///< the one that failed
    std::optional<Element> element;
    Milliseconds delay{0};
    Failure failure;
};
/// A task with `for_each` is done with one of its elements: succeeded, failed, skipped or
/// cancelled.
struct ElementEnded {
    TaskIndex task = 0;
    ExecutionIndex execution = 0;
    Element element;
    TaskStatus status = TaskStatus::Pending;
    std::optional<Failure> failure;  ///< unless it succeeded
};
/// An execution has ended; or, with no execution, a task that will never be activated.
struct TaskEnded {
    TaskIndex task = 0;
    std::optional<ExecutionIndex> execution;
    TaskStatus status = TaskStatus::Pending;
    std::optional<Failure> failure;  ///< unless it succeeded
    std::uint32_t attempts = 0;
    bool latest = true;                          ///< the task had not been activated again before
    std::optional<std::uint32_t> elements = {};  ///< with `for_each`, where it came to that
    std::uint32_t elements_ended = 0;
};
/// From here on nothing starts, until RunContinued.
struct RunPaused {};
struct RunContinued {};
/// All tasks outside of `finally` have ended, and so has the run if there are no others.
struct MainEnded {
    RunStatus status = RunStatus::Running;
    std::optional<Failure> failure;
};
/// The last command of a run.
struct FinishRun {
    RunStatus status = RunStatus::Running;
    std::optional<Failure> failure;
};
using RunCommand = std::variant<HandOn,
                                Decide,
                                StartAttempt,
                                BeginWait,
                                CancelAttempt,
                                AbandonAttempt,
                                SetTimer,
                                DropTimer,
                                DecideRetry,
                                RetryScheduled,
                                ElementEnded,
                                TaskEnded,
                                RunPaused,
                                RunContinued,
                                MainEnded,
                                FinishRun>;

}  // namespace oa::core
