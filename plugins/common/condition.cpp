#include "plugins/common/condition.hpp"

#include <algorithm>
#include <compare>
#include <optional>
#include <utility>
#include <vector>

#include <re2/re2.h>

#include "oa/error.hpp"
#include "plugins/common/json_values.hpp"

namespace oa::common {
namespace {

Json folded(const Json& value, bool ignore_case) {
    return ignore_case && value.is_string() ? Json(lower_case(value.as_string())) : value;
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

}  // namespace

/// What the operators mean.
struct ConditionTests {
    static bool equal(const Condition& condition, const Json* actual) {
        // Something that is missing is null.
        return folded(actual != nullptr ? *actual : Json(), condition.ignore_case_) ==
               condition.value_;
    }

    static bool not_equal(const Condition& condition, const Json* actual) {
        return !equal(condition, actual);
    }

    /// Numbers and numeric texts by value where one side is a number, two texts as texts. Nothing
    /// when they have no order.
    static std::optional<std::weak_ordering> order(const Condition& condition, const Json* actual) {
        if (actual == nullptr) {
            return std::nullopt;
        }
        if (actual->is_string() && condition.value_.is_string()) {
            const Json text = folded(*actual, condition.ignore_case_);
            return text.as_string() <=> condition.value_.as_string();
        }
        const auto left = number_of(*actual);
        const auto right = number_of(condition.value_);
        return left && right ? std::optional(compare_numbers(*left, *right)) : std::nullopt;
    }

    static bool less(const Condition& condition, const Json* actual) {
        const auto found = order(condition, actual);
        return found && std::is_lt(*found);
    }
    static bool less_or_equal(const Condition& condition, const Json* actual) {
        const auto found = order(condition, actual);
        return found && std::is_lteq(*found);
    }
    static bool greater(const Condition& condition, const Json* actual) {
        const auto found = order(condition, actual);
        return found && std::is_gt(*found);
    }
    static bool greater_or_equal(const Condition& condition, const Json* actual) {
        const auto found = order(condition, actual);
        return found && std::is_gteq(*found);
    }

    static bool contains(const Condition& condition, const Json* actual) {
        if (actual == nullptr) {
            return false;
        }
        if (actual->is_array()) {
            const auto& array = actual->as_array();
            return std::any_of(array.begin(), array.end(),
                               [&](const Json& element) { return equal(condition, &element); });
        }
        if (!condition.value_.is_string()) {
            return false;
        }
        const std::string& part = condition.value_.as_string();
        if (actual->is_object()) {
            return actual->contains(part);
        }
        return actual->is_string() &&
               folded(*actual, condition.ignore_case_).as_string().find(part) != std::string::npos;
    }

    static bool is_in(const Condition& condition, const Json* actual) {
        const Json value = folded(actual != nullptr ? *actual : Json(), condition.ignore_case_);
        const auto& choices = condition.value_.as_array();
        return std::find(choices.begin(), choices.end(), value) != choices.end();
    }

    static bool exists(const Condition&, const Json* actual) { return actual != nullptr; }
    static bool not_exists(const Condition&, const Json* actual) { return actual == nullptr; }

    static bool starts_with(const Condition& condition, const Json* actual) {
        return actual != nullptr && actual->is_string() &&
               folded(*actual, condition.ignore_case_)
                   .as_string()
                   .starts_with(condition.value_.as_string());
    }

    static bool ends_with(const Condition& condition, const Json* actual) {
        return actual != nullptr && actual->is_string() &&
               folded(*actual, condition.ignore_case_)
                   .as_string()
                   .ends_with(condition.value_.as_string());
    }

    static bool matches(const Condition& condition, const Json* actual) {
        return actual != nullptr && actual->is_string() &&
               re2::RE2::PartialMatch(actual->as_string(), *condition.pattern_);
    }

    static bool is_empty(const Condition&, const Json* actual) {
        return actual == nullptr || actual->is_null() ||
               (actual->is_string() && actual->as_string().empty()) ||
               ((actual->is_array() || actual->is_object()) && actual->empty());
    }
    static bool not_empty(const Condition& condition, const Json* actual) {
        return !is_empty(condition, actual);
    }

    enum class Needs { Nothing, Value, Text, List };
    struct Operator {
        std::string_view name;
        Condition::Test test;
        Needs needs;
    };
    static const std::vector<Operator>& operators() {
        static const std::vector<Operator> all{
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
            {"is_empty", is_empty, Needs::Nothing},
            {"not_empty", not_empty, Needs::Nothing},
            {"starts_with", starts_with, Needs::Text},
            {"ends_with", ends_with, Needs::Text},
            {"matches", matches, Needs::Text},
        };
        return all;
    }
};

namespace {

using Operator = ConditionTests::Operator;
using Needs = ConditionTests::Needs;

const Operator& find_operator(const Json& spec, const std::string& at) {
    const auto& operators = ConditionTests::operators();
    const Json& name = spec["operator"];
    if (name.is_null()) {
        return operators.front();
    }
    const auto found =
        std::find_if(operators.begin(), operators.end(),
                     [&](const Operator& candidate) { return name == Json(candidate.name); });
    if (found == operators.end()) {
        std::string known;
        for (const Operator& candidate : operators) {
            known += (known.empty() ? "" : ", ") + std::string(candidate.name);
        }
        throw invalid_params(at + "/operator", "operator has to be one of " + known);
    }
    return *found;
}

void check_value(const Json* value, const Operator& op, const std::string& at) {
    const bool fits = op.needs == Needs::Nothing ||
                      (op.needs == Needs::Value && value != nullptr) ||
                      (op.needs == Needs::Text && value != nullptr && value->is_string()) ||
                      (op.needs == Needs::List && value != nullptr && value->is_array());
    if (!fits) {
        const char* const what = op.needs == Needs::List   ? "a list"
                                 : op.needs == Needs::Text ? "a text"
                                                           : "a value";
        throw invalid_params(at, "operator " + std::string(op.name) + " needs " + what +
                                     " as its value, found " +
                                     (value != nullptr ? value->describe() : "nothing"));
    }
}

}  // namespace

Condition::Condition() = default;
Condition::Condition(Condition&& other) noexcept = default;
Condition& Condition::operator=(Condition&& other) noexcept = default;
Condition::~Condition() = default;

Condition Condition::read(const Json& spec,
                          const std::string& at,
                          bool ignore_case,
                          std::string_view value_key) {
    if (!spec.is_object()) {
        throw invalid_params(at, "a condition has to be a map of field, operator and value");
    }
    const std::string value_at = at + "/" + std::string(value_key);
    const Json* value = spec.find(value_key);
    const Operator& op = find_operator(spec, at);
    check_value(value, op, value_at);
    Condition condition;
    condition.test_ = op.test;
    condition.ignore_case_ = ignore_case;
    const Json& field = spec["field"];
    if (!field.is_null() && !field.is_string()) {
        throw invalid_params(at + "/field", "field has to be a text, not " + field.describe());
    }
    condition.field_ = field.is_string() ? field.as_string() : "";
    condition.value_ = value != nullptr ? folded_value(*value, ignore_case) : Json();
    if (op.test == ConditionTests::matches) {
        re2::RE2::Options options;
        options.set_log_errors(false);
        options.set_case_sensitive(!ignore_case);
        condition.pattern_ = std::make_unique<re2::RE2>(value->as_string(), options);
        if (!condition.pattern_->ok()) {
            throw invalid_params(
                value_at, "the pattern is no RE2 expression: " + condition.pattern_->error());
        }
    }
    return condition;
}

bool Condition::holds(const Json* actual) const {
    return test_(*this, actual);
}

bool Condition::holds_in(const Json& item) const {
    return holds(find_path(item, field_));
}

}  // namespace oa::common
