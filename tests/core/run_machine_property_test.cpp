// Thousands of generated workflows, each driven with a generated schedule of events. The driver
// plays the world: it lets attempts succeed, fail or never answer, decides conditions and loops,
// fires timers in any order, answers approvals or leaves them alone, pauses, resumes and cancels at
// any moment; and it checks after every command that the
// promises hold.

#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/run/run_machine.hpp"
#include "tests/core/generated_workflow.hpp"

namespace oa::core {
namespace {

using test::below;
using test::chance;
using test::Random;

class Driver {
public:
    Driver(const Workflow& workflow, std::uint64_t seed)
        : workflow_(workflow), seed_(seed), random_(seed), machine_(workflow, settings(seed)) {}

    void drive() {
        send(RunStarted{});
        const std::uint64_t events_max = 2'000 + 4'000 * workflow_.tasks.size();
        std::uint64_t events = 0;
        while (!finished_ && events++ < events_max) {
            step();
            if (::testing::Test::HasFatalFailure()) {
                return;
            }
        }
        ASSERT_TRUE(finished_) << "the run did not end within " << events_max << " events";
        check_end();
        check_replay();
    }

    [[nodiscard]] const RunMachine& machine() const { return machine_; }

private:
    using AttemptKey = std::pair<ExecutionIndex, std::uint32_t>;

    static RunSettings settings(std::uint64_t seed) {
        RunSettings settings;
        settings.activations_per_task_max = 5;
        settings.seed = seed;
        return settings;
    }

    void step() {
        if (chance(random_, 1)) {
            ++cancels_;
            send(CancelRequested{"the test said so"});
            return;
        }
        if (chance(random_, 3)) {
            send_nonsense();
            return;
        }
        if (chance(random_, paused_ ? 10 : 1)) {
            pause_or_resume();
            return;
        }
        if (!questions_.empty() && chance(random_, 80)) {
            answer_question();
            return;
        }
        const bool answer = !running_.empty() && (timers_.empty() || chance(random_, 75));
        if (answer) {
            auto chosen = running_.begin();
            std::advance(chosen, below(random_, static_cast<std::uint32_t>(running_.size())));
            const AttemptKey attempt = *chosen;
            running_.erase(chosen);
            if (chance(random_, 60)) {
                send(AttemptSucceeded{attempt.first, attempt.second});
            } else {
                send(AttemptFailed{
                    attempt.first,
                    attempt.second,
                    {.code = "unavailable", .message = "no", .retryable = chance(random_, 80)}});
            }
            return;
        }
        if (timers_.empty() && !questions_.empty()) {
            answer_question();
            return;
        }
        if (!waits_.empty() && (timers_.empty() || chance(random_, 50))) {
            end_wait();
            return;
        }
        if (timers_.empty() && paused_) {
            pause_or_resume();
            return;
        }
        ASSERT_FALSE(timers_.empty()) << "the machine waits for nothing, yet the run goes on";
        auto chosen = timers_.begin();
        std::advance(chosen, below(random_, static_cast<std::uint32_t>(timers_.size())));
        const Timer timer = *chosen;
        timers_.erase(chosen);
        send(TimerFired{timer});
    }

    void pause_or_resume() {
        if (paused_ != chance(random_, 10)) {
            send(ResumeRequested{});
            ASSERT_FALSE(paused_);
        } else {
            send(PauseRequested{"the test said so"});
            ASSERT_TRUE(paused_ || finished_);
        }
        ASSERT_EQ(machine_.paused(), paused_);
    }

    void end_wait() {
        auto chosen = waits_.begin();
        std::advance(chosen, below(random_, static_cast<std::uint32_t>(waits_.size())));
        WaitEnded ended{chosen->first, chosen->second, {}};
        if (chance(random_, 30)) {
            ended.failure = Failure{.code = "rejected", .message = "no"};
        }
        send(ended);
        ASSERT_FALSE(waits_.contains({ended.execution, ended.attempt})) << "it still waits";
    }

    void begin_wait(const BeginWait& wait) {
        WaitBegun begun{wait.execution, wait.attempt, {}, {}};
        if (chance(random_, 5)) {
            begun.failure = Failure{.code = "unresolved", .message = "no value"};
        } else if (workflow_.tasks[wait.task].wait->kind != Wait::Kind::Approval ||
                   chance(random_, 50)) {
            begun.delay = Milliseconds{std::int64_t{below(random_, 1000)} - 10};
        }
        const bool is_open = open_waits_.contains({wait.execution, wait.attempt});
        if (is_open && !begun.failure) {
            waits_.insert({wait.execution, wait.attempt});
        }
        send(begun);
        const Timer timer{Timer::Kind::Wait, wait.execution, wait.attempt};
        ASSERT_EQ(timers_.contains(timer), is_open && !begun.failure && begun.delay.has_value());
    }

    void answer_question() {
        auto chosen = questions_.begin();
        std::advance(chosen, below(random_, static_cast<std::uint32_t>(questions_.size())));
        const RunCommand question = *chosen;
        questions_.erase(chosen);
        if (const auto* retry = std::get_if<DecideRetry>(&question)) {
            RetryDecided decided;
            decided.execution = retry->execution;
            decided.attempt = retry->attempt;
            decided.again = chance(random_, 60);
            if (chance(random_, 5)) {
                decided.failure = Failure{.code = "unresolved", .message = "no value"};
            }
            send(decided);
            return;
        }
        if (const auto* wait = std::get_if<BeginWait>(&question)) {
            begin_wait(*wait);
            return;
        }
        const auto& decide = std::get<Decide>(question);
        Decided decided;
        decided.execution = decide.execution;
        if (chance(random_, 5)) {
            decided.failure = Failure{.code = "unresolved", .message = "no value"};
        } else if (workflow_.tasks[decide.task].when && chance(random_, 30)) {
            decided.run = false;
        } else if (workflow_.tasks[decide.task].for_each && !decide.element) {
            decided.elements = below(random_, 7);
            loops_[decide.execution].total = *decided.elements;
        }
        if (!decided.run && !decide.element) {
            skipped_by_condition_.insert(decide.task);
        } else if (!decide.element) {
            skipped_by_condition_.erase(decide.task);
        }
        send(decided);
    }

    // Events that come too late, twice, or from nowhere must not matter.
    void send_nonsense() {
        switch (below(random_, 6)) {
            case 0:
                send(AttemptSucceeded{below(random_, 200), 1 + below(random_, 3)}, Stale::Yes);
                break;
            case 1: send(AttemptFailed{1'000'000, 1, {}}, Stale::Yes); break;
            case 2: send(RunStarted{}, Stale::Yes); break;
            case 3: send(WaitBegun{1'000'000, 1, Milliseconds{1}, {}}, Stale::Yes); break;
            case 4: send(WaitEnded{below(random_, 200), 2, {}}, Stale::Yes); break;
            default:
                send(TimerFired{{Timer::Kind::RetryDelay, below(random_, 200), 9}}, Stale::Yes);
                break;
        }
    }

    enum class Stale { No, Yes };

    void send(const RunEvent& event, Stale stale = Stale::No) {
        if (stale == Stale::Yes) {
            if (const auto* success = std::get_if<AttemptSucceeded>(&event);
                success != nullptr && live_.contains({success->execution, success->attempt})) {
                return;  // not stale after all, even where it was not to answer any more
            }
        }
        std::vector<RunCommand> commands;
        machine_.apply(event, commands);
        events_.push_back(event);
        if (stale == Stale::Yes) {
            ASSERT_TRUE(commands.empty());
        }
        for (const RunCommand& command : commands) {
            ASSERT_FALSE(finished_) << "a command after the last one";
            std::visit([&](const auto& concrete) { check(concrete); }, command);
            trace_.push_back(describe(command));
        }
    }

    void check(const HandOn& hand_on) {
        ASSERT_TRUE(ended_.contains(hand_on.from)) << "led on before it had ended";
        ASSERT_TRUE(led_.insert(hand_on.to).second) << "led to by two";
        ASSERT_LT(hand_on.from, hand_on.to);
    }
    void check(const Decide& decide) {
        ASSERT_FALSE(stop_seen_) << "asked although the run was stopping";
        const Task& task = workflow_.tasks[decide.task];
        ASSERT_TRUE(task.when || task.for_each);
        if (decide.element) {
            check_element(*decide.element);
            ASSERT_TRUE(asks_elements(task));
            ASSERT_FALSE(paused_) << "an element began although the run was paused";
        } else {
            check_begin(decide.task);
        }
        ASSERT_FALSE(decide.standing.success && decide.standing.failure);
        questions_.emplace_back(decide);
    }
    void check(const DecideRetry& retry) {
        end_attempt(retry.execution, retry.attempt);
        ASSERT_LT(retry.attempt, workflow_.tasks[retry.task].retry.attempts_max);
        ASSERT_TRUE(workflow_.tasks[retry.task].retry.when);
        questions_.emplace_back(retry);
    }
    void check(const StartAttempt& start) {
        const Task& task = workflow_.tasks[start.task];
        ASSERT_TRUE(started_.insert({start.execution, start.attempt}).second) << "started twice";
        ASSERT_LE(start.attempt, task.retry.attempts_max);
        if (start.attempt > 1) {
            ASSERT_TRUE(started_.contains({start.execution, start.attempt - 1}));
        } else if (!start.element && !task.when && !task.for_each) {
            check_begin(start.task);
        }
        ASSERT_EQ(start.element.has_value(), task.for_each.has_value());
        if (start.element && start.attempt == 1 && !asks_elements(task)) {
            check_element(*start.element);
        }
        ASSERT_FALSE(stop_seen_) << "started although the run was stopping";
        ASSERT_FALSE(paused_) << "started although the run was paused";
        ASSERT_FALSE(task.wait);
        if (task.sub_workflow) {
            subs_.insert(start.execution);
        }
        running_.insert({start.execution, start.attempt});
        live_.insert({start.execution, start.attempt});
        ASSERT_LE(live_.size(), *workflow_.concurrency.max_parallel);
    }
    void check(const BeginWait& begin) {
        const Task& task = workflow_.tasks[begin.task];
        ASSERT_TRUE(task.wait);
        ASSERT_TRUE(started_.insert({begin.execution, begin.attempt}).second) << "begun twice";
        ASSERT_EQ(begin.attempt, 1U);
        ASSERT_EQ(begin.element.has_value(), task.for_each.has_value());
        if (!begin.element && !task.when) {
            check_begin(begin.task);
        } else if (begin.element && !asks_elements(task)) {
            check_element(*begin.element);
        }
        ASSERT_FALSE(stop_seen_) << "began to wait although the run was stopping";
        ASSERT_FALSE(paused_) << "began to wait although the run was paused";
        open_waits_.insert({begin.execution, begin.attempt});
        questions_.emplace_back(begin);
    }
    void check(const RunPaused& /*paused*/) {
        ASSERT_FALSE(paused_) << "paused twice";
        paused_ = true;
    }
    void check(const RunContinued& /*continued*/) {
        ASSERT_TRUE(paused_) << "continued without a pause";
        paused_ = false;
    }
    // An execution of a task begins: asked or started, whichever comes first.
    void check_begin(TaskIndex index) {
        const Task& task = workflow_.tasks[index];
        ++activations_[index];
        if (index >= workflow_.main_count()) {
            ASSERT_TRUE(main_ended_) << "done finally before the others had ended";
            ASSERT_EQ(activations_[index], 1U);
            for (TaskIndex before = workflow_.main_count(); before < index; ++before) {
                ASSERT_TRUE(final_.contains(before)) << "two at a time in finally";
            }
            return;
        }
        ASSERT_FALSE(main_ended_) << "a task began after all had ended";
        if (workflow_.flow != Flow::Graph) {
            return;
        }
        const bool asks = task.when && task.when->expression.calls_status();
        for (const TaskIndex need : task.needs) {
            ASSERT_TRUE(final_.contains(need)) << "started before its need had ended";
            ASSERT_TRUE(asks || met(need) || named(need)) << "started although a need had failed";
        }
        if (!named(index)) {
            ASSERT_EQ(activations_[index], 1U) << "a task ran twice";
        }
    }
    void check_element(const Element& element) {
        LoopSeen& loop = loops_.at(element.loop);
        ASSERT_EQ(element.index, loop.begun) << "an element out of turn";
        ASSERT_LT(element.index, loop.total);
        ++loop.begun;
    }
    void check(const ElementEnded& ended) {
        LoopSeen& loop = loops_.at(ended.element.loop);
        ASSERT_LT(ended.element.index, loop.begun);
        ASSERT_TRUE(loop.ended.insert(ended.element.index).second) << "an element ended twice";
        ASSERT_EQ(ended.failure.has_value(), ended.status != TaskStatus::Succeeded);
        loop.failed += ended.status == TaskStatus::Failed ? 1 : 0;
        ASSERT_TRUE(ended_.insert(ended.execution).second) << "an execution ended twice";
        forget(ended.execution);
        if (ended.status == TaskStatus::Cancelled) {
            stop_seen_ = true;
        }
    }
    void check(const MainEnded& ended) {
        ASSERT_FALSE(main_ended_);
        main_ended_ = true;
        main_verdict_ = ended.status;
        ASSERT_TRUE(live_.empty());
        ASSERT_TRUE(open_waits_.empty());
        for (TaskIndex task = 0; task < workflow_.main_count(); ++task) {
            ASSERT_TRUE(final_.contains(task));
        }
        stop_seen_ = false;
    }
    void check(const CancelAttempt& cancel) {
        ASSERT_TRUE(live_.contains({cancel.execution, cancel.attempt}));
        // Workflows within it end when they are told to.
        if (subs_.contains(cancel.execution)) {
            return;
        }
        // Half of the functions answer at some time, the others never do.
        if (chance(random_, 50)) {
            running_.erase({cancel.execution, cancel.attempt});
        }
    }
    void check(const AbandonAttempt& abandon) {
        ASSERT_TRUE(live_.contains({abandon.execution, abandon.attempt}));
        ASSERT_FALSE(subs_.contains(abandon.execution)) << "a workflow ends by itself";
    }
    void check(const SetTimer& set) {
        ASSERT_TRUE(timers_.insert(set.timer).second) << "the same timer twice";
        ASSERT_GE(set.delay.count(), 0);
    }
    void check(const DropTimer& drop) { timers_.erase(drop.timer); }
    void check(const RetryScheduled& retry) {
        end_attempt(retry.execution, retry.attempt);
        ASSERT_LT(retry.attempt, workflow_.tasks[retry.task].retry.attempts_max);
        ASSERT_TRUE(retry.failure.retryable || workflow_.tasks[retry.task].retry.when);
    }
    void check(const TaskEnded& ended) {
        ASSERT_TRUE(ended.status != TaskStatus::Pending && ended.status != TaskStatus::Running);
        ASSERT_EQ(ended.failure.has_value(), ended.status != TaskStatus::Succeeded);
        final_[ended.task] = ended.status;
        ends_[ended.task].insert(ended.status);
        if (ended.execution) {
            ASSERT_TRUE(ended_.insert(*ended.execution).second) << "an execution ended twice";
            forget(*ended.execution);
            check_loop(*ended.execution, ended.status);
        }
        if (ended.status == TaskStatus::Cancelled) {
            stop_seen_ = true;
        }
        if (ended.status == TaskStatus::Skipped) {
            check_reason(ended.task, ended.failure->message);
        }
    }
    void check_loop(ExecutionIndex execution, TaskStatus status) {
        const auto found = loops_.find(execution);
        if (found == loops_.end()) {
            return;
        }
        const LoopSeen& loop = found->second;
        ASSERT_EQ(loop.ended.size(), loop.begun) << "a loop ended before its elements";
        ASSERT_EQ(loop.failed > 0, status == TaskStatus::Failed);
        if (status == TaskStatus::Succeeded) {
            ASSERT_EQ(loop.begun, loop.total) << "an element was left out";
        }
    }
    // A task is skipped for the reason that it is told to be.
    void check_reason(TaskIndex index, const std::string& reason) {
        const Task& task = workflow_.tasks[index];
        if (reason.starts_with("its condition is false: ")) {
            ASSERT_TRUE(skipped_by_condition_.contains(index));
            ASSERT_EQ(reason, "its condition is false: " + task.when->text);
        } else if (reason.starts_with("needs '")) {
            ASSERT_EQ(workflow_.flow, Flow::Graph);
            bool right = false;
            for (const TaskIndex need : task.needs) {
                for (const TaskStatus status : ends_.at(need)) {
                    const bool skipped = status == TaskStatus::Skipped;
                    right = right || (!met(need, status) &&
                                      reason == "needs '" + workflow_.tasks[need].name +
                                                    "', which " + (skipped ? "was " : "") +
                                                    std::string(to_string(status)));
                }
            }
            ASSERT_TRUE(right) << reason;
        } else if (reason == "an earlier task failed") {
            bool earlier = false;
            for (TaskIndex before = 0; before < index; ++before) {
                earlier = earlier || (final_[before] == TaskStatus::Failed &&
                                      !workflow_.tasks[before].allow_failure);
            }
            ASSERT_TRUE(earlier && workflow_.flow == Flow::Sequence);
            ASSERT_FALSE(task.when && task.when->expression.calls_status());
        } else {
            ASSERT_TRUE(reason == "no task led here" || reason == "no task that names it led here")
                << reason;
            ASSERT_EQ(activations_[index], 0U);
        }
    }
    void check(const FinishRun& finish) {
        finished_ = true;
        verdict_ = finish.status;
        failure_ = finish.failure;
    }

    void end_attempt(ExecutionIndex execution, std::uint32_t attempt) {
        live_.erase({execution, attempt});
        running_.erase({execution, attempt});
    }

    void forget(ExecutionIndex execution) {
        for (auto* keys : {&live_, &running_, &waits_, &open_waits_}) {
            std::erase_if(*keys, [&](const AttemptKey& key) { return key.first == execution; });
        }
    }

    [[nodiscard]] bool met(TaskIndex need) const { return met(need, final_.at(need)); }
    [[nodiscard]] bool met(TaskIndex need, TaskStatus status) const {
        return status == TaskStatus::Succeeded ||
               (status == TaskStatus::Failed && workflow_.tasks[need].allow_failure);
    }

    [[nodiscard]] bool named(TaskIndex task) const {
        for (const Task& other : workflow_.tasks) {
            for (const auto* targets : {&other.on_success, &other.on_failure}) {
                for (const TaskIndex target : *targets) {
                    if (target == task) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    void check_end() {
        ASSERT_TRUE(live_.empty()) << "an attempt is still in flight";
        ASSERT_TRUE(open_waits_.empty()) << "something still waits";
        ASSERT_EQ(machine_.in_flight(), 0U);
        ASSERT_TRUE(timers_.empty()) << "a timer outlives the run";
        bool any_failed = false;
        bool any_cancelled = false;
        for (TaskIndex index = 0; index < workflow_.tasks.size(); ++index) {
            const TaskState& state = machine_.task(index);
            ASSERT_TRUE(state.status != TaskStatus::Pending && state.status != TaskStatus::Running);
            ASSERT_TRUE(final_.contains(index));
            ASSERT_EQ(state.failure.has_value(), state.status != TaskStatus::Succeeded);
            any_failed = any_failed || (state.status == TaskStatus::Failed &&
                                        !workflow_.tasks[index].allow_failure);
            any_cancelled = any_cancelled || state.status == TaskStatus::Cancelled;
        }
        ASSERT_EQ(verdict_, machine_.status());
        ASSERT_EQ(failure_.has_value(), verdict_ != RunStatus::Succeeded);
        if (any_failed || any_cancelled) {
            ASSERT_NE(verdict_, RunStatus::Succeeded) << "false success";
        }
        if (verdict_ == RunStatus::Succeeded) {
            ASSERT_FALSE(stop_seen_);
        } else if (main_verdict_ != RunStatus::Succeeded) {
            ASSERT_EQ(verdict_, main_verdict_) << "what is done finally changed the verdict";
        }
        ASSERT_TRUE(main_ended_);
        // What is to be done finally is done, whatever happened, unless it is stopped itself.
        for (TaskIndex index = workflow_.main_count(); index < workflow_.tasks.size(); ++index) {
            if (cancels_ < 2) {
                ASSERT_EQ(activations_[index], 1U) << "left out of finally";
                ASSERT_NE(final_[index], TaskStatus::Cancelled);
            }
        }
    }

    // The same events give the same commands: what a journal holds is enough to rebuild a run.
    void check_replay() {
        RunMachine again(workflow_, settings_of_this_run());
        std::vector<std::string> trace;
        for (const RunEvent& event : events_) {
            std::vector<RunCommand> commands;
            again.apply(event, commands);
            for (const RunCommand& command : commands) {
                trace.push_back(describe(command));
            }
        }
        ASSERT_EQ(trace, trace_);
    }
    [[nodiscard]] RunSettings settings_of_this_run() const { return settings(seed_); }

    static std::string describe(const RunCommand& command) {
        std::string text = std::to_string(command.index());
        if (const auto* start = std::get_if<StartAttempt>(&command)) {
            text += " " + std::to_string(start->execution) + "." + std::to_string(start->attempt);
        } else if (const auto* begin = std::get_if<BeginWait>(&command)) {
            text += " " + std::to_string(begin->execution);
        } else if (const auto* set = std::get_if<SetTimer>(&command)) {
            text += " " + std::to_string(set->timer.execution) + "+" +
                    std::to_string(set->delay.count());
        } else if (const auto* ended = std::get_if<TaskEnded>(&command)) {
            text += " " + std::to_string(ended->task) + "=" + std::string(to_string(ended->status));
        }
        return text;
    }

    struct LoopSeen {
        std::uint32_t total = 0;
        std::uint32_t begun = 0;
        std::uint32_t failed = 0;
        std::set<std::uint32_t> ended;
    };

    const Workflow& workflow_;
    const std::uint64_t seed_;
    Random random_;
    RunMachine machine_;
    std::vector<RunCommand> questions_;  // Decide, DecideRetry, BeginWait without an answer
    std::map<ExecutionIndex, LoopSeen> loops_;
    std::set<ExecutionIndex> subs_;  // executions that run another workflow
    std::set<TaskIndex> skipped_by_condition_;
    std::uint32_t cancels_ = 0;
    bool main_ended_ = false;
    RunStatus main_verdict_ = RunStatus::Queued;
    std::set<AttemptKey> running_;  // answers still to come
    std::set<AttemptKey> live_;     // in flight as the machine sees it
    std::set<AttemptKey> open_waits_;
    std::set<AttemptKey> waits_;  // those of them that have begun
    std::set<AttemptKey> started_;
    std::set<ExecutionIndex> ended_;
    std::set<ExecutionIndex> led_;  // that another execution led to
    std::set<Timer> timers_;
    std::map<TaskIndex, TaskStatus> final_;
    std::map<TaskIndex, std::set<TaskStatus>> ends_;  // a handler can end more than once
    std::map<TaskIndex, std::uint32_t> activations_;
    std::vector<RunEvent> events_;
    std::vector<std::string> trace_;
    bool stop_seen_ = false;
    bool paused_ = false;
    bool finished_ = false;
    RunStatus verdict_ = RunStatus::Queued;
    std::optional<Failure> failure_;
};

TEST(RunMachinePropertyTest, KeepsItsPromisesOverGeneratedWorkflowsAndSchedules) {
    constexpr std::uint64_t workflows = 100'000;
    std::map<RunStatus, std::uint64_t> verdicts;
    test::Shape shape;
    shape.waits_percent = 20;
    for (std::uint64_t seed = 1; seed <= workflows; ++seed) {
        Random random(seed);
        const Workflow workflow = test::generate(random, shape);
        Driver driver(workflow, seed);
        driver.drive();
        ASSERT_FALSE(HasFailure()) << "seed " << seed << ", " << to_string(workflow.flow) << ", "
                                   << workflow.tasks.size() << " tasks";
        ++verdicts[driver.machine().status()];
    }
    // A generator that never succeeds, fails or cancels would prove nothing.
    EXPECT_GT(verdicts[RunStatus::Succeeded], workflows / 50);
    EXPECT_GT(verdicts[RunStatus::Failed], workflows / 50);
    EXPECT_GT(verdicts[RunStatus::Cancelled], workflows / 50);
    RecordProperty("succeeded", std::to_string(verdicts[RunStatus::Succeeded]));
    RecordProperty("failed", std::to_string(verdicts[RunStatus::Failed]));
    RecordProperty("cancelled", std::to_string(verdicts[RunStatus::Cancelled]));
}

}  // namespace
}  // namespace oa::core
