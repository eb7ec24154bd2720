#pragma once

#include <memory>
#include <string>
#include <vector>

#include "host/plugin/module_info.hpp"
#include "oa/plugin.h"

namespace oa::host {

/// Refuses a module that this host cannot speak with. Reads nothing but the versions, since the
/// rest of a newer table could look different. Throws PluginRefused (AbiTooNew, InvalidDescriptor).
void require_compatible(const oa_module& descriptor);

/// Copies what a module says of itself. Throws PluginRefused (InvalidDescriptor) with the member
/// that breaks the contract. The descriptor must have passed require_compatible().
[[nodiscard]] ModuleInfo read_module_info(const oa_module& descriptor);

/// Copies its functions, each of which knows its descriptor then. Throws as above.
[[nodiscard]] std::vector<std::unique_ptr<LoadedFunction>> read_functions(
    const oa_module& descriptor, const std::string& module);

/// All of the above.
[[nodiscard]] ModuleDescription read_descriptor(const oa_module& descriptor);

}  // namespace oa::host
