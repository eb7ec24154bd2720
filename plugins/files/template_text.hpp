#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "support.hpp"

namespace oa::files {

/// Fills `{{ name }}` with a value of the map. A name may lead inwards with dots, into lists with
/// numbers: `{{ user.name }}`, `{{ hosts.0 }}`. A text stands as it is, null as nothing, lists and
/// maps as JSON. `{{ "{{" }}` stands for what is between the quotes. Values are not looked into.
/// Throws INVALID_PARAMS, with the line, for a placeholder that cannot be and, when `strict`, for a
/// name that has no value; else that is filled with nothing. EXHAUSTED over `size_max` bytes.
[[nodiscard]] std::string template_text(std::string_view text,
                                        const Json& values,
                                        bool strict,
                                        std::size_t size_max,
                                        const Checkpoint& check);

}  // namespace oa::files
