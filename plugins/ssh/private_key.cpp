#include "private_key.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "oa/error.hpp"
#include "wire.hpp"

namespace oa::ssh {

namespace {

constexpr std::string_view signature_name = "rsa-sha2-256";
constexpr std::string_view openssh_start = "-----BEGIN OPENSSH PRIVATE KEY-----";
constexpr std::string_view openssh_end = "-----END OPENSSH PRIVATE KEY-----";

template <auto Free>
struct Deleter {
    template <typename T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Number = std::unique_ptr<BIGNUM, Deleter<BN_clear_free>>;
using Context = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Deleter<OSSL_PARAM_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Deleter<OSSL_PARAM_BLD_free>>;

Error unreadable(const std::string& where, const std::string& why) {
    return unauthenticated("the private key " + where + " cannot be read: " + why);
}

/// Never asks at a terminal, as OpenSSL does without a callback.
int give_passphrase(char* buffer, int size, int /*writing*/, void* user) {
    const auto& passphrase = *static_cast<const std::string*>(user);
    if (passphrase.empty() || passphrase.size() > static_cast<std::size_t>(size)) {
        return -1;
    }
    passphrase.copy(buffer, passphrase.size());  // OpenSSL is told the length
    return static_cast<int>(passphrase.size());
}

std::optional<std::string> decoded(std::string_view text) {
    std::string plain;
    std::copy_if(text.begin(), text.end(), std::back_inserter(plain),
                 [](char c) { return c != '\n' && c != '\r' && c != ' ' && c != '\t'; });
    std::string out(plain.size() / 4 * 3, '\0');
    const int size = ::EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                       reinterpret_cast<const unsigned char*>(plain.data()),
                                       static_cast<int>(plain.size()));
    if (size < 0) {
        return std::nullopt;
    }
    out.resize(static_cast<std::size_t>(size));
    return out;
}

/// What is in OpenSSH's own format (PROTOCOL.key of OpenSSH).
struct OpensshKey {
    std::string kind;     // "ssh-rsa"
    bool sealed = false;  // by a passphrase
    std::string secret;
};

std::optional<OpensshKey> read_openssh(const std::string& text) {
    const std::size_t start = text.find(openssh_start);
    const std::size_t end = text.find(openssh_end);
    if (start == std::string::npos || end == std::string::npos || end < start) {
        return std::nullopt;
    }
    const std::size_t body = start + openssh_start.size();
    const auto bytes = decoded(std::string_view(text).substr(body, end - body));
    constexpr std::string_view magic("openssh-key-v1\0", 15);
    if (!bytes || !bytes->starts_with(magic)) {
        return std::nullopt;
    }
    WireReader reader(std::string_view(*bytes).substr(magic.size()));
    const auto cipher = reader.text();
    static_cast<void>(reader.text());    // key derivation
    static_cast<void>(reader.text());    // its options
    static_cast<void>(reader.number());  // how many keys
    const auto open = reader.text();
    const auto secret = reader.text();
    if (!cipher || !open || !secret) {
        return std::nullopt;
    }
    return OpensshKey{std::string(WireReader(*open).text().value_or(std::string_view())),
                      *cipher != "none", std::string(*secret)};
}

Number number_of(std::string_view bytes) {
    return Number(::BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                              static_cast<int>(bytes.size()), nullptr));
}

/// From n, e and d. The primes, which would make it faster, are not needed.
EVP_PKEY* key_of(const std::array<Number, 3>& numbers) {
    constexpr std::array names{OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_D};
    const Builder builder(::OSSL_PARAM_BLD_new());
    for (std::size_t i = 0; i < names.size(); ++i) {
        ::OSSL_PARAM_BLD_push_BN(builder.get(), names[i], numbers[i].get());
    }
    const Parameters parameters(::OSSL_PARAM_BLD_to_param(builder.get()));
    const Context context(::EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    EVP_PKEY* key = nullptr;
    if (!parameters || !context || ::EVP_PKEY_fromdata_init(context.get()) != 1 ||
        ::EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.get()) != 1) {
        return nullptr;
    }
    return key;
}

EVP_PKEY* rsa_of(const OpensshKey& key) {
    WireReader reader(key.secret);
    static_cast<void>(reader.number());
    static_cast<void>(reader.number());
    static_cast<void>(reader.text());  // the kind
    std::array<Number, 3> numbers;
    for (Number& number : numbers) {
        number = number_of(reader.text().value_or(std::string_view()));
    }
    return key_of(numbers);
}

std::string bytes_of(const EVP_PKEY* key, const char* name) {
    BIGNUM* raw = nullptr;
    if (::EVP_PKEY_get_bn_param(key, name, &raw) != 1) {
        return {};
    }
    const Number number(raw);
    std::string out(static_cast<std::size_t>(BN_num_bytes(raw)), '\0');
    ::BN_bn2bin(raw, reinterpret_cast<unsigned char*>(out.data()));
    return out;
}

}  // namespace

bool is_private_key(std::string_view text) {
    return text.find("-----BEGIN ") != std::string_view::npos &&
           text.find("PRIVATE KEY-----") != std::string_view::npos;
}

std::optional<RsaKey> RsaKey::read(const std::string& text,
                                   const std::string& passphrase,
                                   const std::string& where) {
    if (const auto openssh = read_openssh(text)) {
        if (openssh->kind != "ssh-rsa") {
            return std::nullopt;
        }
        if (openssh->sealed) {
            throw unreadable(where,
                             "RSA keys with a passphrase have to be in PEM format; ssh-keygen -p "
                             "-m PEM -f FILE turns one into it");
        }
        RsaKey key(rsa_of(*openssh));
        if (!key.key_) {
            throw unreadable(where, "it is damaged");
        }
        return key;
    }
    std::string copy = passphrase;  // OpenSSL hands it to the callback as void*
    const Bio bio(::BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    RsaKey key(::PEM_read_bio_PrivateKey(bio.get(), nullptr, &give_passphrase, &copy));
    ::ERR_clear_error();
    if (!key.key_) {
        throw unreadable(where, passphrase.empty() ? "it is damaged, or needs a passphrase"
                                                   : "it is damaged, or the passphrase is wrong");
    }
    return ::EVP_PKEY_get_base_id(key.key_.get()) == EVP_PKEY_RSA ? std::optional(std::move(key))
                                                                  : std::nullopt;
}

std::string RsaKey::blob() const {
    return WireWriter()
        .text(signature_name)
        .integer(bytes_of(key_.get(), OSSL_PKEY_PARAM_RSA_E))
        .integer(bytes_of(key_.get(), OSSL_PKEY_PARAM_RSA_N))
        .bytes();
}

std::string RsaKey::sign(std::string_view data) const {
    const Digest digest(::EVP_MD_CTX_new());
    const auto* bytes = reinterpret_cast<const unsigned char*>(data.data());
    std::size_t size = 0;
    if (::EVP_DigestSignInit(digest.get(), nullptr, ::EVP_sha256(), nullptr, key_.get()) != 1 ||
        ::EVP_DigestSign(digest.get(), nullptr, &size, bytes, data.size()) != 1) {
        throw internal("signing by the RSA key failed");
    }
    std::string out(size, '\0');
    if (::EVP_DigestSign(digest.get(), reinterpret_cast<unsigned char*>(out.data()), &size, bytes,
                         data.size()) != 1) {
        throw internal("signing by the RSA key failed");
    }
    out.resize(size);
    return out;
}

std::string renamed_rsa_blob(std::string_view blob) {
    WireReader reader(blob);
    static_cast<void>(reader.text());
    return WireWriter().text(signature_name).raw(reader.rest()).bytes();
}

}  // namespace oa::ssh
