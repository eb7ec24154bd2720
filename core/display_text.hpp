#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oa::core {

// Text from documents, made ready to be shown to people. Bytes that are no valid UTF-8 count as
// characters of their own.

/// On one line, whatever is in it: controls, and marks that turn the direction of writing, become
/// escapes such as \n, \x1b or \u{202e}, so that nothing in a document steers a terminal.
[[nodiscard]] std::string single_line(std::string_view text);

/// The columns that a terminal needs for it: two for wide characters (East Asian ones, most emoji),
/// none for combining ones.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// What needs more than so many columns is cut and ends in an ellipsis.
[[nodiscard]] std::string cut(std::string_view text, std::size_t columns);

/// The same on one line, in which runs of white space are one space.
[[nodiscard]] std::string shorten(std::string_view text, std::size_t columns);

}  // namespace oa::core
