#include "plugins/common/text.hpp"

#include <algorithm>

#include "oa/json.hpp"

namespace oa::common {

namespace {

constexpr std::size_t longest_character = 4;  // bytes

bool is_ascii(char byte) {
    return static_cast<unsigned char>(byte) < 0x80;
}

/// The character that the text starts with; empty when it starts with none.
std::string_view first_character(std::string_view text) {
    for (std::size_t size = 1; size <= std::min(longest_character, text.size()); ++size) {
        if (is_utf8(text.substr(0, size))) {
            return text.substr(0, size);
        }
    }
    return {};
}

}  // namespace

std::string as_utf8(std::string_view bytes) {
    if (is_utf8(bytes)) {
        return std::string(bytes);
    }
    std::string out;
    while (!bytes.empty()) {
        const auto plain = static_cast<std::size_t>(
            std::find_if_not(bytes.begin(), bytes.end(), is_ascii) - bytes.begin());
        out += bytes.substr(0, plain);
        bytes.remove_prefix(plain);
        if (bytes.empty()) {
            break;
        }
        const std::string_view character = first_character(bytes);
        out += character.empty() ? "\xEF\xBF\xBD" : character;
        bytes.remove_prefix(std::max<std::size_t>(1, character.size()));
    }
    return out;
}

std::string_view cut_text(std::string_view text, std::size_t size) {
    if (text.size() <= size) {
        return text;
    }
    std::size_t end = size;
    // Bytes 10xxxxxx go on with a character.
    while (end > 0 && size - end < longest_character &&
           (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        --end;
    }
    return text.substr(0, size - end < longest_character ? end : size);
}

std::string shell_quoted(std::string_view word) {
    std::string out = "'";
    for (const char c : word) {
        if (c == '\'') {
            out += "'\\''";
        } else {
            out += c;
        }
    }
    return out + "'";
}

}  // namespace oa::common
