#pragma once

#include <string>

#include "core/expression/template.hpp"
#include "core/workflow/reading.hpp"

namespace oa::core {

/// Where a template stands decides what it can see.
enum class TemplatePlace {
    Variable,       ///< evaluated before any task: no tasks, no input
    Parameters,     ///< of a task
    TaskOutput,     ///< reshapes what the function gave, `output`
    WorkflowOutput  ///< evaluated after all tasks: no input
};

/// inputs, input, vars, run, workflow, tasks: what a variable of that name cannot be read by.
[[nodiscard]] bool is_language_name(const std::string& name);

/// Whether an expression may begin with this name: a part of the language or a variable.
[[nodiscard]] bool is_known_root(const Reading& reading, const std::string& root);

/// Reports every placeholder that names something that cannot be there when it is resolved.
void check_references(Reading& reading, const Template& value, TemplatePlace place);

}  // namespace oa::core
