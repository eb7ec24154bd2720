// transform, condition and merge, as older documents know them.

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "merging.hpp"
#include "older.hpp"
#include "plugins/common/condition.hpp"
#include "plugins/common/json_values.hpp"
#include "plugins/common/python.hpp"
#include "steps.hpp"

namespace oa::utils {
namespace {

using common::Condition;

/// The parameter, or else the input.
const Json& data_or_input(Call& call) {
    const Json* data = call.find_param("data");
    if (data == nullptr) {
        data = call.find_param("input");
    }
    if (data == nullptr) {
        throw invalid_params("/data", "data is missing, and there is no input");
    }
    return *data;
}

const Json::Array& list_of(const Json& data, std::string_view operation) {
    if (!data.is_array()) {
        throw invalid_params("/data", "operation " + std::string(operation) +
                                          " takes a list, not " + data.describe());
    }
    return data.as_array();
}

/// What the operations on texts take: they look for content in an input.
Json change_text(Call& call, std::string_view operation) {
    const Json* data = &data_or_input(call);
    if (call.find_param("data") == nullptr && data->find("content") != nullptr) {
        data = data->find("content");
    }
    Json options = call.param<Json>("options", Json::object());
    if (operation == "join") {
        static_cast<void>(list_of(*data, operation));
        if (options.find("separator") == nullptr) {
            options["separator"] = "";
        }
    }
    const std::string_view step = operation == "strip" ? "trim" : operation;
    Json result = apply_step(step, options, *data, "/options");
    Json out{{"operation", operation},
             {"original_type", common::python_type(*data)},
             {"result_type", common::python_type(result)}};
    out["result"] = std::move(result);
    return out;
}

// ---- transform of a list, as before 2026

Json filter_list(Call& call, const Json& data) {
    const Json& condition = call.params()["condition"];
    const auto field = call.param<std::string>("field", "");
    const std::string op =
        condition.is_object() ? condition.get<std::string>("operator", "==") : "";
    constexpr std::array<std::string_view, 5> known{"==", "!=", ">", "<", "contains"};
    if (field.empty() || std::find(known.begin(), known.end(), op) == known.end()) {
        return data;
    }
    const Condition test =
        Condition::read({{"operator", op}, {"value", condition["value"]}}, "/condition", false);
    static const Json zero = 0;
    Json::Array kept;
    for (const Json& item : list_of(data, "filter")) {
        call.check();
        const Json* value = item.find(field);
        const Json text = op == "contains" && value != nullptr ? common::text_of(*value) : Json();
        const bool ordered = op == ">" || op == "<";
        const Json* left = op == "contains" ? &text : value == nullptr && ordered ? &zero : value;
        if (item.is_object() && test.holds(left)) {
            kept.push_back(item);
        }
    }
    return kept;
}

Json map_list(Call& call, const Json& data) {
    const auto field = call.param<std::string>("field", "");
    if (field.empty()) {
        return data;
    }
    Json::Array values;
    for (const Json& item : list_of(data, "map")) {
        call.check();
        values.push_back(item[field]);
    }
    return values;
}

Json fields_of(const Json& item, const std::vector<std::string>& fields) {
    Json out = Json::object();
    for (const std::string& field : fields) {
        if (const Json* value = item.find(field)) {
            out[field] = *value;
        }
    }
    return out;
}

Json extract_fields(Call& call, const Json& data) {
    const auto fields = call.param<std::vector<std::string>>("fields", {});
    if (!data.is_array()) {
        return data.is_object() ? fields_of(data, fields) : data;
    }
    Json::Array items;
    for (const Json& item : data.as_array()) {
        call.check();
        items.push_back(fields_of(item, fields));
    }
    return items;
}

Json aggregate_list(Call& call, const Json& data) {
    const auto kind = call.param<std::string>("agg_type", "count");
    const auto field = call.param<std::string>("field", "");
    const Json::Array& list = list_of(data, "aggregate");
    double sum = 0;
    std::size_t maps = 0;
    for (const Json& item : list) {
        call.check();
        maps += item.is_object() ? 1 : 0;
        const auto number = common::number_of(item[field]);
        sum += number ? number->as_double() : 0;
    }
    Json result = list.size();
    if (kind == "sum" && !field.empty()) {
        result = sum;
    } else if (kind == "avg" && !field.empty()) {
        result = maps == 0 ? 0 : sum / static_cast<double>(maps);
    }
    return {{"aggregation", kind},
            {"field", field.empty() ? Json() : Json(field)},
            {"result", std::move(result)},
            {"count", list.size()}};
}

// ---- condition

/// The first of these parameters that is there; nullptr where there is none.
const Json* first_of(Call& call, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
        if (const Json* value = call.find_param(name)) {
            return value;
        }
    }
    return nullptr;
}

/// What `conditional` compares when it is not told: the input, or a field of it.
const Json* left_of_input(Call& call) {
    const Json* input = call.find_param("input");
    const auto field = call.find_param<std::string>("field");
    return input != nullptr && field ? input->find(*field) : input;
}

bool compares(const char* op, const Json& left, const Json& right) {
    const auto a = common::number_of(left);
    const auto b = common::number_of(right);
    if (!a || !b) {
        throw invalid_params(a ? "/right" : "/left", "greater and less compare numbers, found " +
                                                         (a ? right : left).describe());
    }
    return Condition::read({{"operator", op}, {"value", *b}}, "", false).holds(&*a);
}

bool contains(const Json& left, const Json& right) {
    if (!right.is_string()) {
        throw invalid_params("/right", "contains looks for a text, found " + right.describe());
    }
    return common::text_of(left).find(right.as_string()) != std::string::npos;
}

bool holds(const std::string& op, const Json& left, const Json& right) {
    if (op == "equals" || op == "not_equals") {
        return (left == right) == (op == "equals");
    }
    if (op == "greater" || op == "less") {
        return compares(op == "greater" ? ">" : "<", left, right);
    }
    if (op == "contains") {
        return contains(left, right);
    }
    return (op == "exists" && !left.is_null()) || (op == "is_empty" && !common::python_truth(left));
}

}  // namespace

Json older_transform(Call& call) {
    const auto operation = call.param<std::string>("operation");
    for (const std::string_view text : {"upper", "lower", "strip", "replace", "split", "join"}) {
        if (operation == text) {
            return change_text(call, operation);
        }
    }
    using Work = Json (*)(Call&, const Json&);
    constexpr std::pair<std::string_view, Work> works[] = {
        {"filter", filter_list},
        {"map", map_list},
        {"extract", extract_fields},
        {"aggregate", aggregate_list},
        {"passthrough", [](Call&, const Json& data) { return data; }},
    };
    for (const auto& [name, work] : works) {
        if (operation == name) {
            return work(call, data_or_input(call));
        }
    }
    throw invalid_params("/operation",
                         "there is no operation '" + operation +
                             "'; known are upper, lower, strip, replace, split, join, filter, "
                             "map, extract, aggregate and passthrough");
}

void older_condition(Call& call) {
    const auto given = call.find_param<std::string>("operator");
    const std::string op = given ? *given : call.param<std::string>("condition_type", "equals");
    const Json* left = first_of(call, {"left", "left_value"});
    if (left == nullptr && !given) {
        left = left_of_input(call);
    }
    const Json* right = first_of(call, {"right", "right_value"});
    static const Json none;
    const Json& left_value = left != nullptr ? *left : none;
    const Json& right_value = right != nullptr ? *right : none;
    const bool result = holds(op, left_value, right_value);
    call.result({{"condition_result", result},
                 {"condition_type", op},
                 {"left_value", left_value},
                 {"right_value", right_value}});
    if (!result) {
        throw failed_precondition("the condition " + op + " does not hold").with_retry(Retry::No);
    }
}

Json older_merge(Call& call) {
    const auto type = call.param<std::string>("merge_type", "dict");
    const auto sources = call.param<std::vector<std::string>>("sources", {});
    const Json* outputs = call.find_param("outputs");
    if (!sources.empty() && outputs == nullptr) {
        throw invalid_params("/outputs",
                             "a module does not see the outputs of tasks, except under compat: "
                             "oa3: give outputs, such as {a: \"${tasks.a.output}\"}");
    }
    if (type != "dict" && type != "list" && type != "concat") {
        return {};
    }
    const MergeMode mode = type == "dict"   ? MergeMode::Dict
                           : type == "list" ? MergeMode::List
                                            : MergeMode::Concat;
    Merging merging(mode, call.param<std::string>("separator", "\n"), false);
    const auto add = [&](const Json& value) {
        call.check();
        if (mode == MergeMode::Concat || (mode == MergeMode::List && value.is_array()) ||
            (mode == MergeMode::Dict && value.is_object())) {
            merging.add(value);
        }
    };
    for (const std::string& name : sources) {
        const Json* output = outputs->find(name);
        add(output != nullptr ? *output : Json("None"));
    }
    if (const Json* input = call.find_param("input")) {
        add(*input);
    }
    return merging.take();
}

}  // namespace oa::utils
