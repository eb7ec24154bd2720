#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oa::host {

/// What a stream can show.
struct Terminal {
    bool is_terminal = false;
    bool colours =
        false;  ///< a terminal, NO_COLOR is not set (no-color.org) and TERM is not "dumb"
    std::size_t columns = 80;
};

/// Looks at a file descriptor and the environment.
[[nodiscard]] Terminal inspect_terminal(int descriptor);

enum class Colour { None, Red, Green, Yellow, Cyan, Dim, Bold };

/// The text in a colour, where colours are wanted.
[[nodiscard]] std::string paint(std::string_view text, Colour colour, bool colours);

/// Cuts a text (printable, without escape sequences) to so many columns; a cut text ends in an
/// ellipsis. Counts characters.
[[nodiscard]] std::string fit(std::string_view text, std::size_t columns);
[[nodiscard]] std::size_t columns_of(std::string_view text);

}  // namespace oa::host
