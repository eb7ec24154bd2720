#include "core/secret/pattern_set.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>
#include <utility>

namespace oa::core {

namespace {

std::size_t common_size(std::string_view first, std::string_view second) {
    const auto end = std::min(first.size(), second.size());
    std::size_t at = 0;
    static_assert(std::endian::native == std::endian::little);
    for (std::uint64_t left = 0, right = 0; at + sizeof left <= end; at += sizeof left) {
        std::memcpy(&left, first.data() + at, sizeof left);
        std::memcpy(&right, second.data() + at, sizeof right);
        if (left != right) {
            return at + static_cast<std::size_t>(std::countr_zero(left ^ right)) / 8;
        }
    }
    while (at < end && first[at] == second[at]) {
        ++at;
    }
    return at;
}

}  // namespace

std::uint64_t pattern_start(const char* text) noexcept {
    static_assert(mask_bytes_min == 6);
    std::uint32_t low = 0;
    std::uint16_t high = 0;
    std::memcpy(&low, text, sizeof low);
    std::memcpy(&high, text + sizeof low, sizeof high);
    const auto joined = low | static_cast<std::uint64_t>(high) << 32U;
    return joined * 0x9e3779b97f4a7c15U;
}

PatternSet::PatternSet(std::vector<Forms> forms) : forms_(std::move(forms)) {
    for (const auto& one : forms_) {
        for (std::size_t i = 0; i < one->size(); ++i) {
            const auto form = (*one)[i];
            std::size_t at = 0;
            for (; at + mask_piece_bytes < form.size(); at += mask_piece_bytes) {
                patterns_.push_back({form.data() + at, mask_piece_bytes, none});
            }
            // The last piece is not a short one: that would be found in other texts.
            const auto size = std::min(form.size(), mask_piece_bytes);
            patterns_.push_back(
                {form.data() + form.size() - size, static_cast<std::uint32_t>(size), none});
        }
    }
    std::sort(patterns_.begin(), patterns_.end(), [](const Pattern& left, const Pattern& right) {
        return text_of(left) < text_of(right);
    });
    finish();
}

PatternSet::PatternSet(const PatternSet& first, const PatternSet& second) : forms_(first.forms_) {
    forms_.insert(forms_.end(), second.forms_.begin(), second.forms_.end());
    patterns_.reserve(first.size() + second.size());
    std::merge(
        first.patterns_.begin(), first.patterns_.end(), second.patterns_.begin(),
        second.patterns_.end(), std::back_inserter(patterns_),
        [](const Pattern& left, const Pattern& right) { return text_of(left) < text_of(right); });
    finish();
}

std::size_t PatternSet::longest(std::string_view text) const noexcept {
    if (text.size() < mask_bytes_min) {
        return 0;
    }
    const Group group = group_of(text);
    const auto end = after(text, group);
    if (end == group.first) {
        return 0;
    }
    // All patterns that the text begins with are beginnings of the last one that is not after it.
    auto candidate = end - 1;
    const auto common = common_size(text_of(patterns_[candidate]), text);
    while (candidate != none && patterns_[candidate].size > common) {
        candidate = patterns_[candidate].within;
    }
    return candidate == none ? 0 : patterns_[candidate].size;
}

bool PatternSet::may_grow(std::string_view text) const noexcept {
    const Group group = text.size() < mask_bytes_min
                            ? Group{0, static_cast<std::uint32_t>(patterns_.size())}
                            : group_of(text);
    const auto next = after(text, group);
    return next != group.last && text_of(patterns_[next]).starts_with(text);
}

std::size_t PatternSet::bytes() const noexcept {
    return patterns_.capacity() * sizeof(Pattern) + groups_.capacity() * sizeof(Group);
}

void PatternSet::finish() {
    const auto is_same = [](const Pattern& left, const Pattern& right) {
        return text_of(left) == text_of(right);
    };
    patterns_.erase(std::unique(patterns_.begin(), patterns_.end(), is_same), patterns_.end());
    patterns_.shrink_to_fit();
    link();
    make_groups();
}

void PatternSet::link() {
    for (std::uint32_t i = 0; i < patterns_.size(); ++i) {
        auto candidate = i == 0 ? none : i - 1;
        while (candidate != none &&
               !text_of(patterns_[i]).starts_with(text_of(patterns_[candidate]))) {
            candidate = patterns_[candidate].within;
        }
        patterns_[i].within = candidate;
    }
}

void PatternSet::make_groups() {
    const std::size_t count = std::bit_ceil(patterns_.size() * 2 + 1);
    groups_.assign(count, {});
    const auto size = static_cast<std::uint32_t>(patterns_.size());
    for (std::uint32_t first = 0; first < size;) {
        const auto start = std::string_view(patterns_[first].text, mask_bytes_min);
        auto last = first + 1;
        while (last < size && text_of(patterns_[last]).starts_with(start)) {
            ++last;
        }
        auto place = static_cast<std::size_t>(pattern_start(start.data()) >> 32U) & (count - 1);
        while (groups_[place].first != groups_[place].last) {
            place = (place + 1) & (count - 1);
        }
        groups_[place] = {first, last};
        first = last;
    }
}

PatternSet::Group PatternSet::group_of(std::string_view text) const noexcept {
    const std::size_t last_place = groups_.size() - 1;
    auto place = static_cast<std::size_t>(pattern_start(text.data()) >> 32U) & last_place;
    while (groups_[place].first != groups_[place].last) {
        if (std::memcmp(patterns_[groups_[place].first].text, text.data(), mask_bytes_min) == 0) {
            return groups_[place];
        }
        place = (place + 1) & last_place;
    }
    return {};
}

std::uint32_t PatternSet::after(std::string_view text, Group group) const noexcept {
    const auto* const found = std::upper_bound(
        patterns_.data() + group.first, patterns_.data() + group.last, text,
        [](std::string_view value, const Pattern& pattern) { return value < text_of(pattern); });
    return static_cast<std::uint32_t>(found - patterns_.data());
}

}  // namespace oa::core
