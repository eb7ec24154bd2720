#pragma once

#include "core/workflow/reading.hpp"

namespace oa::core {

/// Checks what the tasks of a workflow hand to the workflows that they run, when those have been
/// read: names, those that are required, and literal values.
void check_sub_workflows(Reading& reading);

}  // namespace oa::core
