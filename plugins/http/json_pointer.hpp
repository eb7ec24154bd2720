#pragma once

#include <string_view>

#include "oa/json.hpp"

namespace oa::http {

/// Whether the text is empty or starts with a slash, and every ~ in it is ~0 or ~1 (RFC 6901).
[[nodiscard]] bool is_json_pointer(std::string_view pointer);
/// What it points at; nullptr where there is nothing.
[[nodiscard]] const Json* find_at(const Json& value, std::string_view pointer);

}  // namespace oa::http
