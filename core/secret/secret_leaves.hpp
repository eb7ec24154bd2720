#pragma once

#include <functional>
#include <string_view>

namespace oa::core {

/// Shows each string value within a text that is a JSON object or array, at any depth down to 64;
/// none when it is something else. What it reads lies in memory that is wiped, and is gone after
/// the call.
void each_string_within(std::string_view json, const std::function<void(std::string_view)>& visit);

}  // namespace oa::core
