#include "core/workflow/json_type.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/workflow/source_text.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;

bool is_integer(const json::value& value) {
    return value.is_int64() || value.is_uint64() ||
           (value.is_double() && std::trunc(value.get_double()) == value.get_double());
}

std::string shown(const json::value& value) {
    return value.is_string()
               ? "'" + excerpt({value.get_string().data(), value.get_string().size()}) + "'"
               : excerpt(write_json(value));
}

}  // namespace

bool has_type(const json::value& value, std::string_view type) {
    if (type == "string") {
        return value.is_string();
    }
    if (type == "integer") {
        return is_integer(value);
    }
    if (type == "number") {
        return value.is_number();
    }
    if (type == "boolean") {
        return value.is_bool();
    }
    if (type == "array") {
        return value.is_array();
    }
    if (type == "object") {
        return value.is_object();
    }
    return type != "null" || value.is_null();
}

std::string describe(const json::value& value) {
    switch (value.kind()) {
        case json::kind::null: return "null";
        case json::kind::bool_: return value.get_bool() ? "the boolean true" : "the boolean false";
        case json::kind::int64:
        case json::kind::uint64:
        case json::kind::double_: return "the number " + write_json(value);
        case json::kind::string: return "the text " + shown(value);
        case json::kind::array: return "a list";
        case json::kind::object: return "a mapping";
    }
    return "something else";
}

std::string with_article(std::string_view type) {
    const bool vowel =
        !type.empty() && std::string_view("aeio").find(type.front()) != std::string_view::npos;
    return (vowel ? "an " : "a ") + std::string(type);
}

std::string list_values(const json::array& values) {
    constexpr std::size_t shown_max = 10;
    std::string text;
    for (std::size_t i = 0; i < std::min(values.size(), shown_max); ++i) {
        if (i > 0) {
            text += i + 1 == values.size() ? " or " : ", ";
        }
        text += shown(values[i]);
    }
    return values.size() > shown_max ? text + " ..." : text;
}

}  // namespace oa::core
