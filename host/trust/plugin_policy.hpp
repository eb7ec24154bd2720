#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "host/trust/signing_key.hpp"
#include "host/trust/utc_time.hpp"

namespace oa::host {

enum class TrustMode {
    Off,      ///< whatever lies in a safe place may run
    Warn,     ///< tells what Enforce would refuse; refuses only what is denied
    Enforce,  ///< only what the policy allows
};

[[nodiscard]] std::string_view to_string(TrustMode mode);

/// Somebody whose signature counts, for the modules named here.
struct TrustedKey {
    std::string name;
    PublicKey key{};
    std::vector<std::string> modules;  ///< "com.acme.http", "com.acme.*" or "*"
    std::optional<UtcSeconds> valid_from;
    std::optional<UtcSeconds> valid_until;  ///< the last second
    bool isolate = false;                   ///< what it signs runs in a process of its own

    [[nodiscard]] bool is_for(std::string_view module_id) const;
};

/// Which plug-ins may run, as the file trust.yaml says it:
///     mode: enforce             # off, warn or enforce
///     bundled: true             # the modules beside the program need nothing else (default)
///     copy: false               # with mode off: run private copies all the same
///     allow:
///       - {sha256: <64 hex digits>, note: com.acme.http 1.4.0}
///     keys:
///       - name: acme
///         ed25519: <32 bytes, base64 or hex>
///         modules: [com.acme.*]
///         valid_from: 2026-01-01          # a day or an instant in UTC; optional, as are these:
///         valid_until: 2027-12-31
///         isolate: true
///     deny:
///       - {sha256: <64 hex digits>, reason: leaks its parameters}
///     minimum_versions: {com.acme.http: 1.4.0}
///     libraries: [libpq, libxml2.so.2]    # that plug-ins may need beside the system's own
struct PluginPolicy {
    std::string file;  ///< where it stands; empty when there is none
    TrustMode mode = TrustMode::Off;
    bool bundled = true;
    bool copy = false;
    std::map<std::string, std::string, std::less<>> allow;  ///< sha256 -> note
    std::vector<TrustedKey> keys;
    std::map<std::string, std::string, std::less<>> deny;              ///< sha256 -> reason
    std::map<std::string, std::string, std::less<>> minimum_versions;  ///< by module id
    std::vector<std::string> libraries;

    [[nodiscard]] const TrustedKey* find_key(const PublicKey& key) const;
};

struct PluginPolicyResult {
    PluginPolicy policy;
    core::Diagnostics diagnostics;  ///< with an error among them, the policy must not be used
};

[[nodiscard]] PluginPolicyResult parse_plugin_policy(std::string_view text,
                                                     const std::string& file);

/// Reads a policy that nobody but root and this user may change. Without a file: mode off.
[[nodiscard]] PluginPolicyResult read_plugin_policy(
    const std::optional<std::filesystem::path>& file);

/// /etc/oa/trust.yaml where it exists, so that no user's file comes before the machine's; else
/// $XDG_CONFIG_HOME/oa/trust.yaml (~/.config/oa/trust.yaml).
[[nodiscard]] std::optional<std::filesystem::path> find_plugin_policy(
    const std::function<std::optional<std::string>(const std::string&)>& environment);

}  // namespace oa::host
