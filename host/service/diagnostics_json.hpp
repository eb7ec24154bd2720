#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "core/diagnostic.hpp"

namespace oa::host {

/// {"severity", "code", "file", "line", "column", "message", "hint"}.
[[nodiscard]] boost::json::object to_json(const core::Diagnostic& diagnostic);
[[nodiscard]] boost::json::array to_json(const core::Diagnostics& diagnostics);

}  // namespace oa::host
