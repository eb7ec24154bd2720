#include "host/cli/plugin_schema.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "host/log/logger.hpp"

namespace oa::host {
namespace {

constexpr std::size_t enum_columns_max = 24;
constexpr std::size_t default_columns_max = 16;

std::string text_of(const boost::json::value& value) {
    const auto* text = value.if_string();
    return text != nullptr ? printable(*text) : core::write_json(value);
}

std::string joined(const boost::json::array& values, std::string_view between) {
    std::string out;
    for (const auto& value : values) {
        out += (out.empty() ? "" : std::string(between)) + text_of(value);
    }
    return out;
}

const boost::json::array* array_at(const boost::json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value == nullptr ? nullptr : value->if_array();
}

bool is_required(const boost::json::object& schema, std::string_view name) {
    const auto* required = array_at(schema, "required");
    return required != nullptr &&
           std::any_of(required->begin(), required->end(), [name](const auto& entry) {
               return entry.is_string() && entry.get_string() == name;
           });
}

std::string alternatives(const boost::json::array& schemas) {
    std::string out;
    for (const auto& schema : schemas) {
        const auto words = type_words(schema);
        if (words == "any") {
            return "any";
        }
        out += (out.empty() ? "" : "|") + words;
    }
    return out;
}

void add_sentence(std::string& text, const std::string& sentence) {
    if (!sentence.empty()) {
        text += (text.empty() ? "" : "; ") + sentence;
    }
}

/// The description of a property and what else the schema says of it.
std::string description_of(const boost::json::object& property) {
    std::string out;
    if (const auto* text = property.if_contains("description"); text && text->is_string()) {
        out = printable(text->get_string());
    } else if (const auto* title = property.if_contains("title"); title && title->is_string()) {
        out = printable(title->get_string());
    }
    if (const auto* values = array_at(property, "enum");
        values != nullptr && type_words(property) == "enum") {
        add_sentence(out, "one of " + joined(*values, ", "));
    }
    constexpr std::array<std::pair<std::string_view, std::string_view>, 9> limits{{
        {"minimum", "at least "},
        {"exclusiveMinimum", "more than "},
        {"maximum", "at most "},
        {"exclusiveMaximum", "less than "},
        {"minLength", "characters at least "},
        {"maxLength", "characters at most "},
        {"minItems", "elements at least "},
        {"maxItems", "elements at most "},
        {"pattern", "pattern "},
    }};
    for (const auto& [key, words] : limits) {
        if (const auto* limit = property.if_contains(key)) {
            add_sentence(out, std::string(words) + text_of(*limit));
        }
    }
    if (const auto* value = property.if_contains("default");
        value != nullptr && core::write_json(*value).size() > default_columns_max) {
        add_sentence(out, "default " + core::write_json(*value));
    }
    return out;
}

std::string short_default(const boost::json::object& property) {
    const auto* value = property.if_contains("default");
    if (value == nullptr) {
        return {};
    }
    const auto json = core::write_json(*value);
    if (json.size() > default_columns_max) {
        return "see text";
    }
    return value->is_string() && !value->get_string().empty() ? text_of(*value) : json;
}

}  // namespace

std::string type_words(const boost::json::value& schema) {
    const auto* object = schema.if_object();
    if (object == nullptr) {
        return "any";
    }
    if (const auto* values = array_at(*object, "enum")) {
        auto words = joined(*values, "|");
        return words.size() <= enum_columns_max ? words : "enum";
    }
    if (const auto* value = object->if_contains("const")) {
        return text_of(*value);
    }
    if (const auto* type = object->if_contains("type")) {
        const auto* several = type->if_array();
        auto words = several != nullptr ? joined(*several, "|") : text_of(*type);
        const auto* items = object->if_contains("items");
        if (words == "array" && items != nullptr && type_words(*items) != "any") {
            words += " of " + type_words(*items);
        }
        return words;
    }
    for (const char* key : {"oneOf", "anyOf"}) {
        if (const auto* several = array_at(*object, key); several != nullptr && !several->empty()) {
            return alternatives(*several);
        }
    }
    return "any";
}

TextTable property_table(const boost::json::object& schema) {
    TextTable out;
    out.rows.push_back({"NAME", "TYPE", "REQUIRED", "DEFAULT", "DESCRIPTION"});
    const auto* properties = schema.if_contains("properties");
    if (properties == nullptr || !properties->is_object()) {
        return out;
    }
    static const boost::json::object anything;
    for (const auto& member : properties->get_object()) {
        const auto* as_object = member.value().if_object();
        const auto& property = as_object == nullptr ? anything : *as_object;
        out.rows.push_back({printable(member.key()), type_words(member.value()),
                            is_required(schema, member.key()) ? "yes" : "", short_default(property),
                            description_of(property)});
    }
    return out;
}

}  // namespace oa::host
