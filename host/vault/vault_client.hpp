#pragma once

#include <string>

#include "core/secret/secret.hpp"
#include "host/vault/deadline_guard.hpp"
#include "host/vault/http_answer.hpp"
#include "host/vault/vault_address.hpp"
#include "host/vault/vault_settings.hpp"
#include "host/vault/vault_time.hpp"

namespace oa::host::vault {

/// One request. What it points to has to outlive it.
struct VaultCall {
    std::string target;                   ///< path and query: "/v1/secret/data/team"
    const core::Secret* token = nullptr;  ///< none: sent without one
    const core::Secret* body = nullptr;   ///< JSON, sent with POST; none: GET
};

/// Asks one server, each time over a connection of its own. Thread safe.
class VaultClient {
public:
    /// The settings have been checked.
    VaultClient(const VaultSettings& settings, VaultTime time);

    /// The answer, whatever its status is but for redirects, which are not followed. An unreachable
    /// server and the statuses 412, 429 and 5xx are tried again as often as the settings say, while
    /// there is time. Throws std::runtime_error.
    [[nodiscard]] HttpAnswer ask(const VaultCall& call, TimePoint deadline) const;

private:
    [[nodiscard]] HttpAnswer ask_once(const VaultCall& call, TimePoint deadline) const;

    VaultSettings settings_;
    VaultAddress address_;
    VaultTime time_;
};

}  // namespace oa::host::vault
