#include "core/expression/cel/text_search.hpp"

#include <algorithm>
#include <cstring>
#include <string>

namespace oa::core::cel {
namespace {

/// Up to this size, comparing at each place is in proportion too, and quicker.
constexpr std::size_t short_part_max = 16;

}  // namespace

std::size_t find_first(std::string_view text, std::string_view part, std::size_t from) {
    if (part.size() <= short_part_max || from > text.size()) {
        return text.find(part, from);
    }
    // The one of glibc is linear.
    const auto* const found = static_cast<const char*>(
        ::memmem(text.data() + from, text.size() - from, part.data(), part.size()));
    return found == nullptr ? std::string_view::npos
                            : static_cast<std::size_t>(found - text.data());
}

std::size_t find_last(std::string_view text, std::string_view part, std::size_t from) {
    if (part.size() <= short_part_max || part.size() > text.size()) {
        return text.rfind(part, from);
    }
    // What is last from the left is first from the right.
    const auto last_end = std::min(from, text.size() - part.size()) + part.size();
    const std::string reversed_text(text.rend() - static_cast<std::ptrdiff_t>(last_end),
                                    text.rend());
    const std::string reversed_part(part.rbegin(), part.rend());
    const auto found = find_first(reversed_text, reversed_part, 0);
    return found == std::string_view::npos ? found : last_end - found - part.size();
}

}  // namespace oa::core::cel
