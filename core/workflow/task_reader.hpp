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

/// Reads one item of `tasks`, in any of its three forms. Nothing when it is no mapping.
[[nodiscard]] std::optional<TaskDraft> read_task(Reading& reading,
                                                 const YamlNode& node,
                                                 const TaskDefaults& defaults);

}  // namespace oa::core
