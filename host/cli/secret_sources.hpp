#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/port/secret_source.hpp"
#include "host/audit/audit_log.hpp"
#include "host/cli/options.hpp"
#include "host/cli/workbench.hpp"
#include "host/vault/secret_provider.hpp"
#include "host/wallet/password_source.hpp"
#include "host/wallet/wallet_file.hpp"
#include "host/wallet/wallet_secrets.hpp"

namespace oa::host {

/// The wallet that is meant: --file or --wallet, OA_WALLET_FILE, the configuration, or `wallet` in
/// the state folder.
[[nodiscard]] std::filesystem::path wallet_path(const WalletAccess& access, const Config& config);

/// The wallet's file, with the host's log and audit log behind it.
[[nodiscard]] WalletFile wallet_file(std::filesystem::path file, const Workbench& workbench);

enum class KeyUse { Open, Create };
/// What opens a wallet, or shall open a new one. Asks on the terminal where nothing else gives a
/// password. Throws WalletError.
[[nodiscard]] WalletKey wallet_key(const WalletFile& file,
                                   const WalletAccess& access,
                                   const Workbench& workbench,
                                   KeyUse use,
                                   bool may_prompt = true);

/// Where WALLET: and VAULT: read while workflows run. WALLET: is the wallet, and behind it the
/// program that the operator names (`secret_command`). VAULT: is the vault where one is configured,
/// and else the same. The wallet is opened when open() is called or a secret is first asked for.
class SecretSources final : public core::SecretSource {
public:
    /// Borrows the workbench. Throws std::invalid_argument, which names the setting, when what is
    /// configured cannot work.
    SecretSources(WalletAccess access, const Workbench& workbench);

    /// Opens the wallet, if there is one and it is not open; may ask for its password on the
    /// terminal, so it is for the only thread of a process. Throws WalletError.
    void open() const;
    /// The same, if any of the secrets may be in the wallet.
    void open_for(const std::vector<core::SecretUse>& uses) const;

    /// Forgets the wallet and its key; what is in it is not found, with the reason, until unlock().
    void lock();
    /// Opens the wallet with a password. Throws WalletError.
    void unlock(const core::Secret& password);
    [[nodiscard]] bool has_wallet() const { return named_ || file_.exists(); }
    [[nodiscard]] const std::filesystem::path& file() const { return file_.path(); }
    /// Null while it is not open.
    [[nodiscard]] std::shared_ptr<WalletSecrets> opened() const;

    [[nodiscard]] std::optional<core::Secret> find(core::SecretStore store,
                                                   std::string_view key,
                                                   std::string_view user) const override;
    [[nodiscard]] std::vector<std::string> keys() const override;
    [[nodiscard]] bool lists_all(core::SecretStore store) const override;
    [[nodiscard]] std::string advice(core::SecretStore store) const override;

private:
    /// Null when there is no wallet.
    [[nodiscard]] std::shared_ptr<WalletSecrets> wallet(bool may_prompt) const;
    [[nodiscard]] std::unique_ptr<WalletSecrets> open_with(WalletKey key) const;
    [[nodiscard]] std::optional<core::Secret> ask(const vault::SecretProvider& provider,
                                                  std::string_view key,
                                                  std::string_view user) const;

    WalletAccess access_;
    const Workbench& workbench_;
    WalletFile file_;
    bool named_;  ///< so it has to exist
    AuditLog audit_;
    std::unique_ptr<vault::SecretProvider> vault_;    ///< null: there is none
    std::unique_ptr<vault::SecretProvider> command_;  ///< null: there is none
    mutable std::mutex opening_;
    mutable std::shared_ptr<WalletSecrets> wallet_;
    bool is_locked_ = false;
};

}  // namespace oa::host
