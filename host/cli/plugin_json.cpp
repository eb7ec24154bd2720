#include "host/cli/plugin_json.hpp"

#include <array>
#include <string>
#include <utility>

#include <boost/json.hpp>

namespace oa::host {
namespace {

std::string abi_text(std::uint32_t abi) {
    return std::to_string(abi >> 16U) + "." + std::to_string(abi & 0xFFFFU);
}

boost::json::array texts(const std::vector<std::string>& values) {
    return boost::json::array(values.begin(), values.end());
}

/// Nothing is written for a text that the plug-in left out.
void put(boost::json::object& out, std::string_view key, const std::string& text) {
    if (!text.empty()) {
        out[key] = text;
    }
}

boost::json::array function_names(const LoadedModule& module) {
    boost::json::array out;
    for (const auto& function : module.functions()) {
        out.emplace_back(function->function);
    }
    return out;
}

}  // namespace

std::vector<std::string_view> flag_words(const LoadedFunction& function) {
    constexpr std::array<std::pair<std::uint32_t, std::string_view>, 9> words{{
        {OA_F_IDEMPOTENT, "idempotent"},
        {OA_F_PURE, "pure"},
        {OA_F_BLOCKING, "blocking"},
        {OA_F_THREAD_SAFE, "thread_safe"},
        {OA_F_CANCELLABLE, "cancellable"},
        {OA_F_ISOLATE, "isolate"},
        {OA_F_SECRETS, "secrets"},
        {OA_F_NETWORK, "network"},
        {OA_F_FILESYSTEM, "filesystem"},
    }};
    std::vector<std::string_view> out;
    for (const auto& [bit, word] : words) {
        if ((function.flags & bit) != 0) {
            out.push_back(word);
        }
    }
    return out;
}

boost::json::object to_json(const LoadedFunction& function) {
    boost::json::object out;
    out["module"] = function.module;
    out["name"] = function.function;
    out["aliases"] = texts(function.aliases);
    put(out, "title", function.title);
    put(out, "summary", function.summary);
    boost::json::array flags;
    for (const auto word : flag_words(function)) {
        flags.emplace_back(word);
    }
    out["flags"] = std::move(flags);
    out["default_timeout_ms"] = function.default_timeout_ms;
    out["max_concurrency"] = function.max_concurrency;
    if (function.deprecated) {
        boost::json::object deprecated;
        put(deprecated, "since", function.deprecated_since);
        put(deprecated, "replace_with", function.replaced_by);
        put(deprecated, "reason", function.deprecation_reason);
        out["deprecated"] = std::move(deprecated);
    }
    out["params_schema"] = function.params_schema;
    out["output_schema"] = function.output_schema;
    out["examples"] = function.examples;
    return out;
}

boost::json::object to_json(const LoadedModule& module) {
    const ModuleInfo& info = module.info();
    boost::json::object out;
    out["name"] = info.name;
    out["id"] = info.id;
    out["aliases"] = texts(info.aliases);
    out["version"] = info.version;
    put(out, "vendor", info.vendor);
    put(out, "license", info.license);
    put(out, "homepage", info.homepage);
    put(out, "summary", info.summary);
    put(out, "build", info.build);
    out["abi"] = abi_text(info.abi);
    out["abi_min"] = abi_text(info.abi_min);
    out["file"] = module.source().file.string();
    out["origin"] = module.source().origin;
    out["warnings"] = texts(module.warnings());
    out["config_schema"] = info.config_schema;
    boost::json::array functions;
    for (const auto& function : module.functions()) {
        functions.emplace_back(to_json(*function));
    }
    out["functions"] = std::move(functions);
    return out;
}

boost::json::object to_json(const PluginRegistry& registry) {
    boost::json::array plugins;
    for (const LoadedModule* module : registry.modules()) {
        plugins.push_back({{"name", module->info().name},
                           {"id", module->info().id},
                           {"version", module->info().version},
                           {"file", module->source().file.string()},
                           {"origin", module->source().origin},
                           {"functions", function_names(*module)},
                           {"warnings", texts(module->warnings())}});
    }
    boost::json::array refused;
    for (const RefusedPlugin& plugin : registry.refused()) {
        refused.push_back({{"file", plugin.file.string()},
                           {"origin", plugin.origin},
                           {"problem", to_string(plugin.problem)},
                           {"reason", plugin.reason},
                           {"fix", plugin.fix}});
    }
    boost::json::array searched;
    for (const PluginPlace& place : registry.search().places) {
        searched.push_back({{"path", place.path.string()}, {"origin", place.origin}});
    }
    boost::json::object out;
    out["plugins"] = std::move(plugins);
    out["refused"] = std::move(refused);
    out["searched"] = std::move(searched);
    return out;
}

}  // namespace oa::host
