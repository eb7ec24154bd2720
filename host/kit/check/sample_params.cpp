#include "host/kit/check/sample_params.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include <boost/json.hpp>

#include "host/kit/check/schema_fit.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

constexpr int depth_max = 4;

// The standard's distributions differ between libraries; a seed has to mean the same everywhere.
std::uint64_t below(SampleRandom& random, std::uint64_t limit) {
    return random() % limit;
}

double number_at(const json::object& schema, std::string_view key, double otherwise) {
    const auto* value = schema.if_contains(key);
    return value != nullptr && value->is_number() ? value->to_number<double>() : otherwise;
}

json::value random_text(const json::object& schema, SampleRandom& random) {
    constexpr std::array<std::string_view, 8> texts{
        "",           "a", "Ada", "two words", "h\xC3\xA9llo \xE2\x82\xAC", "line\nbreak",
        "\"quoted\"", "-1"};
    std::string out(texts.at(below(random, texts.size())));
    const auto least = static_cast<std::size_t>(number_at(schema, "minLength", 0));
    const auto most = static_cast<std::size_t>(number_at(schema, "maxLength", 1000));
    if (most < 10) {
        out = std::string(std::min<std::size_t>(out.size(), most), 'x');
    }
    while (out.size() < std::min<std::size_t>(least, 4096)) {
        out += 'x';
    }
    return json::value(out);
}

json::value random_number(const json::object& schema, bool integer, SampleRandom& random) {
    const double low = number_at(schema, "minimum", number_at(schema, "exclusiveMinimum", -1000));
    const double high =
        std::max(low, number_at(schema, "maximum", number_at(schema, "exclusiveMaximum", 1000)));
    const double share = static_cast<double>(below(random, 1001)) / 1000.0;
    const double value = low + (std::min(high, low + 1e9) - low) * share;
    if (integer) {
        return static_cast<std::int64_t>(value);
    }
    return value;
}

json::value random_value(const json::value& schema, SampleRandom& random, int depth);

json::object random_object(const json::object& schema, SampleRandom& random, int depth) {
    json::object out;
    const auto* properties = schema.if_contains("properties");
    if (properties == nullptr || !properties->is_object()) {
        return out;
    }
    const auto* required = schema.if_contains("required");
    for (const auto& member : properties->get_object()) {
        const bool needed = required != nullptr && required->is_array() &&
                            std::find(required->get_array().begin(), required->get_array().end(),
                                      json::value(member.key())) != required->get_array().end();
        if (needed || (depth < depth_max && below(random, 2) == 0)) {
            out[member.key()] = random_value(member.value(), random, depth + 1);
        }
    }
    return out;
}

std::string random_type(const json::object& schema, SampleRandom& random) {
    const auto* type = schema.if_contains("type");
    if (type != nullptr && type->is_string()) {
        return std::string(type->get_string());
    }
    if (type != nullptr && type->is_array() && !type->get_array().empty()) {
        const auto& one = type->get_array()[below(random, type->get_array().size())];
        return one.is_string() ? std::string(one.get_string()) : "null";
    }
    constexpr std::array<std::string_view, 5> any{"string", "integer", "boolean", "null", "object"};
    return std::string(any.at(below(random, any.size())));
}

json::value random_value(const json::value& schema, SampleRandom& random, int depth) {
    if (!schema.is_object()) {
        return nullptr;
    }
    const json::object& rules = schema.get_object();
    if (const auto* only = rules.if_contains("const")) {
        return *only;
    }
    for (const char* key : {"enum", "examples"}) {
        const auto* choices = rules.if_contains(key);
        if (choices != nullptr && choices->is_array() && !choices->get_array().empty()) {
            return choices->get_array()[below(random, choices->get_array().size())];
        }
    }
    for (const char* key : {"oneOf", "anyOf"}) {
        const auto* choices = rules.if_contains(key);
        if (choices != nullptr && choices->is_array() && !choices->get_array().empty()) {
            return random_value(choices->get_array()[below(random, choices->get_array().size())],
                                random, depth + 1);
        }
    }
    const std::string type = random_type(rules, random);
    if (type == "string") {
        return random_text(rules, random);
    }
    if (type == "integer" || type == "number") {
        return random_number(rules, type == "integer", random);
    }
    if (type == "boolean") {
        return below(random, 2) == 0;
    }
    if (type == "object") {
        return random_object(rules, random, depth);
    }
    if (type == "array") {
        json::array out;
        const auto* items = rules.if_contains("items");
        const auto least = static_cast<std::size_t>(number_at(rules, "minItems", 0));
        const std::size_t count = depth < depth_max ? least + below(random, 3) : least;
        for (std::size_t i = 0; i < std::min<std::size_t>(count, 64); ++i) {
            out.push_back(items == nullptr ? json::value(i)
                                           : random_value(*items, random, depth + 1));
        }
        return out;
    }
    return nullptr;
}

}  // namespace

json::object random_params(const json::object& schema, SampleRandom& random) {
    return random_object(schema, random, 0);
}

json::value wrong_value(const json::value& schema, SampleRandom& random) {
    const std::array<json::value, 7> values{json::value(true),
                                            json::value(-7),
                                            json::value(1.5),
                                            json::value("wrong"),
                                            json::value(json::array{1, nullptr, "x"}),
                                            json::value(json::object{{"wrong", 1}}),
                                            json::value(nullptr)};
    const std::size_t start = below(random, values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const json::value& value = values.at((start + i) % values.size());
        if (!misfits(value, schema).empty()) {
            return value;
        }
    }
    return nullptr;
}

std::vector<std::string> property_names(const json::object& schema) {
    std::vector<std::string> out;
    const auto* properties = schema.if_contains("properties");
    if (properties != nullptr && properties->is_object()) {
        for (const auto& member : properties->get_object()) {
            out.emplace_back(member.key());
        }
    }
    return out;
}

}  // namespace oa::host
