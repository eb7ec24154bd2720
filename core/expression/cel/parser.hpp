#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/expression/cel/lexer.hpp"
#include "core/expression/cel/syntax.hpp"

namespace oa::core::cel {

struct ParseLimits {
    std::size_t text_bytes = std::size_t{64} << 10U;
    /// Of brackets and conditions, at most 1,000; chains may be four times as long. Stacks must
    /// have about 10 KiB for each.
    std::size_t nesting = 64;
    std::size_t nodes = 10'000;
};

/// What is read: anything, or a name with .fields, ["keys"] and [positions] only.
enum class Extent : std::uint8_t { Expression, Path };

struct ParsedSyntax {
    SyntaxTree tree;           ///< without a root when there is an error
    std::size_t consumed = 0;  ///< white space behind it included; with an error, where it gave up
    /// What is wrong. With a root: why the expression ends where it does, if the text goes on.
    SyntaxError error;
};

/// Reads the longest expression at the start of the text. The tree borrows from the text.
[[nodiscard]] ParsedSyntax parse_syntax(std::string_view text,
                                        const ParseLimits& limits,
                                        Extent extent = Extent::Expression);

}  // namespace oa::core::cel
