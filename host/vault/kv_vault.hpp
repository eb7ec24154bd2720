#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "host/vault/kv_key.hpp"
#include "host/vault/secret_provider.hpp"
#include "host/vault/vault_settings.hpp"
#include "host/vault/vault_time.hpp"

namespace oa::host::vault {

class AnswerCache;
class TokenSource;
class VaultClient;

/// Secrets of a server that speaks the interface of HashiCorp Vault: a KV store, version 2. Keys
/// are as parse_kv_key() reads them. Nothing is asked before find(). Answers, those that say that
/// there is no such secret included, are kept for a while in the memory of secrets.
class KvVault final : public SecretProvider {
public:
    /// Throws std::invalid_argument, which names the setting: "vault.address: ...".
    explicit KvVault(VaultSettings settings, VaultTime time = {});
    ~KvVault() override;
    KvVault(const KvVault&) = delete;
    KvVault& operator=(const KvVault&) = delete;

    /// The server is not told who `user` is.
    [[nodiscard]] std::optional<core::Secret> find(std::string_view key,
                                                   std::string_view user) const override;
    [[nodiscard]] std::string name() const override;

private:
    /// The body of the server's answer; nothing when there is no such secret.
    [[nodiscard]] std::optional<core::Secret> read(const KvKey& key) const;
    /// `data_path` is for messages: "secret/data/team/database".
    [[nodiscard]] std::optional<core::Secret> read_path(const KvKey& key,
                                                        const std::string& data_path) const;

    VaultSettings settings_;
    std::string address_;
    std::string encoded_mount_;
    std::unique_ptr<VaultClient> client_;
    std::unique_ptr<TokenSource> tokens_;
    std::unique_ptr<AnswerCache> cache_;
};

}  // namespace oa::host::vault
