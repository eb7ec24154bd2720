#pragma once

#include <string>
#include <vector>

namespace oa::core {

/// Names that the language gives a meaning to somewhere, such as inputs, tasks and item: what a
/// variable of that name cannot be read by.
[[nodiscard]] bool is_language_name(const std::string& name);

/// Those of them that tasks can read wherever they are: inputs, input, vars, run, workflow, tasks.
[[nodiscard]] bool is_always_known(const std::string& name);

/// All names of the language, for "did you mean".
[[nodiscard]] const std::vector<std::string>& language_names();

/// The keys of a task.
[[nodiscard]] const std::vector<std::string>& task_key_names();

}  // namespace oa::core
