#pragma once

#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace oa::core {

/// The times that a cron expression names. Bits are numbered as the fields are written: hours from
/// 0, days of the month from 1, Sunday is 0.
struct Cron {
    std::bitset<60> minutes;
    std::bitset<24> hours;
    std::bitset<32> days;
    std::bitset<13> months;
    std::bitset<7> weekdays;
    bool any_day = false;  ///< the field is `*`; otherwise a day fits by either field where both
    bool any_weekday = false;  ///< are given, as cron has always had it
};

struct CronError {
    std::size_t offset = 0;  ///< of the wrong part, in bytes
    std::string message;
    std::string hint;
};

/// Five fields (minute, hour, day of the month, month, day of the week) of `*`, numbers, ranges,
/// steps and lists, with names for months and days; or @hourly, @daily, @midnight, @weekly,
/// @monthly, @yearly, @annually. Refuses what never comes, such as the 30th of February.
[[nodiscard]] std::variant<Cron, CronError> parse_cron(std::string_view text);

}  // namespace oa::core
