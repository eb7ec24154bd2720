#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "host/plugin/module_info.hpp"

namespace oa::host {

/// Reads a manifest by the same rules as a live module; its functions have no descriptor. Members
/// and flags that it does not know are ignored. Throws PluginRefused (AbiTooNew,
/// InvalidDescriptor).
[[nodiscard]] ModuleDescription read_manifest(std::string_view json);

/// The first member in which a live module is not what its manifest says: "its manifest says
/// version 1.0.0, the module itself 1.0.1". Nothing when they agree.
[[nodiscard]] std::optional<std::string> find_difference(const ModuleDescription& manifest,
                                                         const ModuleDescription& live);

}  // namespace oa::host
