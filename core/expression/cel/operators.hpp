#pragma once

#include <optional>
#include <string_view>

#include "core/expression/cel/state.hpp"
#include "core/expression/cel/syntax.hpp"
#include "core/expression/cel/value.hpp"

namespace oa::core::cel {

enum class Order : std::uint8_t { Less, Equal, Greater, None };

/// Values of different kinds are never equal, but numbers are compared whatever their kinds. False:
/// a limit was hit.
[[nodiscard]] bool equal(State& state, const Value& left, const Value& right, bool& out);

/// Nothing when the two cannot be ordered; Order::None when one of them is NaN.
[[nodiscard]] std::optional<Order> compare(const Value& left, const Value& right);

/// Whether `item` is in the list, or a key of the map.
[[nodiscard]] bool contains(State& state, const Value& item, const Value& container, Value& out);

/// + - * / %
[[nodiscard]] bool calculate(
    State& state, Binary binary, const Value& left, const Value& right, Value& out);

[[nodiscard]] bool negate(State& state, const Value& operand, Value& out);

/// What the operator can give for operands of these kinds; no_kind when it takes no such operands.
[[nodiscard]] KindSet result_of(Binary binary, KindSet left, KindSet right);

/// The keys of a map as a list.
[[nodiscard]] bool keys_of(State& state, const Value& map, Value& out);

}  // namespace oa::core::cel
