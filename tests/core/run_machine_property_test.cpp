// Thousands of generated workflows, each driven with a generated schedule of events. The driver
// plays the world: it lets attempts succeed, fail or never answer, fires timers in any order,
// cancels at any moment; and it checks after every command that the promises hold.

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
#include "tests/support/workflow_builder.hpp"

namespace oa::core {
namespace {

using Random = std::mt19937_64;

std::uint32_t below(Random& random, std::uint32_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
}
bool chance(Random& random, std::uint32_t percent) {
    return below(random, 100) < percent;
}

Workflow generate(Random& random) {
    const auto flow = static_cast<Flow>(below(random, 3));
    test::WorkflowBuilder builder(flow);
    const std::uint32_t count = 1 + below(random, 12);
    for (std::uint32_t index = 0; index < count; ++index) {
        Task& task = builder.task("t" + std::to_string(index));
        task.allow_failure = chance(random, 15);
        if (chance(random, 30)) {
            task.retry.attempts_max = 1 + below(random, 4);
        }
        if (chance(random, 30)) {
            task.timeout = Milliseconds{1 + below(random, 1000)};
        }
    }
    auto& tasks = builder.workflow().tasks;
    if (flow == Flow::Graph) {
        // The first tasks may be handlers, the later ones have needs among all before them,
        // handlers included.
        for (TaskIndex index = 1; index < count; ++index) {
            std::set<TaskIndex> needs;
            while (chance(random, 55) && needs.size() < 4) {
                needs.insert(below(random, index));
            }
            tasks[index].needs.assign(needs.begin(), needs.end());
        }
        for (TaskIndex index = 0; index < count; ++index) {
            for (auto* targets : {&tasks[index].on_success, &tasks[index].on_failure}) {
                if (!chance(random, 25)) {
                    continue;
                }
                const TaskIndex target = below(random, count);
                if (tasks[target].needs.empty()) {
                    targets->push_back(target);
                }
            }
        }
    } else if (flow == Flow::Transitions) {
        for (TaskIndex index = 0; index < count; ++index) {
            for (auto* targets : {&tasks[index].on_success, &tasks[index].on_failure}) {
                std::set<TaskIndex> chosen;
                while (chance(random, 45) && chosen.size() < 3) {
                    chosen.insert(below(random, count));
                }
                targets->assign(chosen.begin(), chosen.end());
            }
        }
    }
    Workflow& workflow = builder.workflow();
    workflow.fail_fast = chance(random, 25);
    workflow.concurrency.max_parallel = 1 + below(random, 4);
    if (chance(random, 20)) {
        workflow.timeout = Milliseconds{1 + below(random, 1000)};
    }
    return builder.build();
}

class Driver {
public:
    Driver(const Workflow& workflow, std::uint64_t seed)
        : workflow_(workflow), random_(seed), machine_(workflow, settings(seed)) {}

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
            send(CancelRequested{"the test said so"});
            return;
        }
        if (chance(random_, 3)) {
            send_nonsense();
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
        ASSERT_FALSE(timers_.empty()) << "the machine waits for nothing, yet the run goes on";
        auto chosen = timers_.begin();
        std::advance(chosen, below(random_, static_cast<std::uint32_t>(timers_.size())));
        const Timer timer = *chosen;
        timers_.erase(chosen);
        send(TimerFired{timer});
    }

    // Events that come too late, twice, or from nowhere must not matter.
    void send_nonsense() {
        switch (below(random_, 4)) {
            case 0:
                send(AttemptSucceeded{below(random_, 200), 1 + below(random_, 3)}, Stale::Yes);
                break;
            case 1: send(AttemptFailed{1'000'000, 1, {}}, Stale::Yes); break;
            case 2: send(RunStarted{}, Stale::Yes); break;
            default:
                send(TimerFired{{Timer::Kind::RetryDelay, below(random_, 200), 9}}, Stale::Yes);
                break;
        }
    }

    enum class Stale { No, Yes };

    void send(const RunEvent& event, Stale stale = Stale::No) {
        if (stale == Stale::Yes) {
            if (const auto* success = std::get_if<AttemptSucceeded>(&event);
                success != nullptr && running_.contains({success->execution, success->attempt})) {
                return;  // not stale after all
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

    void check(const StartAttempt& start) {
        const Task& task = workflow_.tasks[start.task];
        ASSERT_TRUE(started_.insert({start.execution, start.attempt}).second) << "started twice";
        ASSERT_LE(start.attempt, task.retry.attempts_max);
        if (start.attempt > 1) {
            ASSERT_TRUE(started_.contains({start.execution, start.attempt - 1}));
        } else {
            ++activations_[start.task];
        }
        ASSERT_FALSE(stop_seen_) << "started although the run was stopping";
        running_.insert({start.execution, start.attempt});
        live_.insert({start.execution, start.attempt});
        ASSERT_LE(live_.size(), *workflow_.concurrency.max_parallel);
        ASSERT_EQ(machine_.task_of(start.execution), start.task);
        if (workflow_.flow == Flow::Graph) {
            for (const TaskIndex need : task.needs) {
                ASSERT_TRUE(final_.contains(need)) << "started before its need had ended";
                ASSERT_TRUE(
                    final_[need] == TaskStatus::Succeeded ||
                    (final_[need] == TaskStatus::Failed && workflow_.tasks[need].allow_failure) ||
                    named(need))
                    << "started although a need had failed";
            }
            if (!named(start.task)) {
                ASSERT_EQ(activations_[start.task], 1U) << "a task ran twice";
            }
        }
    }
    void check(const CancelAttempt& cancel) {
        ASSERT_TRUE(live_.contains({cancel.execution, cancel.attempt}));
        // Half of the functions answer at some time, the others never do.
        if (chance(random_, 50)) {
            running_.erase({cancel.execution, cancel.attempt});
        }
    }
    void check(const AbandonAttempt& abandon) {
        ASSERT_TRUE(live_.contains({abandon.execution, abandon.attempt}));
    }
    void check(const SetTimer& set) {
        ASSERT_TRUE(timers_.insert(set.timer).second) << "the same timer twice";
        ASSERT_GE(set.delay.count(), 0);
    }
    void check(const DropTimer& drop) { timers_.erase(drop.timer); }
    void check(const RetryScheduled& retry) {
        end_attempt(retry.execution, retry.attempt);
        ASSERT_LT(retry.attempt, workflow_.tasks[retry.task].retry.attempts_max);
        ASSERT_TRUE(retry.failure.retryable);
    }
    void check(const TaskEnded& ended) {
        ASSERT_TRUE(ended.status != TaskStatus::Pending && ended.status != TaskStatus::Running);
        final_[ended.task] = ended.status;
        if (ended.execution) {
            ASSERT_TRUE(ended_.insert(*ended.execution).second) << "an execution ended twice";
            std::erase_if(live_,
                          [&](const AttemptKey& key) { return key.first == *ended.execution; });
            std::erase_if(running_,
                          [&](const AttemptKey& key) { return key.first == *ended.execution; });
        }
        if (ended.status == TaskStatus::Cancelled) {
            stop_seen_ = true;
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
        } else if (const auto* set = std::get_if<SetTimer>(&command)) {
            text += " " + std::to_string(set->timer.execution) + "+" +
                    std::to_string(set->delay.count());
        } else if (const auto* ended = std::get_if<TaskEnded>(&command)) {
            text += " " + std::to_string(ended->task) + "=" + std::string(to_string(ended->status));
        }
        return text;
    }

public:
    std::uint64_t seed_ = 0;

private:
    const Workflow& workflow_;
    Random random_;
    RunMachine machine_;
    std::set<AttemptKey> running_;  // answers still to come
    std::set<AttemptKey> live_;     // in flight as the machine sees it
    std::set<AttemptKey> started_;
    std::set<ExecutionIndex> ended_;
    std::set<Timer> timers_;
    std::map<TaskIndex, TaskStatus> final_;
    std::map<TaskIndex, std::uint32_t> activations_;
    std::vector<RunEvent> events_;
    std::vector<std::string> trace_;
    bool stop_seen_ = false;
    bool finished_ = false;
    RunStatus verdict_ = RunStatus::Queued;
    std::optional<Failure> failure_;
};

TEST(RunMachinePropertyTest, KeepsItsPromisesOverGeneratedWorkflowsAndSchedules) {
    constexpr std::uint64_t workflows = 60'000;
    std::map<RunStatus, std::uint64_t> verdicts;
    for (std::uint64_t seed = 1; seed <= workflows; ++seed) {
        Random random(seed);
        const Workflow workflow = generate(random);
        Driver driver(workflow, seed);
        driver.seed_ = seed;
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
