#include "host/wallet/fernet.hpp"

#include <algorithm>
#include <stdexcept>

#include "host/wallet/crypto.hpp"

namespace oa::host {
namespace {

constexpr char version = '\x80';
constexpr std::size_t head_bytes = 1 + 8;
constexpr std::size_t block_bytes = 16;
constexpr std::size_t half_key_bytes = 16;

std::string to_url_safe(std::string text) {
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    return text;
}

std::string from_url_safe(std::string_view text) {
    std::string out(text);
    std::replace(out.begin(), out.end(), '-', '+');
    std::replace(out.begin(), out.end(), '_', '/');
    return out;
}

struct Halves {
    std::string_view signing;
    std::string_view cipher;
};

Halves halves_of(const core::Secret& key) {
    if (key.size() != crypto::key_bytes) {
        throw std::invalid_argument("a Fernet key has 32 bytes");
    }
    return {key.reveal().substr(0, half_key_bytes), key.reveal().substr(half_key_bytes)};
}

}  // namespace

std::optional<core::Secret> open_fernet(const core::Secret& key, std::string_view token) {
    const Halves halves = halves_of(key);
    const auto bytes = crypto::from_base64(from_url_safe(token));
    constexpr std::size_t around = head_bytes + block_bytes + crypto::mac_bytes;
    if (!bytes || bytes->size() < around + block_bytes ||
        (bytes->size() - around) % block_bytes != 0 || bytes->front() != version) {
        return std::nullopt;
    }
    const std::string_view whole = *bytes;
    const std::string_view part = whole.substr(0, whole.size() - crypto::mac_bytes);
    if (!crypto::are_equal(crypto::hmac_sha256(halves.signing, part), whole.substr(part.size()))) {
        return std::nullopt;
    }
    return crypto::decrypt_cbc({halves.cipher, part.substr(head_bytes, block_bytes)},
                               part.substr(head_bytes + block_bytes));
}

std::string seal_fernet(const core::Secret& key, const FernetStamp& stamp, std::string_view plain) {
    const Halves halves = halves_of(key);
    std::string out(1, version);
    for (std::size_t i = 0; i < sizeof(stamp.time); ++i) {
        const auto shift = 8 * (sizeof(stamp.time) - 1 - i);
        out.push_back(static_cast<char>((static_cast<std::uint64_t>(stamp.time) >> shift) & 0xFFU));
    }
    out += stamp.iv;
    out += crypto::encrypt_cbc({halves.cipher, stamp.iv}, plain);
    out += crypto::hmac_sha256(halves.signing, out);
    return to_url_safe(crypto::to_base64(out));
}

}  // namespace oa::host
