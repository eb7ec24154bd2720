#include "core/expression/cel/utf8.hpp"

#include <algorithm>

namespace oa::core::cel {
namespace {

constexpr std::size_t shown_text_max = 60;

/// How long a character is that begins with this byte; 0 when none does.
std::size_t length_of(unsigned char lead) {
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        return 2;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        return 3;
    }
    return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

}  // namespace

std::size_t character_count(std::string_view text) {
    return text.size() -
           static_cast<std::size_t>(std::count_if(text.begin(), text.end(), continues_character));
}

std::size_t byte_offset(std::string_view text, std::size_t position) {
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        if (!continues_character(text[at]) && position-- == 0) {
            break;
        }
    }
    return at;
}

Character first_character(std::string_view text) {
    const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto length = length_of(byte(0));
    if (length == 0 || length > text.size()) {
        return {};
    }
    std::uint32_t code_point = length == 1 ? byte(0) : byte(0) & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if (!continues_character(text[i])) {
            return {};
        }
        code_point = (code_point << 6U) | (byte(i) & 0x3FU);
    }
    const bool shortest =
        (length < 3 || code_point >= 0x800) && (length < 4 || code_point >= 0x10000);
    if (!shortest || !is_code_point(code_point)) {
        return {};
    }
    return {code_point, length, true};
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto character = first_character(text);
        if (!character.valid) {
            return false;
        }
        text.remove_prefix(character.size);
    }
    return true;
}

void append_utf8(std::string& out, std::uint32_t code_point) {
    const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code_point < 0x80) {
        put(code_point);
    } else if (code_point < 0x800) {
        put(0xC0U | (code_point >> 6U));
        put(0x80U | (code_point & 0x3FU));
    } else if (code_point < 0x10000) {
        put(0xE0U | (code_point >> 12U));
        put(0x80U | ((code_point >> 6U) & 0x3FU));
        put(0x80U | (code_point & 0x3FU));
    } else {
        put(0xF0U | (code_point >> 18U));
        put(0x80U | ((code_point >> 12U) & 0x3FU));
        put(0x80U | ((code_point >> 6U) & 0x3FU));
        put(0x80U | (code_point & 0x3FU));
    }
}

std::string repaired_utf8(std::string_view text) {
    if (is_utf8(text)) {
        return std::string(text);
    }
    std::string result;
    while (!text.empty()) {
        const Character character = first_character(text);
        if (character.valid) {
            result += text.substr(0, character.size);
        } else {
            append_utf8(result, 0xFFFD);
        }
        text.remove_prefix(character.size);
    }
    return result;
}

std::string shortened(std::string_view text) {
    auto end = std::min(text.size(), shown_text_max);
    while (end > 0 && end < text.size() && continues_character(text[end])) {
        --end;
    }
    std::string out(text.substr(0, end));
    std::replace_if(
        out.begin(), out.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
    return end < text.size() ? out + "..." : out;
}

}  // namespace oa::core::cel
