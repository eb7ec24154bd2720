#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "core/workflow/source_text.hpp"
#include "core/workflow/yaml.hpp"

namespace oa::core {

/// Looks a YAML text over before the real parser sees it, in one cheap pass, and finds what would
/// cost that parser far more time or memory than a refusal is worth: brackets opened by the
/// thousand, scalars and node counts over the limit, too many tasks, a second document. It knows
/// just enough of the grammar for that: what it lets through may still be no YAML.
[[nodiscard]] std::optional<TextProblem> find_excess(std::string_view text,
                                                     const YamlLimits& limits);

/// Where the last of the brackets opens that are never closed, if it stands before `end`.
[[nodiscard]] std::optional<std::size_t> find_unclosed_bracket(std::string_view text,
                                                               const YamlLimits& limits,
                                                               std::size_t end);

}  // namespace oa::core
