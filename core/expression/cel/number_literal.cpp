#include "core/expression/cel/number_literal.hpp"

#include <charconv>
#include <cstdint>
#include <limits>
#include <string_view>
#include <system_error>

namespace oa::core::cel {
namespace {

std::optional<Value> double_of(std::string_view text, bool negative) {
    double number = 0;
    const auto [stop, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure == std::errc::result_out_of_range) {
        // Too small for a double is zero; too large is a mistake.
        const auto exponent = text.find_first_of("eE");
        const bool tiny = exponent == std::string_view::npos
                              ? text.front() == '0' || text.front() == '.'
                              : text.substr(exponent + 1, 1) == "-";
        if (!tiny) {
            return std::nullopt;
        }
        number = 0;
    }
    return Value::floating(negative ? -number : number);
}

std::optional<Value> whole_of(const Token& token, bool negative) {
    auto digits = token.text;
    const bool hex = digits.substr(0, 2) == "0x" || digits.substr(0, 2) == "0X";
    if (hex) {
        digits.remove_prefix(2);
    }
    std::uint64_t number = 0;
    const auto [stop, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number, hex ? 16 : 10);
    if (failure != std::errc{}) {
        return std::nullopt;
    }
    if (token.kind == Token::Kind::Uint) {
        return Value::unsigned_integer(number);
    }
    constexpr auto int_max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (number > int_max + (negative ? 1 : 0)) {
        return std::nullopt;
    }
    return Value::integer(static_cast<std::int64_t>(negative ? 0 - number : number));
}

}  // namespace

std::optional<Value> read_number_literal(const Token& token, bool negative) {
    return token.kind == Token::Kind::Double ? double_of(token.text, negative)
                                             : whole_of(token, negative);
}

}  // namespace oa::core::cel
