#pragma once

#include <vector>

#include "core/workflow/reading.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::core {

/// `schedule`: a cron text, a mapping, or a list of these. The inputs of the workflow have been
/// read.
[[nodiscard]] std::vector<Schedule> read_schedules(Reading& reading, const YamlNode& node);

/// `concurrency`.
[[nodiscard]] Concurrency read_concurrency(Reading& reading, const YamlNode& node);

}  // namespace oa::core
