#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/workflow/workflow.hpp"
#include "tests/support/workflow_builder.hpp"

namespace oa::test {

using Random = std::mt19937_64;

inline std::uint32_t below(Random& random, std::uint32_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
}
inline bool chance(Random& random, std::uint32_t percent) {
    return below(random, 100) < percent;
}

/// A condition as the reader makes it. The machine looks only at whether it asks for the status or
/// for the element; what it gives, the test decides.
inline core::Condition condition(const std::string& text) {
    core::Condition condition;
    condition.expression = core::Expression::parse(text).expression.value();
    condition.text = text;
    return condition;
}

/// Gives a task what all flows know: retries, time-outs, conditions, loops.
inline void furnish(Random& random, core::Task& task) {
    task.allow_failure = chance(random, 15);
    if (chance(random, 30)) {
        task.retry.attempts_max = 1 + below(random, 4);
        if (chance(random, 30)) {
            task.retry.when = condition("error.retryable");
        }
    }
    if (chance(random, 30)) {
        task.timeout = core::Milliseconds{1 + below(random, 1000)};
    }
    if (chance(random, 20)) {
        core::Loop loop;
        if (chance(random, 50)) {
            loop.max_parallel = 1 + below(random, 3);
        }
        task.for_each = std::move(loop);
    }
    if (chance(random, 25)) {
        static constexpr const char* texts[] = {"inputs.x", "always()", "failure()",
                                                "success() && inputs.x", "item > 1"};
        const auto* text = texts[below(random, task.for_each ? 5 : 4)];
        task.when = condition(text);
    }
    if (chance(random, 10)) {
        task.sub_workflow = core::SubWorkflow{};
    }
}

/// Makes a task wait, as the reader has such tasks: one attempt, without a limit.
inline void let_wait(Random& random, core::Task& task) {
    core::Wait wait;
    wait.kind = static_cast<core::Wait::Kind>(below(random, 3));
    wait.unanswered = static_cast<core::Wait::Unanswered>(below(random, 3));
    task.wait = wait;
    task.retry = {};
    task.timeout.reset();
    task.sub_workflow.reset();
}

struct Shape {
    bool handlers = true;   ///< transitions in graphs
    bool fail_fast = true;  ///< may be set
    bool timeouts = true;
    /// What a task leads to does not depend on which of several tasks ends first: no two lead to
    /// the same one by transitions, and none back; a state machine is in one state at a time.
    bool one_path = false;
    std::uint32_t waits_percent = 0;  ///< of the tasks
    std::optional<core::Flow> flow;
};

inline core::Workflow generate(Random& random, const Shape& shape = {}) {
    using core::Flow;
    using core::TaskIndex;
    const auto drawn = static_cast<Flow>(below(random, 3));
    const Flow flow = shape.flow.value_or(drawn);
    WorkflowBuilder builder(flow);
    const std::uint32_t count = 1 + below(random, 12);
    for (std::uint32_t index = 0; index < count; ++index) {
        core::Task& task = builder.task("t" + std::to_string(index));
        furnish(random, task);
        if (!shape.timeouts) {
            task.timeout.reset();
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
        std::vector<bool> named(count, false);
        for (TaskIndex index = 0; index < count && shape.handlers; ++index) {
            for (auto* targets : {&tasks[index].on_success, &tasks[index].on_failure}) {
                if (!chance(random, 25)) {
                    continue;
                }
                const TaskIndex target = below(random, count);
                if (!tasks[target].needs.empty() ||
                    (shape.one_path && (target <= index || named[target]))) {
                    continue;
                }
                named[target] = true;
                targets->push_back(target);
            }
        }
    } else if (flow == Flow::Transitions) {
        for (TaskIndex index = 0; index < count; ++index) {
            for (auto* targets : {&tasks[index].on_success, &tasks[index].on_failure}) {
                std::set<TaskIndex> chosen;
                const std::size_t targets_max = shape.one_path ? 1 : 3;
                while (chance(random, 45) && chosen.size() < targets_max) {
                    chosen.insert(below(random, count));
                }
                targets->assign(chosen.begin(), chosen.end());
            }
        }
    }
    core::Workflow& workflow = builder.workflow();
    for (core::Task& task : tasks) {
        if (shape.waits_percent > 0 && chance(random, shape.waits_percent)) {
            let_wait(random, task);
        }
    }
    workflow.fail_fast = shape.fail_fast && chance(random, 25);
    workflow.concurrency.max_parallel = 1 + below(random, 4);
    if (shape.timeouts && chance(random, 20)) {
        workflow.timeout = core::Milliseconds{1 + below(random, 1000)};
    }
    core::Workflow built = builder.build();
    if (chance(random, 30)) {
        built.finally_count = 1 + below(random, 3);
        for (std::uint32_t index = 0; index < built.finally_count; ++index) {
            core::Task& task = built.tasks.emplace_back();
            task.name = "f" + std::to_string(index);
            furnish(random, task);
            if (!shape.timeouts) {
                task.timeout.reset();
            }
            if (shape.waits_percent > 0 && chance(random, shape.waits_percent)) {
                let_wait(random, task);
            }
        }
    }
    return built;
}

}  // namespace oa::test
