#include "host/trust/utc_time.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace oa::host {
namespace {

constexpr UtcSeconds day_seconds = 86400;

/// `count` digits at a place.
std::optional<unsigned> digits(std::string_view text, std::size_t at, std::size_t count) {
    unsigned out = 0;
    for (const char c : text.substr(at, count)) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        out = out * 10 + static_cast<unsigned>(c - '0');
    }
    return out;
}

bool has_shape(std::string_view text, std::string_view shape) {
    if (text.size() != shape.size()) {
        return false;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i]) {
            return false;
        }
    }
    return true;
}

}  // namespace

std::optional<UtcSeconds> parse_utc(std::string_view text, DayMeans day) {
    const bool instant = has_shape(text, "0000-00-00T00:00:00Z");
    if (!instant && !has_shape(text, "0000-00-00")) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{
        std::chrono::year{static_cast<int>(digits(text, 0, 4).value_or(0))},
        std::chrono::month{digits(text, 5, 2).value_or(0)},
        std::chrono::day{digits(text, 8, 2).value_or(0)}};
    if (!date.ok()) {
        return std::nullopt;
    }
    const UtcSeconds start = std::chrono::sys_days(date).time_since_epoch().count() * day_seconds;
    if (!instant) {
        return day == DayMeans::Start ? start : start + day_seconds - 1;
    }
    const unsigned hour = digits(text, 11, 2).value_or(24);
    const unsigned minute = digits(text, 14, 2).value_or(60);
    const unsigned second = digits(text, 17, 2).value_or(60);
    if (hour > 23 || minute > 59 || second > 59) {
        return std::nullopt;
    }
    return start + UtcSeconds{hour} * 3600 + UtcSeconds{minute} * 60 + second;
}

std::string to_utc_text(UtcSeconds time) {
    const std::chrono::sys_seconds instant{std::chrono::seconds(time)};
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date(day);
    const auto rest = (instant - day).count();
    std::array<char, 64> out{};
    const int length =
        std::snprintf(out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", int{date.year()},
                      unsigned{date.month()}, unsigned{date.day()}, static_cast<int>(rest / 3600),
                      static_cast<int>(rest / 60 % 60), static_cast<int>(rest % 60));
    return {out.data(), static_cast<std::size_t>(length)};
}

UtcSeconds utc_now() {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace oa::host
