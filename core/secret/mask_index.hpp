#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/secret/pattern_set.hpp"

namespace oa::core {

/// Finds what some sets of patterns look for. Never changes; any number of threads may read it.
///
/// The way through a text: wherever a pattern begins, its first six bytes hold three runs of four
/// bytes. A bit map tells of the run that ends six bytes ahead whether it is one of these; nearly
/// always it is not, and then no pattern begins at this byte nor at the next two.
class MaskIndex {
public:
    using Set = std::shared_ptr<const PatternSet>;

    struct Match {
        std::size_t begin;
        std::size_t end;
    };

    explicit MaskIndex(std::vector<Set> sets);
    /// Looks for all that `known`, unless it is null, looks for, and for a set more. Sets of about
    /// the same size are joined, so that there are never more than the logarithm of their number.
    [[nodiscard]] static std::shared_ptr<const MaskIndex> with(const MaskIndex* known, Set fresh);

    /// The longest match at the first byte at or after `from`, but before `until`, that has one.
    [[nodiscard]] std::optional<Match> next(std::string_view text,
                                            std::size_t from,
                                            std::size_t until) const noexcept;
    /// From where on more text may make matches that are not there yet: the size of the text when
    /// none, else at most `mask_piece_bytes` - 1 before it.
    [[nodiscard]] std::size_t settled(std::string_view text) const noexcept;

    [[nodiscard]] std::size_t patterns() const noexcept;
    /// Memory beside that of the forms.
    [[nodiscard]] std::size_t bytes() const noexcept;

private:
    /// One bit for each hash; says "perhaps" or "no". Wiped, for it tells something of the secrets.
    class Filter {
    public:
        explicit Filter(unsigned bits) : shift_(64 - bits), words_((std::size_t{1} << bits) / 64) {}
        ~Filter() { wipe(words_.data(), bytes()); }
        Filter(const Filter&) = delete;
        Filter& operator=(const Filter&) = delete;
        void add(std::uint64_t hash) noexcept {
            words_[hash >> shift_ >> 6U] |= std::uint64_t{1} << (hash >> shift_ & 63U);
        }
        [[nodiscard]] bool has(std::uint64_t hash) const noexcept {
            return (words_[hash >> shift_ >> 6U] >> (hash >> shift_ & 63U) & 1U) != 0;
        }
        [[nodiscard]] std::size_t bytes() const noexcept { return words_.size() * 8; }

    private:
        unsigned shift_;
        std::vector<std::uint64_t> words_;
    };

    [[nodiscard]] std::size_t longest(std::string_view text) const noexcept;

    std::vector<Set> sets_;  ///< the largest first
    Filter runs_;
    Filter starts_;
};

}  // namespace oa::core
