#include "core/expression/cel/number_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/expression/cel/time.hpp"

namespace oa::core::cel {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_but_for_case(std::string_view left, std::string_view right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace

std::string text_of(double number) {
    if (std::isnan(number)) {
        return "NaN";
    }
    if (std::isinf(number)) {
        return number < 0 ? "-Infinity" : "Infinity";
    }
    std::array<char, 64> buffer{};
    const auto size = std::fabs(number);
    const bool plain = size == 0 || (size >= 1e-6 && size < 1e21);
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                   plain ? std::chars_format::fixed : std::chars_format::scientific)
                         .ptr;
    return {buffer.data(), end};
}

std::optional<double> double_from(std::string_view text) {
    const bool negative = text.substr(0, 1) == "-";
    if (negative || text.substr(0, 1) == "+") {
        text.remove_prefix(1);
    }
    double number = 0;
    if (equal_but_for_case(text, "inf") || equal_but_for_case(text, "infinity")) {
        number = std::numeric_limits<double>::infinity();
    } else if (equal_but_for_case(text, "nan")) {
        number = std::numeric_limits<double>::quiet_NaN();
    } else {
        const bool begins =
            !text.empty() && (text.front() == '.' || (text.front() >= '0' && text.front() <= '9'));
        const auto [stop, failure] =
            std::from_chars(text.data(), text.data() + text.size(), number);
        if (!begins || failure != std::errc{} || stop != text.data() + text.size()) {
            return std::nullopt;
        }
    }
    return negative ? -number : number;
}

std::string text_of(const Value& value) {
    switch (value.kind()) {
        case Kind::Null: return "null";
        case Kind::Bool: return value.as_bool() ? "true" : "false";
        case Kind::Int: return std::to_string(value.as_int());
        case Kind::Uint: return std::to_string(value.as_uint());
        case Kind::Double: return text_of(value.as_double());
        case Kind::String:
        case Kind::Bytes: return std::string(value.as_text());
        case Kind::Type: return std::string(type_name(value.as_type()));
        case Kind::Timestamp: return format_timestamp(value.as_timestamp());
        case Kind::Duration: return format_time_span(value.as_duration());
        case Kind::List:
        case Kind::Map: break;
    }
    return {};
}

}  // namespace oa::core::cel
