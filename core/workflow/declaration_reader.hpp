#pragma once

#include <vector>

#include "core/workflow/reading.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::core {

/// The declarations below `inputs`, each checked in itself.
[[nodiscard]] std::vector<Input> read_inputs(Reading& reading, const YamlNode& node);

/// The values below `variables`, in dependency order. Reports circles.
[[nodiscard]] std::vector<Variable> read_variables(
    Reading& reading, const std::vector<const YamlNode::Entry*>& entries);

}  // namespace oa::core
