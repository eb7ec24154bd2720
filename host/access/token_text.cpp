#include "host/access/token_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>

namespace oa::host::access {
namespace {

constexpr std::string_view alphabet =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr unsigned base = 62;
constexpr std::size_t crc_size = 6;
static_assert(alphabet.size() == base);

constexpr std::size_t token_size =
    token_prefix.size() + token_id_size + 1 + secret_text_size + 1 + crc_size;

bool is_base62(std::string_view text) {
    return text.find_first_not_of(alphabet) == std::string_view::npos;
}

std::string crc_text(std::string_view text) {
    std::uint32_t rest = crc32(text);
    std::string digits(crc_size, alphabet.front());
    for (std::size_t i = digits.size(); i-- > 0;) {
        digits[i] = alphabet[rest % base];
        rest /= base;
    }
    return digits;
}

/// Divides by 62 until nothing is left, the last digit first. Leaves zeros behind.
void write_base62(std::span<std::byte> bits, std::span<char> digits) {
    for (std::size_t i = digits.size(); i-- > 0;) {
        unsigned rest = 0;
        for (std::byte& byte : bits) {
            rest = (rest << 8U) | std::to_integer<unsigned>(byte);
            byte = static_cast<std::byte>(rest / base);
            rest %= base;
        }
        digits[i] = alphabet[rest];
    }
}

}  // namespace

core::Secret random_secret_text(const Randomness& randomness) {
    Hash bits;
    randomness(bits);
    core::Secret text = core::Secret::blank(secret_text_size);
    write_base62(bits, {text.bytes(), text.size()});
    return text;
}

std::string base62_of(const Hash& bits) {
    Hash rest = bits;
    std::string text(secret_text_size, ' ');
    write_base62(rest, text);
    return text;
}

std::string random_token_id(const Randomness& randomness) {
    constexpr unsigned even = 256 / base * base;  // what is above would favour some digits
    std::string id;
    while (id.size() < token_id_size) {
        std::array<std::byte, 16> bytes{};
        randomness(bytes);
        for (const std::byte byte : bytes) {
            const auto number = std::to_integer<unsigned>(byte);
            if (number < even && id.size() < token_id_size) {
                id += alphabet[number % base];
            }
        }
    }
    return id;
}

core::Secret write_token(std::string_view id, std::string_view secret) {
    std::string text;
    text.reserve(token_size);
    text += token_prefix;
    text += id;
    text += '_';
    text += secret;
    const std::string crc = crc_text(text);
    text += '_';
    text += crc;
    core::Secret token{text};
    core::wipe(text);
    return token;
}

std::optional<TokenParts> read_token(std::string_view text) {
    if (text.size() != token_size || text.substr(0, token_prefix.size()) != token_prefix) {
        return std::nullopt;
    }
    const std::string_view covered = text.substr(0, token_size - crc_size - 1);
    const TokenParts parts{.id = covered.substr(token_prefix.size(), token_id_size),
                           .secret = covered.substr(token_prefix.size() + token_id_size + 1)};
    const bool is_separated =
        covered[token_prefix.size() + token_id_size] == '_' && text[covered.size()] == '_';
    if (!is_separated || !is_base62(parts.id) || !is_base62(parts.secret) ||
        text.substr(covered.size() + 1) != crc_text(covered)) {
        return std::nullopt;
    }
    return parts;
}

}  // namespace oa::host::access
