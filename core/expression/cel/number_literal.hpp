#pragma once

#include <optional>

#include "core/expression/cel/lexer.hpp"
#include "core/expression/cel/value.hpp"

namespace oa::core::cel {

/// The value of an Int, Uint or Double token; `negative`: with a sign before it. Nothing when it
/// does not fit.
[[nodiscard]] std::optional<Value> read_number_literal(const Token& token, bool negative);

}  // namespace oa::core::cel
