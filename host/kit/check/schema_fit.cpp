#include "host/kit/check/schema_fit.hpp"

#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "core/schema/schema.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

using Texts = std::vector<std::string>;

constexpr int depth_max = 64;  // that of schemas which compile

std::string pointer_to(const std::string& pointer, std::string_view key) {
    std::string out = pointer + '/';
    for (const char c : key) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
    return out;
}

/// A schema that no value can fit: JSON Schema allows it, and nobody means it.
void find_undeclared(Texts& out, const json::object& rules, const std::string& pointer) {
    const auto* required = rules.if_contains("required");
    const auto* others = rules.if_contains("additionalProperties");
    const bool closed = others != nullptr && others->is_bool() && !others->get_bool() &&
                        !rules.contains("patternProperties");
    if (!closed || required == nullptr || !required->is_array()) {
        return;
    }
    const auto* properties = rules.if_contains("properties");
    for (const auto& name : required->get_array()) {
        if (name.is_string() && (properties == nullptr || !properties->is_object() ||
                                 !properties->get_object().contains(name.get_string()))) {
            out.push_back(pointer_to(pointer, "required") + " names '" +
                          std::string(name.get_string()) + "', which properties does not declare");
        }
    }
}

void find_undeclared_within(Texts& out,
                            const json::value& schema,
                            const std::string& pointer,
                            int depth) {
    const auto* rules = schema.if_object();
    if (rules == nullptr || depth > depth_max) {
        return;
    }
    find_undeclared(out, *rules, pointer);
    for (const char* key : {"properties", "$defs"}) {
        const auto* members = rules->if_contains(key);
        if (members != nullptr && members->is_object()) {
            for (const auto& member : members->get_object()) {
                find_undeclared_within(out, member.value(),
                                       pointer_to(pointer_to(pointer, key), member.key()),
                                       depth + 1);
            }
        }
    }
    for (const char* key : {"items", "additionalProperties", "not"}) {
        if (const auto* inner = rules->if_contains(key)) {
            find_undeclared_within(out, *inner, pointer_to(pointer, key), depth + 1);
        }
    }
    for (const char* key : {"allOf", "anyOf", "oneOf"}) {
        const auto* several = rules->if_contains(key);
        if (several != nullptr && several->is_array()) {
            for (std::size_t i = 0; i < several->get_array().size(); ++i) {
                find_undeclared_within(out, several->get_array()[i],
                                       pointer_to(pointer, key) + "/" + std::to_string(i),
                                       depth + 1);
            }
        }
    }
}

}  // namespace

Texts misfits(const json::value& value, const json::value& schema) {
    Texts out;
    if (const auto compiled = core::Schema::compile(schema); compiled.schema) {
        for (const auto& problem : compiled.schema->validate(value)) {
            out.push_back(to_string(problem));
        }
    }
    return out;
}

Texts schema_faults(const json::value& schema) {
    Texts out;
    for (const auto& mistake : core::Schema::compile(schema).mistakes) {
        out.push_back(to_string(mistake));
    }
    find_undeclared_within(out, schema, "", 0);
    return out;
}

}  // namespace oa::host
