#include "host/cli/module_configs.hpp"

#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "core/nearest.hpp"
#include "core/schema/schema.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

bool has_network(const ModuleInfo& module) {
    const json::object* schema = module.config_schema.if_object();
    const json::value* properties = schema == nullptr ? nullptr : schema->if_contains("properties");
    return properties != nullptr && properties->is_object() &&
           properties->get_object().contains("network");
}

}  // namespace

ModuleConfigs::ModuleConfigs(const Config& config)
    : modules_(config.modules), deny_(config.network_deny), sources_(config.sources) {}

const std::string* ModuleConfigs::name_for(const ModuleInfo& module) const {
    std::vector<std::string_view> names{module.name, module.id};
    names.insert(names.end(), module.aliases.begin(), module.aliases.end());
    for (const std::string_view name : names) {
        if (const auto found = modules_.find(std::string(name)); found != modules_.end()) {
            return &found->first;
        }
    }
    return nullptr;
}

std::string ModuleConfigs::of(const ModuleInfo& module) const {
    const std::string* name = name_for(module);
    if (!deny_ || !has_network(module)) {
        return name == nullptr ? "{}" : modules_.at(*name);
    }
    json::object out =
        name == nullptr ? json::object() : json::parse(modules_.at(*name)).as_object();
    if (!out.contains("network")) {
        out["network"] = {{"deny", json::value_from(*deny_)}};
    }
    return json::serialize(out);
}

core::Diagnostics ModuleConfigs::check(const PluginRegistry& plugins) const {
    core::Diagnostics out;
    for (const auto& [name, text] : modules_) {
        if (plugins.find_module(name) == nullptr) {
            core::Diagnostic unknown =
                problem("modules." + name, "there is no module '" + name + "' to configure");
            unknown.severity = core::Severity::Warning;
            unknown.hint = core::did_you_mean(name, plugins.module_names());
            out.push_back(std::move(unknown));
        }
    }
    for (const LoadedModule* module : plugins.modules()) {
        const ModuleInfo& info = module->info();
        const std::string* name = name_for(info);
        if (name == nullptr && !(deny_ && has_network(info))) {
            continue;
        }
        if (info.config_schema.is_null()) {
            out.push_back(
                problem("modules." + *name, "module " + info.name + " takes no configuration"));
            continue;
        }
        const auto compiled = core::Schema::compile(info.config_schema);
        if (!compiled.schema) {
            continue;  // the module would have been refused
        }
        for (const auto& wrong : compiled.schema->validate(json::parse(of(info)))) {
            const bool of_deny = deny_ && wrong.pointer.starts_with("/network") &&
                                 (name == nullptr ||
                                  !json::parse(modules_.at(*name)).as_object().contains("network"));
            out.push_back(problem(of_deny ? "network.deny" : "modules." + *name,
                                  "module " + info.name + ": " + core::to_string(wrong)));
        }
    }
    return out;
}

core::Diagnostic ModuleConfigs::problem(const std::string& setting, std::string message) const {
    core::Diagnostic out;
    if (const auto source = sources_.find(setting); source != sources_.end()) {
        out.file = source->second.name;
    }
    out.message = setting + ": " + std::move(message);
    return out;
}

}  // namespace oa::host
