#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/workflow/reading.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::core {

// oaworkflow.runworkflow of the older system runs a list of steps that stands in its parameters.
// Under compat: oa3 that is a workflow within the document, and needs no plug-in.

[[nodiscard]] bool is_run_steps(std::string_view module, std::string_view function);

/// Stands for it where a task's call is read.
[[nodiscard]] const FunctionInfo& run_steps_function();

/// The workflow that the parameters describe. Nothing when there is none, which is reported.
[[nodiscard]] std::optional<SubWorkflow> read_run_steps(
    Reading& reading, const std::vector<const YamlNode::Entry*>& parameters, SourcePosition call);

}  // namespace oa::core
