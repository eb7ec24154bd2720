#pragma once

#include <cstdint>

#include <boost/json/fwd.hpp>

namespace oa::core {

/// Kinds of JSON values, as a set of bits. A number is an integer or a fraction; 5 and 5.0 are
/// integers.
using TypeSet = std::uint8_t;

namespace type_set {
inline constexpr TypeSet none = 0;
inline constexpr TypeSet null = 1U << 0U;
inline constexpr TypeSet boolean = 1U << 1U;
inline constexpr TypeSet integer = 1U << 2U;
inline constexpr TypeSet fraction = 1U << 3U;
inline constexpr TypeSet number = integer | fraction;
inline constexpr TypeSet string = 1U << 4U;
inline constexpr TypeSet array = 1U << 5U;
inline constexpr TypeSet object = 1U << 6U;
inline constexpr TypeSet any = null | boolean | number | string | array | object;
}  // namespace type_set

/// The one kind that a value is of.
[[nodiscard]] TypeSet type_of(const boost::json::value& value);

}  // namespace oa::core
