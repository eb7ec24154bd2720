#pragma once

#include <memory>
#include <vector>

#include "core/expression/template.hpp"
#include "core/workflow/reading.hpp"

namespace oa::core {

/// What a function declares, compiled once per reading. Null where it declares nothing.
[[nodiscard]] std::shared_ptr<const Schema> schema_of(Reading& reading,
                                                      const FunctionInfo& function);

/// Checks the parameters of a call against what the function declares, as far as they are known
/// before placeholders are filled in. `entries` are the fields of the task's `params` as they stand
/// in the document; `call` is where the function is named.
void check_parameters(Reading& reading,
                      const Task& task,
                      const std::vector<const YamlNode::Entry*>& entries,
                      SourcePosition call);

}  // namespace oa::core
