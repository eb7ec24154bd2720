#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "oa/plugin.hpp"

namespace oa::http {

/// A text that can be a path: not empty, no NUL byte. `pointer` names the parameter.
[[nodiscard]] std::string checked_path(std::string path, const std::string& pointer);
/// The same of a parameter.
[[nodiscard]] std::string path_param(Call& call, std::string_view name);

/// Permissions written as "0644"; nothing where the parameter is missing.
[[nodiscard]] std::optional<mode_t> mode_param(Call& call, std::string_view name);

}  // namespace oa::http
