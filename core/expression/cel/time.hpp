#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/expression/cel/state.hpp"
#include "core/expression/cel/syntax.hpp"
#include "core/expression/cel/value.hpp"

namespace oa::core::cel {

/// RFC 3339, such as 2026-01-31T23:59:59.5Z; from year 1 to 9999.
[[nodiscard]] std::optional<Timestamp> parse_timestamp(std::string_view text);
[[nodiscard]] std::string format_timestamp(Timestamp instant);

/// "1h30m", "-1.5s", "250ms": numbers with h, m, s, ms, us or ns, at most about 292 years. In
/// nanoseconds.
[[nodiscard]] std::optional<std::int64_t> parse_time_span(std::string_view text);
/// In seconds: "3.5s".
[[nodiscard]] std::string format_time_span(std::int64_t nanoseconds);

/// Whether the instant lies within the years 1 to 9999.
[[nodiscard]] bool is_in_range(std::int64_t seconds);

/// + and - where a timestamp or two durations are among the operands.
[[nodiscard]] bool calculate_time(
    State& state, Binary binary, const Value& left, const Value& right, Value& out);

/// A date and a time of day, as a calendar on the wall has it.
struct CivilTime {
    int year = 0;
    int month = 1;        ///< from 1
    int day = 1;          ///< from 1
    int day_of_year = 0;  ///< from 0
    int day_of_week = 0;  ///< from 0, which is Sunday
    int hours = 0;
    int minutes = 0;
    int seconds = 0;
};

/// `seconds` since 1970, in UTC.
[[nodiscard]] CivilTime civil_time(std::int64_t seconds);

/// How far a zone is ahead of UTC at an instant, in seconds. `zone` is a name of the IANA database
/// ("Europe/Berlin"), "UTC", or an offset ("+02:00", "-08:00"). Nothing when there is no such zone.
/// A name makes the time zone database be read, once for the process.
[[nodiscard]] std::optional<std::int64_t> zone_offset(std::string_view zone, std::int64_t instant);

/// Whether the IANA database has a zone of that name. True for any where this machine has no such
/// database. Reads it, as zone_offset does.
[[nodiscard]] bool is_time_zone(std::string_view name);
/// All names in the database; none where there is no database.
[[nodiscard]] std::vector<std::string> time_zone_names();

}  // namespace oa::core::cel
