#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/secret/secret.hpp"

/// The cryptography of wallets, and the only part of host/wallet that knows the library that does
/// it. Keys and plain texts are secrets; what may lie in a file for everybody to see is a text of
/// bytes. Functions throw std::invalid_argument for sizes that no caller should come up with.
namespace oa::host::crypto {

using core::Secret;

constexpr std::size_t key_bytes = 32;
constexpr std::size_t tag_bytes = 16;  ///< that sealing adds to a text
constexpr std::size_t mac_bytes = 32;

/// From the system, for what may be seen: salts, nonces, names of files.
[[nodiscard]] std::string random_bytes(std::size_t size);
/// From the system, for keys.
[[nodiscard]] Secret random_secret(std::size_t size = key_bytes);

/// HKDF of RFC 5869 with SHA-256.
[[nodiscard]] Secret hkdf_sha256(const Secret& key,
                                 std::string_view salt,
                                 std::string_view info,
                                 std::size_t size = key_bytes);
/// 32 bytes.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view message);

/// The numbers are those of the file format.
enum class Cipher : std::uint8_t { XChaCha20Poly1305 = 1, Aes256Gcm = 2 };
/// 24 and 12.
[[nodiscard]] std::size_t nonce_bytes(Cipher cipher);

/// How a text is sealed: with a key of 32 bytes that no other text is sealed with under the same
/// nonce. `context` is bound to the text without being part of it.
struct SealedWith {
    Cipher cipher = Cipher::XChaCha20Poly1305;
    const Secret& key;
    std::string_view nonce;
    std::string_view context;
};
/// The encrypted text and its tag.
[[nodiscard]] std::string seal(const SealedWith& how, std::string_view plain);
/// Nothing when any of it is not what it was sealed with.
[[nodiscard]] std::optional<Secret> open(const SealedWith& how, std::string_view sealed);

/// What trying one password costs.
struct Argon2Cost {
    std::uint32_t memory_kib = 64U << 10U;
    std::uint32_t passes = 3;
    std::uint32_t lanes = 1;

    friend bool operator==(const Argon2Cost&, const Argon2Cost&) = default;
};
/// Takes `memory_kib` of memory, whatever that is: check it first. Throws std::bad_alloc.
[[nodiscard]] Secret argon2id(const Secret& password,
                              std::string_view salt,
                              const Argon2Cost& cost,
                              std::size_t size = key_bytes);

[[nodiscard]] Secret pbkdf2_sha256(const Secret& password,
                                   std::string_view salt,
                                   std::size_t rounds,
                                   std::size_t size = key_bytes);

/// AES-128 in CBC with PKCS#7 padding; it proves nothing about where the text comes from, so check
/// a MAC before decrypting.
struct CbcWith {
    std::string_view key;  ///< 16 bytes
    std::string_view iv;   ///< 16 bytes
};
[[nodiscard]] std::string encrypt_cbc(const CbcWith& how, std::string_view plain);
/// Nothing when the size or the padding is wrong.
[[nodiscard]] std::optional<Secret> decrypt_cbc(const CbcWith& how, std::string_view encrypted);

/// In a time that depends on the sizes alone.
[[nodiscard]] bool are_equal(std::string_view left, std::string_view right) noexcept;

/// With padding, in one line.
[[nodiscard]] std::string to_base64(std::string_view bytes);
[[nodiscard]] Secret to_base64_secret(std::string_view bytes);
/// Nothing when it is no base64 with padding; blanks are none.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);
[[nodiscard]] std::optional<Secret> from_base64_secret(std::string_view text);

/// Lower case.
[[nodiscard]] std::string to_hex(std::string_view bytes);

}  // namespace oa::host::crypto
