#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace oa::core {

/// The candidate that a person most likely meant: the smallest Damerau-Levenshtein distance
/// (optimal string alignment, letter case counts half), if it is at most a third of the longer
/// word's length, or 1 where that is more, or if nothing but letter case differs. Nothing when no
/// candidate is that near.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 std::span<const std::string> candidates);

/// "did you mean 'x'?", or an empty text.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       std::span<const std::string> candidates);

}  // namespace oa::core
