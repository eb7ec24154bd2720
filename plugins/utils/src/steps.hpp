#pragma once

#include <string>
#include <string_view>

#include <oa/plugin.hpp>

namespace oa::utils {

/// Does one thing to a value: upper, lower, trim, replace, split, join, lines, text, number,
/// from_json, to_json, length, first, last, reverse, unique, flatten, default. `options` is null,
/// or the map of what that needs. `at` is where the step stands in the parameters, for errors.
/// INVALID_PARAMS for a value that this cannot be done to.
[[nodiscard]] Json apply_step(std::string_view name,
                              const Json& options,
                              const Json& value,
                              const std::string& at);

}  // namespace oa::utils
