#include <utility>

#include "host/wallet/sealed_format.hpp"
#include "host/wallet/wallet_file.hpp"

namespace oa::host {
namespace {

std::string slot_text(std::size_t index, SlotKind kind) {
    return "slot " + std::to_string(index + 1) + ": " + to_text(kind);
}

SlotOwner owner_of(const WalletInfo& info, const std::string& uuid) {
    return {uuid, info.cipher.value_or(crypto::Cipher::XChaCha20Poly1305)};
}

/// The key that opens a slot; null when none does.
const WalletKey* key_of(const KeySlot& slot,
                        const SlotOwner& owner,
                        const WalletKey& current,
                        std::span<const WalletKey> others) {
    if (unwrap_data_key(slot, current, owner)) {
        return &current;
    }
    for (const WalletKey& other : others) {
        if (unwrap_data_key(slot, other, owner)) {
            return &other;
        }
    }
    return nullptr;
}

/// What a key has of what a slot is for.
WalletKey part_for(SlotKind kind, const WalletKey& key) {
    WalletKey part = key.clone();
    if (kind == SlotKind::Password) {
        part.key_file.reset();
    } else if (kind == SlotKind::KeyFile) {
        part.password.reset();
    }
    return part;
}

}  // namespace

void WalletFile::change_password(const WalletKey& current,
                                 const core::Secret& password,
                                 const PasswordStrength& strength) const {
    WalletKey afterwards = current.clone();
    afterwards.password = password.clone();
    change_slots(current, Action::PasswordChanged, afterwards, [&](Wallet& wallet) {
        if (wallet.info_.format == WalletFormat::Fernet) {
            return std::string("of the older format");
        }
        auto& origin = wallet.origin_;
        const std::size_t index = wallet.info_.opened_by.value_or(0);
        KeySlot& slot = origin.slots[index];
        if (slot.kind == SlotKind::KeyFile) {
            refuse(
                "was opened by a key file alone, which has no password; add one as a slot of "
                "its own");
        }
        slot = wrap_data_key(origin.data_key, part_for(slot.kind, afterwards), strength,
                             owner_of(wallet.info_, origin.uuid));
        return slot_text(index, slot.kind);
    });
}

void WalletFile::add_slot(const WalletKey& current,
                          const WalletKey& added,
                          const PasswordStrength& strength) const {
    change_slots(current, Action::SlotAdded, added, [&](Wallet& wallet) {
        auto& origin = wallet.origin_;
        if (origin.slots.size() >= key_slots_max) {
            refuse("has 8 key slots, which is the most; remove one first");
        }
        origin.slots.push_back(
            wrap_data_key(origin.data_key, added, strength, owner_of(wallet.info_, origin.uuid)));
        return slot_text(origin.slots.size() - 1, origin.slots.back().kind);
    });
}

void WalletFile::remove_slot(const WalletKey& current, std::size_t slot) const {
    change_slots(current, Action::SlotRemoved, current, [&](Wallet& wallet) {
        auto& slots = wallet.origin_.slots;
        if (slot >= slots.size()) {
            refuse("has no slot " + std::to_string(slot + 1) + "; it has " +
                   std::to_string(slots.size()));
        }
        if (wallet.info_.opened_by == slot) {
            refuse("was opened by slot " + std::to_string(slot + 1) +
                   " itself; open it by another one to remove this one");
        }
        std::string text = slot_text(slot, slots[slot].kind);
        slots.erase(slots.begin() + static_cast<std::ptrdiff_t>(slot));
        return text;
    });
}

RotatedWallet WalletFile::rotate(const WalletKey& current,
                                 std::span<const WalletKey> others) const {
    RotatedWallet rotated;
    change_slots(current, Action::Rotated, current, [&](Wallet& wallet) {
        auto& origin = wallet.origin_;
        const SlotOwner owner = owner_of(wallet.info_, origin.uuid);
        const core::Secret data_key = crypto::random_secret();
        std::vector<KeySlot> slots;
        for (std::size_t i = 0; i < origin.slots.size(); ++i) {
            const KeySlot& slot = origin.slots[i];
            const WalletKey* key = key_of(slot, owner, current, others);
            if (key == nullptr) {
                rotated.dropped.push_back(slot_text(i, slot.kind));
                continue;
            }
            slots.push_back(wrap_data_key(data_key, part_for(slot.kind, *key), {slot.cost}, owner));
            rotated.kept.push_back(slot_text(i, slot.kind));
        }
        origin.slots = std::move(slots);
        origin.data_key = data_key.clone();
        return std::to_string(rotated.kept.size()) + " slots kept, " +
               std::to_string(rotated.dropped.size()) + " dropped";
    });
    return rotated;
}

void WalletFile::change_slots(const WalletKey& current,
                              Action action,
                              const WalletKey& afterwards,
                              const std::function<std::string(Wallet&)>& change) const {
    const WalletLock lock(settings_.file, settings_.lock_wait);
    Opened opened = read(current);
    const WalletFormat format = opened.wallet.info_.format;
    if (format != WalletFormat::Sealed &&
        !(format == WalletFormat::Fernet && action == Action::PasswordChanged)) {
        refuse(std::string("is a wallet of the format ") + to_text(format) +
               ", which has no key slots; import it into a sealed one with oa wallet import");
    }
    std::string detail = change(opened.wallet);
    // WALLET.1 would still open with the key that has just been taken away.
    const auto previous =
        action == Action::SlotAdded ? PreviousWallet::Kept : PreviousWallet::Forgotten;
    save(lock, opened.wallet, {opened.identity, afterwards, previous, true});
    tell(action, {}, std::move(detail), opened.wallet.info_.generation);
}

}  // namespace oa::host
