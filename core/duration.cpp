#include "core/duration.hpp"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>

namespace oa::core {
namespace {

constexpr double duration_max_ms = 366.0 * 24 * 3600 * 1000;

struct Unit {
    std::string_view name;
    double milliseconds;
};

constexpr std::array units = {
    Unit{"", 1e3},   Unit{"ms", 1.0},   Unit{"s", 1e3},
    Unit{"m", 60e3}, Unit{"h", 3600e3}, Unit{"d", 86400e3},
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Digits, or digits, a dot and digits: the length of that at the start of the text; 0 for none.
std::size_t number_length(std::string_view text) {
    std::size_t length = 0;
    while (length < text.size() && is_digit(text[length])) {
        ++length;
    }
    if (length == 0 || length + 1 >= text.size() || text[length] != '.' ||
        !is_digit(text[length + 1])) {
        return length;
    }
    ++length;
    while (length < text.size() && is_digit(text[length])) {
        ++length;
    }
    return length;
}

std::optional<Milliseconds> from_milliseconds(double milliseconds) {
    const double rounded = std::round(milliseconds);
    if (!(rounded >= 0 && rounded <= duration_max_ms)) {
        return std::nullopt;  // not a number included
    }
    return Milliseconds(static_cast<std::int64_t>(rounded));
}

/// "1.5" for 1500 thousandths, without trailing zeros, at most two decimals.
std::string decimal(std::int64_t thousandths) {
    std::string text = std::to_string(thousandths / 1000);
    const std::int64_t hundredths = thousandths % 1000 / 10;
    if (hundredths != 0) {
        text += '.';
        text += static_cast<char>('0' + hundredths / 10);
        if (hundredths % 10 != 0) {
            text += static_cast<char>('0' + hundredths % 10);
        }
    }
    return text;
}

}  // namespace

std::optional<Milliseconds> parse_duration(std::string_view text) {
    const std::size_t length = number_length(text);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + length, number);
    if (length == 0 || error != std::errc() || end != text.data() + length) {
        return std::nullopt;
    }
    const std::string_view suffix = text.substr(length);
    for (const Unit& unit : units) {
        if (suffix == unit.name) {
            return from_milliseconds(number * unit.milliseconds);
        }
    }
    return std::nullopt;
}

std::optional<Milliseconds> duration_of_seconds(double seconds) {
    return from_milliseconds(seconds * 1e3);
}

std::string duration_text(Milliseconds duration) {
    const Unit* unit = units.end() - 1;
    const auto in = [&](const Unit& one) { return static_cast<std::int64_t>(one.milliseconds); };
    while (in(*unit) > 1 && (duration.count() % in(*unit) != 0 || duration.count() == 0)) {
        --unit;
    }
    return std::to_string(duration.count() / in(*unit)) + std::string(unit->name);
}

std::string format_duration(Milliseconds duration) {
    const std::int64_t total = duration.count();
    if (total < 0) {
        return "-" + format_duration(-duration);
    }
    if (total < 1000) {
        return std::to_string(total) + "ms";
    }
    const std::int64_t seconds = total / 1000;
    if (seconds < 60) {
        return decimal(total) + "s";
    }
    const std::int64_t minutes = seconds / 60;
    if (minutes < 60) {
        return std::to_string(minutes) + "m " + std::to_string(seconds % 60) + "s";
    }
    const std::int64_t hours = minutes / 60;
    if (hours < 24) {
        return std::to_string(hours) + "h " + std::to_string(minutes % 60) + "m";
    }
    return std::to_string(hours / 24) + "d " + std::to_string(hours % 24) + "h";
}

}  // namespace oa::core
