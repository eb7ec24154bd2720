#pragma once

#include <cstddef>
#include <string_view>

namespace oa::core::cel {

// Both take time in proportion to the two texts, whatever they are, which those of the standard
// library do not promise. npos: there is no such part.

/// Where the part begins first, from an offset on.
[[nodiscard]] std::size_t find_first(std::string_view text,
                                     std::string_view part,
                                     std::size_t from);

/// Where the part begins last, at an offset or before it.
[[nodiscard]] std::size_t find_last(std::string_view text, std::string_view part, std::size_t from);

}  // namespace oa::core::cel
