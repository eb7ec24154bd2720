#include "host/kit/check/schema_fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include <boost/json.hpp>

#include "core/json/json.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

constexpr std::size_t faults_max = 20;
constexpr int depth_max = 64;

using Texts = std::vector<std::string>;

void add(Texts& out, const std::string& pointer, const std::string& what) {
    if (out.size() < faults_max) {
        out.push_back((pointer.empty() ? "the whole" : pointer) + " " + what);
    }
}

std::string pointer_to(const std::string& pointer, std::string_view key) {
    std::string out = pointer + "/";
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

bool is_of_type(const json::value& value, std::string_view type) {
    if (type == "integer") {
        return value.is_int64() || value.is_uint64() ||
               (value.is_double() && value.get_double() == std::trunc(value.get_double()));
    }
    return (type == "object" && value.is_object()) || (type == "array" && value.is_array()) ||
           (type == "string" && value.is_string()) || (type == "number" && value.is_number()) ||
           (type == "boolean" && value.is_bool()) || (type == "null" && value.is_null());
}

std::string type_name(const json::value& value) {
    for (const char* type : {"null", "boolean", "integer", "number", "string", "array"}) {
        if (is_of_type(value, type)) {
            return type;
        }
    }
    return "object";
}

Texts types_of(const json::object& schema) {
    Texts out;
    const auto* type = schema.if_contains("type");
    if (type != nullptr && type->is_string()) {
        out.emplace_back(type->get_string());
    } else if (type != nullptr && type->is_array()) {
        for (const auto& one : type->get_array()) {
            if (one.is_string()) {
                out.emplace_back(one.get_string());
            }
        }
    }
    return out;
}

std::optional<double> number_at(const json::object& schema, std::string_view key) {
    const auto* value = schema.if_contains(key);
    return value != nullptr && value->is_number() ? std::optional(value->to_number<double>())
                                                  : std::nullopt;
}

std::string joined(const Texts& texts) {
    std::string out;
    for (const auto& text : texts) {
        out += (out.empty() ? "" : " or ") + text;
    }
    return out;
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
    }));
}

class Fitting {
public:
    Texts out;

    void fit(const json::value& value,
             const json::value& schema,
             const std::string& pointer,
             int depth) {
        if (schema.is_bool() && !schema.get_bool()) {
            add(out, pointer, "must not be there");
        }
        if (!schema.is_object() || depth > depth_max) {
            return;
        }
        const json::object& rules = schema.get_object();
        fit_type(value, rules, pointer);
        fit_amount(value, rules, pointer);
        if (value.is_object()) {
            fit_members(value.get_object(), rules, pointer, depth);
        } else if (value.is_array()) {
            const auto* items = rules.if_contains("items");
            for (std::size_t i = 0; items != nullptr && i < value.get_array().size(); ++i) {
                fit(value.get_array()[i], *items, pointer + "/" + std::to_string(i), depth + 1);
            }
        }
        fit_combined(value, rules, pointer, depth);
    }

private:
    void fit_type(const json::value& value, const json::object& rules, const std::string& pointer) {
        const Texts types = types_of(rules);
        if (!types.empty() && std::none_of(types.begin(), types.end(), [&](const auto& type) {
                return is_of_type(value, type);
            })) {
            add(out, pointer, "is " + type_name(value) + ", not " + joined(types));
        }
        const auto* choices = rules.if_contains("enum");
        if (choices != nullptr && choices->is_array() &&
            std::find(choices->get_array().begin(), choices->get_array().end(), value) ==
                choices->get_array().end()) {
            add(out, pointer, "is none of " + core::write_json(*choices));
        }
        const auto* only = rules.if_contains("const");
        if (only != nullptr && *only != value) {
            add(out, pointer, "is not " + core::write_json(*only));
        }
    }

    void fit_amount(const json::value& value,
                    const json::object& rules,
                    const std::string& pointer) {
        if (value.is_number()) {
            const auto number = value.to_number<double>();
            within(number, rules, {"minimum", "maximum"}, pointer, "value");
            if (const auto low = number_at(rules, "exclusiveMinimum"); low && number <= *low) {
                add(out, pointer, "is not above its exclusiveMinimum");
            }
            if (const auto high = number_at(rules, "exclusiveMaximum"); high && number >= *high) {
                add(out, pointer, "is not below its exclusiveMaximum");
            }
        } else if (value.is_string()) {
            within(static_cast<double>(characters(value.get_string())), rules,
                   {"minLength", "maxLength"}, pointer, "length");
        } else if (value.is_array()) {
            within(static_cast<double>(value.get_array().size()), rules, {"minItems", "maxItems"},
                   pointer, "count");
        } else if (value.is_object()) {
            within(static_cast<double>(value.get_object().size()), rules,
                   {"minProperties", "maxProperties"}, pointer, "count");
        }
    }

    struct Bounds {
        std::string_view low;
        std::string_view high;
    };
    void within(double number,
                const json::object& rules,
                const Bounds& bounds,
                const std::string& pointer,
                const std::string& what) {
        if (const auto low = number_at(rules, bounds.low); low && number < *low) {
            add(out, pointer, "has a " + what + " below its " + std::string(bounds.low));
        }
        if (const auto high = number_at(rules, bounds.high); high && number > *high) {
            add(out, pointer, "has a " + what + " above its " + std::string(bounds.high));
        }
    }

    void fit_members(const json::object& value,
                     const json::object& rules,
                     const std::string& pointer,
                     int depth) {
        if (const auto* required = rules.if_contains("required");
            required != nullptr && required->is_array()) {
            for (const auto& name : required->get_array()) {
                if (name.is_string() && !value.contains(name.get_string())) {
                    add(out, pointer_to(pointer, name.get_string()), "is required");
                }
            }
        }
        const auto* properties = rules.if_contains("properties");
        const auto* others = rules.if_contains("additionalProperties");
        const bool patterns = rules.contains("patternProperties");
        for (const auto& member : value) {
            const auto* rule = properties != nullptr && properties->is_object()
                                   ? properties->get_object().if_contains(member.key())
                                   : nullptr;
            const std::string own = pointer_to(pointer, member.key());
            if (rule != nullptr) {
                fit(member.value(), *rule, own, depth + 1);
            } else if (others != nullptr && !patterns) {
                if (others->is_bool() && !others->get_bool()) {
                    add(out, own, "is not declared");
                } else {
                    fit(member.value(), *others, own, depth + 1);
                }
            }
        }
    }

    void fit_combined(const json::value& value,
                      const json::object& rules,
                      const std::string& pointer,
                      int depth) {
        if (const auto* all = rules.if_contains("allOf"); all != nullptr && all->is_array()) {
            for (const auto& schema : all->get_array()) {
                fit(value, schema, pointer, depth + 1);
            }
        }
        for (const char* key : {"anyOf", "oneOf"}) {
            const auto* choices = rules.if_contains(key);
            if (choices == nullptr || !choices->is_array() || choices->get_array().empty()) {
                continue;
            }
            const bool fits = std::any_of(choices->get_array().begin(), choices->get_array().end(),
                                          [&](const auto& schema) {
                                              Fitting choice;
                                              choice.fit(value, schema, pointer, depth + 1);
                                              return choice.out.empty();
                                          });
            if (!fits) {
                add(out, pointer, "fits none of its " + std::string(key));
            }
        }
    }
};

void find_faults(Texts& out, const json::value& schema, const std::string& pointer, int depth);

void find_faults_in_members(Texts& out,
                            const json::object& rules,
                            const std::string& pointer,
                            int depth) {
    const auto* properties = rules.if_contains("properties");
    if (properties != nullptr && !properties->is_object()) {
        add(out, pointer_to(pointer, "properties"), "has to be an object");
        properties = nullptr;
    }
    if (properties != nullptr) {
        for (const auto& member : properties->get_object()) {
            find_faults(out, member.value(),
                        pointer_to(pointer_to(pointer, "properties"), member.key()), depth + 1);
        }
    }
    const auto* required = rules.if_contains("required");
    if (required == nullptr) {
        return;
    }
    if (!required->is_array()) {
        add(out, pointer_to(pointer, "required"), "has to be an array of names");
        return;
    }
    const auto* others = rules.if_contains("additionalProperties");
    const bool closed = others != nullptr && others->is_bool() && !others->get_bool() &&
                        !rules.contains("patternProperties");
    for (const auto& name : required->get_array()) {
        if (!name.is_string()) {
            add(out, pointer_to(pointer, "required"), "has to be an array of names");
        } else if (closed && (properties == nullptr ||
                              !properties->get_object().contains(name.get_string()))) {
            add(out, pointer_to(pointer, "required"),
                "names '" + std::string(name.get_string()) +
                    "', which properties does not declare");
        }
    }
}

void find_faults(Texts& out, const json::value& schema, const std::string& pointer, int depth) {
    if (schema.is_bool() || depth > depth_max) {
        return;
    }
    if (!schema.is_object()) {
        add(out, pointer, "has to be an object, true or false");
        return;
    }
    const json::object& rules = schema.get_object();
    constexpr std::array<std::string_view, 7> known{"object",  "array",   "string", "number",
                                                    "integer", "boolean", "null"};
    const Texts types = types_of(rules);
    if (rules.contains("type") && types.empty()) {
        add(out, pointer_to(pointer, "type"), "has to be a name or an array of names");
    }
    for (const auto& type : types) {
        if (std::find(known.begin(), known.end(), type) == known.end()) {
            add(out, pointer_to(pointer, "type"), "is '" + type + "', which JSON Schema lacks");
        }
    }
    if (const auto* choices = rules.if_contains("enum");
        choices != nullptr && (!choices->is_array() || choices->get_array().empty())) {
        add(out, pointer_to(pointer, "enum"), "has to be an array with at least one value");
    }
    find_faults_in_members(out, rules, pointer, depth);
    for (const char* key : {"items", "additionalProperties", "not"}) {
        if (const auto* inner = rules.if_contains(key)) {
            find_faults(out, *inner, pointer_to(pointer, key), depth + 1);
        }
    }
    for (const char* key : {"allOf", "anyOf", "oneOf"}) {
        const auto* several = rules.if_contains(key);
        if (several == nullptr) {
            continue;
        }
        if (!several->is_array()) {
            add(out, pointer_to(pointer, key), "has to be an array of schemas");
            continue;
        }
        for (std::size_t i = 0; i < several->get_array().size(); ++i) {
            find_faults(out, several->get_array()[i],
                        pointer_to(pointer, key) + "/" + std::to_string(i), depth + 1);
        }
    }
}

}  // namespace

Texts misfits(const json::value& value, const json::value& schema) {
    Fitting fitting;
    fitting.fit(value, schema, "", 0);
    return std::move(fitting.out);
}

Texts schema_faults(const json::value& schema) {
    Texts out;
    find_faults(out, schema, "", 0);
    return out;
}

}  // namespace oa::host
