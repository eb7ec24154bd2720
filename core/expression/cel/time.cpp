#include "core/expression/cel/time.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <limits>

namespace oa::core::cel {
namespace {

constexpr std::int64_t first_second = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t last_second = 253'402'300'799;   // 9999-12-31T23:59:59Z
constexpr std::int64_t nanos_of_second = 1'000'000'000;
constexpr std::int64_t seconds_of_day = 86'400;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Reads a text from left to right.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    [[nodiscard]] bool at_end() const { return text_.empty(); }
    [[nodiscard]] char peek() const { return text_.empty() ? '\0' : text_.front(); }

    bool skip(std::string_view any_of) {
        if (text_.empty() || any_of.find(text_.front()) == std::string_view::npos) {
            return false;
        }
        text_.remove_prefix(1);
        return true;
    }

    /// Exactly so many digits.
    [[nodiscard]] std::optional<int> number(std::size_t digits) {
        if (text_.size() < digits) {
            return std::nullopt;
        }
        int value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            if (!is_digit(text_[i])) {
                return std::nullopt;
            }
            value = value * 10 + (text_[i] - '0');
        }
        text_.remove_prefix(digits);
        return value;
    }

    [[nodiscard]] std::string_view digits() {
        std::size_t size = 0;
        while (size < text_.size() && is_digit(text_[size])) {
            ++size;
        }
        const auto taken = text_.substr(0, size);
        text_.remove_prefix(size);
        return taken;
    }

    [[nodiscard]] std::string_view& rest() { return text_; }

private:
    std::string_view text_;
};

/// The digits of a fraction as parts of 10^9; what is finer is cut off.
std::int64_t nanos_from(std::string_view fraction) {
    std::int64_t nanos = 0;
    for (std::size_t i = 0; i < 9; ++i) {
        nanos = nanos * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
    }
    return nanos;
}

/// ".5" for half a second, nothing for none.
void append_fraction(std::string& out, std::int64_t nanos) {
    if (nanos == 0) {
        return;
    }
    std::array<char, 10> digits{'.'};
    for (std::size_t i = 9; i > 0; --i) {
        digits[i] = static_cast<char>('0' + nanos % 10);
        nanos /= 10;
    }
    std::string_view text(digits.data(), digits.size());
    out += text.substr(0, text.find_last_not_of('0') + 1);
}

void append_padded(std::string& out, int number, std::size_t digits) {
    const auto text = std::to_string(number);
    out.append(digits > text.size() ? digits - text.size() : 0, '0');
    out += text;
}

/// Z, +02:00 or -08:00, in seconds.
std::optional<std::int64_t> read_offset(Reader& reader) {
    if (reader.skip("Zz")) {
        return 0;
    }
    const bool negative = reader.peek() == '-';
    if (!reader.skip("+-")) {
        return std::nullopt;
    }
    const auto hours = reader.number(2);
    if (!hours || *hours > 23 || !reader.skip(":")) {
        return std::nullopt;
    }
    const auto minutes = reader.number(2);
    if (!minutes || *minutes > 59) {
        return std::nullopt;
    }
    const std::int64_t seconds = *hours * 3600 + *minutes * 60;
    return negative ? -seconds : seconds;
}

std::optional<std::int64_t> days_since_1970(int year, int month, int day) {
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) {
        return std::nullopt;
    }
    return std::chrono::sys_days(date).time_since_epoch().count();
}

struct Unit {
    std::string_view name;
    std::int64_t nanos;
};

constexpr std::array<Unit, 8> units{{{"ns", 1},
                                     {"us", 1'000},
                                     {"\xC2\xB5s", 1'000},
                                     {"\xCE\xBCs", 1'000},
                                     {"ms", 1'000'000},
                                     {"s", nanos_of_second},
                                     {"m", 60 * nanos_of_second},
                                     {"h", 3600 * nanos_of_second}}};

/// whole.fraction units, in nanoseconds.
std::optional<std::int64_t> amount_of(std::string_view whole,
                                      std::string_view fraction,
                                      std::int64_t unit) {
    std::int64_t number = 0;
    if (!whole.empty()) {
        const auto [stop, failure] =
            std::from_chars(whole.data(), whole.data() + whole.size(), number);
        if (failure != std::errc{}) {
            return std::nullopt;
        }
    }
    std::int64_t amount = 0;
    if (__builtin_mul_overflow(number, unit, &amount)) {
        return std::nullopt;
    }
    // Units are whole seconds, or so short that the product stays within 64 bits.
    const auto nanos = nanos_from(fraction);
    const auto part =
        unit >= nanos_of_second ? nanos * (unit / nanos_of_second) : nanos * unit / nanos_of_second;
    if (__builtin_add_overflow(amount, part, &amount)) {
        return std::nullopt;
    }
    return amount;
}

bool out_of_range(State& state) {
    return state.fail("the instant lies outside of the years 1 to 9999");
}

bool too_long(State& state) {
    return state.fail("the duration is longer than 292 years, which is the most that it can be");
}

bool give_instant(State& state, Timestamp start, std::int64_t nanoseconds, Value& out) {
    auto seconds = start.seconds + nanoseconds / nanos_of_second;
    auto nanos = start.nanos + nanoseconds % nanos_of_second;
    if (nanos < 0) {
        nanos += nanos_of_second;
        --seconds;
    } else if (nanos >= nanos_of_second) {
        nanos -= nanos_of_second;
        ++seconds;
    }
    if (!is_in_range(seconds)) {
        return out_of_range(state);
    }
    out = Value::timestamp({seconds, static_cast<std::int32_t>(nanos)});
    return true;
}

bool give_difference(State& state, Timestamp left, Timestamp right, Value& out) {
    std::int64_t nanoseconds = 0;
    if (__builtin_mul_overflow(left.seconds - right.seconds, nanos_of_second, &nanoseconds) ||
        __builtin_add_overflow(nanoseconds, static_cast<std::int64_t>(left.nanos - right.nanos),
                               &nanoseconds)) {
        return too_long(state);
    }
    out = Value::duration(nanoseconds);
    return true;
}

}  // namespace

bool is_in_range(std::int64_t seconds) {
    return seconds >= first_second && seconds <= last_second;
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
    Reader reader(text);
    std::array<int, 6> fields{};
    static constexpr std::array<std::string_view, 6> separators{"-", "-", "Tt ", ":", ":", ""};
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const auto number = reader.number(i == 0 ? 4 : 2);
        if (!number || (!separators[i].empty() && !reader.skip(separators[i]))) {
            return std::nullopt;
        }
        fields[i] = *number;
    }
    std::int64_t nanos = 0;
    if (reader.skip(".")) {
        const auto fraction = reader.digits();
        if (fraction.empty()) {
            return std::nullopt;
        }
        nanos = nanos_from(fraction);
    }
    const auto offset = read_offset(reader);
    const auto days = days_since_1970(fields[0], fields[1], fields[2]);
    if (!offset || !reader.at_end() || !days || fields[3] > 23 || fields[4] > 59 ||
        fields[5] > 59) {
        return std::nullopt;
    }
    const auto seconds = *days * seconds_of_day + std::int64_t{fields[3]} * 3600 +
                         std::int64_t{fields[4]} * 60 + fields[5] - *offset;
    if (!is_in_range(seconds)) {
        return std::nullopt;
    }
    return Timestamp{seconds, static_cast<std::int32_t>(nanos)};
}

std::string format_timestamp(Timestamp instant) {
    const auto civil = civil_time(instant.seconds);
    std::string out;
    append_padded(out, civil.year, 4);
    out += '-';
    append_padded(out, civil.month, 2);
    out += '-';
    append_padded(out, civil.day, 2);
    out += 'T';
    append_padded(out, civil.hours, 2);
    out += ':';
    append_padded(out, civil.minutes, 2);
    out += ':';
    append_padded(out, civil.seconds, 2);
    append_fraction(out, instant.nanos);
    return out + 'Z';
}

std::optional<std::int64_t> parse_time_span(std::string_view text) {
    Reader reader(text);
    const bool negative = reader.peek() == '-';
    reader.skip("+-");
    if (reader.rest() == "0") {
        return 0;
    }
    std::int64_t total = 0;
    do {
        const auto whole = reader.digits();
        const auto fraction = reader.skip(".") ? reader.digits() : std::string_view();
        if (whole.empty() && fraction.empty()) {
            return std::nullopt;
        }
        const Unit* unit = nullptr;
        for (const auto& known : units) {
            // "m" is also how "ms" begins.
            if (reader.rest().substr(0, known.name.size()) == known.name &&
                (unit == nullptr || known.name.size() > unit->name.size())) {
                unit = &known;
            }
        }
        const auto amount =
            unit == nullptr ? std::nullopt : amount_of(whole, fraction, unit->nanos);
        if (!amount || __builtin_add_overflow(total, *amount, &total)) {
            return std::nullopt;
        }
        reader.rest().remove_prefix(unit->name.size());
    } while (!reader.at_end());
    return negative ? -total : total;
}

std::string format_time_span(std::int64_t nanoseconds) {
    std::string out = nanoseconds < 0 ? "-" : "";
    const auto magnitude = nanoseconds < 0 ? 0 - static_cast<std::uint64_t>(nanoseconds)
                                           : static_cast<std::uint64_t>(nanoseconds);
    out += std::to_string(magnitude / nanos_of_second);
    append_fraction(out, static_cast<std::int64_t>(magnitude % nanos_of_second));
    return out + 's';
}

bool calculate_time(
    State& state, Binary binary, const Value& left, const Value& right, Value& out) {
    if (left.is(Kind::Duration) && right.is(Kind::Duration)) {
        std::int64_t nanoseconds = 0;
        const bool failed =
            binary == Binary::Add
                ? __builtin_add_overflow(left.as_duration(), right.as_duration(), &nanoseconds)
                : __builtin_sub_overflow(left.as_duration(), right.as_duration(), &nanoseconds);
        if (failed) {
            return too_long(state);
        }
        out = Value::duration(nanoseconds);
        return true;
    }
    if (left.is(Kind::Timestamp) && right.is(Kind::Timestamp)) {
        return give_difference(state, left.as_timestamp(), right.as_timestamp(), out);
    }
    const auto& instant = left.is(Kind::Timestamp) ? left : right;
    const auto span = (left.is(Kind::Timestamp) ? right : left).as_duration();
    if (binary == Binary::Subtract && span == std::numeric_limits<std::int64_t>::min()) {
        return too_long(state);
    }
    return give_instant(state, instant.as_timestamp(), binary == Binary::Add ? span : -span, out);
}

CivilTime civil_time(std::int64_t seconds) {
    namespace chrono = std::chrono;
    auto days = seconds / seconds_of_day;
    auto rest = seconds % seconds_of_day;
    if (rest < 0) {
        rest += seconds_of_day;
        --days;
    }
    const chrono::sys_days day{chrono::days(days)};
    const chrono::year_month_day date{day};
    CivilTime civil;
    civil.year = static_cast<int>(date.year());
    civil.month = static_cast<int>(static_cast<unsigned>(date.month()));
    civil.day = static_cast<int>(static_cast<unsigned>(date.day()));
    const chrono::sys_days new_year{date.year() / chrono::January / 1};
    civil.day_of_year = static_cast<int>((day - new_year).count());
    civil.day_of_week = static_cast<int>(chrono::weekday(day).c_encoding());
    civil.hours = static_cast<int>(rest / 3600);
    civil.minutes = static_cast<int>(rest % 3600 / 60);
    civil.seconds = static_cast<int>(rest % 60);
    return civil;
}

}  // namespace oa::core::cel
