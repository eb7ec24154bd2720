#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>

#include "oa/json.hpp"

namespace oa {
inline namespace v1 {

/// "250ms", "30s", "5m", "2h", "1d", or a number of seconds ("1.5"): not negative, at most 366
/// days; nothing for any other text.
[[nodiscard]] inline std::optional<std::chrono::milliseconds> parse_duration(
    std::string_view text) noexcept;

/// As parse_duration, and JSON numbers, which are seconds.
template <>
struct JsonReader<std::chrono::milliseconds> {
    static std::chrono::milliseconds read(const Json& json);
};

namespace detail {

inline constexpr std::chrono::milliseconds duration_max = std::chrono::hours(24 * 366);

[[nodiscard]] inline std::optional<std::chrono::milliseconds> from_seconds(
    double seconds) noexcept {
    const double limit = std::chrono::duration<double>(duration_max).count();
    if (!(seconds >= 0 && seconds <= limit)) {
        return std::nullopt;
    }
    return std::chrono::milliseconds(std::llround(seconds * 1000));
}

}  // namespace detail

inline std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept {
    struct Unit {
        std::string_view name;
        std::int64_t milliseconds;
    };
    constexpr std::array<Unit, 6> units{
        {{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

    // Nine digits hold 366 days in seconds; only milliseconds need two more.
    std::int64_t whole = 0;
    const char* const end = text.data() + text.size();
    const auto [after_whole, failure] = std::from_chars(text.data(), end, whole);
    if (failure != std::errc() || text.starts_with('-')) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(after_whole - text.data()));
    double fraction = 0;
    if (text.starts_with('.')) {
        const std::size_t digits =
            std::min(text.find_first_not_of("0123456789", 1), text.size()) - 1;
        if (digits == 0) {
            return std::nullopt;
        }
        double place = 0.1;
        for (const char digit : text.substr(1, digits)) {
            fraction += (digit - '0') * place;
            place /= 10;
        }
        text.remove_prefix(1 + digits);
    }
    const auto unit =
        std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == text; });
    if (unit == units.end() || whole > detail::duration_max.count() / unit->milliseconds) {
        return std::nullopt;
    }
    const auto scale = static_cast<double>(unit->milliseconds);
    const std::chrono::milliseconds total(whole * unit->milliseconds +
                                          std::llround(fraction * scale));
    return total <= detail::duration_max ? std::optional(total) : std::nullopt;
}

inline std::chrono::milliseconds JsonReader<std::chrono::milliseconds>::read(const Json& json) {
    std::optional<std::chrono::milliseconds> duration;
    if (json.is_string()) {
        duration = parse_duration(json.as_string());
    } else if (json.is_number()) {
        duration = detail::from_seconds(json.as_double());
    }
    if (!duration) {
        throw json.mismatch(
            "a duration up to 366 days such as \"250ms\", \"30s\", \"5m\", \"2h\", "
            "\"1d\" or a number of seconds");
    }
    return *duration;
}

}  // namespace v1
}  // namespace oa
