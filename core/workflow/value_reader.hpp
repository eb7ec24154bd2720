#pragma once

#include <optional>

#include <boost/json/value.hpp>

#include "core/expression/template.hpp"
#include "core/workflow/reading.hpp"

namespace oa::core {

/// The JSON value of a node, placeholders being plain text. Reports scalars that have none, and
/// gives nothing then.
[[nodiscard]] std::optional<boost::json::value> read_literal(Reading& reading,
                                                             const YamlNode& node);

/// The value of a node with its placeholders compiled and placed. Reports what cannot be read; then
/// null stands in its place.
[[nodiscard]] Template read_template(Reading& reading, const YamlNode& node);

/// The same for `output` and the values of `outputs`: a text without placeholders is an expression.
[[nodiscard]] Template read_expression(Reading& reading, const YamlNode& node);

}  // namespace oa::core
