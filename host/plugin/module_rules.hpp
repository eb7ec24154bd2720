#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/json/value.hpp>

#include "host/plugin/module_info.hpp"

/// What a module must say of itself, whether it says so in a table or in a manifest.
namespace oa::host {

constexpr std::size_t description_line_max = 16384;      ///< bytes of a text
constexpr std::size_t description_json_max = 1U << 20U;  ///< bytes of a JSON text
constexpr std::size_t description_functions_max = 4096;  ///< functions of a module
constexpr std::size_t description_aliases_max = 256;     ///< of a module or function

/// Nothing, a text that must be JSON, or what was read from one.
using ToldJson = std::variant<std::monostate, std::string, boost::json::value>;

struct ToldDeprecation {
    std::string since;
    std::string replace_with;
    std::string reason;
};

/// What a plug-in says of a function; unchecked, and empty where it says nothing. A source cuts a
/// text off one byte behind its limit: then it is found to be too long.
struct ToldFunction {
    std::string name;
    std::vector<std::string> aliases;
    std::string title;
    std::string summary;
    std::uint32_t flags = 0;
    ToldJson params_schema;
    ToldJson output_schema;
    ToldJson examples;
    std::optional<ToldDeprecation> deprecated;
    std::uint32_t default_timeout_ms = 0;
    std::uint32_t max_concurrency = 0;
    bool runnable = true;
};

/// The same of a module.
struct ToldModule {
    std::string id;
    std::string name;
    std::vector<std::string> aliases;
    std::string version;
    std::string vendor;
    std::string license;
    std::string homepage;
    std::string summary;
    std::string build;
    ToldJson config_schema;
    std::uint32_t abi = 0;
    std::uint32_t abi_min = 0;
    std::uint32_t flags = 0;
};

/// Throws PluginRefused (InvalidDescriptor): "describes itself wrongly: " and `what`.
[[noreturn]] void refuse_description(const std::string& what);

/// "1.0"
[[nodiscard]] std::string abi_text(std::uint32_t abi);

/// Refuses a module that this host cannot speak with. Throws PluginRefused (AbiTooNew,
/// InvalidDescriptor).
void check_abi(std::uint32_t abi, std::uint32_t abi_min);

/// "function 2 of module http", for what has no valid name yet.
[[nodiscard]] std::string nth_function(std::uint32_t index, std::string_view module);

// Each throws PluginRefused (InvalidDescriptor) with the member that breaks the contract.

[[nodiscard]] ModuleInfo check_module(ToldModule&& told);
/// `list` is "its function_count", say.
void check_function_count(std::uint64_t count, std::string_view list);
[[nodiscard]] std::unique_ptr<LoadedFunction> check_function(ToldFunction&& told,
                                                             std::uint32_t index,
                                                             const std::string& module);
/// No two functions may share a name.
void check_function_names(const std::vector<std::unique_ptr<LoadedFunction>>& functions);
/// Puts together what was checked.
[[nodiscard]] ModuleDescription describe_module(
    ModuleInfo&& info, std::vector<std::unique_ptr<LoadedFunction>>&& functions);

}  // namespace oa::host
