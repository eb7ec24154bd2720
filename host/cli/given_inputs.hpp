#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

#include "core/diagnostic.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::host {

/// The inputs that were given on the command line: those of a file ("-": standard input) with a
/// JSON object, and over them what stands behind --input, read as the workflow declares it.
/// Problems go to `diagnostics`.
[[nodiscard]] boost::json::object given_inputs(
    const std::vector<std::pair<std::string, std::string>>& texts,
    const std::optional<std::string>& file,
    const core::Workflow& workflow,
    core::Diagnostics& diagnostics);

/// What is wrong with something that was given: a file, an option.
[[nodiscard]] core::Diagnostic about(const std::string& what,
                                     std::string message,
                                     std::string hint = {});

}  // namespace oa::host
