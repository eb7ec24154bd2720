#include "core/display_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace oa::core {
namespace {

struct Range {
    std::uint32_t first;
    std::uint32_t last;
};

/// Of East_Asian_Width W and F, in blocks.
constexpr std::array<Range, 46> wide{{
    {0x1100, 0x115F},   {0x231A, 0x231B}, {0x2329, 0x232A}, {0x23E9, 0x23EC},   {0x23F0, 0x23F0},
    {0x23F3, 0x23F3},   {0x25FD, 0x25FE}, {0x2614, 0x2615}, {0x2648, 0x2653},   {0x267F, 0x267F},
    {0x2693, 0x2693},   {0x26A1, 0x26A1}, {0x26AA, 0x26AB}, {0x26BD, 0x26BE},   {0x26C4, 0x26C5},
    {0x26CE, 0x26CE},   {0x26D4, 0x26D4}, {0x26EA, 0x26EA}, {0x26F2, 0x26F3},   {0x26F5, 0x26F5},
    {0x26FA, 0x26FA},   {0x26FD, 0x26FD}, {0x2705, 0x2705}, {0x270A, 0x270B},   {0x2728, 0x2728},
    {0x274C, 0x274C},   {0x274E, 0x274E}, {0x2753, 0x2755}, {0x2757, 0x2757},   {0x2795, 0x2797},
    {0x27B0, 0x27B0},   {0x27BF, 0x27BF}, {0x2B1B, 0x2B1C}, {0x2B50, 0x2B50},   {0x2B55, 0x2B55},
    {0x2E80, 0x303E},   {0x3041, 0xA4CF}, {0xA960, 0xA97C}, {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F},   {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x17000, 0x1B2FF}, {0x1F300, 0x1FAFF},
    {0x20000, 0x3FFFD},
}};

/// Combining marks and what joins characters, in blocks.
constexpr std::array<Range, 32> narrowest{{
    {0x0300, 0x036F}, {0x0483, 0x0489},   {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x06D6, 0x06DC}, {0x06DF, 0x06E4},   {0x06EA, 0x06ED}, {0x0730, 0x074A}, {0x07EB, 0x07F3},
    {0x0900, 0x0902}, {0x093C, 0x093C},   {0x0941, 0x0948}, {0x094D, 0x094D}, {0x0E31, 0x0E31},
    {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E},   {0x0EB1, 0x0EB1}, {0x0EB4, 0x0EBC}, {0x0EC8, 0x0ECD},
    {0x1160, 0x11FF}, {0x1AB0, 0x1ACE},   {0x1DC0, 0x1DFF}, {0x200B, 0x200D}, {0x2060, 0x2064},
    {0x20D0, 0x20F0}, {0x302A, 0x302D},   {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
    {0xFEFF, 0xFEFF}, {0xE0020, 0xE01EF},
}};

template <std::size_t Count>
bool is_among(std::uint32_t code, const std::array<Range, Count>& ranges) {
    const auto after = std::upper_bound(
        ranges.begin(), ranges.end(), code,
        [](std::uint32_t value, const Range& range) { return value < range.first; });
    return after != ranges.begin() && code <= std::prev(after)->last;
}

struct Character {
    std::uint32_t code = 0;
    std::size_t length = 1;
    bool valid = false;
};

/// The first one of a text that is not empty.
Character first_of(std::string_view text) {
    const auto byte = [text](std::size_t index) { return static_cast<unsigned char>(text[index]); };
    const unsigned first = byte(0);
    if (first < 0x80) {
        return {first, 1, true};
    }
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < length) {
        return {first, 1, false};
    }
    std::uint32_t code = first & (0x7FU >> length);
    for (std::size_t index = 1; index < length; ++index) {
        if ((byte(index) & 0xC0U) != 0x80U) {
            return {first, 1, false};
        }
        code = (code << 6U) | (byte(index) & 0x3FU);
    }
    return {code, length, true};
}

bool steers(std::uint32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C || code == 0x200E ||
           code == 0x200F || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069);
}

std::string escape(const Character& character) {
    switch (character.code) {
        case '\n': return "\\n";
        case '\r': return "\\r";
        case '\t': return "\\t";
        default: break;
    }
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), character.code < 0x100 ? "\\x%02x" : "\\u{%x}",
                  character.code);
    return text.data();
}

std::size_t width_of(const Character& character) {
    if (is_among(character.code, narrowest)) {
        return 0;
    }
    return is_among(character.code, wide) ? 2 : 1;
}

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

std::string single_line(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const Character character = first_of(text);
        if (!character.valid || steers(character.code)) {
            out += escape(character);
        } else {
            out += text.substr(0, character.length);
        }
        text.remove_prefix(character.length);
    }
    return out;
}

std::size_t display_width(std::string_view text) {
    std::size_t columns = 0;
    while (!text.empty()) {
        const Character character = first_of(text);
        columns += width_of(character);
        text.remove_prefix(character.length);
    }
    return columns;
}

std::string cut(std::string_view text, std::size_t columns) {
    if (display_width(text) <= columns) {
        return std::string(text);
    }
    std::size_t end = 0;
    std::size_t used = 0;
    while (end < text.size()) {
        const Character character = first_of(text.substr(end));
        if (used + width_of(character) + 1 > columns) {
            break;
        }
        used += width_of(character);
        end += character.length;
    }
    return std::string(text.substr(0, end)) + (columns > 0 ? "…" : "");
}

std::string shorten(std::string_view text, std::size_t columns) {
    std::string line;
    for (const char c : text) {
        if (!is_space(c)) {
            line += c;
        } else if (!line.empty() && line.back() != ' ') {
            line += ' ';
        }
    }
    if (!line.empty() && line.back() == ' ') {
        line.pop_back();
    }
    return cut(single_line(line), columns);
}

}  // namespace oa::core
