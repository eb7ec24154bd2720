#include "host/wallet/crypto.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <stdexcept>

#include <botan/aead.h>
#include <botan/argon2.h>
#include <botan/base64.h>
#include <botan/cipher_mode.h>
#include <botan/hex.h>
#include <botan/kdf.h>
#include <botan/mac.h>
#include <botan/mem_ops.h>
#include <botan/pwdhash.h>
#include <botan/system_rng.h>

namespace oa::host::crypto {
namespace {

constexpr std::size_t block_bytes = 16;

const std::uint8_t* in(std::string_view text) {
    return reinterpret_cast<const std::uint8_t*>(text.data());
}

std::uint8_t* out(Secret& secret) {
    return reinterpret_cast<std::uint8_t*>(secret.bytes());
}

std::uint8_t* out(std::string& text) {
    return reinterpret_cast<std::uint8_t*>(text.data());
}

std::string_view text_of(const Botan::secure_vector<std::uint8_t>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void require(bool condition, const char* what) {
    if (!condition) {
        throw std::invalid_argument(what);
    }
}

const char* name_of(Cipher cipher) {
    // With a nonce of 24 bytes this one is XChaCha20-Poly1305.
    return cipher == Cipher::Aes256Gcm ? "AES-256/GCM" : "ChaCha20Poly1305";
}

std::unique_ptr<Botan::AEAD_Mode> start(const SealedWith& how, Botan::Cipher_Dir direction) {
    require(how.key.size() == key_bytes, "a key has 32 bytes");
    require(how.nonce.size() == nonce_bytes(how.cipher),
            "a nonce has the size that its cipher asks for");
    auto mode = Botan::AEAD_Mode::create_or_throw(name_of(how.cipher), direction);
    mode->set_key(in(how.key.reveal()), how.key.size());
    mode->set_associated_data(in(how.context), how.context.size());
    mode->start(in(how.nonce), how.nonce.size());
    return mode;
}

std::unique_ptr<Botan::Cipher_Mode> start(const CbcWith& how, Botan::Cipher_Dir direction) {
    require(how.key.size() == block_bytes && how.iv.size() == block_bytes,
            "a key and an IV have 16 bytes");
    auto mode = Botan::Cipher_Mode::create_or_throw("AES-128/CBC/PKCS7", direction);
    mode->set_key(in(how.key), how.key.size());
    mode->start(in(how.iv), how.iv.size());
    return mode;
}

Secret derive(const Botan::PasswordHash& hash,
              const Secret& password,
              std::string_view salt,
              std::size_t size) {
    Secret made = Secret::blank(size);
    hash.derive_key(out(made), size, password.reveal().data(), password.size(), in(salt),
                    salt.size());
    return made;
}

/// Decodes into memory of the caller, which has room for 3 bytes of 4 digits. Gives the bytes used.
std::optional<std::size_t> decode_base64(std::string_view text, std::uint8_t* into) {
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    try {
        std::size_t consumed = 0;
        const std::size_t used =
            Botan::base64_decode(into, text.data(), text.size(), consumed, true, false);
        return consumed == text.size() ? std::optional(used) : std::nullopt;
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

}  // namespace

std::string random_bytes(std::size_t size) {
    std::string made(size, '\0');
    Botan::system_rng().randomize(out(made), size);
    return made;
}

Secret random_secret(std::size_t size) {
    Secret made = Secret::blank(size);
    Botan::system_rng().randomize(out(made), size);
    return made;
}

Secret hkdf_sha256(const Secret& key,
                   std::string_view salt,
                   std::string_view info,
                   std::size_t size) {
    Secret made = Secret::blank(size);
    Botan::KDF::create_or_throw("HKDF(SHA-256)")
        ->kdf(out(made), size, in(key.reveal()), key.size(), in(salt), salt.size(), in(info),
              info.size());
    return made;
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
    const auto mac = Botan::MessageAuthenticationCode::create_or_throw("HMAC(SHA-256)");
    mac->set_key(in(key), key.size());
    mac->update(in(message), message.size());
    std::string made(mac_bytes, '\0');
    mac->final(out(made));
    return made;
}

std::size_t nonce_bytes(Cipher cipher) {
    return cipher == Cipher::Aes256Gcm ? 12 : 24;
}

std::string seal(const SealedWith& how, std::string_view plain) {
    const auto mode = start(how, Botan::ENCRYPTION);
    Botan::secure_vector<std::uint8_t> buffer(in(plain), in(plain) + plain.size());
    mode->finish(buffer);
    return std::string(text_of(buffer));
}

std::optional<Secret> open(const SealedWith& how, std::string_view sealed) {
    if (sealed.size() < tag_bytes) {
        return std::nullopt;
    }
    const auto mode = start(how, Botan::DECRYPTION);
    Botan::secure_vector<std::uint8_t> buffer(in(sealed), in(sealed) + sealed.size());
    try {
        mode->finish(buffer);
    } catch (const Botan::Invalid_Authentication_Tag&) {
        return std::nullopt;
    }
    return Secret(text_of(buffer));
}

Secret argon2id(const Secret& password,
                std::string_view salt,
                const Argon2Cost& cost,
                std::size_t size) {
    const auto hash = Botan::PasswordHashFamily::create_or_throw("Argon2id")
                          ->from_params(cost.memory_kib, cost.passes, cost.lanes);
    return derive(*hash, password, salt, size);
}

Secret pbkdf2_sha256(const Secret& password,
                     std::string_view salt,
                     std::size_t rounds,
                     std::size_t size) {
    const auto hash =
        Botan::PasswordHashFamily::create_or_throw("PBKDF2(SHA-256)")->from_params(rounds);
    return derive(*hash, password, salt, size);
}

std::string encrypt_cbc(const CbcWith& how, std::string_view plain) {
    const auto mode = start(how, Botan::ENCRYPTION);
    Botan::secure_vector<std::uint8_t> buffer(in(plain), in(plain) + plain.size());
    mode->finish(buffer);
    return std::string(text_of(buffer));
}

std::optional<Secret> decrypt_cbc(const CbcWith& how, std::string_view encrypted) {
    if (encrypted.empty() || encrypted.size() % block_bytes != 0) {
        return std::nullopt;
    }
    const auto mode = start(how, Botan::DECRYPTION);
    Botan::secure_vector<std::uint8_t> buffer(in(encrypted), in(encrypted) + encrypted.size());
    try {
        mode->finish(buffer);
    } catch (const std::exception&) {
        return std::nullopt;
    }
    return Secret(text_of(buffer));
}

bool are_equal(std::string_view left, std::string_view right) noexcept {
    return left.size() == right.size() &&
           Botan::constant_time_compare(in(left), in(right), left.size());
}

std::string to_base64(std::string_view bytes) {
    return Botan::base64_encode(in(bytes), bytes.size());
}

Secret to_base64_secret(std::string_view bytes) {
    Secret made = Secret::blank(Botan::base64_encode_max_output(bytes.size()));
    std::size_t consumed = 0;
    made.shrink(Botan::base64_encode(made.bytes(), in(bytes), bytes.size(), consumed, true));
    return made;
}

std::optional<std::string> from_base64(std::string_view text) {
    std::string made(Botan::base64_decode_max_output(text.size()), '\0');
    const auto used = decode_base64(text, out(made));
    if (!used) {
        return std::nullopt;
    }
    made.resize(*used);
    return made;
}

std::optional<Secret> from_base64_secret(std::string_view text) {
    Secret made = Secret::blank(Botan::base64_decode_max_output(text.size()));
    const auto used = decode_base64(text, out(made));
    if (!used) {
        return std::nullopt;
    }
    made.shrink(*used);
    return made;
}

std::string to_hex(std::string_view bytes) {
    return Botan::hex_encode(in(bytes), bytes.size(), false);
}

}  // namespace oa::host::crypto
