#include "host/plugin/plugin_registry.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace oa::host {
namespace {

/// Whether a plain name means the left one rather than the right one.
bool goes_before(const SemanticVersion& left, const SemanticVersion& right) {
    if (left.is_release() != right.is_release()) {
        return left.is_release();
    }
    return left > right;
}

std::string listed(const std::vector<std::string>& texts) {
    std::string out;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        out += (i == 0 ? "" : i + 1 == texts.size() ? " and " : ", ") + texts[i];
    }
    return out;
}

}  // namespace

/// A name as it was asked for: "http", "http@^1.2".
struct PluginRegistry::WantedModule {
    explicit WantedModule(std::string_view text) : name(text.substr(0, text.find('@'))) {
        if (name.size() != text.size()) {
            range_text = text.substr(name.size() + 1);
            range = VersionRange::parse(range_text);
        }
    }

    /// Of versions in the order of goes_before(): the first for a plain name, otherwise the highest
    /// that fits.
    template <typename T, typename VersionOf>
    [[nodiscard]] const T* choose(const std::vector<T>& versions, VersionOf version_of) const {
        if (is_plain()) {
            return versions.empty() ? nullptr : &versions.front();
        }
        const T* out = nullptr;
        for (const T& version : versions) {
            if (range && range->admits(version_of(version)) &&
                (out == nullptr || version_of(version) > version_of(*out))) {
                out = &version;
            }
        }
        return out;
    }
    [[nodiscard]] bool is_plain() const { return range_text.data() == nullptr; }

    std::string_view name;
    std::string_view range_text;
    std::optional<VersionRange> range;  ///< nothing: a plain name, or a text that is no range
};

PluginRegistry::PluginRegistry(const PluginSearch& search,
                               HostServices services,
                               const PluginPorts& ports)
    : search_(search),
      services_(std::move(services)),
      scan_(scan_plugins(search_, services_, ports, nullptr)) {
    add_modules(nullptr);
}

PluginRegistry::PluginRegistry(const PluginRegistry& previous, const PluginPorts& ports)
    : search_(previous.search_),
      services_(previous.services_),
      scan_(scan_plugins(search_, services_, ports, &previous.scan_)) {
    add_modules(&previous);
}

PluginRegistry::~PluginRegistry() {
    scan_.files.clear();
    while (!scan_.modules.empty()) {
        scan_.modules.pop_back();
    }
}

void PluginRegistry::add_modules(const PluginRegistry* previous) {
    for (const auto& module : scan_.modules) {
        modules_.push_back(module.get());
        auto& entry = *entries_.emplace_back(std::make_unique<ModuleEntry>());
        entry.module = module.get();
        // Every version was checked when the module was read.
        entry.version = parse_version(module->info().version).value_or(SemanticVersion());
        names_[module->info().name].push_back(&entry);
        if (module->info().id != module->info().name) {
            names_[module->info().id].push_back(&entry);
        }
    }
    for (const auto& entry : entries_) {
        // Others read the warnings of a module that they know already.
        const bool is_new =
            previous == nullptr || std::find(previous->modules_.begin(), previous->modules_.end(),
                                             entry->module) == previous->modules_.end();
        add_aliases(*entry, is_new);
    }
    sort_versions();
}

void PluginRegistry::add_aliases(ModuleEntry& entry, bool is_new) {
    const auto warn = [&](const std::string& alias, const std::string& owner) {
        if (is_new) {
            entry.module->warn("its alias " + alias + " is taken by " + owner);
        }
    };
    for (const auto& alias : entry.module->info().aliases) {
        if (const auto* owner = add_module_alias(entry, alias)) {
            warn(alias, "module " + owner->module->info().name);
        }
    }
    for (const auto& function : entry.module->functions()) {
        entry.functions[function->function] = function.get();
        for (const auto& alias : function->aliases) {
            if (alias.find('.') == std::string::npos) {
                entry.functions[alias] = function.get();
            } else if (const auto* owner = add_full_alias({&entry, function.get()}, alias)) {
                warn(alias, owner->module + "." + owner->function);
            }
        }
    }
}

const PluginRegistry::ModuleEntry* PluginRegistry::add_module_alias(const ModuleEntry& entry,
                                                                    const std::string& alias) {
    const auto& id = entry.module->info().id;
    for (const auto* taken : {&names_, &aliases_}) {
        const auto found = taken->find(alias);
        if (found != taken->end() && found->second.front()->module->info().id != id) {
            return found->second.front();
        }
    }
    auto& versions = aliases_[alias];
    if (std::find(versions.begin(), versions.end(), &entry) == versions.end()) {
        versions.push_back(&entry);
    }
    return nullptr;
}

const LoadedFunction* PluginRegistry::add_full_alias(const AliasedFunction& function,
                                                     const std::string& alias) {
    const auto dot = alias.find('.');
    auto& taken = full_aliases_[alias.substr(0, dot)][alias.substr(dot + 1)];
    if (!taken.empty() &&
        taken.front().entry->module->info().id != function.entry->module->info().id) {
        return taken.front().function;
    }
    taken.push_back(function);
    return nullptr;
}

void PluginRegistry::sort_versions() {
    const auto sort = [](auto& versions, auto entry_of) {
        std::stable_sort(versions.begin(), versions.end(),
                         [&](const auto& left, const auto& right) {
                             return goes_before(entry_of(left)->version, entry_of(right)->version);
                         });
    };
    for (auto* table : {&names_, &aliases_}) {
        for (auto& [name, versions] : *table) {
            sort(versions, [](const ModuleEntry* entry) { return entry; });
        }
    }
    for (auto& [module, functions] : full_aliases_) {
        for (auto& [name, versions] : functions) {
            sort(versions, [](const AliasedFunction& function) { return function.entry; });
        }
    }
}

const PluginRegistry::Versions* PluginRegistry::versions_of(std::string_view name) const {
    for (const auto* table : {&names_, &aliases_}) {
        if (const auto found = table->find(name); found != table->end()) {
            return &found->second;
        }
    }
    return nullptr;
}

const PluginRegistry::ModuleEntry* PluginRegistry::find_entry(const WantedModule& wanted) const {
    const Versions* versions = versions_of(wanted.name);
    if (versions == nullptr) {
        return nullptr;
    }
    const auto* chosen =
        wanted.choose(*versions, [](const ModuleEntry* entry) { return entry->version; });
    return chosen == nullptr ? nullptr : *chosen;
}

const LoadedFunction* PluginRegistry::find_alias(const WantedModule& wanted,
                                                 const AliasedFunctions& versions) {
    const auto* chosen = wanted.choose(
        versions, [](const AliasedFunction& function) { return function.entry->version; });
    return chosen == nullptr ? nullptr : chosen->function;
}

const LoadedModule* PluginRegistry::find_module(std::string_view name) const {
    const auto* entry = find_entry(WantedModule(name));
    return entry == nullptr ? nullptr : entry->module;
}

std::vector<const LoadedModule*> PluginRegistry::find_versions(std::string_view name) const {
    std::vector<const LoadedModule*> out;
    if (const Versions* versions = versions_of(name)) {
        for (const ModuleEntry* entry : *versions) {
            out.push_back(entry->module);
        }
    }
    return out;
}

const LoadedFunction* PluginRegistry::find_function(std::string_view module,
                                                    std::string_view function) const {
    const WantedModule wanted(module);
    if (const auto* entry = find_entry(wanted)) {
        if (const auto found = entry->functions.find(function); found != entry->functions.end()) {
            return found->second;
        }
    }
    const auto aliases = full_aliases_.find(wanted.name);
    if (aliases == full_aliases_.end()) {
        return nullptr;
    }
    const auto versions = aliases->second.find(function);
    return versions == aliases->second.end() ? nullptr : find_alias(wanted, versions->second);
}

const core::FunctionInfo* PluginRegistry::find(std::string_view module,
                                               std::string_view function) const {
    return find_function(module, function);
}

bool PluginRegistry::has_module(std::string_view module) const {
    const WantedModule wanted(module);
    if (find_entry(wanted) != nullptr) {
        return true;
    }
    const auto aliases = full_aliases_.find(wanted.name);
    return aliases != full_aliases_.end() &&
           std::any_of(aliases->second.begin(), aliases->second.end(), [&](const auto& function) {
               return find_alias(wanted, function.second) != nullptr;
           });
}

std::optional<std::string> PluginRegistry::version_problem(std::string_view module) const {
    const WantedModule wanted(module);
    const Versions* versions = versions_of(wanted.name);
    if (wanted.is_plain() || versions == nullptr || has_module(module)) {
        return std::nullopt;
    }
    const std::string range(wanted.range_text);
    if (!wanted.range) {
        return "'" + range + "' is no range of versions; write 1.2.3, ^1.2, ~1.2.3 or '>=1.2 <2'";
    }
    std::vector<std::string> texts;
    auto sorted = *versions;
    std::sort(sorted.begin(), sorted.end(), [](const ModuleEntry* left, const ModuleEntry* right) {
        return left->version < right->version;
    });
    for (const ModuleEntry* entry : sorted) {
        texts.push_back(entry->module->info().version);
    }
    return "module " + std::string(wanted.name) + " has no version that fits " + range +
           "; loaded " + (texts.size() == 1 ? "is " : "are ") + listed(texts);
}

std::vector<std::string> PluginRegistry::module_names() const {
    std::set<std::string> out;
    for (const auto* table : {&names_, &aliases_}) {
        for (const auto& [name, versions] : *table) {
            out.insert(name);
        }
    }
    for (const auto& [name, functions] : full_aliases_) {
        out.insert(name);
    }
    return {out.begin(), out.end()};
}

std::vector<std::string> PluginRegistry::function_names(std::string_view module) const {
    const WantedModule wanted(module);
    std::set<std::string> out;
    if (const auto* entry = find_entry(wanted)) {
        for (const auto& [name, function] : entry->functions) {
            out.insert(name);
        }
    }
    if (const auto aliases = full_aliases_.find(wanted.name); aliases != full_aliases_.end()) {
        for (const auto& [name, versions] : aliases->second) {
            if (find_alias(wanted, versions) != nullptr) {
                out.insert(name);
            }
        }
    }
    return {out.begin(), out.end()};
}

std::vector<std::string> PluginRegistry::shutdown() {
    std::vector<std::string> busy;
    const std::vector<LoadedModule*> last_first(modules_.rbegin(), modules_.rend());
    for (LoadedModule* module : last_first) {
        if (!module->stop()) {
            busy.push_back(module->info().name);
        }
    }
    return busy;
}

}  // namespace oa::host
