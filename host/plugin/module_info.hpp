#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "core/port/function_catalog.hpp"
#include "host/plugin/module_gate.hpp"
#include "oa/plugin.h"

namespace oa::host {

class LoadedModule;

/// A function as its plug-in describes it. Every text is a checked copy.
struct LoadedFunction final : core::FunctionInfo {
    std::uint32_t index = 0;        ///< position in the module's list of functions
    LoadedModule* owner = nullptr;  ///< never null once the module stands
    /// Null until the module is mapped, which LoadedModule::enter() does. [owner: plug-in, mapped
    /// for ever]
    const oa_function* descriptor = nullptr;
    std::uint32_t flags = 0;  ///< OA_F_*
    std::vector<std::string> aliases;
    std::string title;
    std::string summary;
    std::string deprecated_since;
    std::string deprecation_reason;
    boost::json::value output_schema;  ///< null: anything
    boost::json::array examples;
    std::uint32_t max_concurrency = 0;
    std::string subject;          ///< "module http function get", for messages
    mutable FunctionLimit limit;  ///< guarded by the module's gate
};

/// What a plug-in says of its module. Every text is a checked copy.
struct ModuleInfo {
    std::string id;
    std::string name;
    std::vector<std::string> aliases;
    std::string version;
    std::string vendor;
    std::string license;
    std::string homepage;
    std::string summary;
    std::string build;
    boost::json::value config_schema;  ///< null: none
    std::uint32_t abi = 0;
    std::uint32_t abi_min = 0;
    std::uint32_t flags = 0;  ///< OA_M_*
};

/// A module and its functions, in the order in which it lists them. Their `owner` is left for the
/// module to set.
struct ModuleDescription {
    ModuleInfo info;
    std::vector<std::unique_ptr<LoadedFunction>> functions;
};

}  // namespace oa::host
