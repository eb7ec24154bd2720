#include "value.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>

namespace oa::database {

namespace {

/// Whether `text` is like `form`, in which 0 stands for any digit.
bool looks_like(std::string_view text, std::string_view form) {
    if (text.size() != form.size()) {
        return false;
    }
    for (std::size_t i = 0; i < form.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (form[i] == '0' ? !digit : text[i] != form[i]) {
            return false;
        }
    }
    return true;
}

template <typename T>
Json real(T number) {
    if (std::isnan(number)) {
        return "NaN";
    }
    if (std::isinf(number)) {
        return number > 0 ? "Infinity" : "-Infinity";
    }
    return static_cast<double>(number);
}

}  // namespace

std::string bind_text(const Json& json) {
    return json.is_string() ? json.as_string() : json.dump();
}

Json decimal_value(std::string_view text, Decimals decimals) {
    if (decimals == Decimals::Text) {
        return text;
    }
    const char* const end = text.data() + text.size();
    std::int64_t integer = 0;
    if (const auto read = std::from_chars(text.data(), end, integer);
        read.ec == std::errc() && read.ptr == end) {
        return integer;
    }
    double number = 0;
    const auto read = std::from_chars(text.data(), end, number);
    const bool is_number = read.ec == std::errc() && read.ptr == end && std::isfinite(number);
    return is_number ? Json(number) : Json(text);
}

Json real_value(double number) {
    return real(number);
}

Json real_value(float number) {
    if (!std::isfinite(number)) {
        return real(number);
    }
    std::array<char, 32> text{};
    const auto written = std::to_chars(text.data(), text.data() + text.size(), number);
    double out = 0;
    std::from_chars(text.data(), written.ptr, out);
    return out;
}

Json json_value(std::string_view text) {
    try {
        return Json::parse(text);
    } catch (const JsonError&) {
        return text;
    }
}

std::string iso_time(std::string_view text) {
    std::string out(text);
    if (out.size() > 19 ? !looks_like(text.substr(0, 19), "0000-00-00 00:00:00")
                        : !looks_like(text, "0000-00-00 00:00:00")) {
        // A time of day may have a zone too: 12:00:00+02.
        if (out.size() < 8 || !looks_like(text.substr(0, 8), "00:00:00")) {
            return out;
        }
    } else {
        out[10] = 'T';
    }
    const std::size_t sign = out.find_last_of("+-");
    if (sign != std::string::npos && looks_like(std::string_view(out).substr(sign), "+00")) {
        out += ":00";
    } else if (sign != std::string::npos && sign > 10 &&
               looks_like(std::string_view(out).substr(sign), "-00")) {
        out += ":00";
    }
    return out;
}

}  // namespace oa::database
