#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/secret/secret.hpp"
#include "host/wallet/crypto.hpp"
#include "host/wallet/key_slot.hpp"

namespace oa::host {

/// The file of a sealed wallet, version 1. Numbers have their least byte first.
///      0   8  "OAWALLET"
///      8   2  version: 1
///     10   2  size of the header, HMAC included: 48 + 120 for each slot + 32
///     12  16  UUID of the wallet, random
///     28   8  generation: grows by one with each save
///     36   1  cipher: 1 XChaCha20-Poly1305, 2 AES-256-GCM
///     37   1  number of key slots: 1 to 8
///     38   2  0
///     40   4  size of the sealed body, tag included
///     44   4  0
///     48      the key slots, 120 bytes each: KeySlot
///      .  32  HMAC-SHA256 of all bytes before it
///      .  24  nonce of the body; AES-256-GCM uses the last 12 bytes
///      .      the sealed body, to the end of the file
/// Each slot holds the same data key, 32 random bytes. From it come, by HKDF-SHA256,
///     the key of the HMAC: with the UUID as salt and the info "oa-wallet-1/header",
///     the key of the body: with the 24 bytes of the body's nonce as salt and "oa-wallet-1/body".
/// The context of the body's seal is the whole header, HMAC included. The HMAC is checked before
/// the body is opened: it commits to the data key, which the ciphers do not do by themselves.
struct SealedHeader {
    std::string uuid;  ///< 16 bytes
    std::uint64_t generation = 1;
    crypto::Cipher cipher = crypto::Cipher::XChaCha20Poly1305;
    std::vector<KeySlot> slots;

    [[nodiscard]] SlotOwner owner() const { return {uuid, cipher}; }
};

constexpr std::size_t key_slots_max = 8;

/// Whether bytes begin as a sealed wallet does, of whatever version.
[[nodiscard]] bool is_sealed_wallet(std::string_view bytes) noexcept;

/// Reads the header and checks every size in it against the bytes, without a key. Throws
/// WalletFormatError.
[[nodiscard]] SealedHeader parse_sealed_header(std::string_view bytes);

struct OpenedWallet {
    SealedHeader header;
    core::Secret data_key;
    std::size_t slot = 0;  ///< the one that the key opened
    core::Secret body;
};
/// Tries the slots that the key may be for, in their order. Nothing when none opens, or when the
/// header or the body is not what was sealed. Throws WalletFormatError.
[[nodiscard]] std::optional<OpenedWallet> open_sealed(std::string_view bytes, const WalletKey& key);
/// The same for somebody who has the data key. Gives the body.
[[nodiscard]] std::optional<core::Secret> open_sealed_body(std::string_view bytes,
                                                           const core::Secret& data_key);

/// The whole file, with a new nonce. Throws WalletError when the body is too large.
[[nodiscard]] std::string seal_wallet(const SealedHeader& header,
                                      const core::Secret& data_key,
                                      const core::Secret& body);

/// A header without slots, with a new UUID (random, version 4).
[[nodiscard]] SealedHeader new_sealed_header(crypto::Cipher cipher);
/// "01234567-89ab-4cde-8f01-23456789abcd"
[[nodiscard]] std::string uuid_text(std::string_view uuid);

}  // namespace oa::host
