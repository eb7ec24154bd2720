#include "host/plugin/plugin_registry.hpp"

#include <algorithm>
#include <array>
#include <system_error>

#include "host/plugin/file_trust.hpp"
#include "host/plugin/keep_forever.hpp"
#include "host/plugin/module_descriptor.hpp"
#include "host/plugin/plugin_library.hpp"

namespace oa::host {
namespace {

constexpr std::size_t why_bytes = 1024;

/// Asks a mapped plug-in for its module.
const oa_module& call_entry(oa_module_entry_fn entry, const oa_host& host) {
    std::array<char, why_bytes> why{};
    const oa_module* descriptor = nullptr;
    try {
        descriptor = entry(&host, why.data(), why.size());
    } catch (...) {
        throw PluginRefused(PluginProblem::Declined, "threw an exception out of its entry function",
                            "catch every exception inside the plug-in");
    }
    if (descriptor == nullptr) {
        why.back() = '\0';
        const std::string reason = why.front() == '\0' ? "it gives no reason" : why.data();
        throw PluginRefused(PluginProblem::Declined, "declines to work here: " + reason, "");
    }
    return *descriptor;
}

bool is_plugin_name(const std::filesystem::path& path) {
    return path.extension() == ".so" && path.filename().native().front() != '.';
}

}  // namespace

PluginRegistry::PluginRegistry(const PluginSearch& search, HostServices services)
    : search_(search), services_(std::move(services)) {
    for (const PluginPlace& place : search_.places) {
        load_place(place);
    }
}

PluginRegistry::~PluginRegistry() {
    shutdown();
}

void PluginRegistry::load_place(const PluginPlace& place) {
    std::error_code error;
    const auto status = std::filesystem::status(place.path, error);
    if (status.type() == std::filesystem::file_type::directory) {
        load_folder(place);
    } else if (status.type() != std::filesystem::file_type::not_found ||
               place.presence == PluginPlace::Presence::Required) {
        load_file(place.path, place);
    }
}

void PluginRegistry::load_folder(const PluginPlace& place) {
    std::error_code error;
    if (search_.trust == TrustPolicy::Enforce) {
        const auto folder = std::filesystem::canonical(place.path, error);
        if (auto problem = find_trust_problem(folder)) {
            refuse(place.path, place,
                   {PluginProblem::Untrusted, "is not safe to load from: " + problem->reason,
                    problem->fix});
            return;
        }
    }
    std::vector<std::filesystem::path> files;
    std::filesystem::directory_iterator entry(place.path, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        if (is_plugin_name(entry->path())) {
            files.push_back(entry->path());
        }
    }
    if (error) {
        refuse(place.path, place,
               {PluginProblem::Unreadable, "cannot be listed: " + error.message(),
                "chmod a+rx '" + place.path.string() + "'"});
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
        load_file(file, place);
    }
}

void PluginRegistry::load_file(const std::filesystem::path& path, const PluginPlace& place) {
    try {
        const PluginFile file = examine_plugin_file(path, search_.trust);
        if (!seen_files_.emplace(file.device, file.inode).second) {
            return;
        }
        add(*load_module(file, place.origin));
    } catch (const PluginRefused& why) {
        refuse(path, place, why);
    }
}

LoadedModule* PluginRegistry::load_module(const PluginFile& file, const std::string& origin) {
    const auto entry = map_plugin(file.path);
    auto& host = keep_forever(std::make_unique<ModuleHost>(file.path.stem(), services_));
    const oa_module& descriptor = call_entry(entry, host);
    require_compatible(descriptor);
    auto module = std::make_unique<LoadedModule>(descriptor, host, ModuleSource{file.path, origin});
    require_free_names(*module);
    host.module = module->info().name;
    if (file.facts.executable_stack) {
        module->warn("asks for an executable stack; link it with -Wl,-z,noexecstack");
    }
    if (file.facts.text_relocations) {
        module->warn("changes its own code while it is loaded; build it with -fPIC");
    }
    return &keep_forever(std::move(module));
}

void PluginRegistry::require_free_names(const LoadedModule& module) const {
    for (const LoadedModule* other : modules_) {
        const auto& taken = other->info();
        for (const std::string& name : {module.info().name, module.info().id}) {
            if (name == taken.name || name == taken.id) {
                throw PluginRefused(
                    PluginProblem::Duplicate,
                    "offers the module " + name + " (version " + module.info().version +
                        "), which " + other->source().file.string() + " offers already (version " +
                        taken.version + ")",
                    "remove one of both, or put the one that is wanted first on the search path");
            }
        }
    }
}

void PluginRegistry::add(LoadedModule& module) {
    modules_.push_back(&module);
    const std::size_t index = entries_.size();
    // A name is stronger than an alias, whichever came first.
    entry_of_module_[module.info().name] = index;
    entry_of_module_[module.info().id] = index;
    entries_.push_back({.module = &module, .functions = {}});
    for (const auto& alias : module.info().aliases) {
        add_module_alias(module, alias);
    }
    auto& functions = entries_.back().functions;
    for (const auto& function : module.functions()) {
        functions[function->function] = function.get();
        for (const auto& alias : function->aliases) {
            if (alias.find('.') == std::string::npos) {
                functions[alias] = function.get();
            } else {
                add_full_alias(module, *function, alias);
            }
        }
    }
}

void PluginRegistry::add_module_alias(LoadedModule& module, const std::string& alias) {
    const auto [found, added] = entry_of_module_.emplace(alias, entries_.size() - 1);
    if (!added && entries_[found->second].module != &module) {
        module.warn("its alias " + alias + " is taken by module " +
                    entries_[found->second].module->info().name);
    }
}

void PluginRegistry::add_full_alias(LoadedModule& module,
                                    const LoadedFunction& function,
                                    const std::string& alias) {
    const auto dot = alias.find('.');
    const auto [found, added] =
        full_aliases_[alias.substr(0, dot)].emplace(alias.substr(dot + 1), &function);
    if (!added) {
        module.warn("its alias " + alias + " is taken by " + found->second->module + "." +
                    found->second->function);
    }
}

void PluginRegistry::refuse(const std::filesystem::path& file,
                            const PluginPlace& place,
                            const PluginRefused& why) {
    if (std::any_of(refused_.begin(), refused_.end(),
                    [&](const RefusedPlugin& other) { return other.file == file; })) {
        return;
    }
    refused_.push_back({.file = file,
                        .origin = place.origin,
                        .problem = why.problem(),
                        .reason = why.reason(),
                        .fix = why.fix()});
}

const LoadedModule* PluginRegistry::find_module(std::string_view name) const {
    const auto found = entry_of_module_.find(name);
    return found == entry_of_module_.end() ? nullptr : entries_[found->second].module;
}

const LoadedFunction* PluginRegistry::find_function(std::string_view module,
                                                    std::string_view function) const {
    const auto look = [function](const FunctionMap& functions) {
        const auto found = functions.find(function);
        return found == functions.end() ? nullptr : found->second;
    };
    if (const auto entry = entry_of_module_.find(module); entry != entry_of_module_.end()) {
        if (const auto* out = look(entries_[entry->second].functions)) {
            return out;
        }
    }
    const auto aliases = full_aliases_.find(module);
    return aliases == full_aliases_.end() ? nullptr : look(aliases->second);
}

const core::FunctionInfo* PluginRegistry::find(std::string_view module,
                                               std::string_view function) const {
    return find_function(module, function);
}

bool PluginRegistry::has_module(std::string_view module) const {
    return entry_of_module_.contains(module) || full_aliases_.contains(module);
}

std::vector<std::string> PluginRegistry::module_names() const {
    std::set<std::string> out;
    for (const auto& [name, index] : entry_of_module_) {
        out.insert(name);
    }
    for (const auto& [name, functions] : full_aliases_) {
        out.insert(name);
    }
    return {out.begin(), out.end()};
}

std::vector<std::string> PluginRegistry::function_names(std::string_view module) const {
    std::set<std::string> out;
    if (const auto entry = entry_of_module_.find(module); entry != entry_of_module_.end()) {
        for (const auto& [name, function] : entries_[entry->second].functions) {
            out.insert(name);
        }
    }
    if (const auto aliases = full_aliases_.find(module); aliases != full_aliases_.end()) {
        for (const auto& [name, function] : aliases->second) {
            out.insert(name);
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
