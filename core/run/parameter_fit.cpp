#include "core/run/parameter_fit.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "core/workflow/yaml_pointer.hpp"

namespace oa::core {
namespace {

constexpr std::size_t told_max = 3;  // problems; more of them only repeat each other

const Template* child(const Template& value, const std::string& key) {
    if (const Template* field = value.find(key)) {
        return field;
    }
    std::size_t index = 0;
    const char* const end = key.data() + key.size();
    const Template::Array* items = value.items();
    const bool is_index = std::from_chars(key.data(), end, index).ptr == end;
    return items != nullptr && is_index && index < items->size() ? &(*items)[index] : nullptr;
}

/// Where the first placeholder stands in what a JSON Pointer leads to, or in what is around it.
SourcePosition placeholder_position(const Template& params, std::string_view pointer) {
    const Template* place = &params;
    while (!pointer.empty()) {
        const PointerHead head = split_pointer(pointer);
        const Template* inner = child(*place, head.key);
        if (inner == nullptr || inner->is_literal()) {
            break;
        }
        place = inner;
        pointer = head.rest;
    }
    SourcePosition first;
    place->for_each_placeholder([&first](const Placeholder& placeholder) {
        if (first.line == 0) {
            first = placeholder.position;
        }
    });
    return first;
}

std::string described(const SchemaProblem& problem, const std::string& call) {
    const PointerHead head = split_pointer(problem.pointer);
    if (problem.pointer.empty()) {
        return problem.kind == SchemaProblem::Kind::MissingField
                   ? "the parameter '" + problem.field + "' of " + call + " is missing"
                   : call + " " + problem.message;
    }
    std::string text = "the parameter '" + head.key + "' of " + call + " ";
    if (!head.rest.empty()) {
        text.append("at ").append(head.rest).append(" ");
    }
    return text + problem.message;
}

}  // namespace

void check_resolved_parameters(const Task& task, const boost::json::value& params) {
    if (task.params_schema == nullptr) {
        return;
    }
    ValidateOptions options;
    options.problems_max = told_max;
    const std::vector<SchemaProblem> problems = task.params_schema->validate(params, options);
    if (problems.empty()) {
        return;
    }
    std::string message;
    for (const SchemaProblem& problem : problems) {
        message += message.empty() ? "" : "; ";
        message += described(problem, task.info->module + "." + task.info->function);
    }
    // The value is known now, and no longer written in the document: quotes do not help.
    const bool quotes = problems.front().hint.starts_with("put it into quotes");
    throw ParameterError(message,
                         quotes ? "make a text of it, as in ${string(...)}" : problems.front().hint,
                         placeholder_position(task.params, problems.front().pointer));
}

}  // namespace oa::core
