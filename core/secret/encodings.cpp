#include "core/secret/encodings.hpp"

#include <array>

namespace oa::core::encoding {

namespace {

bool is_alphanumeric(char byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z');
}

bool is_in(char byte, std::string_view set) {
    return set.find(byte) != std::string_view::npos;
}

/// One code point, or one byte that is part of none.
struct Unit {
    std::string_view bytes;
    char32_t code = 0;
};

std::size_t sequence_size(unsigned char lead) {
    if (lead < 0x80U) {
        return 1;
    }
    if (lead >= 0xc2U && lead <= 0xdfU) {
        return 2;
    }
    if (lead >= 0xe0U && lead <= 0xefU) {
        return 3;
    }
    return lead >= 0xf0U && lead <= 0xf4U ? 4 : 0;
}

Unit next_unit(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const Unit single{text.substr(0, 1), lead};
    const std::size_t size = sequence_size(lead);
    if (size < 2 || size > text.size()) {
        return single;
    }
    static constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
    char32_t code = lead & (0x7fU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xc0U) != 0x80U) {
            return single;
        }
        code = code << 6U | (byte & 0x3fU);
    }
    if (code < smallest.at(size) || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
        return single;
    }
    return {text.substr(0, size), code};
}

template <typename Visit>
void each_unit(std::string_view text, const Visit& visit) {
    while (!text.empty()) {
        const Unit unit = next_unit(text);
        visit(unit);
        text.remove_prefix(unit.bytes.size());
    }
}

template <typename Visit>
void each_utf16_unit(char32_t code, const Visit& visit) {
    if (code < 0x10000) {
        visit(static_cast<char16_t>(code));
    } else {
        visit(static_cast<char16_t>(0xd7c0 + (code >> 10U)));
        visit(static_cast<char16_t>(0xdc00 + (code & 0x3ffU)));
    }
}

void digits(WipedBuffer& out, char32_t number, unsigned count, HexCase letters) {
    const std::string_view names =
        letters == HexCase::Lower ? "0123456789abcdef" : "0123456789ABCDEF";
    for (unsigned left = count; left > 0; --left) {
        out.push(names[number >> (4 * (left - 1)) & 0xfU]);
    }
}

void hex_byte(WipedBuffer& out, char byte, HexCase letters) {
    digits(out, static_cast<unsigned char>(byte), 2, letters);
}

void octal_byte(WipedBuffer& out, char byte) {
    const auto number = static_cast<unsigned char>(byte);
    for (unsigned shift : {6U, 3U, 0U}) {
        out.push(static_cast<char>('0' + (number >> shift & 7U)));
    }
}

void shortest(WipedBuffer& out, char32_t code, HexCase letters) {
    if (code < 0x100) {
        out.append("\\x");
        digits(out, code, 2, letters);
    } else if (code < 0x10000) {
        out.append("\\u");
        digits(out, code, 4, letters);
    } else {
        out.append("\\U");
        digits(out, code, 8, letters);
    }
}

void numeric(WipedBuffer& out, const Unit& unit, Numeric how, HexCase letters) {
    switch (how) {
        case Numeric::Raw: out.append(unit.bytes); break;
        case Numeric::Hex:
            for (const char byte : unit.bytes) {
                out.append("\\x");
                hex_byte(out, byte, letters);
            }
            break;
        case Numeric::Octal:
            for (const char byte : unit.bytes) {
                out.push('\\');
                octal_byte(out, byte);
            }
            break;
        case Numeric::Units:
            each_utf16_unit(unit.code, [&](char16_t part) {
                out.append("\\u");
                digits(out, part, 4, letters);
            });
            break;
        case Numeric::Shortest: shortest(out, unit.code, letters); break;
    }
}

void decimal(WipedBuffer& out, char32_t number) {
    char32_t power = 1;
    while (number / power >= 10) {
        power *= 10;
    }
    for (; power > 0; power /= 10) {
        out.push(static_cast<char>('0' + number / power % 10));
    }
}

void character_reference(WipedBuffer& out, const Unit& unit, Numeric how) {
    if (how == Numeric::Raw) {
        out.append(unit.bytes);
        return;
    }
    out.append("&#");
    if (how == Numeric::Hex) {
        unsigned count = 1;
        while (unit.code >> (4 * count) != 0) {
            ++count;
        }
        out.push('x');
        digits(out, unit.code, count, HexCase::Lower);
    } else {
        decimal(out, unit.code);
    }
    out.push(';');
}

}  // namespace

void hex(WipedBuffer& out, std::string_view value, const HexStyle& style) {
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (i > 0) {
            out.append(style.between);
        }
        out.append(style.before);
        hex_byte(out, value[i], style.letters);
    }
}

void percent(WipedBuffer& out, std::string_view value, const PercentStyle& style) {
    for (const char byte : value) {
        if (style.plus_for_space && byte == ' ') {
            out.push('+');
        } else if (!style.everything && (is_alphanumeric(byte) || is_in(byte, style.kept))) {
            out.push(byte);
        } else {
            out.push('%');
            hex_byte(out, byte, style.letters);
        }
    }
}

void escape(WipedBuffer& out, std::string_view value, const EscapeStyle& style) {
    each_unit(value, [&](const Unit& unit) {
        const char first = unit.bytes.front();
        if (const auto name = style.named.find(first); name != std::string_view::npos) {
            out.push('\\');
            out.push(style.letters[name]);
        } else if (style.everything || is_in(first, style.as_units)) {
            numeric(out, unit, Numeric::Units, style.digits);
        } else if (unit.code < 0x20 || (unit.code == 0x7f && style.delete_is_control)) {
            numeric(out, unit, style.control, style.digits);
        } else if (unit.code >= 0x80) {
            numeric(out, unit, style.beyond_ascii, style.digits);
        } else {
            out.push(first);
        }
    });
}

void markup(WipedBuffer& out, std::string_view value, const MarkupStyle& style) {
    each_unit(value, [&](const Unit& unit) {
        std::string_view entity;
        switch (unit.bytes.front()) {
            case '&': entity = style.ampersand; break;
            case '<': entity = style.less; break;
            case '>': entity = style.greater; break;
            case '"': entity = style.quote; break;
            case '\'': entity = style.apostrophe; break;
            case '\n': entity = style.new_line; break;
            default: break;
        }
        if (!entity.empty()) {
            out.append(entity);
        } else if (unit.code >= 0x80) {
            character_reference(out, unit, style.beyond_ascii);
        } else {
            out.append(unit.bytes);
        }
    });
}

void replace(WipedBuffer& out, std::string_view value, char which, std::string_view by) {
    for (const char byte : value) {
        if (byte == which) {
            out.append(by);
        } else {
            out.push(byte);
        }
    }
}

void backslash(WipedBuffer& out, std::string_view value, std::string_view which) {
    for (const char byte : value) {
        if (is_in(byte, which)) {
            out.push('\\');
        }
        out.push(byte);
    }
}

void backslash_all_but(WipedBuffer& out, std::string_view value, std::string_view kept) {
    for (const char byte : value) {
        const bool beyond_ascii = static_cast<unsigned char>(byte) >= 0x80U;
        if (!is_alphanumeric(byte) && !beyond_ascii && !is_in(byte, kept)) {
            out.push('\\');
        }
        out.push(byte);
    }
}

void utf16(WipedBuffer& out, std::string_view value, ByteOrder order) {
    each_unit(value, [&](const Unit& unit) {
        each_utf16_unit(unit.code, [&](char16_t part) {
            const auto low = static_cast<char>(part & 0xffU);
            const auto high = static_cast<char>(part >> 8U);
            out.push(order == ByteOrder::Little ? low : high);
            out.push(order == ByteOrder::Little ? high : low);
        });
    });
}

void quoted_printable(WipedBuffer& out, std::string_view value, const QuotedPrintableStyle& style) {
    for (const char byte : value) {
        const bool new_line = byte == '\n' || byte == '\r';
        const bool space = byte == ' ' || byte == '\t';
        const bool printable = byte > ' ' && byte <= '~' && byte != '=';
        if (printable || (space && !style.spaces) || (new_line && !style.new_lines)) {
            out.push(byte);
        } else {
            out.push('=');
            hex_byte(out, byte, style.letters);
        }
    }
}

void base64(WipedBuffer& out, std::string_view value, const Base64Style& style) {
    const std::string_view names =
        style.url_safe ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
                       : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::size_t bytes = style.before + value.size();
    const auto byte_at = [&](std::size_t place) -> unsigned {
        return place < style.before || place >= bytes
                   ? 0U
                   : static_cast<unsigned char>(value[place - style.before]);
    };
    const std::size_t first = (8 * style.before + 5) / 6;
    const std::size_t whole = 8 * bytes / 6;
    const bool has_rest = bytes % 3 != 0;
    for (std::size_t i = first; i < whole + (style.last && has_rest ? 1 : 0); ++i) {
        const std::size_t bit = 6 * i;
        const unsigned two = byte_at(bit / 8) << 8U | byte_at(bit / 8 + 1);
        out.push(names[two >> (10 - bit % 8) & 0x3fU]);
    }
    if (style.last && style.padding && has_rest) {
        out.append(bytes % 3 == 1 ? "==" : "=");
    }
}

}  // namespace oa::core::encoding
