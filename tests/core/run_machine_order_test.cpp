// What a run comes to does not depend on the order in which tasks that run side by side end, nor on
// how many may run at a time.

#include <cstdint>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "core/run/run_machine.hpp"
#include "tests/core/generated_workflow.hpp"

namespace oa::core {
namespace {

using test::below;
using test::chance;
using test::Random;

/// Says how each attempt ends and what each condition gives, whatever comes first.
class World {
public:
    explicit World(std::uint64_t seed) : seed_(seed) {}

    RunEvent answer(const Decide& question, const Task& task) const {
        Decided decided;
        decided.execution = question.execution;
        const std::uint64_t draw = mix(question.task, question.element, 0);
        if (task.when && (question.element || !asks_elements(task))) {
            // The status is part of what a condition sees.
            decided.run = draw % 100 < (question.standing.success ? 80U : 40U);
        }
        if (task.for_each && !question.element) {
            decided.elements = static_cast<std::uint32_t>(draw / 100 % 6);
        }
        return decided;
    }
    RunEvent answer(const StartAttempt& start) const {
        const std::uint64_t draw = mix(start.task, start.element, start.attempt);
        if (draw % 100 < 70) {
            return AttemptSucceeded{start.execution, start.attempt};
        }
        return AttemptFailed{start.execution,
                             start.attempt,
                             {.code = "unavailable",
                              .message = "draw " + std::to_string(draw % 1000),
                              .retryable = draw / 100 % 2 == 0}};
    }
    RunEvent answer(const DecideRetry& question) const {
        RetryDecided decided;
        decided.execution = question.execution;
        decided.attempt = question.attempt;
        decided.again = mix(question.task, question.element, 1000 + question.attempt) % 2 == 0;
        return decided;
    }

private:
    [[nodiscard]] std::uint64_t mix(TaskIndex task,
                                    const std::optional<Element>& element,
                                    std::uint32_t number) const {
        const std::uint64_t place = element ? element->index + 1 : 0;
        return Random(seed_ * 1'000'003 + task * 10'007 + place * 101 + number)();
    }

    std::uint64_t seed_;
};

/// All that a person could see of how a run ended.
std::vector<std::string> outcome(const Workflow& workflow,
                                 const World& world,
                                 std::uint32_t max_parallel,
                                 std::uint64_t schedule) {
    RunSettings settings;
    settings.max_parallel_forced = max_parallel;
    RunMachine machine(workflow, settings);
    Random random(schedule);
    std::vector<RunEvent> pending{RunStarted{}};
    std::vector<std::string> seen;
    for (std::uint32_t events = 0; !pending.empty(); ++events) {
        if (events > 100'000) {
            return {"the run did not end"};
        }
        const auto chosen = below(random, static_cast<std::uint32_t>(pending.size()));
        const RunEvent event = pending[chosen];
        pending.erase(pending.begin() + chosen);
        std::vector<RunCommand> commands;
        machine.apply(event, commands);
        for (const RunCommand& command : commands) {
            if (const auto* decide = std::get_if<Decide>(&command)) {
                pending.push_back(world.answer(*decide, workflow.tasks[decide->task]));
            } else if (const auto* start = std::get_if<StartAttempt>(&command)) {
                pending.push_back(world.answer(*start));
            } else if (const auto* retry = std::get_if<DecideRetry>(&command)) {
                pending.push_back(world.answer(*retry));
            } else if (const auto* timer = std::get_if<SetTimer>(&command)) {
                pending.emplace_back(TimerFired{timer->timer});
            } else if (const auto* finish = std::get_if<FinishRun>(&command)) {
                seen.push_back("run " + std::string(to_string(finish->status)) + " " +
                               (finish->failure ? finish->failure->message : ""));
            }
        }
    }
    for (TaskIndex task = 0; task < workflow.tasks.size(); ++task) {
        const TaskState& state = machine.task(task);
        seen.push_back(workflow.tasks[task].name + " " + std::string(to_string(state.status)) +
                       " after " + std::to_string(state.attempts) + " " +
                       (state.failure ? state.failure->message : ""));
    }
    return seen;
}

TEST(RunMachineOrderTest, ComesToTheSameInWhateverOrderParallelTasksEnd) {
    test::Shape shape;
    shape.handlers = false;  // those run when their time comes, as often as they are led to
    shape.fail_fast = false;
    shape.timeouts = false;
    for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
        Random random(seed);
        shape.flow = seed % 4 == 0 ? Flow::Sequence : Flow::Graph;
        const Workflow workflow = test::generate(random, shape);
        const World world(seed);
        const auto first = outcome(workflow, world, 1, seed);
        for (const std::uint32_t max_parallel : {2U, 3U, 16U, 16U}) {
            ASSERT_EQ(outcome(workflow, world, max_parallel, random()), first)
                << "seed " << seed << ", " << max_parallel << " at a time";
        }
    }
}

}  // namespace
}  // namespace oa::core
