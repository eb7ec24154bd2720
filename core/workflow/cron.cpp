#include "core/workflow/cron.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <vector>

#include "core/nearest.hpp"
#include "core/workflow/source_text.hpp"

namespace oa::core {
namespace {

struct Alias {
    std::string_view name;
    std::string_view meaning;
};

constexpr std::array<Alias, 7> aliases = {{{"@hourly", "0 * * * *"},
                                           {"@daily", "0 0 * * *"},
                                           {"@midnight", "0 0 * * *"},
                                           {"@weekly", "0 0 * * 0"},
                                           {"@monthly", "0 0 1 * *"},
                                           {"@yearly", "0 0 1 1 *"},
                                           {"@annually", "0 0 1 1 *"}}};

constexpr std::array<std::string_view, 12> month_names = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                          "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> weekday_names = {"SUN", "MON", "TUE", "WED",
                                                           "THU", "FRI", "SAT"};
/// The longest that each month can be.
constexpr std::array<std::size_t, 13> month_days = {0,  31, 29, 31, 30, 31, 30,
                                                    31, 31, 30, 31, 30, 31};

struct Field {
    std::string_view name;
    std::size_t minimum;
    std::size_t maximum;
    std::span<const std::string_view> words;
};

constexpr std::array<Field, 5> fields = {{{"minute", 0, 59, {}},
                                          {"hour", 0, 23, {}},
                                          {"day of the month", 1, 31, {}},
                                          {"month", 1, 12, month_names},
                                          {"day of the week", 0, 7, weekday_names}}};

using Bits = std::bitset<60>;

struct Piece {
    std::string_view text;
    std::size_t offset = 0;
};

std::vector<Piece> split(Piece whole, std::string_view separators, bool skip_empty) {
    std::vector<Piece> pieces;
    std::size_t start = 0;
    while (start <= whole.text.size()) {
        const std::size_t end =
            std::min(whole.text.find_first_of(separators, start), whole.text.size());
        if (!skip_empty || end > start) {
            pieces.push_back({whole.text.substr(start, end - start), whole.offset + start});
        }
        start = end + 1;
    }
    return pieces;
}

std::string range_text(const Field& field) {
    std::string text = std::to_string(field.minimum) + " to " + std::to_string(field.maximum);
    if (!field.words.empty()) {
        text +=
            " or " + std::string(field.words.front()) + " to " + std::string(field.words.back());
    }
    return text;
}

/// Reads one field into bits. Stops at the first mistake.
class FieldReader {
public:
    explicit FieldReader(const Field& field) : field_(field) {}

    std::optional<CronError> read(Piece text) {
        for (const Piece& item : split(text, ",", false)) {
            if (auto error = read_item(item)) {
                return error;
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] const Bits& bits() const { return bits_; }

private:
    [[nodiscard]] CronError refuse(Piece piece, std::string_view takes) const {
        return {piece.offset,
                "the field '" + std::string(field_.name) + "' takes " + std::string(takes) +
                    ", not '" + excerpt(piece.text) + "'",
                {}};
    }

    std::optional<CronError> read_item(Piece item) {
        const auto parts = split(item, "/", false);
        std::size_t step = 1;
        if (parts.size() > 1) {
            const auto number = read_number(parts[1].text);
            if (parts.size() > 2 || !number || *number == 0) {
                return refuse(parts.back(), "a step of 1 or more behind '/'");
            }
            step = *number;
        }
        std::size_t first = field_.minimum;
        std::size_t last = field_.maximum;
        if (parts[0].text != "*") {
            const auto ends = split(parts[0], "-", false);
            const auto from = read_value(ends[0].text);
            const auto to = ends.size() > 1 ? read_value(ends[1].text) : from;
            if (ends.size() > 2 || !from || !to) {
                return refuse(!from || ends.size() > 2 ? ends[0] : ends[1], range_text(field_));
            }
            if (*from > *to) {
                return refuse(parts[0], "a range that rises");
            }
            first = *from;
            last = ends.size() == 1 && parts.size() > 1 ? field_.maximum : *to;
        }
        for (std::size_t value = first; value <= last; value += step) {
            bits_.set(value);
        }
        return std::nullopt;
    }

    static std::optional<std::size_t> read_number(std::string_view text) {
        constexpr std::size_t digits_max = 3;
        if (text.empty() || text.size() > digits_max ||
            !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
            return std::nullopt;
        }
        return std::stoul(std::string(text));
    }

    [[nodiscard]] std::optional<std::size_t> read_value(std::string_view text) const {
        if (const auto number = read_number(text)) {
            const bool fits = *number >= field_.minimum && *number <= field_.maximum;
            return fits ? number : std::nullopt;
        }
        std::string word(text.substr(0, 4));
        std::transform(word.begin(), word.end(), word.begin(),
                       [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
        for (std::size_t i = 0; i < field_.words.size(); ++i) {
            if (word == field_.words[i]) {
                return field_.minimum + i;
            }
        }
        return std::nullopt;
    }

    const Field& field_;
    Bits bits_;
};

template <std::size_t size>
std::bitset<size> narrowed(const Bits& bits) {
    std::bitset<size> result;
    for (std::size_t i = 0; i < size; ++i) {
        result[i] = bits[i];
    }
    return result;
}

bool comes_ever(const Cron& cron) {
    if (cron.any_day || !cron.any_weekday) {
        return true;
    }
    for (std::size_t month = 1; month < month_days.size(); ++month) {
        for (std::size_t day = 1; cron.months[month] && day <= month_days[month]; ++day) {
            if (cron.days[day]) {
                return true;
            }
        }
    }
    return false;
}

CronError wrong_count(std::size_t count) {
    CronError error;
    error.message =
        "a schedule has five fields (minute, hour, day of the month, month, day of the "
        "week), and this one has " +
        std::to_string(count);
    if (count == 6) {
        error.hint = "there is no field for seconds";
    } else {
        error.hint = "such as '30 6 * * MON-FRI', or @hourly, @daily, @weekly, @monthly or @yearly";
    }
    return error;
}

std::variant<Cron, CronError> read_alias(std::string_view text) {
    std::vector<std::string> names;
    for (const Alias& alias : aliases) {
        if (text == alias.name) {
            return parse_cron(alias.meaning);
        }
        names.emplace_back(alias.name);
    }
    CronError error;
    error.message = "there is no schedule '" + excerpt(text) + "'";
    error.hint = did_you_mean(text.substr(0, 20), names);
    if (error.hint.empty()) {
        error.hint =
            "known are @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually";
    }
    return error;
}

}  // namespace

std::variant<Cron, CronError> parse_cron(std::string_view text) {
    const auto pieces = split({text, 0}, " \t\n", true);
    if (pieces.size() == 1 && pieces.front().text.front() == '@') {
        return read_alias(pieces.front().text);
    }
    if (pieces.size() != fields.size()) {
        return wrong_count(pieces.size());
    }
    std::array<Bits, fields.size()> bits;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        FieldReader reader(fields[i]);
        if (auto error = reader.read(pieces[i])) {
            return *std::move(error);
        }
        bits[i] = reader.bits();
    }
    Cron cron;
    cron.minutes = bits[0];
    cron.hours = narrowed<24>(bits[1]);
    cron.days = narrowed<32>(bits[2]);
    cron.months = narrowed<13>(bits[3]);
    cron.weekdays = narrowed<7>(bits[4]);
    cron.weekdays[0] = bits[4][0] || bits[4][7];
    cron.any_day = pieces[2].text.front() == '*';
    cron.any_weekday = pieces[4].text.front() == '*';
    if (!comes_ever(cron)) {
        return CronError{pieces[2].offset, "none of these months ever has such a day", {}};
    }
    return cron;
}

}  // namespace oa::core
