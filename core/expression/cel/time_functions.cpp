#include <array>
#include <cstdint>

#include "core/expression/cel/function_table.hpp"
#include "core/expression/cel/time.hpp"

namespace oa::core::cel {
namespace {

/// The calendar and clock of an instant, in UTC or the zone that the second argument names.
bool local_time(State& state, const Value* arguments, std::size_t count, CivilTime& out) {
    auto seconds = arguments[0].as_timestamp().seconds;
    if (count == 2) {
        if (!state.step(10)) {
            return false;
        }
        const auto offset = zone_offset(arguments[1].as_text(), seconds);
        if (!offset) {
            return state.fail("there is no time zone %1",
                              "a zone is named as in Europe/Berlin or UTC, or is an offset such as "
                              "+02:00",
                              arguments[1]);
        }
        seconds += *offset;
    }
    out = civil_time(seconds);
    return true;
}

template <int (*Part)(const CivilTime&)>
bool part_of(State& state, const Value* arguments, std::size_t count, Value& out) {
    CivilTime civil;
    if (!local_time(state, arguments, count, civil)) {
        return false;
    }
    out = Value::integer(Part(civil));
    return true;
}

int year(const CivilTime& civil) {
    return civil.year;
}
int month(const CivilTime& civil) {
    return civil.month - 1;
}
int date(const CivilTime& civil) {
    return civil.day;
}
int day_of_month(const CivilTime& civil) {
    return civil.day - 1;
}
int day_of_week(const CivilTime& civil) {
    return civil.day_of_week;
}
int day_of_year(const CivilTime& civil) {
    return civil.day_of_year;
}
int hours(const CivilTime& civil) {
    return civil.hours;
}
int minutes(const CivilTime& civil) {
    return civil.minutes;
}
int seconds(const CivilTime& civil) {
    return civil.seconds;
}

bool milliseconds(State& state, const Value* arguments, std::size_t count, Value& out) {
    CivilTime civil;  // computed so that a zone that does not exist is told of
    out = Value::integer(arguments[0].as_timestamp().nanos / 1'000'000);
    return count == 1 || local_time(state, arguments, count, civil);
}

template <std::int64_t Nanoseconds>
bool whole_units(State& /*state*/, const Value* arguments, std::size_t /*count*/, Value& out) {
    out = Value::integer(arguments[0].as_duration() / Nanoseconds);
    return true;
}

bool millisecond_part(State& /*state*/, const Value* arguments, std::size_t /*count*/, Value& out) {
    out = Value::integer(arguments[0].as_duration() / 1'000'000 % 1'000);
    return true;
}

constexpr auto timestamp_kind = set_of(Kind::Timestamp);
constexpr auto duration_kind = set_of(Kind::Duration);
constexpr std::int64_t second_nanos = 1'000'000'000;

template <Implementation Run>
constexpr std::array of_timestamp{takes(timestamp_kind, int_kind, Run),
                                  takes(timestamp_kind, text_kind, int_kind, Run)};

template <Implementation Run, Implementation OfDuration>
constexpr std::array of_both{takes(timestamp_kind, int_kind, Run),
                             takes(timestamp_kind, text_kind, int_kind, Run),
                             takes(duration_kind, int_kind, OfDuration)};

/// Not computed ahead: that would read the time zone database while a document is read.
constexpr Function accessor(std::string_view name, std::span<const Overload> overloads) {
    return {name, true, false, false, overloads};
}

constexpr std::array functions{
    accessor("getFullYear", of_timestamp<part_of<year>>),
    accessor("getMonth", of_timestamp<part_of<month>>),
    accessor("getDate", of_timestamp<part_of<date>>),
    accessor("getDayOfMonth", of_timestamp<part_of<day_of_month>>),
    accessor("getDayOfWeek", of_timestamp<part_of<day_of_week>>),
    accessor("getDayOfYear", of_timestamp<part_of<day_of_year>>),
    accessor("getHours", of_both<part_of<hours>, whole_units<3600 * second_nanos>>),
    accessor("getMinutes", of_both<part_of<minutes>, whole_units<60 * second_nanos>>),
    accessor("getSeconds", of_both<part_of<seconds>, whole_units<second_nanos>>),
    accessor("getMilliseconds", of_both<milliseconds, millisecond_part>)};

}  // namespace

std::span<const Function> time_functions() {
    return functions;
}

}  // namespace oa::core::cel
