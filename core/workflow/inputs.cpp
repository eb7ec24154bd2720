#include "core/workflow/inputs.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>
#include <utility>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/nearest.hpp"
#include "core/workflow/json_type.hpp"
#include "core/workflow/pattern.hpp"
#include "core/workflow/source_text.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;

const Input* find_input(const Workflow& workflow, std::string_view name) {
    const auto found = std::find_if(workflow.inputs.begin(), workflow.inputs.end(),
                                    [name](const Input& input) { return input.name == name; });
    return found == workflow.inputs.end() ? nullptr : &*found;
}

InputProblem undeclared(const Workflow& workflow, std::string_view name) {
    InputProblem problem{std::string(name), "the workflow has no such input", {}};
    std::vector<std::string> names;
    for (const Input& input : workflow.inputs) {
        names.push_back(input.name);
    }
    problem.hint = did_you_mean(name, names);
    if (names.empty()) {
        problem.message = "the workflow takes no inputs";
    }
    return problem;
}

std::optional<json::value> json_from_text(std::string_view text) {
    try {
        return parse_json(text);
    } catch (const JsonError&) {
        return std::nullopt;
    }
}

}  // namespace

std::optional<std::string> input_value_problem(const Input& input, const json::value& value) {
    if (input.type && !has_type(value, *input.type)) {
        return "takes " + with_article(*input.type) + ", not " + describe(value);
    }
    if (input.enumeration && !is_among(value, *input.enumeration)) {
        return "takes " + list_values(*input.enumeration) + ", not " + describe(value);
    }
    if (input.pattern && value.is_string() &&
        !pattern_found(*input.pattern, {value.get_string().data(), value.get_string().size()})) {
        return "takes a text that matches '" + excerpt(*input.pattern) + "', not " +
               describe(value);
    }
    if (value.is_number()) {
        const auto number = value.to_number<double>();
        if (input.minimum && number < *input.minimum) {
            return "takes at least " + write_json(*input.minimum) + ", not " + write_json(value);
        }
        if (input.maximum && number > *input.maximum) {
            return "takes at most " + write_json(*input.maximum) + ", not " + write_json(value);
        }
    }
    return std::nullopt;
}

BoundInputs bind_inputs(const Workflow& workflow, const json::object& given) {
    BoundInputs bound;
    for (const Input& input : workflow.inputs) {
        const json::value* value = given.if_contains(input.name);
        if (value == nullptr && input.default_value) {
            value = &*input.default_value;
        }
        if (value == nullptr) {
            if (input.required) {
                bound.problems.push_back({input.name, "is required and was not given", {}});
            }
            continue;
        }
        if (auto problem = input_value_problem(input, *value)) {
            bound.problems.push_back({input.name, std::move(*problem), {}});
            continue;
        }
        bound.values[input.name] = *value;
    }
    for (const auto& field : given) {
        const std::string_view name(field.key().data(), field.key().size());
        if (find_input(workflow, name) == nullptr) {
            bound.problems.push_back(undeclared(workflow, name));
        }
    }
    return bound;
}

json::value input_from_text(const Workflow& workflow,
                            std::string_view name,
                            std::string_view text) {
    const Input* input = find_input(workflow, name);
    const bool typed = input != nullptr && input->type.has_value();
    if (!typed || *input->type != "string") {
        auto value = json_from_text(text);
        if (value && (!typed || has_type(*value, *input->type))) {
            return std::move(*value);
        }
    }
    return json::value(json::string(text));
}

}  // namespace oa::core
