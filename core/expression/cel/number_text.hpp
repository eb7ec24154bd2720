#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/expression/cel/value.hpp"

namespace oa::core::cel {

/// The shortest text that reads back to the same number: "0.1", "1e+21", "2"; "Infinity", "NaN".
[[nodiscard]] std::string text_of(double number);

/// Text that is a number and nothing else: "-1.5e3", "Infinity", "NaN".
[[nodiscard]] std::optional<double> double_from(std::string_view text);

/// How string() writes a boolean, a number, a text, bytes, a timestamp, a duration or a type.
[[nodiscard]] std::string text_of(const Value& value);

}  // namespace oa::core::cel
