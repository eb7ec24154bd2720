#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/secret/secret.hpp"

namespace oa::core {

/// Which word stands before the name of a secret: ${WALLET:name} or ${VAULT:name}.
enum class SecretStore { Wallet, Vault };

/// Where WALLET: and VAULT: read. Thread safe.
class SecretSource {
public:
    virtual ~SecretSource() = default;
    /// Nothing when there is no such secret. `user` names who asks, for the audit log: "run 01J...,
    /// task 'deploy'". May take as long as a request over the network. Throws std::runtime_error
    /// when the source cannot be read at all; its text says why, and has no secret in it.
    [[nodiscard]] virtual std::optional<Secret> find(SecretStore store,
                                                     std::string_view key,
                                                     std::string_view user) const = 0;
    /// Those that can be listed: for "did you mean", and for telling before a run what is missing.
    [[nodiscard]] virtual std::vector<std::string> keys() const = 0;
    /// Whether a secret that keys() does not have is certainly not there.
    [[nodiscard]] virtual bool lists_all([[maybe_unused]] SecretStore store) const { return true; }
    /// What to do about a secret that is not there; empty where there is nothing special to say.
    [[nodiscard]] virtual std::string advice([[maybe_unused]] SecretStore store) const {
        return {};
    }

protected:
    SecretSource() = default;
    SecretSource(const SecretSource&) = default;
    SecretSource& operator=(const SecretSource&) = default;
};

}  // namespace oa::core
