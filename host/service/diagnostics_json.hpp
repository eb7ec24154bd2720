#pragma once

#include <boost/json/array.hpp>

#include "core/diagnostic.hpp"

namespace oa::host {

/// For each: {"severity", "code", "file", "line", "column", "message", "hint"}; "hint" where there
/// is one.
[[nodiscard]] boost::json::array to_json(const core::Diagnostics& diagnostics);

}  // namespace oa::host
