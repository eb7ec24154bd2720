#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace oa::core {

/// Numbers that stand for texts, so that equal texts are recognised without keeping them. Without
/// the key, which is random, they tell nothing.
class KeyedDigest {
public:
    using Value = std::array<std::uint64_t, 2>;

    using Key = std::array<std::uint64_t, 4>;

    KeyedDigest();  ///< with the random key of this process
    explicit KeyedDigest(const Key& key) noexcept : key_(key) {}
    [[nodiscard]] Value operator()(std::string_view text) const noexcept;

private:
    Key key_;
};

}  // namespace oa::core
