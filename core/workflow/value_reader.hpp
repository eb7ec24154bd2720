#pragma once

#include <optional>
#include <string_view>

#include <boost/json/value.hpp>

#include "core/expression/template.hpp"
#include "core/workflow/reading.hpp"

namespace oa::core {

/// A scalar that is neither null nor a number or boolean.
[[nodiscard]] bool is_text(const Reading& reading, const YamlNode& node);

/// Whether the text has the beginning of a placeholder somewhere.
[[nodiscard]] bool holds_placeholder(std::string_view text);

/// The JSON value of a node, placeholders being plain text. Reports scalars that have none, and
/// gives nothing then.
[[nodiscard]] std::optional<boost::json::value> read_literal(Reading& reading,
                                                             const YamlNode& node);

// What these read is remembered in `reading.expressions`, to be checked when all names are known.

/// The value of a node with its placeholders compiled and placed. Reports what cannot be read; then
/// null stands in its place.
[[nodiscard]] Template read_template(Reading& reading, const YamlNode& node, ExpressionSite site);

/// The same for `output` and the values of `outputs`: a text without placeholders is an expression.
[[nodiscard]] Template read_expression(Reading& reading, const YamlNode& node, ExpressionSite site);

/// A text that is an expression as it stands.
[[nodiscard]] std::optional<Placeholder> read_bare_expression(Reading& reading,
                                                              const YamlNode& node,
                                                              ExpressionSite site);

/// A text that is an expression, or a single placeholder with one. `what` names it in messages.
[[nodiscard]] std::optional<Placeholder> read_single_expression(Reading& reading,
                                                                const YamlNode& node,
                                                                std::string_view what,
                                                                ExpressionSite site);

}  // namespace oa::core
