#include "core/secret/mask_index.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <utility>

namespace oa::core {

namespace {

constexpr std::size_t run_bytes = 4;
constexpr std::size_t stride = mask_bytes_min - run_bytes + 1;

std::uint64_t run_hash(const char* text) noexcept {
    std::uint32_t run = 0;
    std::memcpy(&run, text, run_bytes);
    return run * 0x9e3779b97f4a7c15U;
}

std::size_t pattern_count(const std::vector<MaskIndex::Set>& sets) {
    return std::accumulate(
        sets.begin(), sets.end(), std::size_t{0},
        [](std::size_t sum, const MaskIndex::Set& set) { return sum + set->size(); });
}

/// So many bits that at most one in sixteen is set, within what a processor keeps close.
unsigned filter_bits(std::size_t entries) {
    return std::clamp(static_cast<unsigned>(std::bit_width(entries * 16)), 13U, 23U);
}

}  // namespace

MaskIndex::MaskIndex(std::vector<Set> sets)
    : sets_(std::move(sets)),
      runs_(filter_bits(pattern_count(sets_) * stride)),
      starts_(filter_bits(pattern_count(sets_))) {
    for (const auto& set : sets_) {
        for (std::size_t i = 0; i < set->size(); ++i) {
            const char* const text = (*set)[i].data();
            starts_.add(pattern_start(text));
            for (std::size_t at = 0; at < stride; ++at) {
                runs_.add(run_hash(text + at));
            }
        }
    }
}

std::shared_ptr<const MaskIndex> MaskIndex::with(const MaskIndex* known, Set fresh) {
    auto sets = known == nullptr ? std::vector<Set>{} : known->sets_;
    while (!sets.empty() && sets.back()->size() <= 2 * fresh->size()) {
        fresh = std::make_shared<const PatternSet>(*sets.back(), *fresh);
        sets.pop_back();
    }
    sets.push_back(std::move(fresh));
    return std::make_shared<const MaskIndex>(std::move(sets));
}

std::optional<MaskIndex::Match> MaskIndex::next(std::string_view text,
                                                std::size_t from,
                                                std::size_t until) const noexcept {
    if (text.size() < mask_bytes_min) {
        return std::nullopt;
    }
    const std::size_t end = std::min(until, text.size() - mask_bytes_min + 1);
    const char* const bytes = text.data();
    for (std::size_t at = from; at < end; at += stride) {
        if (!runs_.has(run_hash(bytes + at + stride - 1))) {
            continue;
        }
        for (std::size_t begin = at; begin < std::min(at + stride, end); ++begin) {
            if (!starts_.has(pattern_start(bytes + begin))) {
                continue;
            }
            if (const auto size = longest(text.substr(begin)); size > 0) {
                return Match{begin, begin + size};
            }
        }
    }
    return std::nullopt;
}

std::size_t MaskIndex::settled(std::string_view text) const noexcept {
    std::size_t at = text.size() - std::min(text.size(), mask_piece_bytes - 1);
    for (; at < text.size(); ++at) {
        const auto rest = text.substr(at);
        if (rest.size() >= mask_bytes_min && !starts_.has(pattern_start(rest.data()))) {
            continue;
        }
        if (std::any_of(sets_.begin(), sets_.end(),
                        [rest](const Set& set) { return set->may_grow(rest); })) {
            break;
        }
    }
    return at;
}

std::size_t MaskIndex::patterns() const noexcept {
    return pattern_count(sets_);
}

std::size_t MaskIndex::bytes() const noexcept {
    return std::accumulate(sets_.begin(), sets_.end(), runs_.bytes() + starts_.bytes(),
                           [](std::size_t sum, const Set& set) { return sum + set->bytes(); });
}

std::size_t MaskIndex::longest(std::string_view text) const noexcept {
    std::size_t found = 0;
    for (const auto& set : sets_) {
        found = std::max(found, set->longest(text));
    }
    return found;
}

}  // namespace oa::core
