#pragma once

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/port/function_catalog.hpp"
#include "host/plugin/host_table.hpp"
#include "host/plugin/loaded_module.hpp"
#include "host/plugin/plugin_file.hpp"
#include "host/plugin/plugin_problem.hpp"

namespace oa::host {

/// A file, or a folder whose *.so files are taken in the order of their names.
struct PluginPlace {
    std::filesystem::path path;  ///< absolute
    std::string origin;          ///< who named it: "--plugins", "OA_PLUGINS", "beside the program"
    /// Whether it is a problem that it does not exist.
    enum class Presence { Required, Optional } presence = Presence::Required;
};

struct PluginSearch {
    std::vector<PluginPlace> places;  ///< on a clash of names the earlier place wins
    TrustPolicy trust = TrustPolicy::Enforce;
};

/// The modules that were found, by their names. Complete once constructed; immutable afterwards,
/// and safe to read from any thread. What it hands out stays valid until the process ends.
class PluginRegistry final : public core::FunctionCatalog {
public:
    /// Loads what the search path holds. A bad file is listed in refused() and stops nothing.
    explicit PluginRegistry(const PluginSearch& search, HostServices services = {});
    /// Stops the modules, see shutdown().
    ~PluginRegistry() override;

    PluginRegistry(const PluginRegistry&) = delete;
    PluginRegistry& operator=(const PluginRegistry&) = delete;

    [[nodiscard]] const core::FunctionInfo* find(std::string_view module,
                                                 std::string_view function) const override;
    [[nodiscard]] bool has_module(std::string_view module) const override;
    [[nodiscard]] std::vector<std::string> module_names() const override;
    [[nodiscard]] std::vector<std::string> function_names(std::string_view module) const override;

    /// The function itself, where find() gives only what the engine may know.
    [[nodiscard]] const LoadedFunction* find_function(std::string_view module,
                                                      std::string_view function) const;
    /// By name, id or alias; nullptr when there is none.
    [[nodiscard]] const LoadedModule* find_module(std::string_view name) const;

    /// In the order in which they were found.
    [[nodiscard]] const std::vector<LoadedModule*>& modules() const { return modules_; }
    [[nodiscard]] const std::vector<RefusedPlugin>& refused() const { return refused_; }
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
    using FunctionMap = TextMap<const LoadedFunction*>;
    struct ModuleEntry {
        LoadedModule* module = nullptr;
        FunctionMap functions;  ///< by name and by alias
    };

    void load_place(const PluginPlace& place);
    void load_folder(const PluginPlace& place);
    void load_file(const std::filesystem::path& path, const PluginPlace& place);
    [[nodiscard]] LoadedModule* load_module(const PluginFile& file, const std::string& origin);
    void require_free_names(const LoadedModule& module) const;
    void add(LoadedModule& module);
    void add_module_alias(LoadedModule& module, const std::string& alias);
    void add_full_alias(LoadedModule& module,
                        const LoadedFunction& function,
                        const std::string& alias);
    void refuse(const std::filesystem::path& file,
                const PluginPlace& place,
                const PluginRefused& why);

    PluginSearch search_;
    HostServices services_;
    std::vector<LoadedModule*> modules_;  // kept forever
    std::vector<RefusedPlugin> refused_;
    std::set<std::pair<dev_t, ino_t>> seen_files_;
    TextMap<std::size_t> entry_of_module_;  // by name, id and alias: an index into entries_
    std::vector<ModuleEntry> entries_;
    TextMap<FunctionMap> full_aliases_;  // "oa-io" -> "readfile"
};

}  // namespace oa::host
