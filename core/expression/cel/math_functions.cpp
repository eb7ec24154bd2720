// The extension for mathematics.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/expression/cel/function_table.hpp"
#include "core/expression/cel/operators.hpp"

namespace oa::core::cel {
namespace {

template <Order Wanted>
bool extreme(State& state, const Value* arguments, std::size_t count, Value& out) {
    const bool list = count == 1 && arguments[0].is(Kind::List);
    const auto size = list ? arguments[0].list_size() : count;
    if (size == 0) {
        return state.fail("an empty list has neither a greatest nor a least number");
    }
    for (std::size_t i = 0; i < size; ++i) {
        const auto number = list ? arguments[0].item(i) : arguments[i];
        if (!holds(number_kinds, number.kind())) {
            return state.fail("math.greatest() and math.least() take numbers, but item %1 is %2",
                              "", Value::integer(static_cast<std::int64_t>(i)), number);
        }
        if (i == 0 || compare(number, out) == Wanted) {
            out = number;
        }
        if (!state.step()) {
            return false;
        }
    }
    return true;
}

template <double (*Compute)(double)>
bool computed(State& /*state*/, const Value* arguments, std::size_t /*count*/, Value& out) {
    out = Value::floating(Compute(arguments[0].as_double()));
    return true;
}

double square_root(double number) {
    return std::sqrt(number);
}
double ceiling(double number) {
    return std::ceil(number);
}
double flooring(double number) {
    return std::floor(number);
}
double rounding(double number) {
    return std::round(number);
}
double truncation(double number) {
    return std::trunc(number);
}

bool root_of_whole(State& /*state*/, const Value* arguments, std::size_t /*count*/, Value& out) {
    const auto& value = arguments[0];
    out = Value::floating(std::sqrt(value.is(Kind::Int) ? static_cast<double>(value.as_int())
                                                        : static_cast<double>(value.as_uint())));
    return true;
}

bool absolute(State& state, const Value* arguments, std::size_t /*count*/, Value& out) {
    const auto& value = arguments[0];
    if (value.is(Kind::Double)) {
        out = Value::floating(std::fabs(value.as_double()));
        return true;
    }
    if (value.is(Kind::Int) && value.as_int() < 0) {
        return negate(state, value, out);
    }
    out = value;
    return true;
}

bool sign(State& /*state*/, const Value* arguments, std::size_t /*count*/, Value& out) {
    const auto& value = arguments[0];
    switch (value.kind()) {
        case Kind::Int: out = Value::integer((value.as_int() > 0) - (value.as_int() < 0)); break;
        case Kind::Uint: out = Value::unsigned_integer(value.as_uint() > 0 ? 1 : 0); break;
        default: {
            const auto number = value.as_double();
            out = number > 0   ? Value::floating(1)
                  : number < 0 ? Value::floating(-1)
                               : value;  // zero and NaN stay what they are
        }
    }
    return true;
}

bool is_nan(State& /*state*/, const Value* arguments, std::size_t /*count*/, Value& out) {
    out = Value::boolean(std::isnan(arguments[0].as_double()));
    return true;
}
bool is_infinite(State& /*state*/, const Value* arguments, std::size_t /*count*/, Value& out) {
    out = Value::boolean(std::isinf(arguments[0].as_double()));
    return true;
}
bool is_finite(State& /*state*/, const Value* arguments, std::size_t /*count*/, Value& out) {
    out = Value::boolean(std::isfinite(arguments[0].as_double()));
    return true;
}

/// The bits of an Int or Uint; the value of the same kind with other bits.
std::uint64_t bits_of(const Value& value) {
    return value.is(Kind::Int) ? static_cast<std::uint64_t>(value.as_int()) : value.as_uint();
}
Value with_bits(const Value& like, std::uint64_t bits) {
    return like.is(Kind::Int) ? Value::integer(static_cast<std::int64_t>(bits))
                              : Value::unsigned_integer(bits);
}

bool bit_and(State& /*state*/, const Value* arguments, std::size_t /*count*/, Value& out) {
    out = with_bits(arguments[0], bits_of(arguments[0]) & bits_of(arguments[1]));
    return true;
}
bool bit_or(State& /*state*/, const Value* arguments, std::size_t /*count*/, Value& out) {
    out = with_bits(arguments[0], bits_of(arguments[0]) | bits_of(arguments[1]));
    return true;
}
bool bit_xor(State& /*state*/, const Value* arguments, std::size_t /*count*/, Value& out) {
    out = with_bits(arguments[0], bits_of(arguments[0]) ^ bits_of(arguments[1]));
    return true;
}
bool bit_not(State& /*state*/, const Value* arguments, std::size_t /*count*/, Value& out) {
    out = with_bits(arguments[0], ~bits_of(arguments[0]));
    return true;
}

template <bool Left>
bool shift(State& state, const Value* arguments, std::size_t /*count*/, Value& out) {
    const auto distance = arguments[1].as_int();
    if (distance < 0) {
        return state.fail("bits cannot be shifted by %1 places", "the number must be 0 or more",
                          arguments[1]);
    }
    const auto bits = bits_of(arguments[0]);
    const auto shifted = distance >= 64 ? 0 : Left ? bits << distance : bits >> distance;
    out = with_bits(arguments[0], shifted);
    return true;
}

constexpr auto uint_kind = set_of(Kind::Uint);

// The last one is what each of several arguments has to be.
constexpr std::array greatest_overloads{
    takes(set_of(Kind::List), number_kinds, extreme<Order::Greater>),
    takes(number_kinds, number_kinds, extreme<Order::Greater>)};
constexpr std::array least_overloads{takes(set_of(Kind::List), number_kinds, extreme<Order::Less>),
                                     takes(number_kinds, number_kinds, extreme<Order::Less>)};
constexpr std::array ceil_overloads{takes(double_kind, double_kind, computed<ceiling>)};
constexpr std::array floor_overloads{takes(double_kind, double_kind, computed<flooring>)};
constexpr std::array round_overloads{takes(double_kind, double_kind, computed<rounding>)};
constexpr std::array trunc_overloads{takes(double_kind, double_kind, computed<truncation>)};
constexpr std::array sqrt_overloads{takes(double_kind, double_kind, computed<square_root>),
                                    takes(whole_kinds, double_kind, root_of_whole)};
constexpr std::array abs_overloads{takes(int_kind, int_kind, absolute),
                                   takes(uint_kind, uint_kind, absolute),
                                   takes(double_kind, double_kind, absolute)};
constexpr std::array sign_overloads{takes(int_kind, int_kind, sign),
                                    takes(uint_kind, uint_kind, sign),
                                    takes(double_kind, double_kind, sign)};
constexpr std::array nan_overloads{takes(double_kind, bool_kind, is_nan)};
constexpr std::array infinite_overloads{takes(double_kind, bool_kind, is_infinite)};
constexpr std::array finite_overloads{takes(double_kind, bool_kind, is_finite)};
constexpr std::array and_overloads{takes(int_kind, int_kind, int_kind, bit_and),
                                   takes(uint_kind, uint_kind, uint_kind, bit_and)};
constexpr std::array or_overloads{takes(int_kind, int_kind, int_kind, bit_or),
                                  takes(uint_kind, uint_kind, uint_kind, bit_or)};
constexpr std::array xor_overloads{takes(int_kind, int_kind, int_kind, bit_xor),
                                   takes(uint_kind, uint_kind, uint_kind, bit_xor)};
constexpr std::array not_overloads{takes(int_kind, int_kind, bit_not),
                                   takes(uint_kind, uint_kind, bit_not)};
constexpr std::array left_overloads{takes(int_kind, int_kind, int_kind, shift<true>),
                                    takes(uint_kind, int_kind, uint_kind, shift<true>)};
constexpr std::array right_overloads{takes(int_kind, int_kind, int_kind, shift<false>),
                                     takes(uint_kind, int_kind, uint_kind, shift<false>)};

constexpr std::array functions{Function{"math.greatest", false, true, true, greatest_overloads},
                               Function{"math.least", false, true, true, least_overloads},
                               global("math.ceil", ceil_overloads),
                               global("math.floor", floor_overloads),
                               global("math.round", round_overloads),
                               global("math.trunc", trunc_overloads),
                               global("math.sqrt", sqrt_overloads),
                               global("math.abs", abs_overloads),
                               global("math.sign", sign_overloads),
                               global("math.isNaN", nan_overloads),
                               global("math.isInf", infinite_overloads),
                               global("math.isFinite", finite_overloads),
                               global("math.bitAnd", and_overloads),
                               global("math.bitOr", or_overloads),
                               global("math.bitXor", xor_overloads),
                               global("math.bitNot", not_overloads),
                               global("math.bitShiftLeft", left_overloads),
                               global("math.bitShiftRight", right_overloads)};

}  // namespace

std::span<const Function> math_functions() {
    return functions;
}

}  // namespace oa::core::cel
