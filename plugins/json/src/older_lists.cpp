// jsonfilter, oadataframe.filter, jsonaggregate and jsonsort.

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data.hpp"
#include "older.hpp"
#include "plugins/common/python.hpp"

namespace oa::json {
namespace {

constexpr OlderInput filter_input{{"json", "data", "rows", "content"}, false};
constexpr OlderInput aggregate_input{{"filtered", "transformed", "json"}, true};
constexpr OlderInput sort_input{{"filtered", "json"}, true};

struct OlderCondition {
    std::string field;
    std::string op;
    Json value;
    bool case_sensitive = true;
};

Json in_lower_case(const Json& value) {
    return value.is_string() ? Json(lower_case(value.as_string())) : value;
}

bool is_in(const Json& value, const Json& choices) {
    Json list = choices;
    if (choices.is_string()) {
        try {
            list = Json::parse(choices.as_string());
        } catch (const JsonError&) {
            return false;
        }
    }
    return list.is_array() && std::find(list.as_array().begin(), list.as_array().end(), value) !=
                                  list.as_array().end();
}

bool is_ordered(const std::string& op, const Json& left, const Json& right) {
    const auto a = older_float(left);
    const auto b = older_float(right);
    if (!a || !b) {
        return false;
    }
    return (op == ">" && *a > *b) || (op == "<" && *a < *b) || (op == ">=" && *a >= *b) ||
           (op == "<=" && *a <= *b);
}

bool passes(const OlderCondition& condition, const Json& item) {
    const Json* found = item.find(condition.field);
    const std::string& op = condition.op;
    if (op == "exists" || op == "not_exists") {
        return (found != nullptr) == (op == "exists");
    }
    const bool folds = !condition.case_sensitive && condition.value.is_string() &&
                       item[condition.field].is_string();
    const Json left = folds ? in_lower_case(item[condition.field]) : item[condition.field];
    const Json right = folds ? in_lower_case(condition.value) : condition.value;
    if (op == "==" || op == "!=") {
        return (left == right) == (op == "==");
    }
    if (op == "contains") {
        return found != nullptr && right.is_string() &&
               text_of(left).find(right.as_string()) != std::string::npos;
    }
    return op == "in" ? is_in(left, right) : is_ordered(op, left, right);
}

Json filtered(Call& call, const OlderCondition& condition) {
    const Json list = older_list(call, filter_input);
    Json::Array kept;
    for (const Json& item : list.as_array()) {
        call.check();
        if (item.is_object() && passes(condition, item)) {
            kept.push_back(item);
        }
    }
    const std::size_t count = kept.size();
    return {{"filtered", std::move(kept)},
            {"count", count},
            {"original_count", list.size()},
            {"filter",
             {{"field", condition.field}, {"operator", condition.op}, {"value", condition.value}}}};
}

/// A value as it stands in a condition: JSON, or a text with or without single quotes.
Json written_value(std::string_view text) {
    if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') {
        return std::string(text.substr(1, text.size() - 2));
    }
    try {
        return Json::parse(text);
    } catch (const JsonError&) {
        return std::string(text);
    }
}

/// "age > 18"
OlderCondition written_condition(std::string_view text) {
    std::size_t at = std::string_view::npos;
    std::string_view op;
    for (const std::string_view candidate :
         {"==", "!=", ">=", "<=", ">", "<", " contains ", " in "}) {
        const std::size_t found = text.find(candidate);
        if (found < at) {
            at = found;
            op = candidate;
        }
    }
    const std::string_view field = trimmed(text.substr(0, at));
    const std::string_view value =
        at == std::string_view::npos ? std::string_view() : trimmed(text.substr(at + op.size()));
    if (field.empty() || value.empty()) {
        throw invalid_params(
            "/condition", "a condition is a field, an operator and a value, such as \"age > 18\"");
    }
    return {std::string(field), std::string(trimmed(op)), written_value(value), true};
}

// ---- aggregate

using Group = std::pair<std::string, std::vector<const Json*>>;

/// By the text of a field, in the order in which they were met. "null" where it is missing, "None"
/// where it is null.
std::vector<Group> groups_of(Call& call, const Json::Array& list, const std::string& field) {
    std::vector<Group> groups;
    Json positions = Json::object();
    for (const Json& item : list) {
        call.check();
        if (!item.is_object()) {
            continue;
        }
        const Json* value = item.find(field);
        const std::string name = value == nullptr   ? "null"
                                 : value->is_null() ? "None"
                                                    : text_of(*value);
        Json& position = positions[name];
        if (position.is_null()) {
            position = groups.size();
            groups.emplace_back(name, std::vector<const Json*>());
        }
        groups[position.as<std::size_t>()].second.push_back(&item);
    }
    return groups;
}

/// Nothing where no item has a number.
std::optional<Json> computed(const std::string& operation,
                             const std::vector<const Json*>& items,
                             const std::string& field) {
    if (operation == "count") {
        return Json(items.size());
    }
    if (operation == "group") {
        Json::Array members;
        for (const Json* item : items) {
            members.push_back(*item);
        }
        return Json(std::move(members));
    }
    std::vector<double> numbers;
    for (const Json* item : items) {
        if (const auto number = older_float((*item)[field])) {
            numbers.push_back(*number);
        }
    }
    if (numbers.empty()) {
        return std::nullopt;
    }
    if (operation == "min" || operation == "max") {
        const auto [least, most] = std::minmax_element(numbers.begin(), numbers.end());
        return Json(operation == "min" ? *least : *most);
    }
    double sum = 0;
    for (const double number : numbers) {
        sum += number;
    }
    return Json(operation == "avg" ? sum / static_cast<double>(numbers.size()) : sum);
}

void require_aggregate(const std::string& operation, bool has_field, bool has_group) {
    constexpr std::string_view known[] = {"count", "sum", "avg", "min", "max", "group"};
    if (std::find(std::begin(known), std::end(known), operation) == std::end(known)) {
        throw invalid_params("/operation", "there is no operation '" + operation +
                                               "': count, sum, avg, min, max or group");
    }
    if (operation == "group" && !has_group) {
        throw invalid_params("/group_by", "operation group needs group_by");
    }
    if (operation != "group" && operation != "count" && !has_field) {
        throw invalid_params("/field", "operation " + operation + " needs field");
    }
}

// ---- sort

struct Ranked {
    double number = 0;
    std::string text;
    const Json* item = nullptr;
};

const Json& sorted_by(const Json& item, const std::string& field) {
    return item.is_object() ? item[field] : item;
}

}  // namespace

Json jsonfilter(Call& call) {
    if (call.find_param("value") == nullptr) {
        throw invalid_params("/value", "value is missing");
    }
    return filtered(call, {call.param<std::string>("field"), call.param<std::string>("operator"),
                           call.params()["value"],
                           call.find_param("case_sensitive") == nullptr ||
                               common::says_yes(call.params()["case_sensitive"])});
}

Json dataframe_filter(Call& call) {
    return filtered(call, written_condition(call.param<std::string_view>("condition")));
}

Json jsonaggregate(Call& call) {
    const auto operation = call.param<std::string>("operation");
    const auto field = call.find_param<std::string>("field");
    const auto group_by = call.find_param<std::string>("group_by");
    require_aggregate(operation, field.has_value(), group_by.has_value());
    const Json list = older_list(call, aggregate_input);
    Json result;
    if (group_by) {
        result = Json::object();
        for (const auto& [name, items] : groups_of(call, list.as_array(), *group_by)) {
            if (auto value = computed(operation, items, field.value_or(""))) {
                result[name] = std::move(*value);
            }
        }
    } else {
        std::vector<const Json*> items;
        for (const Json& item : list.as_array()) {
            items.push_back(&item);
        }
        result = computed(operation, items, field.value_or("")).value_or(Json(0));
    }
    return {{"result", std::move(result)},
            {"operation", operation},
            {"field", field ? Json(*field) : Json()},
            {"group_by", group_by ? Json(*group_by) : Json()},
            {"input_count", list.size()}};
}

Json jsonsort(Call& call) {
    const auto field = call.param<std::string>("sort_by");
    const bool reverse = common::says_yes(call.params()["reverse"]);
    const Json list = older_list(call, sort_input);
    const Json::Array& items = list.as_array();
    const auto first = std::find_if(items.begin(), items.end(), [&](const Json& item) {
        return !sorted_by(item, field).is_null();
    });
    const Json* asked = call.find_param("numeric");
    const bool numeric = asked != nullptr && !asked->is_null()
                             ? common::says_yes(*asked)
                             : first != items.end() && sorted_by(*first, field).is_number();
    std::vector<Ranked> ranked;
    for (const Json& item : items) {
        call.check();
        const Json& value = sorted_by(item, field);
        Ranked rank{0, "", &item};
        if (numeric) {
            rank.number = older_float(value).value_or(std::numeric_limits<double>::infinity());
        } else if (!value.is_null()) {
            rank.text = lower_case(text_of(value));
        }
        ranked.push_back(std::move(rank));
    }
    std::stable_sort(ranked.begin(), ranked.end(), [&](const Ranked& a, const Ranked& b) {
        const Ranked& low = reverse ? b : a;
        const Ranked& high = reverse ? a : b;
        return numeric ? low.number < high.number : low.text < high.text;
    });
    Json::Array sorted;
    for (const Ranked& rank : ranked) {
        sorted.push_back(*rank.item);
    }
    const std::size_t count = sorted.size();
    return {{"sorted", std::move(sorted)},
            {"count", count},
            {"sort_by", field},
            {"reverse", reverse},
            {"numeric", numeric}};
}

}  // namespace oa::json
