#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace oa::core::cel {

[[nodiscard]] constexpr bool continues_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// How many characters (code points) there are.
[[nodiscard]] std::size_t character_count(std::string_view text);

/// Where character number `position` begins, in bytes; the size of the text when there are not as
/// many.
[[nodiscard]] std::size_t byte_offset(std::string_view text, std::size_t position);

struct Character {
    std::uint32_t code_point = 0;
    std::size_t size = 1;  ///< in bytes
    bool valid = false;
};

/// The character at the start of a text that is not empty.
[[nodiscard]] Character first_character(std::string_view text);

[[nodiscard]] bool is_utf8(std::string_view text);

void append_utf8(std::string& out, std::uint32_t code_point);

/// The text, where bytes that are not UTF-8 have become U+FFFD.
[[nodiscard]] std::string repaired_utf8(std::string_view text);

/// Not a surrogate, not beyond the last one.
[[nodiscard]] constexpr bool is_code_point(std::uint32_t number) {
    return number <= 0x10FFFF && (number < 0xD800 || number > 0xDFFF);
}

/// For messages: at most 60 bytes of it, never half a character, on one line.
[[nodiscard]] std::string shortened(std::string_view text);

}  // namespace oa::core::cel
