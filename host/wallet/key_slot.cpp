#include "host/wallet/key_slot.hpp"

#include <algorithm>
#include <chrono>

#include "host/wallet/little_endian.hpp"
#include "host/wallet/secret_text.hpp"
#include "host/wallet/wallet_error.hpp"

namespace oa::host {
namespace {

constexpr char by_argon2id = 1;
constexpr char by_hkdf = 2;
constexpr std::size_t slot_head_bytes = 72;

template <std::size_t size>
std::string_view view(const std::array<char, size>& bytes) {
    return {bytes.data(), size};
}

template <std::size_t size>
void fill(std::array<char, size>& into, std::string_view bytes) {
    std::copy_n(bytes.begin(), size, into.begin());
}

bool uses_password(SlotKind kind) {
    return kind != SlotKind::KeyFile;
}

bool uses_key_file(SlotKind kind) {
    return kind != SlotKind::Password;
}

/// Everything before the wrapped key.
std::string head_of(const KeySlot& slot) {
    std::string out;
    out.push_back(static_cast<char>(slot.kind));
    out.push_back(uses_password(slot.kind) ? by_argon2id : by_hkdf);
    append_little_endian<std::uint16_t>(out, 0);
    append_little_endian(out, slot.cost.memory_kib);
    append_little_endian(out, slot.cost.passes);
    append_little_endian(out, slot.cost.lanes);
    out.append(view(slot.salt));
    out.append(view(slot.nonce));
    return out;
}

std::string context_of(const KeySlot& slot, const SlotOwner& owner) {
    std::string out = "oa-wallet-1/slot";
    out.append(owner.uuid);
    out.push_back(static_cast<char>(owner.cipher));
    return out + head_of(slot);
}

void check_key_file(const core::Secret& content) {
    if (content.size() < key_file_bytes_min || content.size() > key_file_bytes_max) {
        throw WalletError("a key file has 32 bytes to 1 MiB, and this one has " +
                          std::to_string(content.size()) +
                          " bytes; make one with: head -c 32 /dev/urandom > KEYFILE");
    }
}

core::Secret wrapping_key(const KeySlot& slot, const WalletKey& key) {
    core::WipedBuffer material;
    if (uses_password(slot.kind)) {
        material.append(crypto::argon2id(*key.password, view(slot.salt), slot.cost).reveal());
    }
    if (uses_key_file(slot.kind)) {
        material.append(key.key_file->reveal());
    }
    const std::string info = "oa-wallet-1/slot-" + std::to_string(static_cast<unsigned>(slot.kind));
    return crypto::hkdf_sha256(material.take(), view(slot.salt), info);
}

std::string_view nonce_of(const KeySlot& slot, crypto::Cipher cipher) {
    const std::size_t size = crypto::nonce_bytes(cipher);
    return view(slot.nonce).substr(slot.nonce.size() - size);
}

}  // namespace

WalletKey WalletKey::of_password(std::string_view password) {
    WalletKey made;
    made.password.emplace(password);
    return made;
}

WalletKey WalletKey::of_key_file(std::string_view content) {
    WalletKey made;
    made.key_file.emplace(content);
    return made;
}

WalletKey WalletKey::clone() const {
    WalletKey copy;
    if (password) {
        copy.password = password->clone();
    }
    if (key_file) {
        copy.key_file = key_file->clone();
    }
    return copy;
}

const char* to_text(SlotKind kind) {
    switch (kind) {
        case SlotKind::Password: return "password";
        case SlotKind::KeyFile: return "key file";
        case SlotKind::Both: return "password and key file";
    }
    return "";
}

PasswordStrength PasswordStrength::calibrated(std::chrono::milliseconds target) {
    using Clock = std::chrono::steady_clock;
    constexpr std::uint32_t memory_kib_max = 256U << 10U;
    constexpr std::uint32_t passes_max = 16;
    PasswordStrength found = normal();
    const core::Secret password("calibration");
    const std::string salt(32, 's');
    const auto begun = Clock::now();
    static_cast<void>(crypto::argon2id(password, salt, found.cost));
    const auto taken = std::chrono::duration<double>(Clock::now() - begun);
    // The time grows with memory times passes; memory is what costs those who guess, so it goes up
    // first.
    double factor = std::chrono::duration<double>(target) / taken;
    while (factor >= 2 && found.cost.memory_kib * 2 <= memory_kib_max) {
        found.cost.memory_kib *= 2;
        factor /= 2;
    }
    const double passes = std::max(1.0, factor) * found.cost.passes;
    found.cost.passes = static_cast<std::uint32_t>(std::min<double>(passes, passes_max));
    return found;
}

bool is_allowed(const crypto::Argon2Cost& cost) {
    const auto within = [](std::uint32_t value, std::uint32_t least, std::uint32_t most) {
        return value >= least && value <= most;
    };
    return within(cost.memory_kib, 19U << 10U, 1U << 20U) && within(cost.passes, 1, 16) &&
           within(cost.lanes, 1, 8);
}

std::string encode(const KeySlot& slot) {
    return head_of(slot).append(view(slot.wrapped));
}

KeySlot decode_key_slot(std::string_view bytes) {
    KeySlot slot;
    const auto kind = static_cast<unsigned char>(bytes[0]);
    if (kind < 1 || kind > 3) {
        throw WalletFormatError("has a key slot of an unknown kind");
    }
    slot.kind = static_cast<SlotKind>(kind);
    if (bytes[1] != (uses_password(slot.kind) ? by_argon2id : by_hkdf)) {
        throw WalletFormatError("has a key slot with an unknown way to a key");
    }
    if (read_little_endian<std::uint16_t>(bytes, 2) != 0) {
        throw WalletFormatError("has a key slot with something in its unused bytes");
    }
    slot.cost = {read_little_endian<std::uint32_t>(bytes, 4),
                 read_little_endian<std::uint32_t>(bytes, 8),
                 read_little_endian<std::uint32_t>(bytes, 12)};
    if (uses_password(slot.kind) ? !is_allowed(slot.cost)
                                 : slot.cost != crypto::Argon2Cost{0, 0, 0}) {
        throw WalletFormatError(
            "has a key slot with costs outside of what is safe to read (19 MiB to 1 GiB of memory, "
            "1 to 16 passes, 1 to 8 lanes)");
    }
    fill(slot.salt, bytes.substr(16));
    fill(slot.nonce, bytes.substr(48));
    fill(slot.wrapped, bytes.substr(slot_head_bytes));
    return slot;
}

KeySlot wrap_data_key(const core::Secret& data_key,
                      const WalletKey& key,
                      const PasswordStrength& strength,
                      const SlotOwner& owner) {
    KeySlot slot;
    if (key.empty()) {
        throw WalletError("a wallet needs a password or a key file");
    }
    slot.kind = !key.key_file   ? SlotKind::Password
                : !key.password ? SlotKind::KeyFile
                                : SlotKind::Both;
    if (uses_key_file(slot.kind)) {
        check_key_file(*key.key_file);
    }
    if (uses_password(slot.kind)) {
        if (key.password->empty()) {
            throw WalletError("a password cannot be empty");
        }
        if (!is_allowed(strength.cost)) {
            throw WalletError(
                "a password slot takes 19 MiB to 1 GiB of memory, 1 to 16 passes and "
                "1 to 8 lanes");
        }
        slot.cost = strength.cost;
    }
    fill(slot.salt, crypto::random_bytes(slot.salt.size()));
    fill(slot.nonce, crypto::random_bytes(slot.nonce.size()));
    const core::Secret wrapping = wrapping_key(slot, key);
    const std::string context = context_of(slot, owner);
    fill(slot.wrapped, crypto::seal({owner.cipher, wrapping, nonce_of(slot, owner.cipher), context},
                                    data_key.reveal()));
    return slot;
}

std::optional<core::Secret> unwrap_data_key(const KeySlot& slot,
                                            const WalletKey& key,
                                            const SlotOwner& owner) {
    if ((uses_password(slot.kind) && !key.password) ||
        (uses_key_file(slot.kind) && !key.key_file)) {
        return std::nullopt;
    }
    const core::Secret wrapping = wrapping_key(slot, key);
    const std::string context = context_of(slot, owner);
    return crypto::open({owner.cipher, wrapping, nonce_of(slot, owner.cipher), context},
                        view(slot.wrapped));
}

}  // namespace oa::host
