#include <algorithm>
#include <compare>
#include <memory>
#include <string>
#include <vector>

#include <re2/re2.h>

#include "data.hpp"
#include "functions.hpp"

namespace oa::json {
namespace {

struct Condition {
    using Test = bool (*)(const Condition&, const Json* actual);

    Test test = nullptr;
    std::string field;  ///< empty: the item itself
    Json value;
    bool ignore_case = false;
    std::unique_ptr<re2::RE2> pattern;  ///< of `matches`
};

Json folded(const Json& value, bool ignore_case) {
    return ignore_case && value.is_string() ? Json(lower_case(value.as_string())) : value;
}

bool equal(const Condition& condition, const Json* actual) {
    // Something that is missing is null.
    return folded(actual != nullptr ? *actual : Json(), condition.ignore_case) == condition.value;
}

bool not_equal(const Condition& condition, const Json* actual) {
    return !equal(condition, actual);
}

/// Numbers and numeric texts by value where one side is a number, two texts as texts. Nothing when
/// they have no order.
std::optional<std::weak_ordering> order(const Condition& condition, const Json* actual) {
    if (actual == nullptr) {
        return std::nullopt;
    }
    if (actual->is_string() && condition.value.is_string()) {
        const Json text = folded(*actual, condition.ignore_case);
        return text.as_string() <=> condition.value.as_string();
    }
    const auto left = number_of(*actual);
    const auto right = number_of(condition.value);
    return left && right ? std::optional(compare_numbers(*left, *right)) : std::nullopt;
}

bool less(const Condition& condition, const Json* actual) {
    const auto found = order(condition, actual);
    return found && std::is_lt(*found);
}
bool less_or_equal(const Condition& condition, const Json* actual) {
    const auto found = order(condition, actual);
    return found && std::is_lteq(*found);
}
bool greater(const Condition& condition, const Json* actual) {
    const auto found = order(condition, actual);
    return found && std::is_gt(*found);
}
bool greater_or_equal(const Condition& condition, const Json* actual) {
    const auto found = order(condition, actual);
    return found && std::is_gteq(*found);
}

bool contains(const Condition& condition, const Json* actual) {
    if (actual == nullptr) {
        return false;
    }
    if (actual->is_array()) {
        const auto& array = actual->as_array();
        return std::any_of(array.begin(), array.end(),
                           [&](const Json& element) { return equal(condition, &element); });
    }
    if (!condition.value.is_string()) {
        return false;
    }
    const std::string& part = condition.value.as_string();
    if (actual->is_object()) {
        return actual->contains(part);
    }
    return actual->is_string() &&
           folded(*actual, condition.ignore_case).as_string().find(part) != std::string::npos;
}

bool is_in(const Condition& condition, const Json* actual) {
    const Json value = folded(actual != nullptr ? *actual : Json(), condition.ignore_case);
    const auto& choices = condition.value.as_array();
    return std::find(choices.begin(), choices.end(), value) != choices.end();
}

bool exists(const Condition&, const Json* actual) {
    return actual != nullptr;
}
bool not_exists(const Condition&, const Json* actual) {
    return actual == nullptr;
}

bool starts_with(const Condition& condition, const Json* actual) {
    return actual != nullptr && actual->is_string() &&
           folded(*actual, condition.ignore_case)
               .as_string()
               .starts_with(condition.value.as_string());
}

bool ends_with(const Condition& condition, const Json* actual) {
    return actual != nullptr && actual->is_string() &&
           folded(*actual, condition.ignore_case)
               .as_string()
               .ends_with(condition.value.as_string());
}

bool matches(const Condition& condition, const Json* actual) {
    return actual != nullptr && actual->is_string() &&
           re2::RE2::PartialMatch(actual->as_string(), *condition.pattern);
}

enum class Needs { Nothing, Value, Text, List };

struct Operator {
    std::string_view name;
    Condition::Test test;
    Needs needs;
};

constexpr Operator operators[] = {
    {"==", equal, Needs::Value},
    {"!=", not_equal, Needs::Value},
    {"<", less, Needs::Value},
    {"<=", less_or_equal, Needs::Value},
    {">", greater, Needs::Value},
    {">=", greater_or_equal, Needs::Value},
    {"contains", contains, Needs::Value},
    {"in", is_in, Needs::List},
    {"exists", exists, Needs::Nothing},
    {"not_exists", not_exists, Needs::Nothing},
    {"starts_with", starts_with, Needs::Text},
    {"ends_with", ends_with, Needs::Text},
    {"matches", matches, Needs::Text},
};

const Operator& find_operator(const Json& spec, const std::string& at) {
    const Json& name = spec["operator"];
    if (name.is_null()) {
        return operators[0];
    }
    const auto* const found =
        std::find_if(std::begin(operators), std::end(operators),
                     [&](const Operator& candidate) { return name == Json(candidate.name); });
    if (found == std::end(operators)) {
        std::string known;
        for (const Operator& candidate : operators) {
            known += (known.empty() ? "" : ", ") + std::string(candidate.name);
        }
        throw invalid_params(at + "/operator", "operator has to be one of " + known);
    }
    return *found;
}

void check_value(const Json& spec, const Operator& op, const std::string& at) {
    const Json* value = spec.find("value");
    const bool fits = op.needs == Needs::Nothing ||
                      (op.needs == Needs::Value && value != nullptr) ||
                      (op.needs == Needs::Text && value != nullptr && value->is_string()) ||
                      (op.needs == Needs::List && value != nullptr && value->is_array());
    if (!fits) {
        const char* const what = op.needs == Needs::List   ? "a list"
                                 : op.needs == Needs::Text ? "a text"
                                                           : "a value";
        throw invalid_params(at + "/value", "operator " + std::string(op.name) + " needs " + what +
                                                " as its value, found " +
                                                (value != nullptr ? value->describe() : "nothing"));
    }
}

Json folded_value(const Json& value, bool ignore_case) {
    if (!value.is_array()) {
        return folded(value, ignore_case);
    }
    Json out = Json::array();
    for (const Json& element : value.as_array()) {
        out.push_back(folded(element, ignore_case));
    }
    return out;
}

/// `at` is the JSON Pointer of the condition.
Condition read_condition(const Json& spec, const std::string& at, bool ignore_case) {
    if (!spec.is_object()) {
        throw invalid_params(at, "a condition has to be a map of field, operator and value");
    }
    const Operator& op = find_operator(spec, at);
    check_value(spec, op, at);
    Condition condition;
    condition.test = op.test;
    condition.ignore_case = ignore_case;
    const Json& field = spec["field"];
    if (!field.is_null() && !field.is_string()) {
        throw invalid_params(at + "/field", "field has to be a text, not " + field.describe());
    }
    condition.field = field.is_string() ? field.as_string() : "";
    condition.value = folded_value(spec["value"], ignore_case);
    if (op.test == matches) {
        re2::RE2::Options options;
        options.set_log_errors(false);
        options.set_case_sensitive(!ignore_case);
        condition.pattern = std::make_unique<re2::RE2>(spec["value"].as_string(), options);
        if (!condition.pattern->ok()) {
            throw invalid_params(at + "/value",
                                 "the pattern is no RE2 expression: " + condition.pattern->error());
        }
    }
    return condition;
}

std::vector<Condition> read_conditions(Call& call) {
    const bool ignore_case = call.param<bool>("ignore_case", false);
    std::vector<Condition> conditions;
    if (const Json* where = call.find_param("where"); where != nullptr && !where->is_null()) {
        if (call.find_param("operator") != nullptr || call.find_param("field") != nullptr) {
            throw invalid_params("/where", "give either where, or field, operator and value");
        }
        const auto list =
            where->is_array() ? call.param<std::vector<Json>>("where") : std::vector<Json>{*where};
        for (std::size_t i = 0; i < list.size(); ++i) {
            const std::string at = where->is_array() ? pointer_to("where", i) : "/where";
            conditions.push_back(read_condition(list[i], at, ignore_case));
        }
    } else if (call.find_param("operator") != nullptr || call.find_param("field") != nullptr ||
               call.find_param("value") != nullptr) {
        conditions.push_back(read_condition(call.params(), "", ignore_case));
    }
    if (conditions.empty()) {
        throw invalid_params("/where", "there is no condition: give where, or field and value");
    }
    return conditions;
}

}  // namespace

Json filter(Call& call) {
    const std::vector<Condition> conditions = read_conditions(call);
    const bool any = call.choice<bool>("match", {{"all", false}, {"any", true}}, false);
    const Json list = list_param(call);

    Json items = Json::array();
    for (const Json& item : list.as_array()) {
        call.check();
        const auto holds = [&](const Condition& condition) {
            return condition.test(condition, find_path(item, condition.field));
        };
        const bool kept = any ? std::any_of(conditions.begin(), conditions.end(), holds)
                              : std::all_of(conditions.begin(), conditions.end(), holds);
        if (kept) {
            items.push_back(item);
        }
    }
    const std::size_t count = items.size();
    return {{"items", std::move(items)}, {"count", count}, {"total", list.size()}};
}

}  // namespace oa::json
