#include "core/workflow/parameter_check.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "core/workflow/json_type.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;

/// The engine gives it where the document does not.
constexpr std::string_view input_parameter = "input";

const json::object* property_schema(const FunctionInfo& function, std::string_view name) {
    const json::value* properties = function.params_schema.if_contains("properties");
    if (properties == nullptr || !properties->is_object()) {
        return nullptr;
    }
    const json::value* property = properties->get_object().if_contains(name);
    return property == nullptr ? nullptr : property->if_object();
}

/// The types that a schema allows; none when it does not say.
std::vector<std::string> allowed_types(const json::object& schema) {
    std::vector<std::string> types;
    const json::value* type = schema.if_contains("type");
    if (type == nullptr) {
        return types;
    }
    if (type->is_string()) {
        types.emplace_back(type->get_string());
    } else if (type->is_array()) {
        for (const json::value& item : type->get_array()) {
            if (item.is_string()) {
                types.emplace_back(item.get_string());
            }
        }
    }
    return types;
}

std::string call_name(const FunctionInfo& function) {
    return function.module + "." + function.function;
}

void check_value(Reading& reading,
                 const FunctionInfo& function,
                 const GivenParameter& parameter,
                 const json::object& schema) {
    const json::value& value = parameter.value->literal();
    const SourcePosition position = parameter.entry->value->position;
    const std::string subject =
        "the parameter '" + excerpt(parameter.entry->key) + "' of " + call_name(function);
    const std::vector<std::string> types = allowed_types(schema);
    const bool fits =
        types.empty() || std::any_of(types.begin(), types.end(),
                                     [&value](const auto& type) { return has_type(value, type); });
    if (!fits) {
        std::string expected;
        for (std::size_t i = 0; i < types.size(); ++i) {
            expected += (i > 0 ? " or " : "") + with_article(types[i]);
        }
        const bool could_be_quoted =
            types == std::vector<std::string>{"string"} && value.is_primitive() && !value.is_null();
        reading.error(position, subject + " takes " + expected + ", not " + describe(value),
                      could_be_quoted ? "put it into quotes to have it as a text" : "");
        return;
    }
    const json::value* values = schema.if_contains("enum");
    if (values != nullptr && values->is_array() && !is_among(value, values->get_array())) {
        std::vector<std::string> words;
        for (const json::value& item : values->get_array()) {
            if (item.is_string()) {
                words.emplace_back(item.get_string());
            }
        }
        reading.error(
            position,
            subject + " takes " + list_values(values->get_array()) + ", not " + describe(value),
            value.is_string()
                ? reading.suggest({value.get_string().data(), value.get_string().size()}, words)
                : "");
    }
}

void check_required(Reading& reading,
                    const FunctionInfo& function,
                    const std::vector<GivenParameter>& given,
                    SourcePosition call) {
    const json::value* required = function.params_schema.if_contains("required");
    if (required == nullptr || !required->is_array()) {
        return;
    }
    for (const json::value& item : required->get_array()) {
        if (!item.is_string() || item.get_string() == input_parameter) {
            continue;
        }
        const std::string_view name(item.get_string().data(), item.get_string().size());
        const bool there = std::any_of(
            given.begin(), given.end(),
            [name](const GivenParameter& parameter) { return parameter.entry->key == name; });
        if (!there) {
            reading.error(call, "the parameter '" + std::string(name) + "' of " +
                                    call_name(function) + " is missing");
        }
    }
}

}  // namespace

void check_parameters(Reading& reading,
                      const FunctionInfo& function,
                      const std::vector<GivenParameter>& given,
                      SourcePosition call) {
    for (const GivenParameter& parameter : given) {
        const std::string& name = parameter.entry->key;
        if (!function.open && !function.takes(name)) {
            reading.error(parameter.entry->key_position,
                          call_name(function) + " has no parameter '" + excerpt(name) + "'",
                          reading.suggest(name, function.parameters));
            continue;
        }
        const json::object* schema = property_schema(function, name);
        if (schema != nullptr && parameter.value->is_literal()) {
            check_value(reading, function, parameter, *schema);
        }
    }
    check_required(reading, function, given, call);
}

}  // namespace oa::core
