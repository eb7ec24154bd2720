#include "core/schema/program.hpp"

#include <algorithm>
#include <cmath>

namespace oa::core {

namespace json = boost::json;

TypeSet type_of(const json::value& value) {
    switch (value.kind()) {
        case json::kind::null: return type_set::null;
        case json::kind::bool_: return type_set::boolean;
        case json::kind::int64:
        case json::kind::uint64: return type_set::integer;
        case json::kind::double_:
            return std::trunc(value.get_double()) == value.get_double() ? type_set::integer
                                                                        : type_set::fraction;
        case json::kind::string: return type_set::string;
        case json::kind::array: return type_set::array;
        case json::kind::object: return type_set::object;
    }
    return type_set::none;
}

namespace schema {

NodeIndex ObjectRules::find(std::string_view name) const {
    const auto found = std::lower_bound(
        fields.begin(), fields.end(), name,
        [](const Field& field, std::string_view key) { return field.first < key; });
    return found != fields.end() && found->first == name ? found->second : no_node;
}

std::string escaped_token(std::string_view key) {
    std::string out;
    out.reserve(key.size());
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

}  // namespace schema
}  // namespace oa::core
