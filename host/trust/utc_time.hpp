#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oa::host {

/// Seconds since 1970, in UTC.
using UtcSeconds = std::int64_t;

/// A day, "2026-01-31", stands for its first second or for its last one.
enum class DayMeans { Start, End };
/// Reads a day or an instant, "2026-01-31T12:00:00Z".
[[nodiscard]] std::optional<UtcSeconds> parse_utc(std::string_view text, DayMeans day);
/// "2026-01-31T12:00:00Z"
[[nodiscard]] std::string to_utc_text(UtcSeconds time);
[[nodiscard]] UtcSeconds utc_now();

}  // namespace oa::host
