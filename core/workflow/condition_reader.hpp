#pragma once

#include <optional>
#include <string_view>

#include "core/workflow/reading.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::core {

/// `when` of a task or a retry: an expression, bare or in ${...}, or true or false. Reports what it
/// is otherwise.
[[nodiscard]] std::optional<Condition> read_condition(Reading& reading,
                                                      const YamlNode& node,
                                                      std::string_view what,
                                                      ExpressionPlace place,
                                                      TaskIndex task);

/// `for_each`: an expression, a list, a map, or a mapping with `items` and perhaps `max_parallel`.
[[nodiscard]] Loop read_loop(Reading& reading, const YamlNode& node, TaskIndex task);

/// `max_parallel`, wherever it stands.
[[nodiscard]] std::optional<std::uint32_t> read_max_parallel(Reading& reading,
                                                             const YamlNode& node);

}  // namespace oa::core
