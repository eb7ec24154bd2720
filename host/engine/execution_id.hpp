#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/run/run_machine.hpp"

namespace oa::host {

/// Names an execution of a task, or of one of its elements, for good: all its attempts share it.
[[nodiscard]] inline std::string execution_id(std::string_view run_id,
                                              std::string_view task,
                                              core::ExecutionIndex execution,
                                              const std::optional<core::Element>& element) {
    std::string id(run_id);
    id += '/';
    id += task;
    id += '/';
    if (!element) {
        return id + std::to_string(execution);
    }
    return id + std::to_string(element->loop) + "/" + std::to_string(element->index);
}

/// Names the run that an attempt runs.
[[nodiscard]] inline std::string inner_run_id(std::string_view run_id,
                                              std::string_view task,
                                              core::ExecutionIndex execution,
                                              const std::optional<core::Element>& element,
                                              std::uint32_t attempt) {
    return execution_id(run_id, task, execution, element) + "/" + std::to_string(attempt);
}

/// What people call a task, or one of its elements: "resize", "resize[3]".
[[nodiscard]] inline std::string numbered(std::string_view task,
                                          std::optional<std::uint32_t> element) {
    std::string label(task);
    return element ? label + "[" + std::to_string(*element) + "]" : label;
}

/// What people call the task of a run, or its element, that the run `inner_id` is of. Of a task
/// whose own name ends like "/7" it may be called an element of another. Empty where that is no run
/// within `run_id`.
[[nodiscard]] std::string label_of_inner_run(std::string_view run_id, std::string_view inner_id);

}  // namespace oa::host
