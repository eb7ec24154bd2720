#include "core/workflow/language_names.hpp"

#include <algorithm>

namespace oa::core {

bool is_language_name(const std::string& name) {
    const auto& names = language_names();
    return std::find(names.begin(), names.end(), name) != names.end();
}

const std::vector<std::string>& language_names() {
    static const std::vector<std::string> names = {
        "inputs", "input", "vars",  "run",    "workflow", "tasks",   "item",
        "index",  "key",   "error", "output", "success",  "failure", "always"};
    return names;
}

}  // namespace oa::core
