#include "core/workflow/inputs.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>
#include <unordered_map>
#include <utility>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/nearest.hpp"
#include "core/workflow/json_type.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;

constexpr std::size_t problems_max = 200;

using InputIndex = std::unordered_map<std::string_view, const Input*>;

InputIndex index_of(const Workflow& workflow) {
    InputIndex index;
    for (const Input& input : workflow.inputs) {
        index.emplace(input.name, &input);
    }
    return index;
}

InputProblem undeclared(const std::vector<std::string>& names, std::string_view name) {
    InputProblem problem{std::string(name), {}, "is no input of this workflow", {}, false};
    problem.hint = did_you_mean(name, names);
    if (names.empty()) {
        problem.message = "is not taken: the workflow has no inputs";
    }
    return problem;
}

/// JSON may write a whole number as 5.0, and an expression would take that for a fraction.
void make_integer(json::value& value) {
    constexpr double limit = 9007199254740992.0;  // 2^53: beyond it a double leaves numbers out
    if (value.is_double() && std::trunc(value.get_double()) == value.get_double() &&
        std::abs(value.get_double()) <= limit) {
        value = static_cast<std::int64_t>(value.get_double());
    }
}

std::optional<json::value> json_from_text(std::string_view text) {
    try {
        return parse_json(text);
    } catch (const JsonError&) {
        return std::nullopt;
    }
}

}  // namespace

std::vector<InputProblem> input_value_problems(const Input& input, const json::value& value) {
    std::vector<InputProblem> problems;
    if (!input.schema) {
        return problems;
    }
    for (SchemaProblem& problem : input.schema->validate(value)) {
        std::string message = problem.pointer.empty()
                                  ? problem.message
                                  : "at " + problem.pointer + " " + problem.message;
        problems.push_back({input.name, std::move(problem.pointer), std::move(message),
                            std::move(problem.hint), false});
    }
    return problems;
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
                bound.problems.push_back(
                    {input.name, {}, "is required and was not given", {}, true});
            }
            continue;
        }
        json::value complete = *value;
        if (input.schema) {
            input.schema->fill_defaults(complete);
        }
        std::vector<InputProblem> problems = input_value_problems(input, complete);
        if (!problems.empty()) {
            bound.problems.insert(bound.problems.end(), problems.begin(), problems.end());
            continue;
        }
        if (input.type == "integer") {
            make_integer(complete);
        }
        bound.values[input.name] = std::move(complete);
    }
    const InputIndex index = index_of(workflow);
    std::vector<std::string> names;
    for (const Input& input : workflow.inputs) {
        names.push_back(input.name);
    }
    for (const auto& field : given) {
        const std::string_view name(field.key().data(), field.key().size());
        if (index.find(name) == index.end()) {
            bound.problems.push_back(undeclared(names, name));
            if (bound.problems.size() >= problems_max) {
                break;  // nobody reads more, and each one is compared with every name
            }
        }
    }
    return bound;
}

json::value input_from_text(const Workflow& workflow,
                            std::string_view name,
                            std::string_view text) {
    const auto input = std::find_if(workflow.inputs.begin(), workflow.inputs.end(),
                                    [name](const Input& one) { return one.name == name; });
    const bool typed = input != workflow.inputs.end() && input->type.has_value();
    if (!typed || *input->type != "string") {
        auto value = json_from_text(text);
        if (value && (!typed || has_type(*value, *input->type))) {
            return std::move(*value);
        }
    }
    return json::value(json::string(text));
}

}  // namespace oa::core
