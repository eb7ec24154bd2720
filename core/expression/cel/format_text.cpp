#include "core/expression/cel/format_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/expression/cel/number_text.hpp"
#include "core/expression/cel/operators.hpp"

namespace oa::core::cel {
namespace {

constexpr int precision_max = 100;
constexpr int usual_precision = 6;

std::optional<double> as_double(const Value& value) {
    switch (value.kind()) {
        case Kind::Int: return static_cast<double>(value.as_int());
        case Kind::Uint: return static_cast<double>(value.as_uint());
        case Kind::Double: return value.as_double();
        default: return std::nullopt;
    }
}

bool is_not_finite(const Value& value) {
    return value.is(Kind::Double) && !std::isfinite(value.as_double());
}

std::string digits_of(std::uint64_t number, int base, bool capitals) {
    std::array<char, 64> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, base).ptr;
    if (capitals) {
        std::transform(buffer.data(), end, buffer.data(),
                       [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
    }
    return {buffer.data(), end};
}

std::string whole_digits(const Value& value, int base, bool capitals) {
    if (value.is(Kind::Uint)) {
        return digits_of(value.as_uint(), base, capitals);
    }
    const auto number = value.as_int();
    const auto magnitude =
        number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
    return (number < 0 ? "-" : "") + digits_of(magnitude, base, capitals);
}

std::string hex_of(std::string_view data, bool capitals) {
    std::string out;
    out.reserve(data.size() * 2);
    const std::string_view digits = capitals ? "0123456789ABCDEF" : "0123456789abcdef";
    for (const char c : data) {
        const auto byte = static_cast<unsigned char>(c);
        out += digits[byte >> 4U];
        out += digits[byte & 0xFU];
    }
    return out;
}

class Formatter {
public:
    Formatter(State& state, const Value& arguments, std::string& out)
        : state_(state), arguments_(arguments), out_(out) {}

    bool format(std::string_view pattern) {
        while (!pattern.empty()) {
            const auto percent = std::min(pattern.find('%'), pattern.size());
            out_ += pattern.substr(0, percent);
            pattern.remove_prefix(percent);
            if (!pattern.empty() && !format_clause(pattern)) {
                return false;
            }
        }
        return within_limit();
    }

private:
    [[nodiscard]] bool within_limit() {
        return state_.step() &&
               (out_.size() <= state_.limits().output_bytes ||
                state_.text_room(out_.size()) != nullptr);  // which tells of the limit
    }

    /// %s, %.2f, %%: takes it off the pattern.
    bool format_clause(std::string_view& pattern) {
        pattern.remove_prefix(1);
        int precision = -1;
        if (pattern.substr(0, 1) == ".") {
            const auto* const end = pattern.data() + pattern.size();
            const auto [stop, failure] = std::from_chars(pattern.data() + 1, end, precision);
            if (failure != std::errc{} || precision < 0 || precision > precision_max) {
                return state_.fail("format() takes a number of digits from 0 to 100 after '%.'");
            }
            pattern.remove_prefix(static_cast<std::size_t>(stop - pattern.data()));
        }
        const char letter = pattern.empty() ? '\0' : pattern.front();
        if (letter == '%' && precision < 0) {
            out_ += '%';
            pattern.remove_prefix(1);
            return true;
        }
        constexpr std::string_view letters = "sdfeboxX";
        const bool digits = letter == 'f' || letter == 'e';
        if (letter == '\0' || letters.find(letter) == std::string_view::npos ||
            (precision >= 0 && !digits)) {
            return state_.fail("format() does not know what follows '%'",
                               "known are %s %d %f %e %b %o %x %X and %% for the sign itself; %f "
                               "and %e take a number of digits, as in %.2f");
        }
        pattern.remove_prefix(1);
        if (next_ >= arguments_.list_size()) {
            return state_.fail("format() has no value number %1",
                               "the list must have a value for each '%' of the text",
                               Value::integer(static_cast<std::int64_t>(next_ + 1)));
        }
        const auto value = arguments_.item(next_++);
        return format_value(letter, precision < 0 ? usual_precision : precision, value) &&
               within_limit();
    }

    bool format_value(char letter, int precision, const Value& value) {
        switch (letter) {
            case 's': return append_plain(value, 0);
            case 'd': return append_decimal(value);
            case 'f':
            case 'e': return append_floating(value, letter, precision);
            default: return append_base(value, letter);
        }
    }

    bool append_decimal(const Value& value) {
        if (!holds(whole_kinds, value.kind()) && !is_not_finite(value)) {
            return refuse("format(): %d takes a whole number, not %1", value);
        }
        out_ += text_of(value);
        return true;
    }

    bool append_floating(const Value& value, char letter, int precision) {
        const auto number = as_double(value);
        if (!number) {
            return refuse(letter == 'f' ? "format(): %f takes a number, not %1"
                                        : "format(): %e takes a number, not %1",
                          value);
        }
        if (!std::isfinite(*number)) {
            out_ += text_of(*number);
            return true;
        }
        // 309 digits before the point, the sign, the point and the exponent.
        std::array<char, 330 + precision_max> buffer{};
        const auto form = letter == 'f' ? std::chars_format::fixed : std::chars_format::scientific;
        const auto end =
            std::to_chars(buffer.data(), buffer.data() + buffer.size(), *number, form, precision)
                .ptr;
        out_.append(buffer.data(), end);
        return true;
    }

    bool append_base(const Value& value, char letter) {
        const bool hex = letter == 'x' || letter == 'X';
        if (holds(whole_kinds, value.kind())) {
            out_ += whole_digits(value, letter == 'b' ? 2 : letter == 'o' ? 8 : 16, letter == 'X');
            return true;
        }
        if (letter == 'b' && value.is(Kind::Bool)) {
            out_ += value.as_bool() ? '1' : '0';
            return true;
        }
        if (hex && (value.is(Kind::String) || value.is(Kind::Bytes))) {
            out_ += hex_of(value.as_text(), letter == 'X');
            return state_.step_over(value.as_text());
        }
        return refuse(letter == 'b'   ? "format(): %b takes a whole number or a boolean, not %1"
                      : letter == 'o' ? "format(): %o takes a whole number, not %1"
                                      : "format(): %x takes a whole number, a string or bytes, not "
                                        "%1",
                      value);
    }

    bool refuse(const char* message, const Value& value) {
        return state_.fail(message, "%s takes any value", value);
    }

    /// %s: lists and maps with what is in them.
    bool append_plain(const Value& value, std::size_t depth) {
        if (depth >= state_.limits().value_depth) {
            return state_.fail_limit("format() goes no deeper than %1 levels",
                                     state_.limits().value_depth);
        }
        if (value.is(Kind::List)) {
            return append_list(value, depth);
        }
        if (value.is(Kind::Map)) {
            return append_map(value, depth);
        }
        out_ += text_of(value);
        return within_limit();
    }

    bool append_list(const Value& list, std::size_t depth) {
        out_ += '[';
        for (std::size_t i = 0; i < list.list_size(); ++i) {
            out_ += i == 0 ? "" : ", ";
            if (!append_plain(list.item(i), depth + 1)) {
                return false;
            }
        }
        out_ += ']';
        return true;
    }

    /// In the order of the keys' texts, so that equal maps give equal texts.
    bool append_map(const Value& map, std::size_t depth) {
        Value keys;
        if (!keys_of(state_, map, keys)) {
            return false;
        }
        std::vector<std::pair<std::string, Value>> sorted;
        for (std::size_t i = 0; i < keys.list_size(); ++i) {
            sorted.emplace_back(text_of(keys.item(i)), keys.item(i));
        }
        std::sort(sorted.begin(), sorted.end(),
                  [](const auto& left, const auto& right) { return left.first < right.first; });
        out_ += '{';
        for (std::size_t i = 0; i < sorted.size(); ++i) {
            out_ += i == 0 ? "" : ", ";
            out_ += sorted[i].first + ": ";
            if (!append_plain(map.find(sorted[i].second).value_or(Value()), depth + 1)) {
                return false;
            }
        }
        out_ += '}';
        return true;
    }

    State& state_;
    const Value& arguments_;
    std::string& out_;
    std::size_t next_ = 0;
};

}  // namespace

bool format_text(State& state, std::string_view pattern, const Value& arguments, std::string& out) {
    return state.step_over(pattern) && Formatter(state, arguments, out).format(pattern);
}

}  // namespace oa::core::cel
