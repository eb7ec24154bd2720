#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace oa::core {

/// Numbers that stand for texts, so that equal texts are recognised without keeping them. Without
/// the key, which is of this object and random, they tell nothing.
class KeyedDigest {
public:
    using Value = std::array<std::uint64_t, 2>;

    KeyedDigest();
    [[nodiscard]] Value operator()(std::string_view text) const noexcept;

private:
    std::array<std::uint64_t, 4> key_;
};

}  // namespace oa::core
