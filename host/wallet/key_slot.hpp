#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/secret/secret.hpp"
#include "host/wallet/crypto.hpp"

namespace oa::host {

constexpr std::size_t key_file_bytes_min = 32;
constexpr std::size_t key_file_bytes_max = 1U << 20U;

/// What somebody has to open a wallet with: a password, the content of a key file, or both.
struct WalletKey {
    std::optional<core::Secret> password;
    std::optional<core::Secret> key_file;  ///< 32 bytes to 1 MiB, as they are in the file

    [[nodiscard]] static WalletKey of_password(std::string_view password);
    [[nodiscard]] static WalletKey of_key_file(std::string_view content);
    [[nodiscard]] WalletKey clone() const;
    [[nodiscard]] bool empty() const { return !password && !key_file; }
};

/// The numbers are those of the file format.
enum class SlotKind : std::uint8_t { Password = 1, KeyFile = 2, Both = 3 };
/// "password", "key file", "password and key file"
[[nodiscard]] const char* to_text(SlotKind kind);

/// How much a guess of the password shall cost.
struct PasswordStrength {
    crypto::Argon2Cost cost;

    [[nodiscard]] static PasswordStrength normal() { return {}; }  ///< 64 MiB, 3
    [[nodiscard]] static PasswordStrength strong() {
        return {{256U << 10U, 4, 1}};
    }  ///< 256 MiB, 4
    /// Never less than normal(), and as much more as this machine does in `target`.
    /// At most 256 MiB and 16 passes. Takes as long as one guess with normal().
    [[nodiscard]] static PasswordStrength calibrated(std::chrono::milliseconds target);
};
/// Whether a cost lies within what is read and written: 19 MiB to 1 GiB, 1 to 16 passes, 1 to 8
/// lanes. What is less invites guessing, what is more would stop the machine.
[[nodiscard]] bool is_allowed(const crypto::Argon2Cost& cost);

/// The data key, wrapped for one key. Its 120 bytes in the file:
///      0   1  kind: 1 password, 2 key file, 3 both
///      1   1  how a key comes from it: 1 Argon2id (kinds 1 and 3), 2 HKDF alone (kind 2)
///      2   2  0
///      4   4  Argon2id: memory in KiB; 0 for HKDF alone
///      8   4  passes; the same
///     12   4  lanes; the same
///     16  32  salt
///     48  24  nonce; AES-256-GCM uses the last 12 bytes
///     72  48  the data key, sealed: 32 bytes and a tag of 16
/// The wrapping key is HKDF-SHA256 with the salt and the info "oa-wallet-1/slot-1" (2, 3: the kind)
/// of: Argon2id(password, salt), 32 bytes | the content of the key file | one after the other. The
/// content of a key file is no password: it must have the 32 random bytes that it is made of, and
/// nobody guesses those however cheap a guess is.
/// The context of the seal is "oa-wallet-1/slot", the wallet's UUID, its cipher and the first 72
/// bytes of the slot: it opens in no other wallet and under no other costs. The generation is not
/// in it, so that saving does not need the keys of all slots.
struct KeySlot {
    SlotKind kind = SlotKind::Password;
    crypto::Argon2Cost cost{0, 0, 0};  ///< zeros for a key file alone
    std::array<char, 32> salt{};
    std::array<char, 24> nonce{};
    std::array<char, 48> wrapped{};

    friend bool operator==(const KeySlot&, const KeySlot&) = default;
};
constexpr std::size_t key_slot_bytes = 120;

/// What slots of one wallet have in common.
struct SlotOwner {
    std::string_view uuid;  ///< 16 bytes
    crypto::Cipher cipher = crypto::Cipher::XChaCha20Poly1305;
};

/// The slot's bytes.
[[nodiscard]] std::string encode(const KeySlot& slot);
/// From 120 bytes. Throws WalletFormatError.
[[nodiscard]] KeySlot decode_key_slot(std::string_view bytes);

/// Wraps the data key for all that `key` has. Throws WalletError for a key file that is too small
/// or a cost that is not allowed.
[[nodiscard]] KeySlot wrap_data_key(const core::Secret& data_key,
                                    const WalletKey& key,
                                    const PasswordStrength& strength,
                                    const SlotOwner& owner);
/// The data key; nothing when the key is not the slot's, or of another kind.
[[nodiscard]] std::optional<core::Secret> unwrap_data_key(const KeySlot& slot,
                                                          const WalletKey& key,
                                                          const SlotOwner& owner);

}  // namespace oa::host
