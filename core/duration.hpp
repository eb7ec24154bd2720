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

/// As parse_duration() reads it, in the largest unit that leaves nothing over: "90s", "30d".
[[nodiscard]] std::string duration_text(Milliseconds duration);

/// For people: "250ms", "1.5s", "2m 5s", "1h 0m".
[[nodiscard]] std::string format_duration(Milliseconds duration);

}  // namespace oa::core
