#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace oa::core {

using Milliseconds = std::chrono::milliseconds;

/// "250ms", "30s", "5m", "2h", "1d", or a number of seconds ("1.5"). Nothing else, not negative, at
/// most 366 days.
[[nodiscard]] std::optional<Milliseconds> parse_duration(std::string_view text);

/// A number of seconds, within the same limits.
[[nodiscard]] std::optional<Milliseconds> duration_of_seconds(double seconds);

/// For people: "250ms", "1.5s", "2m 5s", "1h 0m".
[[nodiscard]] std::string format_duration(Milliseconds duration);

}  // namespace oa::core
