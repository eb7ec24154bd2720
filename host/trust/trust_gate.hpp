#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <vector>

#include "host/plugin/plugin_admission.hpp"
#include "host/trust/plugin_policy.hpp"
#include "host/trust/plugin_store.hpp"
#include "host/trust/utc_time.hpp"

namespace oa::host {

/// Lets a policy decide about plug-ins. Unless its mode is off, what is judged and loaded is a copy
/// in a store of its own, so that a file cannot change between the check and its use.
class TrustGate final : public PluginAdmission {
public:
    struct Places {
        std::filesystem::path state;                 ///< the store is made in it, as `store`
        std::vector<std::filesystem::path> bundled;  ///< folders of the program's own modules
    };

    TrustGate(PluginPolicy policy, const Places& places, std::function<UtcSeconds()> now = utc_now);

    [[nodiscard]] AdmittedFile take(const std::filesystem::path& file) override;
    [[nodiscard]] PluginVerdict judge(const AdmittedFile& content,
                                      const PluginClaims& claims) override;

    [[nodiscard]] const PluginPolicy& policy() const { return policy_; }

private:
    [[nodiscard]] AdmittedFile take_copy(const std::filesystem::path& file);
    [[nodiscard]] bool is_bundled(const std::filesystem::path& file) const;

    PluginPolicy policy_;
    PluginStore store_;
    std::vector<std::filesystem::path> bundled_;  // canonical
    std::function<UtcSeconds()> now_;
    std::once_flag pruned_;
};

/// The text of a plug-in's signature file; empty when there is none.
[[nodiscard]] std::optional<std::string> read_signature_of(const std::filesystem::path& plugin);

}  // namespace oa::host
