#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include <re2/re2.h>

#include "core/expression/cel/function_table.hpp"
#include "core/expression/cel/text_search.hpp"
#include "core/expression/cel/utf8.hpp"

namespace oa::core::cel {
namespace {

bool size(State& state, const Value* arguments, std::size_t /*count*/, Value& out) {
    const auto& value = arguments[0];
    std::size_t number = 0;
    switch (value.kind()) {
        case Kind::String:
            if (!state.step_over(value.as_text())) {
                return false;
            }
            number = character_count(value.as_text());
            break;
        case Kind::Bytes: number = value.as_text().size(); break;
        case Kind::List: number = value.list_size(); break;
        default: number = value.map_size(); break;
    }
    out = Value::integer(static_cast<std::int64_t>(number));
    return true;
}

bool contains_text(State& state, const Value* arguments, std::size_t /*count*/, Value& out) {
    out = Value::boolean(find_first(arguments[0].as_text(), arguments[1].as_text(), 0) !=
                         std::string_view::npos);
    return state.step_over(arguments[0].as_text());
}

bool starts_with(State& state, const Value* arguments, std::size_t /*count*/, Value& out) {
    const auto start = arguments[1].as_text();
    out = Value::boolean(arguments[0].as_text().substr(0, start.size()) == start);
    return state.step_over(start);
}

bool ends_with(State& state, const Value* arguments, std::size_t /*count*/, Value& out) {
    const auto text = arguments[0].as_text();
    const auto end = arguments[1].as_text();
    out = Value::boolean(text.size() >= end.size() && text.substr(text.size() - end.size()) == end);
    return state.step_over(end);
}

/// Where the pattern is a literal, it was compiled with the program, and this is not called.
bool matches(State& state, const Value* arguments, std::size_t /*count*/, Value& out) {
    const auto text = arguments[0].as_text();
    const auto* const pattern = state.pattern(arguments[1].as_text());
    if (pattern == nullptr || !state.step(1 + text.size() / 8)) {
        return false;
    }
    out = Value::boolean(re2::RE2::PartialMatch({text.data(), text.size()}, *pattern));
    return true;
}

constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool base64_encode(State& state, const Value* arguments, std::size_t /*count*/, Value& out) {
    return state.step_over(arguments[0].as_text()) &&
           state.give_string(base64_of(arguments[0].as_text()), out);
}

bool base64_decode(State& state, const Value* arguments, std::size_t /*count*/, Value& out) {
    auto text = arguments[0].as_text();
    const bool padded = text.size() % 4 == 0;
    for (int i = 0; i < 2 && padded && !text.empty() && text.back() == '='; ++i) {
        text.remove_suffix(1);
    }
    std::string data;
    std::uint32_t bits = 0;
    std::size_t bit_count = 0;
    bool valid = text.size() % 4 != 1 && state.step_over(text);
    for (const char c : text) {
        const auto digit = base64_digits.find(c);
        if (digit == std::string_view::npos) {
            valid = false;
            break;
        }
        bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
        bit_count += 6;
        if (bit_count >= 8) {
            bit_count -= 8;
            data += static_cast<char>((bits >> bit_count) & 0xFFU);
        }
    }
    if (!valid) {
        return state.failure().code == Failure::Code::Limit
                   ? false
                   : state.fail("the text is not in base64", "", arguments[0]);
    }
    if (!state.give_string(data, out)) {
        return false;
    }
    out = Value::bytes(out.as_text());
    return true;
}

constexpr auto sized_kinds = set_of(Kind::String, Kind::Bytes, Kind::List, Kind::Map);
constexpr std::array size_overloads{takes(sized_kinds, int_kind, size)};
constexpr std::array contains_overloads{takes(text_kind, text_kind, bool_kind, contains_text)};
constexpr std::array starts_overloads{takes(text_kind, text_kind, bool_kind, starts_with)};
constexpr std::array ends_overloads{takes(text_kind, text_kind, bool_kind, ends_with)};
constexpr std::array matches_overloads{takes(text_kind, text_kind, bool_kind, matches)};
constexpr std::array encode_overloads{takes(bytes_kind, text_kind, base64_encode)};
constexpr std::array decode_overloads{takes(text_kind, bytes_kind, base64_decode)};

constexpr std::array functions{
    global("size", size_overloads),           method("size", size_overloads),
    method("contains", contains_overloads),   method("startsWith", starts_overloads),
    method("endsWith", ends_overloads),       method("matches", matches_overloads),
    global("matches", matches_overloads),     global("base64.encode", encode_overloads),
    global("base64.decode", decode_overloads)};

}  // namespace

std::string base64_of(std::string_view data) {
    std::string out;
    out.reserve((data.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < data.size(); i += 3) {
        const auto byte = [&](std::size_t at) {
            return at < data.size() ? std::uint32_t{static_cast<unsigned char>(data[at])} : 0U;
        };
        const auto bits = (byte(i) << 16U) | (byte(i + 1) << 8U) | byte(i + 2);
        const auto left = std::min<std::size_t>(3, data.size() - i);
        for (std::size_t digit = 0; digit < 4; ++digit) {
            out += digit <= left ? base64_digits[(bits >> (18 - 6 * digit)) & 0x3FU] : '=';
        }
    }
    return out;
}

std::span<const Function> text_functions() {
    return functions;
}

}  // namespace oa::core::cel
