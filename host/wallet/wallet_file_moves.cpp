#include <utility>

#include "host/wallet/import_text.hpp"
#include "host/wallet/wallet_file.hpp"

namespace oa::host {
namespace {

/// What a wallet gets, and what becomes of each name.
ImportedSecrets import_entries(Wallet& wallet,
                               const WalletEntries& entries,
                               const ImportSecrets& options,
                               std::int64_t now) {
    ImportedSecrets imported;
    for (const auto& [name, entry] : entries) {
        const auto old = wallet.entries().find(name);
        const SetSecret set{options.even_if_short,
                            entry.note.empty() ? std::nullopt : std::optional(entry.note)};
        if (old == wallet.entries().end()) {
            wallet.put(name, adopted(entry, wallet.info().format, now), set);
            imported.added.push_back(name);
        } else if (old->second.value.equals(entry.value.reveal())) {
            imported.unchanged.push_back(name);
        } else if (options.replace) {
            wallet.set(name, entry.value.clone(), set);
            imported.replaced.push_back(name);
        } else {
            imported.left.push_back(name);
        }
    }
    return imported;
}

}  // namespace

VerifiedWallet WalletFile::verify(const WalletKey& key) const {
    VerifiedWallet verified;
    verified.info = read(key).wallet.info();
    WalletSettings of_previous = settings_;
    of_previous.file = previous_wallet(settings_.file);
    of_previous.audit = nullptr;
    of_previous.warn = nullptr;
    const WalletFile previous(std::move(of_previous));
    if (previous.exists()) {
        try {
            static_cast<void>(previous.read(key));
            verified.previous = VerifiedWallet::Previous::Opens;
        } catch (const WalletError& error) {
            verified.previous = VerifiedWallet::Previous::DoesNotOpen;
            verified.previous_problem = error.what();
        }
    }
    tell(Action::Verified, {}, verified.previous_problem, verified.info.generation);
    return verified;
}

ImportedSecrets WalletFile::import_into(const WalletKey& key,
                                        const WalletEntries& entries,
                                        const ImportSecrets& options) const {
    ImportedSecrets imported;
    modify(key, [&](Wallet& wallet) {
        imported = import_entries(wallet, entries, options, settings_.now());
    });
    return imported;
}

core::Secret WalletFile::export_json(const WalletKey& key) const {
    const Wallet wallet = open(key);
    core::Secret text = write_json_text(wallet.entries());
    tell(Action::Exported, wallet.names(), "", wallet.info().generation);
    return text;
}

void WalletFile::back_up(const WalletKey& key,
                         const std::filesystem::path& target,
                         const WalletKey& target_key,
                         const PasswordStrength& strength) const {
    const Wallet wallet = open(key);
    WalletSettings of_target = settings_;
    of_target.file = target;
    CreateWallet options;
    options.strength = strength;
    options.cipher = wallet.info().cipher.value_or(options.cipher);
    options.entries = clone(wallet.entries());
    WalletFile(std::move(of_target)).create(target_key, options);
    tell(Action::BackedUp, wallet.names(), target.string(), wallet.info().generation);
}

}  // namespace oa::host
