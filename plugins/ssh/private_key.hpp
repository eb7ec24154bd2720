#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/evp.h>

namespace oa::ssh {

struct KeyDeleter {
    void operator()(EVP_PKEY* key) const noexcept { ::EVP_PKEY_free(key); }
};

/// An RSA key that signs with SHA-256. libssh2 reads and uses every other kind itself, but signs
/// with SHA-1 by RSA keys, which servers refuse.
class RsaKey {
public:
    /// From PEM (PKCS 1, PKCS 8) or OpenSSH's own format; nothing for a key of another kind. Throws
    /// Error, naming `where` the text is from, for an RSA key that cannot be read.
    [[nodiscard]] static std::optional<RsaKey> read(const std::string& text,
                                                    const std::string& passphrase,
                                                    const std::string& where);

    /// As it travels, under the name of the signature: string "rsa-sha2-256", e, n.
    [[nodiscard]] std::string blob() const;
    [[nodiscard]] std::string sign(std::string_view data) const;

private:
    explicit RsaKey(EVP_PKEY* key) : key_(key) {}

    std::unique_ptr<EVP_PKEY, KeyDeleter> key_;
};

/// A public RSA key under the name of its signatures with SHA-256: libssh2 names what it signs as
/// the key is named.
[[nodiscard]] std::string renamed_rsa_blob(std::string_view blob);

/// Whether a text starts as one of the formats of private keys does.
[[nodiscard]] bool is_private_key(std::string_view text);

}  // namespace oa::ssh
