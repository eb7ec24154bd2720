#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace oa::host {

/// An Ed25519 key that plug-ins are checked with.
using PublicKey = std::array<std::uint8_t, 32>;
/// What it checks.
using SignatureBytes = std::array<std::uint8_t, 64>;

/// Reads a public key: 32 bytes as base64 or hex, or a PEM file's text.
[[nodiscard]] std::optional<PublicKey> parse_public_key(std::string_view text);
[[nodiscard]] std::string to_base64(const PublicKey& key);
/// For openssl and others.
[[nodiscard]] std::string to_pem(const PublicKey& key);

[[nodiscard]] std::optional<SignatureBytes> parse_signature_bytes(std::string_view base64);
[[nodiscard]] std::string to_base64(const SignatureBytes& signature);

[[nodiscard]] bool is_signed_by(const PublicKey& key,
                                std::string_view message,
                                const SignatureBytes& signature);

/// A key file that cannot be used or written. what() is a sentence with the fix.
class KeyError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// An Ed25519 key that signs. Its file is PKCS#8 PEM, encrypted when there is a passphrase.
class PrivateKey {
public:
    [[nodiscard]] static PrivateKey generate();
    /// The file must be readable by its owner alone. Throws KeyError.
    [[nodiscard]] static PrivateKey load(const std::filesystem::path& file,
                                         const std::optional<std::string>& passphrase);
    PrivateKey(PrivateKey&& other) noexcept;
    PrivateKey& operator=(PrivateKey&& other) noexcept;
    ~PrivateKey();

    /// Makes the file, with mode 0600; never replaces one. Throws KeyError.
    void save(const std::filesystem::path& file,
              const std::optional<std::string>& passphrase) const;

    [[nodiscard]] PublicKey public_key() const;
    [[nodiscard]] SignatureBytes sign(std::string_view message) const;

private:
    struct State;
    explicit PrivateKey(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace oa::host
