#pragma once

#include <array>
#include <cstddef>

namespace oa::common {

/// One text, ended by NUL, of several: for schemas that share a part.
template <std::size_t... Sizes>
consteval auto joined(const char (&... parts)[Sizes]) {
    std::array<char, (Sizes + ...) - sizeof...(Sizes) + 1> text{};
    std::size_t at = 0;
    const auto add = [&](const char* part, std::size_t size) {
        for (std::size_t i = 0; i + 1 < size; ++i) {
            text[at++] = part[i];
        }
    };
    (add(parts, Sizes), ...);
    return text;
}

}  // namespace oa::common
