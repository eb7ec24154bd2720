#include "plugins/common/python.hpp"

#include <algorithm>
#include <array>

#include "plugins/common/json_values.hpp"

namespace oa::common {

std::string_view python_type(const Json& value) noexcept {
    switch (value.type()) {
        case JsonType::Null: return "NoneType";
        case JsonType::Bool: return "bool";
        case JsonType::Double: return "float";
        case JsonType::String: return "str";
        case JsonType::Array: return "list";
        case JsonType::Object: return "dict";
        default: return "int";
    }
}

bool python_truth(const Json& value) noexcept {
    switch (value.type()) {
        case JsonType::Null: return false;
        case JsonType::Bool: return value == Json(true);
        case JsonType::String: return !value.as_string().empty();
        case JsonType::Array:
        case JsonType::Object: return !value.empty();
        default: return value.as_double() != 0;
    }
}

bool says_yes(const Json& value) noexcept {
    constexpr std::array<std::string_view, 7> noes{"false", "False", "FALSE", "no",
                                                   "No",    "off",   "0"};
    const bool is_no = value.is_string() && std::find(noes.begin(), noes.end(),
                                                      trimmed(value.as_string())) != noes.end();
    return !is_no && python_truth(value);
}

}  // namespace oa::common
