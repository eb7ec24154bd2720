#include "host/plugin/descriptor_text.hpp"

#include <algorithm>
#include <cstdint>

#include "host/plugin/version_range.hpp"

namespace oa::host {
namespace {

constexpr std::size_t name_length_max = 128;

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// The length of the character at the start of `text`; 0 when it is no valid one.
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t index) {
        return index < text.size() ? static_cast<std::uint8_t>(text[index]) : std::uint8_t{0};
    };
    const auto in = [&](std::size_t index, unsigned low, unsigned high) {
        return byte(index) >= low && byte(index) <= high;
    };
    const unsigned lead = byte(0);
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        return in(1, 0x80, 0xBF) ? 2 : 0;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        // The narrower ranges exclude over-long forms and surrogates.
        const bool second = in(1, lead == 0xE0 ? 0xA0U : 0x80U, lead == 0xED ? 0x9FU : 0xBFU);
        return second && in(2, 0x80, 0xBF) ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        const bool second = in(1, lead == 0xF0 ? 0x90U : 0x80U, lead == 0xF4 ? 0x8FU : 0xBFU);
        return second && in(2, 0x80, 0xBF) && in(3, 0x80, 0xBF) ? 4 : 0;
    }
    return 0;
}

template <typename Predicate>
bool is_word(std::string_view text, Predicate rest) {
    return !text.empty() && text.size() <= name_length_max && is_lower(text.front()) &&
           std::all_of(text.begin(), text.end(), rest);
}

}  // namespace

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto length = utf8_length(text);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

std::string clean_utf8(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max && is_utf8(text)) {
        return std::string(text);
    }
    constexpr std::string_view replacement = "\xEF\xBF\xBD";
    std::string out;
    while (!text.empty()) {
        const auto length = utf8_length(text);
        const auto piece = length == 0 ? replacement : text.substr(0, length);
        if (out.size() + piece.size() > bytes_max) {
            break;
        }
        out += piece;
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

bool is_module_id(std::string_view text) {
    const bool letters =
        is_word(text, [](char c) { return is_lower(c) || is_digit(c) || c == '.' || c == '-'; });
    return letters && text.back() != '.' && text.find("..") == std::string_view::npos;
}

bool is_module_name(std::string_view text) {
    return is_word(text, [](char c) { return is_lower(c) || is_digit(c) || c == '_' || c == '-'; });
}

bool is_function_name(std::string_view text) {
    return is_word(text, [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}

bool is_alias(std::string_view text, Dots dots) {
    if (text.empty() || text.size() > name_length_max || text.front() == '.' ||
        text.back() == '.' || text.find("..") != std::string_view::npos) {
        return false;
    }
    return std::all_of(text.begin(), text.end(), [dots](char c) {
        return is_lower(c) || is_upper(c) || is_digit(c) || c == '_' || c == '-' ||
               (c == '.' && dots == Dots::Allowed);
    });
}

bool is_semver(std::string_view text) {
    return parse_version(text).has_value();
}

}  // namespace oa::host
