#pragma once

#include <array>
#include <cstddef>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>

/// How programs write a secret down; written for the tests alone, and not by what they test.
namespace oa::test {

using Encode = std::string (*)(std::string_view);

inline constexpr std::string_view base64_signs =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

inline std::string base64(std::string_view text) {
    std::string out;
    unsigned bits = 0;
    unsigned held = 0;
    for (const char byte : text) {
        held = held << 8U | static_cast<unsigned char>(byte);
        for (bits += 8; bits >= 6; bits -= 6) {
            out += base64_signs[held >> (bits - 6) & 63U];
        }
    }
    if (bits > 0) {
        out += base64_signs[held << (6 - bits) & 63U];
    }
    out.append((4 - out.size() % 4) % 4, '=');
    return out;
}

template <typename... Arguments>
std::string formatted(const char* format, Arguments... arguments) {
    std::array<char, 16> room{};
    const int size = std::snprintf(room.data(), room.size(), format, arguments...);
    return {room.data(), static_cast<std::size_t>(size)};
}

inline bool plain(char byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z');
}

/// Each byte that is not plain, or each at all, by a format of printf for its number.
template <bool everything>
std::string by_format(std::string_view text, const char* format) {
    std::string out;
    for (const char byte : text) {
        out += !everything && plain(byte) ? std::string(1, byte)
                                          : formatted(format, static_cast<unsigned char>(byte));
    }
    return out;
}

inline std::string with_backslash(std::string_view text, std::string_view which) {
    std::string out;
    for (const char byte : text) {
        if (which.find(byte) != std::string_view::npos) {
            out += '\\';
        }
        out += byte;
    }
    return out;
}

inline std::string doubled(std::string_view text, char which, std::string_view by) {
    std::string out;
    for (const char byte : text) {
        out += byte == which ? std::string(by) : std::string(1, byte);
    }
    return out;
}

inline std::string html(std::string_view text) {
    return doubled(doubled(doubled(doubled(text, '&', "&amp;"), '<', "&lt;"), '>', "&gt;"), '"',
                   "&quot;");
}

/// The spellings that are looked for.
inline constexpr std::array<Encode, 22> secret_spellings{
    [](std::string_view text) { return std::string(text); },
    [](std::string_view text) { return base64(text); },
    [](std::string_view text) { return base64("me:" + std::string(text)); },
    [](std::string_view text) { return base64("you:" + std::string(text)); },
    [](std::string_view text) { return base64("user:" + std::string(text)); },
    [](std::string_view text) { return base64("{\"a\":\"" + std::string(text) + "\"}"); },
    [](std::string_view text) { return by_format<true>(text, "%02x"); },
    [](std::string_view text) { return by_format<true>(text, "%02X"); },
    [](std::string_view text) { return by_format<true>(text, "\\x%02x"); },
    [](std::string_view text) { return by_format<true>(text, "%%%02X"); },
    [](std::string_view text) { return by_format<true>(text, "%%%02x"); },
    [](std::string_view text) { return by_format<false>(text, "%%%02X"); },
    [](std::string_view text) { return by_format<true>(text, "\\u%04x"); },
    [](std::string_view text) { return by_format<true>(text, "\\u%04X"); },
    [](std::string_view text) { return with_backslash(text, "\"\\"); },
    [](std::string_view text) { return with_backslash(text, "\"\\/"); },
    [](std::string_view text) { return with_backslash(with_backslash(text, "\"\\"), "\"\\"); },
    [](std::string_view text) { return html(text); },
    [](std::string_view text) { return doubled(text, '\'', "'\\''"); },
    [](std::string_view text) { return doubled(text, '\'', "''"); },
    [](std::string_view text) { return with_backslash(text, "\"\\$`"); },
    [](std::string_view text) {
        std::string out;
        for (const char byte : text) {
            (out += byte) += '\0';
        }
        return out;
    },
};

/// Printable; a sign would be mistaken for a mask, and a percent sign or an ampersand in front of
/// plain text changes nothing that is tested here.
inline std::string random_secret(std::mt19937_64& random) {
    std::string made;
    const std::size_t size = 8 + random() % 60;
    while (made.size() < size) {
        const char byte = static_cast<char>(' ' + random() % 95);
        if (byte != '*' && (byte != ' ' || (!made.empty() && made.size() + 1 < size))) {
            made += byte;
        }
    }
    return made;
}

}  // namespace oa::test
