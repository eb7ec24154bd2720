#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/secret/secret.hpp"
#include "host/access/crypto.hpp"

// How a token is written:
//
//   oat_<id>_<secret>_<crc>
//
// The id has 10 characters and is public; the secret has 43, which are 256 bits from the system;
// the last 6 are the CRC-32 of all that is before the last '_'. All are digits and letters (base
// 62), so a double click takes a whole token, scanners of source code know it by its beginning, and
// a slip of the hand is told from a token that does not exist.
namespace oa::host::access {

inline constexpr std::string_view token_prefix = "oat_";
inline constexpr std::size_t token_id_size = 10;
inline constexpr std::size_t secret_text_size = 43;

/// 256 bits as digits and letters.
[[nodiscard]] core::Secret random_secret_text(const Randomness& randomness);
/// The same for 256 bits that are known.
[[nodiscard]] std::string base62_of(const Hash& bits);
/// Each as likely as any other.
[[nodiscard]] std::string random_token_id(const Randomness& randomness);

[[nodiscard]] core::Secret write_token(std::string_view id, std::string_view secret);

/// The parts of a token, borrowed from its text.
struct TokenParts {
    std::string_view id;
    std::string_view secret;
};
/// Nothing for what is not written as a token is; that says nothing of whether there is such a one.
[[nodiscard]] std::optional<TokenParts> read_token(std::string_view text);

}  // namespace oa::host::access
