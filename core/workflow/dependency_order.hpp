#pragma once

#include <cstddef>
#include <vector>

namespace oa::core {

struct DependencyOrder {
    /// Each behind all that it needs, otherwise as they were. Without those in circles, or behind
    /// one.
    std::vector<std::size_t> order;
    /// Circles, each from its smallest member on along what is needed; none shares a member with
    /// another.
    std::vector<std::vector<std::size_t>> circles;
};

/// `needs[i]` lists what i needs.
[[nodiscard]] DependencyOrder order_by_dependency(
    const std::vector<std::vector<std::size_t>>& needs);

}  // namespace oa::core
