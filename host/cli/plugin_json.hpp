#pragma once

#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include "host/plugin/plugin_registry.hpp"

namespace oa::host {

/// The words for the flags of a function that are set: "idempotent", "thread_safe" ...
[[nodiscard]] std::vector<std::string_view> flag_words(const LoadedFunction& function);

[[nodiscard]] boost::json::object to_json(const LoadedFunction& function);
[[nodiscard]] boost::json::object to_json(const LoadedModule& module);
/// Everything that was found, refused and searched.
[[nodiscard]] boost::json::object to_json(const PluginRegistry& registry);

}  // namespace oa::host
