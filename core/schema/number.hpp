#pragma once

#include <compare>
#include <cstdint>

#include <boost/json/fwd.hpp>

namespace oa::core::schema {

/// Compares two numbers exactly, whatever they are kept as. Neither may be NaN.
[[nodiscard]] std::strong_ordering compare_numbers(const boost::json::value& left,
                                                   const boost::json::value& right);

/// Whether a number is a whole multiple of a divisor above 0. Fractions are taken for the decimal
/// numbers that they are written as, so that 0.3 is a multiple of 0.1.
[[nodiscard]] bool is_multiple(const boost::json::value& number, const boost::json::value& divisor);

}  // namespace oa::core::schema
