#pragma once

#include <vector>

#include "core/workflow/call_reader.hpp"
#include "core/workflow/reading.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::core {

/// The fields that a task's parameters become.
[[nodiscard]] Template::Object read_fields(Reading& reading,
                                           const std::vector<const YamlNode::Entry*>& entries,
                                           TaskIndex task);

/// Gives the task what it calls, with these parameters: checked against what the function declares,
/// under compat: oa3 without those that it does not know. `index` is that of the task.
void read_call_parameters(Reading& reading,
                          const Call& call,
                          std::vector<const YamlNode::Entry*> parameters,
                          TaskIndex index,
                          Task& task);

/// `saveonvar` of the older system, which may stand among the parameters or beside them.
void read_save_as(Reading& reading, const YamlNode::Entry& entry, Task& task);

}  // namespace oa::core
