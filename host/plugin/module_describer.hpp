#pragma once

#include <filesystem>
#include <string>

namespace oa::host {

/// Learns what a plug-in without a manifest says of itself, without running it in this process.
/// Thread safe.
class ModuleDescriber {
public:
    virtual ~ModuleDescriber() = default;

    /// The manifest, as JSON. Throws PluginRefused.
    [[nodiscard]] virtual std::string describe(const std::filesystem::path& load_from) = 0;

protected:
    ModuleDescriber() = default;
    ModuleDescriber(const ModuleDescriber&) = default;
    ModuleDescriber& operator=(const ModuleDescriber&) = default;
};

}  // namespace oa::host
