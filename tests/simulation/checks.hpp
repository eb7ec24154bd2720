#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulation/context.hpp"

namespace oa::test {

struct SeedResult {
    std::uint64_t seed = 0;
    Figures figures;
    std::vector<std::string> breaches;
    std::vector<std::string> trace;  ///< of the world with faults, where it was asked for
};

/// Makes the world of a seed, lets it run, and checks that every promise was kept; where time must
/// not matter, also that all ended as it does without any fault.
[[nodiscard]] SeedResult simulate_seed(std::uint64_t seed, bool tracing = false);

}  // namespace oa::test
