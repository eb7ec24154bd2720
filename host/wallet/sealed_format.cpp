#include "host/wallet/sealed_format.hpp"

#include "host/wallet/little_endian.hpp"
#include "host/wallet/wallet_error.hpp"

namespace oa::host {
namespace {

constexpr std::string_view magic = "OAWALLET";
constexpr std::uint16_t newest_version = 1;
constexpr std::size_t fixed_bytes = 48;
constexpr std::size_t body_nonce_bytes = 24;
constexpr std::size_t body_bytes_max = 15U << 20U;

std::size_t header_bytes(std::size_t slots) {
    return fixed_bytes + slots * key_slot_bytes + crypto::mac_bytes;
}

/// The header up to its HMAC.
std::string signed_part(const SealedHeader& header, std::size_t body_bytes) {
    std::string out(magic);
    append_little_endian(out, newest_version);
    append_little_endian(out, static_cast<std::uint16_t>(header_bytes(header.slots.size())));
    out.append(header.uuid);
    append_little_endian(out, header.generation);
    out.push_back(static_cast<char>(header.cipher));
    out.push_back(static_cast<char>(header.slots.size()));
    append_little_endian<std::uint16_t>(out, 0);
    append_little_endian(out, static_cast<std::uint32_t>(body_bytes));
    append_little_endian<std::uint32_t>(out, 0);
    for (const KeySlot& slot : header.slots) {
        out.append(encode(slot));
    }
    return out;
}

std::string header_mac(const SealedHeader& header,
                       const core::Secret& data_key,
                       std::string_view part) {
    const auto key = crypto::hkdf_sha256(data_key, header.uuid, "oa-wallet-1/header");
    return crypto::hmac_sha256(key.reveal(), part);
}

core::Secret body_key(const core::Secret& data_key, std::string_view nonce) {
    return crypto::hkdf_sha256(data_key, nonce, "oa-wallet-1/body");
}

std::string_view cipher_nonce(crypto::Cipher cipher, std::string_view nonce) {
    return nonce.substr(nonce.size() - crypto::nonce_bytes(cipher));
}

void require(bool condition, const char* otherwise) {
    if (!condition) {
        throw WalletFormatError(otherwise);
    }
}

void check_version(std::string_view bytes) {
    require(bytes.size() >= fixed_bytes, "is damaged: it ends within its header");
    const auto version = read_little_endian<std::uint16_t>(bytes, magic.size());
    require(version != 0, "is damaged: it has no version");
    if (version > newest_version) {
        throw WalletFormatError("was written by a newer program (format " +
                                std::to_string(version) + ", and this one reads " +
                                std::to_string(newest_version) + "); install the newer one");
    }
}

void check_sizes(std::string_view bytes, std::size_t slots) {
    require(slots >= 1 && slots <= key_slots_max,
            "is damaged: it says that it has no key slots, or more than 8");
    const std::size_t header = header_bytes(slots);
    require(read_little_endian<std::uint16_t>(bytes, 10) == header,
            "is damaged: the size of its header does not fit the number of its key slots");
    require(read_little_endian<std::uint16_t>(bytes, 38) == 0 &&
                read_little_endian<std::uint32_t>(bytes, 44) == 0,
            "is damaged: there is something in the unused bytes of its header");
    const auto body = read_little_endian<std::uint32_t>(bytes, 40);
    require(body >= crypto::tag_bytes && body <= body_bytes_max + crypto::tag_bytes,
            "is damaged: the size of its body cannot be");
    const std::size_t whole = header + body_nonce_bytes + body;
    require(bytes.size() >= whole, "is damaged: it is cut off; bring back a backup of it");
    require(bytes.size() == whole, "is damaged: something follows its end");
}

std::optional<core::Secret> open_body(std::string_view bytes,
                                      const SealedHeader& header,
                                      const core::Secret& data_key) {
    const std::size_t head = header_bytes(header.slots.size());
    const auto part = bytes.substr(0, head - crypto::mac_bytes);
    const auto mac = bytes.substr(part.size(), crypto::mac_bytes);
    if (!crypto::are_equal(header_mac(header, data_key, part), mac)) {
        return std::nullopt;
    }
    const auto nonce = bytes.substr(head, body_nonce_bytes);
    const auto key = body_key(data_key, nonce);
    return crypto::open(
        {header.cipher, key, cipher_nonce(header.cipher, nonce), bytes.substr(0, head)},
        bytes.substr(head + body_nonce_bytes));
}

}  // namespace

bool is_sealed_wallet(std::string_view bytes) noexcept {
    return bytes.substr(0, magic.size()) == magic;
}

SealedHeader parse_sealed_header(std::string_view bytes) {
    require(is_sealed_wallet(bytes), "is no sealed wallet");
    check_version(bytes);
    SealedHeader header;
    header.uuid = bytes.substr(12, 16);
    header.generation = read_little_endian<std::uint64_t>(bytes, 28);
    const auto cipher = static_cast<unsigned char>(bytes[36]);
    require(cipher == 1 || cipher == 2, "is damaged: its cipher is unknown");
    header.cipher = static_cast<crypto::Cipher>(cipher);
    const std::size_t slots = static_cast<unsigned char>(bytes[37]);
    check_sizes(bytes, slots);
    for (std::size_t i = 0; i < slots; ++i) {
        header.slots.push_back(
            decode_key_slot(bytes.substr(fixed_bytes + i * key_slot_bytes, key_slot_bytes)));
    }
    return header;
}

std::optional<OpenedWallet> open_sealed(std::string_view bytes, const WalletKey& key) {
    OpenedWallet opened;
    opened.header = parse_sealed_header(bytes);
    for (; opened.slot < opened.header.slots.size(); ++opened.slot) {
        auto data_key =
            unwrap_data_key(opened.header.slots[opened.slot], key, opened.header.owner());
        if (!data_key) {
            continue;
        }
        auto body = open_body(bytes, opened.header, *data_key);
        if (!body) {
            return std::nullopt;
        }
        opened.data_key = std::move(*data_key);
        opened.body = std::move(*body);
        return opened;
    }
    return std::nullopt;
}

std::optional<core::Secret> open_sealed_body(std::string_view bytes, const core::Secret& data_key) {
    return open_body(bytes, parse_sealed_header(bytes), data_key);
}

std::string seal_wallet(const SealedHeader& header,
                        const core::Secret& data_key,
                        const core::Secret& body) {
    if (body.size() > body_bytes_max) {
        throw WalletError("a wallet holds 15 MiB, and this would be more; remove some secrets");
    }
    std::string out = signed_part(header, body.size() + crypto::tag_bytes);
    out.append(header_mac(header, data_key, out));
    const std::string nonce = crypto::random_bytes(body_nonce_bytes);
    const auto key = body_key(data_key, nonce);
    const std::string sealed =
        crypto::seal({header.cipher, key, cipher_nonce(header.cipher, nonce), out}, body.reveal());
    return out.append(nonce).append(sealed);
}

SealedHeader new_sealed_header(crypto::Cipher cipher) {
    SealedHeader header;
    header.cipher = cipher;
    header.uuid = crypto::random_bytes(16);
    header.uuid[6] =
        static_cast<char>((static_cast<unsigned char>(header.uuid[6]) & 0x0FU) | 0x40U);
    header.uuid[8] =
        static_cast<char>((static_cast<unsigned char>(header.uuid[8]) & 0x3FU) | 0x80U);
    return header;
}

std::string uuid_text(std::string_view uuid) {
    std::string text = crypto::to_hex(uuid);
    for (const std::size_t at : {20U, 16U, 12U, 8U}) {
        text.insert(at, 1, '-');
    }
    return text;
}

}  // namespace oa::host
