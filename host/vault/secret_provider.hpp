#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/secret/secret.hpp"

namespace oa::host::vault {

/// A store of secrets outside of the host. Thread safe.
class SecretProvider {
public:
    virtual ~SecretProvider() = default;
    /// Nothing when there is no such secret. `user` names who asks, for providers that tell it to
    /// the store: "run 01J..., task 'deploy'". May take as long as the time-out of the provider.
    /// Throws std::runtime_error when the store cannot be asked or refuses: its text says why, what
    /// to do about it, and has no secret in it.
    [[nodiscard]] virtual std::optional<core::Secret> find(std::string_view key,
                                                           std::string_view user) const = 0;
    /// For messages: "the vault https://vault.example:8200".
    [[nodiscard]] virtual std::string name() const = 0;

protected:
    SecretProvider() = default;
    SecretProvider(const SecretProvider&) = default;
    SecretProvider& operator=(const SecretProvider&) = default;
};

}  // namespace oa::host::vault
