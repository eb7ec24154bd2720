#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/secret/wiped_buffer.hpp"

/// Writers of text as other programs write it: each appends the whole of `value` to `out`. They
/// take any bytes; what is not UTF-8 counts as bytes of their own.
namespace oa::core::encoding {

enum class HexCase { Lower, Upper };

/// Two digits a byte, with `before` in front of each byte and `between` bytes.
struct HexStyle {
    HexCase letters = HexCase::Lower;
    std::string_view before{};
    std::string_view between{};
};
void hex(WipedBuffer& out, std::string_view value, const HexStyle& style);

/// %XX for all but letters, digits and `kept`.
struct PercentStyle {
    HexCase letters = HexCase::Upper;
    std::string_view kept{};
    bool plus_for_space = false;
    bool everything = false;  ///< letters and digits as well
};
void percent(WipedBuffer& out, std::string_view value, const PercentStyle& style);

/// How a byte or code point that cannot stand for itself is written.
enum class Numeric {
    Raw,      ///< it can
    Hex,      ///< its bytes as \xHH
    Octal,    ///< its bytes as \NNN
    Units,    ///< its UTF-16 units as \uHHHH
    Shortest  ///< the code point as \xHH, \uHHHH or \UHHHHHHHH
};

/// Backslash escapes, of JSON, C, Python, YAML and their kin.
struct EscapeStyle {
    std::string_view named;    ///< bytes that have an escape of one letter,
    std::string_view letters;  ///< and the letters of these, in the same order
    Numeric control = Numeric::Units;
    Numeric beyond_ascii = Numeric::Raw;
    HexCase digits = HexCase::Lower;
    std::string_view as_units{};     ///< ASCII bytes that are written as \u00HH for other reasons
    bool delete_is_control = false;  ///< 0x7f
    bool everything = false;         ///< all as \uHHHH
};
void escape(WipedBuffer& out, std::string_view value, const EscapeStyle& style);

/// Entities of XML and HTML; empty: the character stands for itself.
struct MarkupStyle {
    std::string_view ampersand;
    std::string_view less;
    std::string_view greater;
    std::string_view quote;
    std::string_view apostrophe;
    std::string_view new_line;
    Numeric beyond_ascii = Numeric::Raw;  ///< Raw; Units: decimal; Hex: hexadecimal
};
void markup(WipedBuffer& out, std::string_view value, const MarkupStyle& style);

/// Each `which` becomes `by`.
void replace(WipedBuffer& out, std::string_view value, char which, std::string_view by);
/// A backslash before each byte of `which`.
void backslash(WipedBuffer& out, std::string_view value, std::string_view which);
/// A backslash before each byte but letters, digits, bytes beyond ASCII and `kept`.
void backslash_all_but(WipedBuffer& out, std::string_view value, std::string_view kept);

enum class ByteOrder { Little, Big };
void utf16(WipedBuffer& out, std::string_view value, ByteOrder order);

/// One line, however long.
struct QuotedPrintableStyle {
    bool spaces = false;     ///< encodes spaces and tabs
    bool new_lines = false;  ///< encodes line ends
    HexCase letters = HexCase::Upper;
};
void quoted_printable(WipedBuffer& out, std::string_view value, const QuotedPrintableStyle& style);

/// The characters of Base64 that `value` alone determines when `before` (0 to 2) unknown bytes
/// stand in front of it in the group of three, without those at its ends that other bytes have a
/// part in.
struct Base64Style {
    std::size_t before = 0;
    bool url_safe = false;
    bool last = false;     ///< nothing follows it: with its last character
    bool padding = false;  ///< and with the signs that fill the group
};
void base64(WipedBuffer& out, std::string_view value, const Base64Style& style);

}  // namespace oa::core::encoding
