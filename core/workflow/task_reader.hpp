#pragma once

#include <optional>
#include <vector>

#include "core/workflow/reading.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::core {

/// What `defaults` gives to every task.
struct TaskDefaults {
    std::optional<RetryPolicy> retry;
    std::optional<Milliseconds> timeout;
    std::optional<Isolation> isolation;
};

/// A task whose references to others are still names.
struct TaskDraft {
    Task task;                     ///< the name is empty where the document gives none
    SourcePosition name_position;  ///< of the name, or of the task
    std::vector<PlacedText> needs;
    std::vector<PlacedText> on_success;
    std::vector<PlacedText> on_failure;
};

[[nodiscard]] TaskDefaults read_task_defaults(Reading& reading, const YamlNode& node);

/// Where a task stands among the others.
struct TaskPlace {
    TaskIndex index = no_task;
    bool in_finally = false;
};

/// Reads one item of `tasks` or `finally`, in any of its forms. Nothing when it is no mapping.
[[nodiscard]] std::optional<TaskDraft> read_task(Reading& reading,
                                                 const YamlNode& node,
                                                 const TaskDefaults& defaults,
                                                 TaskPlace place);

/// `name` of a task, checked.
void read_task_name(Reading& reading, const YamlNode& node, TaskDraft& draft);
/// `on_success` and `on_failure`. Under compat: oa3, END is `end` too.
[[nodiscard]] std::vector<PlacedText> read_targets(Reading& reading,
                                                   const YamlNode& node,
                                                   std::string_view what);

}  // namespace oa::core
