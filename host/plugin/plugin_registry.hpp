#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/port/function_catalog.hpp"
#include "host/plugin/host_table.hpp"
#include "host/plugin/loaded_module.hpp"
#include "host/plugin/plugin_problem.hpp"
#include "host/plugin/plugin_scan.hpp"
#include "host/plugin/plugin_search.hpp"
#include "host/plugin/version_range.hpp"

namespace oa::host {

/// The modules that were found, by their names: a snapshot. Complete once constructed; immutable
/// afterwards, and safe to read from any thread. Several versions of a module stand side by side: a
/// plain name means the highest release (or the highest pre-release, where there is no release),
/// and "http@^1.2" the highest version that fits, see VersionRange.
///
/// What it hands out can be read until the process ends, and called until the last snapshot that
/// holds it is gone.
class PluginRegistry final : public core::FunctionCatalog {
public:
    /// Looks at what the search path holds. A bad file is listed in refused() and stops nothing.
    explicit PluginRegistry(const PluginSearch& search,
                            HostServices services = {},
                            const PluginPorts& ports = {});
    /// The snapshot after `previous`: what has not changed since is shared with it.
    PluginRegistry(const PluginRegistry& previous, const PluginPorts& ports);
    /// The modules that no other snapshot holds are stopped, the last found first.
    ~PluginRegistry() override;

    PluginRegistry(const PluginRegistry&) = delete;
    PluginRegistry& operator=(const PluginRegistry&) = delete;

    [[nodiscard]] const core::FunctionInfo* find(std::string_view module,
                                                 std::string_view function) const override;
    [[nodiscard]] bool has_module(std::string_view module) const override;
    [[nodiscard]] std::optional<std::string> version_problem(
        std::string_view module) const override;
    [[nodiscard]] std::vector<std::string> module_names() const override;
    [[nodiscard]] std::vector<std::string> function_names(std::string_view module) const override;

    /// The function itself, where find() gives only what the engine may know.
    [[nodiscard]] const LoadedFunction* find_function(std::string_view module,
                                                      std::string_view function) const;
    /// By name, id or alias, also with a range of versions; nullptr when there is none.
    [[nodiscard]] const LoadedModule* find_module(std::string_view name) const;
    /// Every version that a name, id or alias could mean: first the one that it means alone.
    [[nodiscard]] std::vector<const LoadedModule*> find_versions(std::string_view name) const;

    /// In the order in which they were found.
    [[nodiscard]] const std::vector<LoadedModule*>& modules() const { return modules_; }
    [[nodiscard]] const std::vector<RefusedPlugin>& refused() const { return scan_.refused; }
    /// Everything that was looked at, in the order of the search path.
    [[nodiscard]] const std::vector<ConsideredFile>& considered() const { return scan_.considered; }
    [[nodiscard]] const PluginSearch& search() const { return search_; }

    /// Stops and destroys the instances of all modules, the last found first; calls fail from then
    /// on. Returns the names of modules in which a call is still running: they are left alone.
    std::vector<std::string> shutdown();

private:
    struct TextHash {
        using is_transparent = void;
        [[nodiscard]] std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>{}(text);
        }
    };
    template <typename T>
    using TextMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;
    struct ModuleEntry {
        LoadedModule* module = nullptr;
        SemanticVersion version;
        TextMap<const LoadedFunction*> functions;  ///< by name and by alias
    };
    /// What a name means: versions of one module, the one that a plain name means first.
    using Versions = std::vector<const ModuleEntry*>;
    /// What an alias with a dot means, likewise.
    struct AliasedFunction {
        const ModuleEntry* entry = nullptr;
        const LoadedFunction* function = nullptr;
    };
    using AliasedFunctions = std::vector<AliasedFunction>;
    struct WantedModule;

    void add_modules(const PluginRegistry* previous);
    void add_aliases(ModuleEntry& entry, bool is_new);
    /// Both give the owner of an alias that is taken; nullptr when it was free.
    const ModuleEntry* add_module_alias(const ModuleEntry& entry, const std::string& alias);
    const LoadedFunction* add_full_alias(const AliasedFunction& function, const std::string& alias);
    void sort_versions();
    [[nodiscard]] const Versions* versions_of(std::string_view name) const;
    [[nodiscard]] const ModuleEntry* find_entry(const WantedModule& wanted) const;
    [[nodiscard]] static const LoadedFunction* find_alias(const WantedModule& wanted,
                                                          const AliasedFunctions& versions);

    PluginSearch search_;
    HostServices services_;
    PluginScan scan_;
    std::vector<LoadedModule*> modules_;
    std::vector<std::unique_ptr<ModuleEntry>> entries_;
    TextMap<Versions> names_;                          // name and id
    TextMap<Versions> aliases_;                        // of modules; a name is stronger
    TextMap<TextMap<AliasedFunctions>> full_aliases_;  // "oa-io" -> "readfile"
};

}  // namespace oa::host
