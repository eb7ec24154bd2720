#pragma once

#include <functional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "host/config/config.hpp"

// What can be set, a table for each part of the configuration. Within the room.
namespace oa::host {

/// One value of a T that can be set in the file and, where a variable is named, in the environment.
template <typename T>
struct Setting {
    std::string key;                                                ///< in the file
    std::string environment;                                        ///< the variable
    std::string expected;                                           ///< "'x' is not ..."
    std::function<bool(T& target, const std::string& text)> apply;  ///< false: not acceptable
    std::function<boost::json::value(const T& source)> show;        ///< null: it is not set
    /// What the variable was called by the older system. Counts where `environment` is not there,
    /// and what is not acceptable is told and has no effect: such names may be somebody else's.
    std::vector<std::string> older = {};
    bool is_path = false;
};

template <typename T>
using Settings = std::vector<Setting<T>>;

[[nodiscard]] const Settings<Config>& top_settings();
[[nodiscard]] const Settings<WalletConfig>& wallet_settings();
[[nodiscard]] const Settings<VaultConfig>& vault_settings();
[[nodiscard]] const Settings<SecretCommandConfig>& command_settings();
[[nodiscard]] const Settings<BlobConfig>& blob_settings();
[[nodiscard]] const Settings<ServerConfig>& server_settings();
[[nodiscard]] const Settings<ServerLimits>& server_limit_settings();
[[nodiscard]] const Settings<RetentionConfig>& retention_settings();
[[nodiscard]] const Settings<IsolationConfig>& isolation_settings();
[[nodiscard]] const Settings<ModuleIsolation>& module_settings();
[[nodiscard]] const Settings<IsolationLimits>& limit_settings();

}  // namespace oa::host
