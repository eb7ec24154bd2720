#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oa::core {

/// Why a pattern is no regular expression of RE2; nothing when it is one.
[[nodiscard]] std::optional<std::string> pattern_problem(const std::string& pattern);

/// Whether the pattern is found anywhere in the text. The pattern must have no problem.
[[nodiscard]] bool pattern_found(const std::string& pattern, std::string_view text);

}  // namespace oa::core
