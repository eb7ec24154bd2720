#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/secret/secret_forms.hpp"

namespace oa::core {

/// Longer forms are looked for in pieces of this size, one behind the other, so that a part of a
/// long secret is found as well, and so that a comparison never costs more.
inline constexpr std::size_t mask_piece_bytes = 64;

/// A number for the first `mask_bytes_min` bytes of `text`, which has so many.
[[nodiscard]] std::uint64_t pattern_start(const char* text) noexcept;

/// What is looked for, sorted, so that the longest pattern at a place is found in a few
/// comparisons. Never changes; any number of threads may read it. Holds no text of its own but
/// points into the forms.
class PatternSet {
public:
    using Forms = std::shared_ptr<const SecretForms>;

    explicit PatternSet(std::vector<Forms> forms);
    /// Of all that two sets look for.
    PatternSet(const PatternSet& first, const PatternSet& second);

    [[nodiscard]] std::size_t size() const noexcept { return patterns_.size(); }
    [[nodiscard]] std::string_view operator[](std::size_t index) const noexcept {
        return {patterns_[index].text, patterns_[index].size};
    }

    /// The size of the longest pattern that `text` begins with; 0 when there is none.
    [[nodiscard]] std::size_t longest(std::string_view text) const noexcept;
    /// Whether `text` and something more is the beginning of a pattern.
    [[nodiscard]] bool may_grow(std::string_view text) const noexcept;

    /// Memory beside that of the forms.
    [[nodiscard]] std::size_t bytes() const noexcept;

private:
    static constexpr std::uint32_t none = UINT32_MAX;

    struct Pattern {
        const char* text;
        std::uint32_t size;
        std::uint32_t within;  ///< the longest other pattern that this one begins with
    };
    /// Patterns with the same start: [first, last); empty when both are the same.
    struct Group {
        std::uint32_t first = 0;
        std::uint32_t last = 0;
    };

    void finish();
    void link();
    void make_groups();
    [[nodiscard]] static std::string_view text_of(const Pattern& pattern) noexcept {
        return {pattern.text, pattern.size};
    }
    [[nodiscard]] Group group_of(std::string_view text) const noexcept;
    /// The first pattern in the group that comes after `text`.
    [[nodiscard]] std::uint32_t after(std::string_view text, Group group) const noexcept;

    std::vector<Forms> forms_;  ///< own the text
    std::vector<Pattern> patterns_;
    std::vector<Group> groups_;  ///< a hash table of a power of two entries
};

}  // namespace oa::core
