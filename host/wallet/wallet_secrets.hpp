#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/port/secret_source.hpp"
#include "host/wallet/wallet_file.hpp"

namespace oa::host {

/// What WALLET: reads while workflows run. The wallet is opened once and kept open; when its file
/// has changed on disk it is opened anew, so that a service sees new secrets. When the new one
/// cannot be opened, the old one stays. The key is kept, in locked memory, since opening anew needs
/// it.
class WalletSecrets final : public core::SecretSource {
public:
    /// Called with a sentence, once for each change of the file that cannot be followed, or that
    /// leads back to an older generation; from whichever thread asks for a secret.
    using OnProblem = std::function<void(const std::string&)>;

    /// Opens the wallet. Throws WalletError.
    WalletSecrets(WalletFile file, WalletKey key, OnProblem on_problem);

    /// Whatever the store: whoever has another one for VAULT: asks that.
    [[nodiscard]] std::optional<core::Secret> find(core::SecretStore store,
                                                   std::string_view key,
                                                   std::string_view user) const override;
    /// In alphabetical order.
    [[nodiscard]] std::vector<std::string> keys() const override;

    /// Of the wallet that is open now.
    [[nodiscard]] WalletInfo info() const;
    [[nodiscard]] std::vector<WalletEntryFacts> facts() const;
    /// As WalletFile::modify, with the key that opened it.
    void modify(const std::function<void(Wallet&)>& change);

private:
    /// The newest that can be opened.
    [[nodiscard]] std::shared_ptr<const Wallet> current() const;
    /// Opens the file anew; gives what there is to tell. Needs the lock.
    [[nodiscard]] std::string follow() const;

    WalletFile file_;
    WalletKey key_;
    OnProblem on_problem_;
    mutable std::mutex mutex_;
    mutable std::shared_ptr<const Wallet> wallet_;
    mutable std::optional<WalletFileIdentity>
        seen_;  ///< of the file, whether it could be opened or not
};

}  // namespace oa::host
