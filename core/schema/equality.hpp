#pragma once

#include <cstdint>

#include <boost/json/fwd.hpp>

namespace oa::core::schema {

/// Equal as JSON Schema has it: numbers by what they are worth, objects whatever the order of
/// their fields. Recursive; what goes on below `depth_max` levels is taken to differ.
[[nodiscard]] bool equal_values(const boost::json::value& left,
                                const boost::json::value& right,
                                int depth_max = 256);

/// The same for values that are equal, and hardly ever for others. Recursive; what lies deeper
/// than `depth_max` does not count.
[[nodiscard]] std::uint64_t hash_value(const boost::json::value& value, int depth_max = 256);

}  // namespace oa::core::schema
