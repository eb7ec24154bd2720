#include "host/wallet/secret_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

namespace oa::host {
namespace {

constexpr char32_t surrogates_first = 0xD800;
constexpr char32_t surrogates_last = 0xDFFF;
constexpr char32_t beyond_first = 0x10000;  // what UTF-16 writes as a pair
constexpr char32_t letters_last = 0x10FFFF;

unsigned byte_at(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

/// How many bytes follow the first one of a letter; nothing for a byte that is no first one.
std::optional<std::size_t> followers(unsigned first) {
    if (first < 0x80) {
        return 0;
    }
    if (first >= 0xC2 && first < 0xE0) {
        return 1;
    }
    if (first >= 0xE0 && first < 0xF0) {
        return 2;
    }
    return first >= 0xF0 && first < 0xF5 ? std::optional<std::size_t>(3) : std::nullopt;
}

/// The letter that begins at `at`, which is moved behind it; nothing for what is no UTF-8.
std::optional<char32_t> next_letter(std::string_view text, std::size_t& at) {
    const unsigned first = byte_at(text, at);
    const auto count = followers(first);
    if (!count || *count >= text.size() - at) {
        return std::nullopt;
    }
    char32_t letter = *count == 0 ? first : first & (0x3FU >> *count);
    for (std::size_t i = 1; i <= *count; ++i) {
        const unsigned byte = byte_at(text, at + i);
        if ((byte & 0xC0U) != 0x80) {
            return std::nullopt;
        }
        letter = (letter << 6U) | (byte & 0x3FU);
    }
    constexpr std::array<char32_t, 4> smallest{0, 0x80, 0x800, beyond_first};
    if (letter < smallest.at(*count) || letter > letters_last ||
        (letter >= surrogates_first && letter <= surrogates_last)) {
        return std::nullopt;
    }
    at += *count + 1;
    return letter;
}

void append_unit(core::WipedBuffer& out, std::uint32_t unit) {
    constexpr std::string_view digits = "0123456789abcdef";
    out.append("\\u");
    for (const unsigned shift : {12U, 8U, 4U, 0U}) {
        out.append(digits[(unit >> shift) & 0xFU]);
    }
}

void append_escaped(core::WipedBuffer& out, char32_t letter) {
    if (letter < beyond_first) {
        append_unit(out, letter);
        return;
    }
    const char32_t rest = letter - beyond_first;
    append_unit(out, static_cast<std::uint32_t>(surrogates_first + (rest >> 10U)));
    append_unit(out, static_cast<std::uint32_t>(0xDC00 + (rest & 0x3FFU)));
}

/// The short escape of a letter; nothing when it has none.
std::string_view short_escape(char32_t letter) {
    switch (letter) {
        case '"': return "\\\"";
        case '\\': return "\\\\";
        case '\b': return "\\b";
        case '\f': return "\\f";
        case '\n': return "\\n";
        case '\r': return "\\r";
        case '\t': return "\\t";
        default: return "";
    }
}

/// Where the quote is that ends a JSON string, from the one that begins it.
std::size_t end_of_string(std::string_view json, std::size_t at) {
    for (++at; at < json.size() && json[at] != '"'; ++at) {
        at += json[at] == '\\' ? 1 : 0;
    }
    return at;
}

}  // namespace

void append_json_string(core::WipedBuffer& out, std::string_view text, JsonLetters letters) {
    out.append('"');
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t begin = at;
        const auto letter = next_letter(text, at);
        if (!letter) {
            throw std::invalid_argument("no UTF-8");
        }
        const std::string_view escape = short_escape(*letter);
        if (!escape.empty()) {
            out.append(escape);
        } else if (*letter < 0x20 || (*letter >= 0x7F && letters == JsonLetters::Ascii)) {
            append_escaped(out, *letter);
        } else {
            out.append(text.substr(begin, at - begin));
        }
    }
    out.append('"');
}

std::vector<std::string_view> member_texts(std::string_view object) {
    std::vector<std::string_view> texts;
    std::size_t begin = 0;
    int depth = 0;
    for (std::size_t at = 0; at < object.size(); ++at) {
        const char c = object[at];
        if (c == '"') {
            at = end_of_string(object, at);
            continue;
        }
        depth += c == '{' || c == '[' ? 1 : 0;
        depth -= c == '}' || c == ']' ? 1 : 0;
        if (c == ':' && depth == 1) {
            begin = at + 1;
        } else if (begin > 0 && ((c == ',' && depth == 1) || depth == 0)) {
            texts.push_back(object.substr(begin, at - begin));
            begin = 0;
        }
    }
    return texts;
}

void append_compact_json(core::WipedBuffer& out, std::string_view json) {
    for (std::size_t at = 0; at < json.size(); ++at) {
        if (json[at] == '"') {
            const std::size_t end = end_of_string(json, at);
            out.append(json.substr(at, end + 1 - at));
            at = end;
        } else if (std::string_view(" \t\r\n").find(json[at]) == std::string_view::npos) {
            out.append(json[at]);
        }
    }
}

bool is_valid_utf8(std::string_view text) noexcept {
    std::size_t at = 0;
    while (at < text.size()) {
        if (!next_letter(text, at)) {
            return false;
        }
    }
    return true;
}

}  // namespace oa::host
