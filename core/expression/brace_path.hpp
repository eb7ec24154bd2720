#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace oa::core {

/// {name}, {name[key]}, {name['key']} or {name.key} of the older system.
struct BracePath {
    std::size_t size = 0;    ///< in the text, braces included
    std::string expression;  ///< the same as a path below `vars`
};

/// Reads one at the start of the text, which begins with a brace. Nothing when something else
/// stands there.
[[nodiscard]] std::optional<BracePath> read_brace_path(std::string_view text);

}  // namespace oa::core
