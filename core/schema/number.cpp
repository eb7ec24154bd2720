#include "core/schema/number.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>

#include <boost/json.hpp>

namespace oa::core::schema {
namespace {

namespace json = boost::json;

std::strong_ordering reversed(std::strong_ordering order) {
    if (std::is_eq(order)) {
        return order;
    }
    return std::is_lt(order) ? std::strong_ordering::greater : std::strong_ordering::less;
}

std::strong_ordering order_of(double left, double right) {
    if (left < right) {
        return std::strong_ordering::less;
    }
    return left > right ? std::strong_ordering::greater : std::strong_ordering::equal;
}

/// Only the whole part of a double can be compared without rounding, so the rest comes second.
template <typename Integer>
std::strong_ordering compare_with_double(Integer left, double right) {
    constexpr auto bits = std::numeric_limits<Integer>::digits;
    if (right >= std::ldexp(1.0, bits)) {
        return std::strong_ordering::less;
    }
    if (right < static_cast<double>(std::numeric_limits<Integer>::min())) {
        return std::strong_ordering::greater;
    }
    const double whole = std::trunc(right);
    const auto order = left <=> static_cast<Integer>(whole);
    return std::is_neq(order) ? order : order_of(whole, right);
}

std::strong_ordering compare_signs(std::int64_t left, std::uint64_t right) {
    return left < 0 ? std::strong_ordering::less : static_cast<std::uint64_t>(left) <=> right;
}

std::strong_ordering compare_from_int(std::int64_t left, const json::value& right) {
    if (const auto* number = right.if_int64()) {
        return left <=> *number;
    }
    if (const auto* number = right.if_uint64()) {
        return compare_signs(left, *number);
    }
    return compare_with_double(left, right.get_double());
}

std::strong_ordering compare_from_uint(std::uint64_t left, const json::value& right) {
    if (const auto* number = right.if_int64()) {
        return reversed(compare_signs(*number, left));
    }
    if (const auto* number = right.if_uint64()) {
        return left <=> *number;
    }
    return compare_with_double(left, right.get_double());
}

/// A number without its sign: digits * 10^exponent, where digits is 0 or does not end in 0.
struct Decimal {
    std::uint64_t digits = 0;
    int exponent = 0;
};

Decimal without_trailing_zeros(Decimal number) {
    while (number.digits != 0 && number.digits % 10 == 0) {
        number.digits /= 10;
        ++number.exponent;
    }
    return number;
}

/// The shortest decimal number that reads back to the same double: what people wrote.
Decimal decimal_of(double number) {
    std::array<char, 40> buffer{};
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(),
                                      std::fabs(number), std::chars_format::scientific);
    const std::string_view text(buffer.data(),
                                static_cast<std::size_t>(result.ptr - buffer.data()));
    const std::size_t mark = text.find('e');
    Decimal decimal;
    bool behind_point = false;
    for (const char c : text.substr(0, mark)) {
        if (c == '.') {
            behind_point = true;
            continue;
        }
        decimal.digits = decimal.digits * 10 + static_cast<std::uint64_t>(c - '0');
        decimal.exponent -= behind_point ? 1 : 0;
    }
    int exponent = 0;
    const std::string_view power = text.substr(mark + (text[mark + 1] == '+' ? 2 : 1));
    std::from_chars(power.data(), power.data() + power.size(), exponent);
    decimal.exponent += exponent;
    return without_trailing_zeros(decimal);
}

Decimal decimal_of(const json::value& number) {
    if (const auto* integer = number.if_int64()) {
        const auto bits = static_cast<std::uint64_t>(*integer);
        return without_trailing_zeros({*integer < 0 ? 0 - bits : bits, 0});
    }
    if (const auto* integer = number.if_uint64()) {
        return without_trailing_zeros({*integer, 0});
    }
    return decimal_of(number.get_double());
}

__extension__ using Wide = unsigned __int128;

std::uint64_t times_ten_modulo(std::uint64_t number, std::uint64_t modulus) {
    return static_cast<std::uint64_t>(Wide{number} * 10 % modulus);
}

}  // namespace

std::strong_ordering compare_numbers(const json::value& left, const json::value& right) {
    if (const auto* number = left.if_int64()) {
        return compare_from_int(*number, right);
    }
    if (const auto* number = left.if_uint64()) {
        return compare_from_uint(*number, right);
    }
    if (right.is_double()) {
        return order_of(left.get_double(), right.get_double());
    }
    return reversed(compare_numbers(right, left));
}

bool is_multiple(const json::value& number, const json::value& divisor) {
    const Decimal part = decimal_of(divisor);
    const Decimal whole = decimal_of(number);
    if (whole.digits == 0) {
        return true;
    }
    if (part.digits == 0 || whole.exponent < part.exponent) {
        return false;  // it would have to be divisible by ten once more, which its digits are not
    }
    std::uint64_t rest = whole.digits % part.digits;
    for (int i = part.exponent; i < whole.exponent && rest != 0; ++i) {
        rest = times_ten_modulo(rest, part.digits);
    }
    return rest == 0;
}

}  // namespace oa::core::schema
