// The only file that knows the library for time zones.
#include <chrono>
#include <cstddef>
#include <exception>
#include <string>

#include <date/tz.h>

#include "core/expression/cel/time.hpp"

namespace oa::core::cel {
namespace {

constexpr std::size_t zone_name_max = 64;

std::optional<int> two_digits(std::string_view text) {
    if (text.size() != 2 || text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') {
        return std::nullopt;
    }
    return (text[0] - '0') * 10 + (text[1] - '0');
}

/// [+-]HH:MM
std::optional<std::int64_t> fixed_offset(std::string_view zone) {
    const bool negative = zone.substr(0, 1) == "-";
    if (negative || zone.substr(0, 1) == "+") {
        zone.remove_prefix(1);
    }
    if (zone.size() != 5 || zone[2] != ':') {
        return std::nullopt;
    }
    const auto hours = two_digits(zone.substr(0, 2));
    const auto minutes = two_digits(zone.substr(3));
    if (!hours || !minutes || *hours > 23 || *minutes > 59) {
        return std::nullopt;
    }
    const std::int64_t seconds = *hours * 3600 + *minutes * 60;
    return negative ? -seconds : seconds;
}

}  // namespace

std::optional<std::int64_t> zone_offset(std::string_view zone, std::int64_t instant) {
    if (zone == "UTC" || zone == "Z") {
        return 0;
    }
    if (const auto offset = fixed_offset(zone)) {
        return offset;
    }
    if (zone.empty() || zone.size() > zone_name_max) {
        return std::nullopt;
    }
    try {
        const auto* const found = date::locate_zone(std::string(zone));
        return found->get_info(date::sys_seconds(std::chrono::seconds(instant))).offset.count();
    } catch (const std::exception&) {
        return std::nullopt;  // no such zone, or no database on this machine
    }
}

std::vector<std::string> time_zone_names() {
    std::vector<std::string> names;
    try {
        for (const auto& zone : date::get_tzdb().zones) {
            names.push_back(zone.name());
        }
    } catch (const std::exception&) {
        names.clear();
    }
    return names;
}

bool is_time_zone(std::string_view name) {
    if (zone_offset(name, 0)) {
        return true;
    }
    return time_zone_names().empty();
}

}  // namespace oa::core::cel
