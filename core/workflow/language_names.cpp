#include "core/workflow/language_names.hpp"

#include <algorithm>

namespace oa::core {

bool is_language_name(const std::string& name) {
    const auto& names = language_names();
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_always_known(const std::string& name) {
    constexpr std::ptrdiff_t always_known_count = 6;
    const auto begin = language_names().begin();
    return std::find(begin, begin + always_known_count, name) != begin + always_known_count;
}

const std::vector<std::string>& language_names() {
    static const std::vector<std::string> names = {
        "inputs", "input", "vars",  "run",    "workflow", "tasks",   "item",
        "index",  "key",   "error", "output", "success",  "failure", "always"};
    return names;
}

const std::vector<std::string>& task_key_names() {
    static const std::vector<std::string> names = {
        "name",  "module",   "function",     "workflow",      "with",       "needs",   "on_success",
        "when",  "for_each", "max_parallel", "allow_failure", "idempotent", "output",  "on_failure",
        "retry", "timeout",  "isolation",    "sleep",         "wait_until", "approval"};
    return names;
}

}  // namespace oa::core
