#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace oa::core {

using WallTime = std::chrono::system_clock::time_point;

/// RFC 3339 in UTC with milliseconds: 2026-01-31T23:59:59.999Z.
[[nodiscard]] std::string format_time(WallTime time);

/// RFC 3339 with any offset: 2027-01-01T08:00:00+02:00. What is before 1970 becomes the beginning
/// of 1970. Nothing for what is no time, or lies behind the year 2199.
[[nodiscard]] std::optional<WallTime> parse_time(std::string_view text);

}  // namespace oa::core
