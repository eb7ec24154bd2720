#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/expression/cel/lexer.hpp"

namespace oa::core::cel {

struct StringLiteral {
    bool complete = false;  ///< otherwise only `error` counts
    bool bytes = false;
    std::string value;     ///< escapes replaced
    std::size_t size = 0;  ///< in the text, prefix and quotes included
    SyntaxError error;
};

/// Reads the literal at `offset`, where `prefix` letters stand before the quote.
[[nodiscard]] StringLiteral read_string_literal(std::string_view text,
                                                std::size_t offset,
                                                std::size_t prefix);

}  // namespace oa::core::cel
