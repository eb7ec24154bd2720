#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "oa/json.hpp"

namespace oa::common {

/// Fills `{{ name }}` with a value of the map. A name may lead inwards with dots, into lists with
/// numbers: `{{ user.name }}`, `{{ hosts.0 }}`. A text stands as it is, null as nothing, lists and
/// maps as JSON. `{{ "{{" }}` stands for what is between the quotes. Values are not looked into.
/// Throws INVALID_PARAMS, with the line, for a placeholder that cannot be and, when `strict`, for a
/// name that has no value; else that is filled with nothing. EXHAUSTED over `size_max` bytes.
/// `check` is asked again and again whether to go on, and throws if not.
[[nodiscard]] std::string template_text(std::string_view text,
                                        const Json& values,
                                        bool strict,
                                        std::size_t size_max,
                                        const std::function<void()>& check);

}  // namespace oa::common
