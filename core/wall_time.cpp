#include "core/wall_time.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <ctime>

#include "core/expression/cel/time.hpp"

namespace oa::core {

std::string format_time(WallTime time) {
    const auto since_epoch =
        std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
    const auto seconds = static_cast<std::time_t>(since_epoch / 1000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                  parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                  parts.tm_min, parts.tm_sec, static_cast<int>(since_epoch % 1000));
    return text.data();
}

std::optional<WallTime> parse_time(std::string_view text) {
    constexpr std::int64_t end_of_2199 = 7'258'118'400;  // in seconds since 1970
    const auto parsed = cel::parse_timestamp(text);
    if (!parsed || parsed->seconds >= end_of_2199) {
        return std::nullopt;
    }
    if (parsed->seconds < 0) {
        return WallTime{};
    }
    return WallTime{std::chrono::seconds{parsed->seconds} +
                    std::chrono::nanoseconds{parsed->nanos}};
}

}  // namespace oa::core
