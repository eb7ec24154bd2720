#include "host/trust/signing_key.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>
#include <vector>

#include <botan/base64.h>
#include <botan/data_src.h>
#include <botan/ed25519.h>
#include <botan/hex.h>
#include <botan/pkcs8.h>
#include <botan/pubkey.h>
#include <botan/system_rng.h>
#include <botan/x509_key.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/trust/whole_file.hpp"

namespace oa::host {
namespace {

constexpr std::size_t key_file_bytes_max = 64U << 10U;
constexpr std::chrono::milliseconds passphrase_cost{500};  // to try one of them

const std::uint8_t* bytes_of(std::string_view text) {
    return reinterpret_cast<const std::uint8_t*>(text.data());
}

template <std::size_t size>
std::optional<std::array<std::uint8_t, size>> exactly(const std::vector<std::uint8_t>& bytes) {
    if (bytes.size() != size) {
        return std::nullopt;
    }
    std::array<std::uint8_t, size> out{};
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
}

template <std::size_t size>
std::optional<std::array<std::uint8_t, size>> from_base64(std::string_view text) {
    try {
        const auto bytes = Botan::base64_decode(text.data(), text.size(), false);
        return exactly<size>({bytes.begin(), bytes.end()});
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

std::optional<PublicKey> from_hex(std::string_view text) {
    try {
        return exactly<32>(Botan::hex_decode(text.data(), text.size(), false));
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

std::optional<PublicKey> from_pem(std::string_view text) {
    try {
        Botan::DataSource_Memory source(bytes_of(text), text.size());
        const std::unique_ptr<Botan::Public_Key> key(Botan::X509::load_key(source));
        const auto* ed25519 = dynamic_cast<const Botan::Ed25519_PublicKey*>(key.get());
        return ed25519 == nullptr ? std::nullopt : exactly<32>(ed25519->get_public_key());
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

}  // namespace

std::optional<PublicKey> parse_public_key(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) {
        return std::nullopt;
    }
    text = text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
    if (text.substr(0, 10) == "-----BEGIN") {
        return from_pem(text);
    }
    return text.size() == 64 ? from_hex(text) : from_base64<32>(text);
}

std::string to_base64(const PublicKey& key) {
    return Botan::base64_encode(key.data(), key.size());
}

std::string to_pem(const PublicKey& key) {
    return Botan::X509::PEM_encode(Botan::Ed25519_PublicKey(key.data(), key.size()));
}

std::optional<SignatureBytes> parse_signature_bytes(std::string_view base64) {
    return from_base64<64>(base64);
}

std::string to_base64(const SignatureBytes& signature) {
    return Botan::base64_encode(signature.data(), signature.size());
}

bool is_signed_by(const PublicKey& key, std::string_view message, const SignatureBytes& signature) {
    const Botan::Ed25519_PublicKey public_key(key.data(), key.size());
    Botan::PK_Verifier verifier(public_key, "Pure");
    return verifier.verify_message(bytes_of(message), message.size(), signature.data(),
                                   signature.size());
}

struct PrivateKey::State {
    Botan::Ed25519_PrivateKey key;
};

PrivateKey::PrivateKey(std::unique_ptr<State> state) : state_(std::move(state)) {}
PrivateKey::PrivateKey(PrivateKey&& other) noexcept = default;
PrivateKey& PrivateKey::operator=(PrivateKey&& other) noexcept = default;
PrivateKey::~PrivateKey() = default;

PrivateKey PrivateKey::generate() {
    return PrivateKey(
        std::make_unique<State>(State{Botan::Ed25519_PrivateKey(Botan::system_rng())}));
}

PrivateKey PrivateKey::load(const std::filesystem::path& file,
                            const std::optional<std::string>& passphrase) {
    const std::string name = "the private key '" + file.string() + "'";
    struct stat status {};
    if (stat(file.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        throw KeyError(name + " can be reached by others than its owner; chmod 600 '" +
                       file.string() + "', and make a new key if they may have read it");
    }
    const auto text = read_whole_file(file, key_file_bytes_max);
    if (!text) {
        throw KeyError(name + " cannot be read");
    }
    const bool encrypted = text->find("ENCRYPTED PRIVATE KEY") != std::string::npos;
    if (encrypted && !passphrase) {
        throw KeyError(name + " has a passphrase: give it in the environment as OA_KEY_PASSPHRASE");
    }
    try {
        Botan::DataSource_Memory source(*text);
        const auto key = encrypted ? Botan::PKCS8::load_key(source, *passphrase)
                                   : Botan::PKCS8::load_key(source);
        const auto* ed25519 = dynamic_cast<const Botan::Ed25519_PrivateKey*>(key.get());
        if (ed25519 == nullptr) {
            throw KeyError(name + " is no Ed25519 key; make one with: oa plugin keygen FILE");
        }
        return PrivateKey(std::make_unique<State>(State{*ed25519}));
    } catch (const KeyError&) {
        throw;
    } catch (const std::exception&) {
        throw KeyError(name + (encrypted
                                   ? " does not open: the passphrase is wrong, or the file is "
                                     "damaged"
                                   : " is no private key in PEM form"));
    }
}

void PrivateKey::save(const std::filesystem::path& file,
                      const std::optional<std::string>& passphrase) const {
    const std::string pem = passphrase ? Botan::PKCS8::PEM_encode(state_->key, Botan::system_rng(),
                                                                  *passphrase, passphrase_cost)
                                       : Botan::PKCS8::PEM_encode(state_->key);
    if (const int error = write_new_file(file, pem, S_IRUSR | S_IWUSR)) {
        throw KeyError("the private key '" + file.string() + "' " +
                       (error == EEXIST
                            ? "exists already; name another file"
                            : std::string("cannot be written: ") + std::strerror(error)));
    }
}

PublicKey PrivateKey::public_key() const {
    PublicKey out{};
    const auto& bytes = state_->key.get_public_key();
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
}

SignatureBytes PrivateKey::sign(std::string_view message) const {
    Botan::PK_Signer signer(state_->key, Botan::system_rng(), "Pure");
    const auto bytes = signer.sign_message(bytes_of(message), message.size(), Botan::system_rng());
    SignatureBytes out{};
    std::copy_n(bytes.begin(), std::min(bytes.size(), out.size()), out.begin());
    return out;
}

}  // namespace oa::host
