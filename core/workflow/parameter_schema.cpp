#include "core/workflow/parameter_schema.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

namespace oa::core {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 7> annotations = {
    "title", "description", "markdownDescription", "default", "examples", "deprecated", "$comment"};
constexpr std::array<std::string_view, 5> maps_of_schemas = {
    "properties", "patternProperties", "$defs", "definitions", "dependentSchemas"};
constexpr std::array<std::string_view, 2> lists_of_schemas = {"allOf", "anyOf"};
/// Words that can keep a text with a placeholder out.
constexpr std::array<std::string_view, 13> limits_of_texts = {
    "enum",  "const", "pattern", "format", "minLength", "maxLength",      "$ref",
    "allOf", "anyOf", "oneOf",   "not",    "if",        "contentEncoding"};

template <std::size_t Count>
bool is_among(std::string_view word, const std::array<std::string_view, Count>& words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool takes_any_text(const json::object& schema) {
    const auto* type = schema.if_contains("type");
    if (type != nullptr && type->is_array()) {
        const auto& types = type->get_array();
        if (std::find(types.begin(), types.end(), json::value("string")) == types.end()) {
            return false;
        }
    } else if (type != nullptr && *type != json::value("string")) {
        return false;
    }
    return std::none_of(schema.begin(), schema.end(), [](const auto& member) {
        const bool one_character = member.key() == "minLength" && member.value() == json::value(1);
        return !one_character && is_among(member.key(), limits_of_texts);
    });
}

class Relaxing {
public:
    explicit Relaxing(const std::string& pointer) : pointer_(pointer) {}

    /// What stands there, or a placeholder.
    json::value value(const json::value& schema) {
        const auto* object = schema.if_object();
        if (object == nullptr || takes_any_text(*object)) {
            return object == nullptr ? schema : json::value(inside(*object));
        }
        json::object notes;
        json::object rest;
        for (const auto& member : inside(*object)) {
            (is_among(member.key(), annotations) ? notes : rest)
                .emplace(member.key(), member.value());
        }
        notes["anyOf"] =
            json::array{std::move(rest), json::object{{"$ref", "#/definitions/placeholder"}}};
        return notes;
    }

    /// The same schema, in which all parts may be placeholders.
    json::object inside(const json::object& schema) {
        json::object out;
        for (const auto& member : schema) {
            const std::string_view key = member.key();
            if (key == "$schema" || key == "$id" || key == "$anchor") {
                continue;
            }
            if (key == "oneOf" && member.value().is_array()) {
                // A placeholder fits more than one of them.
                out["anyOf"] = each(member.value().get_array(), false);
            } else {
                out[key] = word(key, member.value(), schema);
            }
        }
        return out;
    }

private:
    json::value word(std::string_view key, const json::value& content, const json::object& schema) {
        if (is_among(key, maps_of_schemas) && content.is_object()) {
            json::object out;
            for (const auto& member : content.get_object()) {
                out.emplace(member.key(), value(member.value()));
            }
            return out;
        }
        if (is_among(key, lists_of_schemas) && content.is_array()) {
            return each(content.get_array(), false);
        }
        if (key == "prefixItems" && content.is_array()) {
            return each(content.get_array(), true);
        }
        if (key == "items") {
            // Draft 7 does not know prefixItems, and would ask this of all of them.
            const bool rest = schema.contains("prefixItems");
            return rest                 ? json::value(true)
                   : content.is_array() ? json::value(each(content.get_array(), true))
                                        : value(content);
        }
        if (key == "additionalProperties" || key == "contains") {
            return value(content);
        }
        if (key == "$ref" && content.is_string() && content.get_string().starts_with('#')) {
            return json::value(pointer_ + std::string(content.get_string().subview(1)));
        }
        return content;
    }

    json::array each(const json::array& schemas, bool values) {
        json::array out;
        for (const auto& schema : schemas) {
            const auto* object = schema.if_object();
            out.push_back(values              ? value(schema)
                          : object == nullptr ? schema
                                              : json::value(inside(*object)));
        }
        return out;
    }

    const std::string& pointer_;
};

json::array without_input(const json::value& required) {
    json::array out;
    if (const auto* names = required.if_array()) {
        std::copy_if(names->begin(), names->end(), std::back_inserter(out),
                     [](const json::value& name) { return name != json::value("input"); });
    }
    return out;
}

}  // namespace

json::object parameters_in_documents(const FunctionInfo& function, const std::string& pointer) {
    json::object schema = Relaxing(pointer).inside(function.params_schema);
    const auto* required = schema.if_contains("required");
    json::array names = required == nullptr ? json::array() : without_input(*required);
    // `utils.noop:` without anything behind it gives no parameters.
    schema["type"] = names.empty() ? json::value({"object", "null"}) : json::value("object");
    if (names.empty()) {
        schema.stable_erase("required");
    } else {
        schema["required"] = std::move(names);
    }
    if (!function.open) {
        schema["additionalProperties"] = false;
    }
    return schema;
}

}  // namespace oa::core
