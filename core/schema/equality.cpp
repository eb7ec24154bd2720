#include "core/schema/equality.hpp"

#include <bit>
#include <cmath>
#include <compare>
#include <string_view>

#include <boost/json.hpp>

#include "core/schema/number.hpp"

namespace oa::core::schema {
namespace {

namespace json = boost::json;

bool equal_arrays(const json::array& left, const json::array& right, int depth_max) {
    if (left.size() != right.size()) {
        return false;
    }
    for (std::size_t i = 0; i < left.size(); ++i) {
        if (!equal_values(left[i], right[i], depth_max)) {
            return false;
        }
    }
    return true;
}

bool equal_objects(const json::object& left, const json::object& right, int depth_max) {
    if (left.size() != right.size()) {
        return false;
    }
    for (const auto& field : left) {
        const json::value* other = right.if_contains(field.key());
        if (other == nullptr || !equal_values(field.value(), *other, depth_max)) {
            return false;
        }
    }
    return true;
}

std::uint64_t mixed(std::uint64_t bits) {
    bits ^= bits >> 33U;
    bits *= 0xff51afd7ed558ccdULL;
    bits ^= bits >> 33U;
    bits *= 0xc4ceb9fe1a85ec53ULL;
    return bits ^ (bits >> 33U);
}

std::uint64_t hash_text(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    }
    return mixed(hash);
}

std::uint64_t hash_number(const json::value& number) {
    if (const auto* integer = number.if_int64()) {
        return mixed(static_cast<std::uint64_t>(*integer));
    }
    if (const auto* integer = number.if_uint64()) {
        return mixed(*integer);
    }
    const double fraction = number.get_double();
    if (std::trunc(fraction) == fraction) {
        if (fraction >= -0x1p63 && fraction < 0x1p63) {
            return mixed(static_cast<std::uint64_t>(static_cast<std::int64_t>(fraction)));
        }
        if (fraction > 0 && fraction < 0x1p64) {
            return mixed(static_cast<std::uint64_t>(fraction));
        }
    }
    return mixed(std::bit_cast<std::uint64_t>(fraction));
}

std::uint64_t hash_inside(const json::value& value, int depth_max) {
    std::uint64_t hash = value.is_array() ? 3 : 4;
    if (depth_max == 0) {
        return hash;
    }
    if (const auto* items = value.if_array()) {
        for (const json::value& item : *items) {
            hash = mixed(hash ^ hash_value(item, depth_max - 1)) + 1;
        }
        return hash;
    }
    for (const auto& field : value.get_object()) {
        const json::string_view key = field.key();
        // A sum, so that the order of the fields does not count.
        hash +=
            mixed(hash_text({key.data(), key.size()}) ^ hash_value(field.value(), depth_max - 1));
    }
    return mixed(hash);
}

}  // namespace

bool equal_values(const json::value& left, const json::value& right, int depth_max) {
    if (left.is_number()) {
        return right.is_number() && std::is_eq(compare_numbers(left, right));
    }
    if (left.kind() != right.kind()) {
        return false;
    }
    switch (left.kind()) {
        case json::kind::bool_: return left.get_bool() == right.get_bool();
        case json::kind::string: return left.get_string() == right.get_string();
        case json::kind::array:
            return depth_max > 0 &&
                   equal_arrays(left.get_array(), right.get_array(), depth_max - 1);
        case json::kind::object:
            return depth_max > 0 &&
                   equal_objects(left.get_object(), right.get_object(), depth_max - 1);
        default: return true;
    }
}

std::uint64_t hash_value(const json::value& value, int depth_max) {
    switch (value.kind()) {
        case json::kind::null: return 1;
        case json::kind::bool_: return value.get_bool() ? 11 : 12;
        case json::kind::string: {
            const json::string& text = value.get_string();
            return hash_text({text.data(), text.size()});
        }
        case json::kind::array:
        case json::kind::object: return hash_inside(value, depth_max);
        default: return hash_number(value);
    }
}

}  // namespace oa::core::schema
