#pragma once

#include <string_view>

#include "core/workflow/reading.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::core {

/// sleep, wait_until, approval.
[[nodiscard]] bool is_wait_key(std::string_view key);

/// The value of one of these keys.
[[nodiscard]] Wait read_wait(Reading& reading, const YamlNode::Entry& entry, TaskIndex task);

/// Reports a key that says how a function is called, beside `wait`, which is one of these keys.
/// False where the key may stand there.
[[nodiscard]] bool refuse_beside_wait(Reading& reading,
                                      const YamlNode::Entry& entry,
                                      std::string_view wait);

}  // namespace oa::core
