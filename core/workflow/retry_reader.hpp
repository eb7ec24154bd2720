#pragma once

#include <optional>

#include "core/workflow/reading.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::core {

/// Reads `retry` over what `defaults` gives: what it leaves out stays. `task` is no_task in
/// `defaults` itself.
[[nodiscard]] RetryPolicy read_retry(Reading& reading,
                                     const YamlNode& node,
                                     const std::optional<RetryPolicy>& base,
                                     TaskIndex task);

}  // namespace oa::core
