#pragma once

#include <functional>
#include <string>

#include <boost/json/value.hpp>

#include "core/diagnostic.hpp"
#include "core/workflow/yaml.hpp"

namespace oa::host {

/// Told of every part that JSON cannot hold.
using ReportPart = std::function<void(
    core::SourcePosition position, const std::string& message, const std::string& hint)>;

/// A part of the configuration file as JSON. What was reported is null in it.
[[nodiscard]] boost::json::value to_json(const core::YamlNode& node, const ReportPart& report);

}  // namespace oa::host
