#pragma once

#include <vector>

#include "core/workflow/reading.hpp"
#include "core/workflow/task_reader.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::core {

/// Gives a name to each task that has none: `<module>.<function>`, with a number behind it where
/// that is taken. Fills in the names that expressions can refer to.
void name_tasks(Reading& reading, std::vector<TaskDraft>& drafts);

/// Turns the names of other tasks into references, infers the flow and checks its rules. Moves the
/// drafts' tasks into the workflow.
void read_flow(Reading& reading, std::vector<TaskDraft> drafts, Workflow& workflow);

}  // namespace oa::core
