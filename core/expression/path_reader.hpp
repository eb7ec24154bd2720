#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/expression/expression.hpp"

namespace oa::core {

/// A path as read: the part of CEL's grammar that selects fields and items, so that CEL accepts
/// whatever is accepted here.
struct PathText {
    bool complete = false;  ///< a path was read; otherwise only `consumed` and `error` count
    std::string root;
    std::vector<Expression::Segment> segments;
    std::size_t consumed = 0;  ///< as in Expression::Parsed
    ExpressionError error;     ///< as in Expression::Parsed
};

[[nodiscard]] PathText read_path(std::string_view text);

/// Whether the text can stand as a name, or after a dot, as far as its characters go.
[[nodiscard]] bool is_cel_name(std::string_view text);

/// The words that cannot even follow a dot: true, false, null and in.
[[nodiscard]] bool is_cel_keyword(std::string_view word);

}  // namespace oa::core
