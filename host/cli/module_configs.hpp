#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/diagnostic.hpp"
#include "host/config/config.hpp"
#include "host/plugin/module_info.hpp"
#include "host/plugin/plugin_registry.hpp"

namespace oa::host {

/// What the operator's configuration means for each module. Never changes; any thread.
class ModuleConfigs {
public:
    explicit ModuleConfigs(const Config& config);

    /// JSON text of an object: what `modules:` has for the module by its name, id or alias, in this
    /// order, and `network.deny` where its config_schema has a property `network` that is not set
    /// otherwise.
    [[nodiscard]] std::string of(const ModuleInfo& module) const;
    /// Errors for what the config_schema of a module does not allow, and warnings for modules that
    /// are not there.
    [[nodiscard]] core::Diagnostics check(const PluginRegistry& plugins) const;

private:
    [[nodiscard]] const std::string* name_for(const ModuleInfo& module) const;
    [[nodiscard]] core::Diagnostic problem(const std::string& setting, std::string message) const;

    std::map<std::string, std::string> modules_;
    std::optional<std::vector<std::string>> deny_;
    std::map<std::string, ConfigSource> sources_;
};

}  // namespace oa::host
