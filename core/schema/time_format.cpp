#include "core/schema/time_format.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace oa::core::schema {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Reads a text from the front.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    /// Exactly so many digits; -1 where there are none.
    int number(std::size_t digits) {
        if (rest_.size() < digits ||
            !std::all_of(rest_.begin(), rest_.begin() + digits, is_digit)) {
            return -1;
        }
        int number = 0;
        for (const char c : rest_.substr(0, digits)) {
            number = number * 10 + (c - '0');
        }
        rest_.remove_prefix(digits);
        return number;
    }
    std::size_t skip_digits() {
        const auto* const end = std::find_if_not(rest_.begin(), rest_.end(), is_digit);
        const auto count = static_cast<std::size_t>(end - rest_.begin());
        rest_.remove_prefix(count);
        return count;
    }
    bool skip(std::string_view any_of) {
        if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }
    [[nodiscard]] char front() const { return rest_.empty() ? '\0' : rest_.front(); }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

int days_of(int year, int month) {
    constexpr std::array days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[static_cast<std::size_t>(month - 1)];
}

bool skip_date(Scanner& scanner) {
    const int year = scanner.number(4);
    if (year < 0 || !scanner.skip("-")) {
        return false;
    }
    const int month = scanner.number(2);
    if (month < 1 || month > 12 || !scanner.skip("-")) {
        return false;
    }
    const int day = scanner.number(2);
    return day >= 1 && day <= days_of(year, month);
}

struct Clock {
    int hour = -1;
    int minute = -1;

    [[nodiscard]] bool exists() const {
        return hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59;
    }
    [[nodiscard]] int minutes() const { return hour * 60 + minute; }
};

Clock read_clock(Scanner& scanner) {
    Clock clock;
    clock.hour = scanner.number(2);
    if (scanner.skip(":")) {
        clock.minute = scanner.number(2);
    }
    return clock;
}

bool skip_time(Scanner& scanner) {
    const Clock local = read_clock(scanner);
    if (!local.exists() || !scanner.skip(":")) {
        return false;
    }
    const int second = scanner.number(2);
    if (second < 0 || second > 60 || (scanner.skip(".") && scanner.skip_digits() == 0)) {
        return false;
    }
    int ahead = 0;
    if (!scanner.skip("Zz")) {
        const char sign = scanner.front();
        const Clock offset = scanner.skip("+-") ? read_clock(scanner) : Clock{};
        if (!offset.exists()) {
            return false;
        }
        ahead = sign == '+' ? offset.minutes() : -offset.minutes();
    }
    // A leap second is the last one of a day at Greenwich.
    constexpr int day = 24 * 60;
    const int at_greenwich = (local.minutes() - ahead + day) % day;
    return second < 60 || at_greenwich == day - 1;
}

/// Parts such as 3Y6M, in the order of `units`.
bool skip_parts(Scanner& scanner, std::string_view units) {
    bool any = false;
    while (is_digit(scanner.front())) {
        scanner.skip_digits();
        const std::size_t unit = units.find(scanner.front());
        if (scanner.at_end() || unit == std::string_view::npos) {
            return false;
        }
        scanner.skip(units);
        units.remove_prefix(unit + 1);
        any = true;
    }
    return any;
}

bool is_weeks(std::string_view text) {
    Scanner scanner(text);
    return scanner.skip("P") && scanner.skip_digits() > 0 && scanner.skip("W") && scanner.at_end();
}

}  // namespace

bool is_date(std::string_view text) {
    Scanner scanner(text);
    return skip_date(scanner) && scanner.at_end();
}

bool is_time(std::string_view text) {
    Scanner scanner(text);
    return skip_time(scanner) && scanner.at_end();
}

bool is_date_time(std::string_view text) {
    Scanner scanner(text);
    return skip_date(scanner) && scanner.skip("Tt") && skip_time(scanner) && scanner.at_end();
}

bool is_duration(std::string_view text) {
    if (is_weeks(text)) {
        return true;
    }
    Scanner scanner(text);
    if (!scanner.skip("P")) {
        return false;
    }
    const bool date = skip_parts(scanner, "YMD");
    if (scanner.skip("T")) {
        return skip_parts(scanner, "HMS") && scanner.at_end();
    }
    return date && scanner.at_end();
}

}  // namespace oa::core::schema
