#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "core/expression/cel/function_table.hpp"
#include "core/expression/cel/number_text.hpp"
#include "core/expression/cel/time.hpp"
#include "core/expression/cel/utf8.hpp"

namespace oa::core::cel {
namespace {

bool same(State& /*state*/, const Value* arguments, std::size_t /*count*/, Value& out) {
    out = arguments[0];
    return true;
}

template <typename Integer>
std::optional<Integer> whole_from(std::string_view text) {
    if (text.size() > 1 && text.front() == '+') {
        text.remove_prefix(1);
        if (text.front() == '-') {
            return std::nullopt;
        }
    }
    Integer number = 0;
    const auto [stop, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc{} || stop != text.data() + text.size()) {
        return std::nullopt;
    }
    return number;
}

bool beyond_int(State& state, const Value& value) {
    return state.fail("%1 is beyond the range of int", "int has 64 bits, with a sign", value);
}

bool beyond_uint(State& state, const Value& value) {
    return state.fail("%1 is beyond the range of uint", "uint has 64 bits, without a sign", value);
}

bool to_int(State& state, const Value* arguments, std::size_t /*count*/, Value& out) {
    const auto& value = arguments[0];
    switch (value.kind()) {
        case Kind::Uint:
            if (value.as_uint() > static_cast<std::uint64_t>(INT64_MAX)) {
                return beyond_int(state, value);
            }
            out = Value::integer(static_cast<std::int64_t>(value.as_uint()));
            return true;
        case Kind::Double:
            // The ends themselves are out: a double cannot tell them from what lies beyond.
            if (!(value.as_double() > -0x1p63 && value.as_double() < 0x1p63)) {
                return beyond_int(state, value);
            }
            out = Value::integer(static_cast<std::int64_t>(value.as_double()));
            return true;
        case Kind::Timestamp: out = Value::integer(value.as_timestamp().seconds); return true;
        default: break;
    }
    const auto number = whole_from<std::int64_t>(value.as_text());
    if (!number) {
        return state.fail(
            "%1 is no whole number",
            double_from(value.as_text()) ? "int(double(text)) cuts a fraction off" : "", value);
    }
    out = Value::integer(*number);
    return true;
}

bool to_uint(State& state, const Value* arguments, std::size_t /*count*/, Value& out) {
    const auto& value = arguments[0];
    if (value.is(Kind::Int)) {
        if (value.as_int() < 0) {
            return beyond_uint(state, value);
        }
        out = Value::unsigned_integer(static_cast<std::uint64_t>(value.as_int()));
        return true;
    }
    if (value.is(Kind::Double)) {
        if (!(value.as_double() > -1.0 && value.as_double() < 0x1p64)) {
            return beyond_uint(state, value);
        }
        out = Value::unsigned_integer(static_cast<std::uint64_t>(value.as_double()));
        return true;
    }
    const auto number = whole_from<std::uint64_t>(value.as_text());
    if (!number) {
        return state.fail("%1 is no whole number of 0 or more", "", value);
    }
    out = Value::unsigned_integer(*number);
    return true;
}

bool to_double(State& state, const Value* arguments, std::size_t /*count*/, Value& out) {
    const auto& value = arguments[0];
    if (value.is(Kind::Int)) {
        out = Value::floating(static_cast<double>(value.as_int()));
        return true;
    }
    if (value.is(Kind::Uint)) {
        out = Value::floating(static_cast<double>(value.as_uint()));
        return true;
    }
    const auto number = double_from(value.as_text());
    if (!number) {
        return state.fail("%1 is no number", "", value);
    }
    out = Value::floating(*number);
    return true;
}

bool to_string(State& state, const Value* arguments, std::size_t /*count*/, Value& out) {
    const auto& value = arguments[0];
    if (value.is(Kind::Bytes)) {
        if (!state.step_over(value.as_text())) {
            return false;
        }
        if (!is_utf8(value.as_text())) {
            return state.fail("the bytes are no text in UTF-8",
                              "base64.encode() makes a text of any bytes");
        }
        out = Value::string(value.as_text());
        return true;
    }
    return state.give_string(text_of(value), out);
}

bool to_bytes(State& /*state*/, const Value* arguments, std::size_t /*count*/, Value& out) {
    out = Value::bytes(arguments[0].as_text());
    return true;
}

bool to_bool(State& state, const Value* arguments, std::size_t /*count*/, Value& out) {
    static constexpr std::array<std::string_view, 6> yes{"1", "t", "T", "true", "TRUE", "True"};
    static constexpr std::array<std::string_view, 6> no{"0", "f", "F", "false", "FALSE", "False"};
    const auto text = arguments[0].as_text();
    const bool is_true = std::find(yes.begin(), yes.end(), text) != yes.end();
    if (!is_true && std::find(no.begin(), no.end(), text) == no.end()) {
        return state.fail("%1 is neither true nor false", "", arguments[0]);
    }
    out = Value::boolean(is_true);
    return true;
}

bool to_timestamp(State& state, const Value* arguments, std::size_t /*count*/, Value& out) {
    const auto& value = arguments[0];
    if (value.is(Kind::Int)) {
        if (!is_in_range(value.as_int())) {
            return state.fail("%1 seconds since 1970 lie outside of the years 1 to 9999", "",
                              value);
        }
        out = Value::timestamp({value.as_int(), 0});
        return true;
    }
    const auto instant = parse_timestamp(value.as_text());
    if (!instant) {
        return state.fail("%1 is no instant of the years 1 to 9999",
                          "it is written as in RFC 3339, such as 2026-01-31T23:59:59Z", value);
    }
    out = Value::timestamp(*instant);
    return true;
}

bool to_duration(State& state, const Value* arguments, std::size_t /*count*/, Value& out) {
    const auto nanoseconds = parse_time_span(arguments[0].as_text());
    if (!nanoseconds) {
        return state.fail("%1 is no duration of at most 292 years",
                          "it has numbers with the units h, m, s, ms, us and ns, such as 1h30m; a "
                          "day is 24h",
                          arguments[0]);
    }
    out = Value::duration(*nanoseconds);
    return true;
}

bool to_type(State& /*state*/, const Value* arguments, std::size_t /*count*/, Value& out) {
    out = Value::type(arguments[0].kind());
    return true;
}

constexpr auto uint_kind = set_of(Kind::Uint);
constexpr auto timestamp_kind = set_of(Kind::Timestamp);
constexpr auto duration_kind = set_of(Kind::Duration);

constexpr std::array int_overloads{
    takes(int_kind, int_kind, same),
    takes(set_of(Kind::Uint, Kind::Double, Kind::String, Kind::Timestamp), int_kind, to_int)};
constexpr std::array uint_overloads{
    takes(uint_kind, uint_kind, same),
    takes(set_of(Kind::Int, Kind::Double, Kind::String), uint_kind, to_uint)};
constexpr std::array double_overloads{
    takes(double_kind, double_kind, same),
    takes(set_of(Kind::Int, Kind::Uint, Kind::String), double_kind, to_double)};
constexpr std::array string_overloads{takes(text_kind, text_kind, same),
                                      takes(set_of(Kind::Bool,
                                                   Kind::Int,
                                                   Kind::Uint,
                                                   Kind::Double,
                                                   Kind::Bytes,
                                                   Kind::Timestamp,
                                                   Kind::Duration,
                                                   Kind::Type),
                                            text_kind,
                                            to_string)};
constexpr std::array bytes_overloads{takes(bytes_kind, bytes_kind, same),
                                     takes(text_kind, bytes_kind, to_bytes)};
constexpr std::array bool_overloads{takes(bool_kind, bool_kind, same),
                                    takes(text_kind, bool_kind, to_bool)};
constexpr std::array timestamp_overloads{
    takes(timestamp_kind, timestamp_kind, same),
    takes(set_of(Kind::String, Kind::Int), timestamp_kind, to_timestamp)};
constexpr std::array duration_overloads{takes(duration_kind, duration_kind, same),
                                        takes(text_kind, duration_kind, to_duration)};
constexpr std::array type_overloads{takes(any_kind, set_of(Kind::Type), to_type)};
constexpr std::array dyn_overloads{takes(any_kind, any_kind, same)};

constexpr std::array functions{global("int", int_overloads),
                               global("uint", uint_overloads),
                               global("double", double_overloads),
                               global("string", string_overloads),
                               global("bytes", bytes_overloads),
                               global("bool", bool_overloads),
                               global("type", type_overloads),
                               Function{"dyn", false, false, false, dyn_overloads},
                               global("timestamp", timestamp_overloads),
                               global("duration", duration_overloads)};

}  // namespace

std::span<const Function> conversion_functions() {
    return functions;
}

}  // namespace oa::core::cel
