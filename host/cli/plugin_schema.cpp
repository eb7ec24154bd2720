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

void add_clause(std::string& clauses, const std::string& clause) {
    clauses += (clauses.empty() ? "" : ", ") + clause;
}

/// "1 character", "3 elements", or just "5" for a number.
std::string amount(const boost::json::value& limit, std::string_view noun) {
    std::string count = text_of(limit);
    if (noun.empty()) {
        return count;
    }
    return count + " " + std::string(noun) + (count == "1" ? "" : "s");
}

/// The description of a property and, in brackets, what else the schema says of it.
std::string description_of(const boost::json::object& property) {
    std::string out;
    if (const auto* text = property.if_contains("description"); text && text->is_string()) {
        out = printable(text->get_string());
    } else if (const auto* title = property.if_contains("title"); title && title->is_string()) {
        out = printable(title->get_string());
    }
    std::string clauses;
    if (const auto* values = array_at(property, "enum");
        values != nullptr && type_words(property) == "enum") {
        add_clause(clauses, "one of " + joined(*values, ", "));
    }
    struct Limit {
        std::string_view key;
        std::string_view words;
        std::string_view noun;
    };
    constexpr std::array<Limit, 9> limits{{
        {"minimum", "at least ", ""},
        {"exclusiveMinimum", "more than ", ""},
        {"maximum", "at most ", ""},
        {"exclusiveMaximum", "less than ", ""},
        {"minLength", "at least ", "character"},
        {"maxLength", "at most ", "character"},
        {"minItems", "at least ", "element"},
        {"maxItems", "at most ", "element"},
        {"pattern", "pattern ", ""},
    }};
    for (const Limit& limit : limits) {
        if (const auto* value = property.if_contains(limit.key)) {
            add_clause(clauses, std::string(limit.words) + amount(*value, limit.noun));
        }
    }
    if (const auto* value = property.if_contains("default");
        value != nullptr && core::write_json(*value).size() > default_columns_max) {
        add_clause(clauses, "default " + core::write_json(*value));
    }
    if (clauses.empty()) {
        return out;
    }
    return out.empty() ? clauses : out + " (" + clauses + ")";
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
