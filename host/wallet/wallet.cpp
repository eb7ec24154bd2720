#include "host/wallet/wallet.hpp"

#include <algorithm>
#include <utility>

namespace oa::host {
namespace {

using Action = WalletAuditRecord::Action;

std::string secret_named(std::string_view name) {
    return "the secret '" + std::string(name) + "' ";
}

void check_value(std::string_view name, const core::Secret& value, const SetSecret& options) {
    if (value.size() > wallet_value_bytes_max) {
        throw WalletError(secret_named(name) +
                          "has more than 1 MiB; keep such data in a file that only its owner can "
                          "read");
    }
    if (value.size() < wallet_value_bytes_min && !options.even_if_short) {
        throw WalletError(secret_named(name) + "has less than " +
                          std::to_string(wallet_value_bytes_min) +
                          " bytes, so it is guessed easily and cannot be masked in logs; take a "
                          "longer one, or force it");
    }
}

bool any_slot(const WalletInfo& info, SlotKind kind) {
    return std::any_of(info.slots.begin(), info.slots.end(),
                       [&](const WalletInfo::Slot& slot) { return slot.kind == kind; });
}

}  // namespace

const char* to_text(Action action) {
    switch (action) {
        case Action::Opened: return "opened";
        case Action::NotOpened: return "not opened";
        case Action::Created: return "created";
        case Action::Changed: return "changed";
        case Action::Used: return "used";
        case Action::PasswordChanged: return "password changed";
        case Action::SlotAdded: return "slot added";
        case Action::SlotRemoved: return "slot removed";
        case Action::Rotated: return "rotated";
        case Action::Exported: return "exported";
        case Action::BackedUp: return "backed up";
        case Action::Verified: return "verified";
    }
    return "";
}

bool WalletInfo::takes_password() const {
    return format == WalletFormat::Fernet || any_slot(*this, SlotKind::Password);
}

bool WalletInfo::takes_key_file() const {
    return any_slot(*this, SlotKind::KeyFile);
}

bool WalletInfo::takes_both() const {
    return any_slot(*this, SlotKind::Both);
}

Wallet::Wallet(WalletInfo info, WalletEntries entries, Origin origin)
    : info_(std::move(info)), entries_(std::move(entries)), origin_(std::move(origin)) {
    info_.count = entries_.size();
}

std::optional<core::Secret> Wallet::find(std::string_view name, std::string_view user) const {
    const auto found = entries_.find(name);
    if (found == entries_.end()) {
        return std::nullopt;
    }
    tell(Action::Used, {found->first}, user);
    return found->second.value.clone();
}

std::vector<std::string> Wallet::names() const {
    std::vector<std::string> names;
    names.reserve(entries_.size());
    for (const auto& [name, entry] : entries_) {
        names.push_back(name);
    }
    return names;
}

std::vector<WalletEntryFacts> Wallet::facts() const {
    std::vector<WalletEntryFacts> facts;
    facts.reserve(entries_.size());
    for (const auto& [name, entry] : entries_) {
        facts.push_back({name, entry.kind, entry.value.size(), entry.version, entry.created,
                         entry.updated, entry.note});
    }
    return facts;
}

void Wallet::set(std::string_view name, core::Secret value, const SetSecret& options) {
    const std::int64_t now = origin_.now();
    WalletEntry entry;
    entry.created = now;
    entry.updated = now;
    entry.kind = kind_of_value(value.reveal());
    const auto old = entries_.find(name);
    if (old != entries_.end()) {
        const bool same = old->second.value.equals(value.reveal());
        entry.created = old->second.created;
        entry.updated = same ? old->second.updated : now;
        entry.version = old->second.version + (same ? 0 : 1);
        entry.note = old->second.note;
    }
    entry.value = std::move(value);
    put(name, std::move(entry), options);
}

bool Wallet::remove(std::string_view name) {
    const auto found = entries_.find(name);
    if (found == entries_.end()) {
        return false;
    }
    entries_.erase(found);
    changed(name);
    return true;
}

void Wallet::put(std::string_view name, WalletEntry entry, const SetSecret& options) {
    if (const auto problem = problem_of_name(name)) {
        throw WalletError(secret_named(name) + *problem);
    }
    if (options.note) {
        entry.note = *options.note;
    }
    if (const auto problem = problem_of_note(entry.note)) {
        throw WalletError(secret_named(name) + *problem);
    }
    check_value(name, entry.value, options);
    if (entries_.size() >= wallet_entries_max && !entries_.contains(name)) {
        throw WalletError("a wallet holds 10,000 secrets, and this would be one more");
    }
    entries_.insert_or_assign(std::string(name), std::move(entry));
    changed(name);
}

void Wallet::tell(Action action, std::vector<std::string> names, std::string_view detail) const {
    if (origin_.audit) {
        origin_.audit({action, origin_.file, std::move(names), std::string(detail),
                       info_.generation, origin_.now()});
    }
}

void Wallet::changed(std::string_view name) {
    info_.count = entries_.size();
    if (std::find(changed_.begin(), changed_.end(), name) == changed_.end()) {
        changed_.emplace_back(name);
    }
}

}  // namespace oa::host
