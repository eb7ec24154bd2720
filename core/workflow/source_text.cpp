#include "core/workflow/source_text.hpp"

#include <algorithm>
#include <array>

namespace oa::core {
namespace {

constexpr std::size_t block_bytes = 64;

unsigned char byte_at(std::string_view text, std::size_t offset) {
    return offset < text.size() ? static_cast<unsigned char>(text[offset]) : 0;
}

bool is_continuation(unsigned char byte) {
    return (byte & 0xC0U) == 0x80U;
}

std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return !is_continuation(static_cast<unsigned char>(c));
    }));
}

/// Length of the valid UTF-8 sequence at `offset` that is longer than one byte; 0 for none.
std::size_t sequence_length(std::string_view text, std::size_t offset) {
    const unsigned char first = byte_at(text, offset);
    const unsigned char second = byte_at(text, offset + 1);
    if (first >= 0xC2 && first <= 0xDF) {
        return is_continuation(second) ? 2 : 0;
    }
    const bool tail = is_continuation(second) && is_continuation(byte_at(text, offset + 2));
    if (first >= 0xE0 && first <= 0xEF) {
        const bool overlong = first == 0xE0 && second < 0xA0;
        const bool surrogate = first == 0xED && second > 0x9F;
        return tail && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool overlong = first == 0xF0 && second < 0x90;
        const bool beyond = first == 0xF4 && second > 0x8F;
        return tail && is_continuation(byte_at(text, offset + 3)) && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

std::string hexadecimal(unsigned char byte) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    return {digits[byte >> 4U], digits[byte & 0xFU]};
}

TextProblem control_character(std::string_view text, std::size_t offset) {
    const unsigned char byte = byte_at(text, offset);
    if (byte == 0) {
        return {offset, "a NUL character stands in the text", "save the file as UTF-8"};
    }
    if (byte == '\r') {
        return {offset, "a line ends with a carriage return alone", "end lines with a line feed"};
    }
    return {offset, "the control character U+00" + hexadecimal(byte) + " cannot stand in YAML",
            "write it as an escape in a double-quoted text"};
}

bool is_forbidden_ascii(std::string_view text, std::size_t offset) {
    const unsigned char byte = byte_at(text, offset);
    if (byte == '\r') {
        return byte_at(text, offset + 1) != '\n';
    }
    return byte == 0x7F || (byte < 0x20 && byte != '\n' && byte != '\t');
}

bool is_forbidden_sequence(std::string_view text, std::size_t offset) {
    const unsigned char second = byte_at(text, offset + 1);
    return byte_at(text, offset) == 0xC2 && second < 0xA0 && second != 0x85;
}

}  // namespace

std::size_t byte_order_mark_length(std::string_view text) {
    return text.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
}

std::optional<TextProblem> find_bad_character(std::string_view text) {
    const std::string_view start = text.substr(0, 2);
    if (start == "\xFF\xFE" || start == "\xFE\xFF") {
        return TextProblem{0, "the text is UTF-16", "save the file as UTF-8"};
    }
    std::size_t offset = byte_order_mark_length(text);
    while (offset < text.size()) {
        if (byte_at(text, offset) < 0x80) {
            if (is_forbidden_ascii(text, offset)) {
                return control_character(text, offset);
            }
            ++offset;
            continue;
        }
        const std::size_t length = sequence_length(text, offset);
        if (length == 0) {
            return TextProblem{
                offset,
                "the byte 0x" + hexadecimal(byte_at(text, offset)) + " is not valid UTF-8 here",
                "save the file as UTF-8"};
        }
        if (is_forbidden_sequence(text, offset)) {
            return control_character(text, offset + 1);
        }
        offset += length;
    }
    return std::nullopt;
}

std::string excerpt(std::string_view text) {
    constexpr std::size_t bytes_max = 60;
    std::size_t length = std::min(text.size(), bytes_max);
    while (length > 0 && length < text.size() && is_continuation(byte_at(text, length))) {
        --length;
    }
    std::string result(text.substr(0, length));
    std::replace_if(
        result.begin(), result.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return length < text.size() ? result + "..." : result;
}

SourceText::SourceText(std::string_view text) : text_(text) {
    line_starts_.push_back(static_cast<std::uint32_t>(byte_order_mark_length(text)));
    for (std::size_t at = text.find('\n'); at != std::string_view::npos;
         at = text.find('\n', at + 1)) {
        line_starts_.push_back(static_cast<std::uint32_t>(at + 1));
    }
    std::size_t characters = 0;
    block_characters_.reserve(text.size() / block_bytes + 1);
    for (std::size_t at = 0; at <= text.size(); at += block_bytes) {
        block_characters_.push_back(static_cast<std::uint32_t>(characters));
        characters += count_characters(text.substr(at, block_bytes));
    }
}

std::size_t SourceText::characters_before(std::size_t offset) const {
    const std::size_t block = offset / block_bytes;
    const std::size_t block_start = block * block_bytes;
    return block_characters_[block] +
           count_characters(text_.substr(block_start, offset - block_start));
}

SourcePosition SourceText::position(std::size_t offset) const {
    offset = std::clamp<std::size_t>(offset, line_starts_.front(), text_.size());
    const auto next_line = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
    const std::size_t line_start = *(next_line - 1);
    return {
        static_cast<std::uint32_t>(next_line - line_starts_.begin()),
        static_cast<std::uint32_t>(1 + characters_before(offset) - characters_before(line_start))};
}

}  // namespace oa::core
