#pragma once

#include "core/workflow/reading.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::core {

/// One declaration below `inputs`: a JSON Schema whose `required` may also be true or false.
[[nodiscard]] Input read_input(Reading& reading, const YamlNode::Entry& entry);

}  // namespace oa::core
