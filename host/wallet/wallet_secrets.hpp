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

    [[nodiscard]] std::optional<std::string> find(std::string_view key) const override;
    /// In alphabetical order.
    [[nodiscard]] std::vector<std::string> keys() const override;

    /// What find() gives. Nothing when there is no such secret; told to the audit log.
    [[nodiscard]] std::optional<core::Secret> secret(std::string_view name) const;
    /// Of the wallet that is open now.
    [[nodiscard]] WalletInfo info() const;

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
    mutable std::optional<FileIdentity> seen_;  ///< of the file, whether it could be opened or not
};

}  // namespace oa::host
