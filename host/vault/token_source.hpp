#pragma once

#include <memory>
#include <string>

#include "core/secret/secret.hpp"
#include "host/vault/deadline_guard.hpp"
#include "host/vault/vault_client.hpp"
#include "host/vault/vault_settings.hpp"
#include "host/vault/vault_time.hpp"

namespace oa::host::vault {

/// Who the host is to a vault. Thread safe.
class TokenSource {
public:
    virtual ~TokenSource() = default;
    TokenSource(const TokenSource&) = delete;
    TokenSource& operator=(const TokenSource&) = delete;

    /// The token to send now. Throws std::runtime_error.
    [[nodiscard]] virtual core::Secret token(TimePoint deadline) = 0;
    /// The server takes this token no longer: token() tries to give another one.
    virtual void refused(const core::Secret& token) = 0;
    /// What to look at when the server refuses: "the token in /etc/oa/token".
    [[nodiscard]] virtual std::string description() const = 0;

protected:
    TokenSource() = default;
};

/// A token file, or AppRole, as the settings say, which have been checked. The client has to
/// outlive it.
[[nodiscard]] std::unique_ptr<TokenSource> make_token_source(const VaultSettings& settings,
                                                             const VaultClient& client,
                                                             const VaultTime& time);

}  // namespace oa::host::vault
