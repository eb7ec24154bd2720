#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "host/isolation/protocol/channel.hpp"
#include "host/isolation/protocol/messages.hpp"
#include "host/plugin/loaded_module.hpp"
#include "host/plugin/plugin_registry.hpp"

namespace oa::host::isolation::worker {

/// The plug-in of this worker, loaded by the same code as in the host's process.
class PluginSession {
public:
    /// Loads the file. Lines that the module logs outside of calls go to the channel, which lives
    /// as long as the process.
    PluginSession(Channel& channel, const Load& load);

    /// Why the file offers no module; nothing when it does. Then the rest may be asked for.
    [[nodiscard]] const std::optional<Refused>& refused() const { return refused_; }
    /// As sdk/manifest writes it.
    [[nodiscard]] const std::string& manifest() const { return manifest_; }
    /// nullptr when the module has no such function.
    [[nodiscard]] const LoadedFunction* function(std::uint32_t index) const;
    /// How often the module broke the contract so far.
    [[nodiscard]] std::uint64_t misbehaviours() const;
    /// Stops the module, unless a call of it is still running.
    void shutdown();

private:
    std::unique_ptr<PluginRegistry> registry_;
    std::optional<Refused> refused_;
    std::string manifest_;
};

}  // namespace oa::host::isolation::worker
