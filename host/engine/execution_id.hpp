#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/run/run_machine.hpp"

namespace oa::host {

/// Names an execution of a task, or of one of its elements, for good: all its attempts share it.
/// A run within the run is named by it and the number of its attempt.
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

}  // namespace oa::host
