#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "core/workflow/reading.hpp"
#include "core/workflow/task_reader.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::core {

/// As a target, ends the branch.
constexpr std::string_view end_target = "end";

/// Which tasks of a graph each one waits for: its needs, and a handler for those that name it.
[[nodiscard]] std::vector<std::vector<std::size_t>> task_waits(std::span<const Task> tasks);

/// Gives a name to each task that has none: `<module>.<function>`, with a number behind it where
/// that is taken. Fills in the names that expressions can refer to.
void name_tasks(Reading& reading, std::vector<TaskDraft>& drafts);

/// Turns the names of other tasks into references, infers the flow and checks its rules. Moves the
/// drafts' tasks into the workflow. The last `finally_count` of them are of `finally`, and there is
/// at least one other.
void read_flow(Reading& reading, std::vector<TaskDraft> drafts, std::size_t finally_count);

/// The same for a list of steps that is entered at a known one.
void read_steps(Reading& reading, std::vector<TaskDraft> drafts, TaskIndex entry);

}  // namespace oa::core
