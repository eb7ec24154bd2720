#include "core/nearest.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <vector>

namespace oa::core {
namespace {

// Distances count in halves, so that a wrong letter case is half a mistake.
constexpr std::size_t whole = 2;
constexpr std::size_t half = 1;
constexpr std::size_t word_length_max = 128;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::size_t substitution_cost(char left, char right) {
    if (left == right) {
        return 0;
    }
    return lower(left) == lower(right) ? half : whole;
}

std::size_t distance_allowed(std::size_t left_length, std::size_t right_length) {
    if (std::max(left_length, right_length) < 2) {
        return half;  // any other letter would be near
    }
    return whole * std::max<std::size_t>(1, std::max(left_length, right_length) / 3);
}

bool equal_but_for_case(std::string_view left, std::string_view right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

using Row = std::array<std::size_t, word_length_max + 1>;

/// Optimal string alignment distance in halves. Both words are at most word_length_max long.
std::size_t distance(std::string_view left, std::string_view right) {
    Row before_previous{};
    Row previous{};
    Row current{};
    for (std::size_t column = 0; column <= right.size(); ++column) {
        previous[column] = column * whole;
    }
    for (std::size_t row = 1; row <= left.size(); ++row) {
        current[0] = row * whole;
        for (std::size_t column = 1; column <= right.size(); ++column) {
            const char a = left[row - 1];
            const char b = right[column - 1];
            std::size_t best = previous[column - 1] + substitution_cost(a, b);
            best = std::min(best, previous[column] + whole);
            best = std::min(best, current[column - 1] + whole);
            if (row > 1 && column > 1 && lower(a) == lower(right[column - 2]) &&
                lower(left[row - 2]) == lower(b)) {
                best = std::min(best, before_previous[column - 2] + whole);
            }
            current[column] = best;
        }
        before_previous = previous;
        previous = current;
    }
    return previous[right.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
    if (word.empty() || word.size() > word_length_max) {
        return std::nullopt;
    }
    const std::string* best = nullptr;
    std::size_t best_distance = std::numeric_limits<std::size_t>::max();
    for (const std::string& candidate : candidates) {
        if (candidate.empty() || candidate.size() > word_length_max) {
            continue;
        }
        const std::size_t allowed = distance_allowed(word.size(), candidate.size());
        const std::size_t length_difference = word.size() > candidate.size()
                                                  ? word.size() - candidate.size()
                                                  : candidate.size() - word.size();
        if (length_difference * whole > allowed) {
            continue;
        }
        const std::size_t found = distance(word, candidate);
        if (found < best_distance && (found <= allowed || equal_but_for_case(word, candidate))) {
            best = &candidate;
            best_distance = found;
        }
    }
    return best == nullptr ? std::nullopt : std::optional(*best);
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
    const auto found = nearest(word, candidates);
    return found ? "did you mean '" + *found + "'?" : std::string();
}

}  // namespace oa::core
