#pragma once

#include <optional>
#include <string>

#include <boost/json/value.hpp>

#include "core/wall_time.hpp"

namespace oa::host {

/// As core::format_time() writes it; null where there is none.
[[nodiscard]] inline boost::json::value time_or_null(const std::optional<core::WallTime>& time) {
    return time ? boost::json::value(core::format_time(*time)) : boost::json::value();
}
/// Null for the empty one.
[[nodiscard]] inline boost::json::value text_or_null(const std::string& text) {
    return text.empty() ? boost::json::value() : boost::json::value(text);
}

}  // namespace oa::host
