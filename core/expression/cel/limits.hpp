#pragma once

#include <cstddef>
#include <cstdint>

#include "core/expression/cel/parser.hpp"

namespace oa::core::cel {

/// What one evaluation may use up. Each limit has an error that names it.
struct EvaluationLimits {
    /// About one for each part of the expression each time it is evaluated, for each item that is
    /// compared, and for each 64 bytes of text that are worked on.
    std::uint64_t steps = 1'000'000;
    /// Of everything that is built, interim values included.
    std::size_t memory_bytes = std::size_t{16} << 20U;
    /// Of one text that is built; and of a result as JSON, unless it is borrowed as it is.
    std::size_t output_bytes = std::size_t{1} << 20U;
    /// How deeply lists and maps may be nested where they are compared or converted.
    std::size_t value_depth = 128;
    /// Of a regular expression that is no literal or is one; its program is bounded too.
    std::size_t pattern_bytes = 4096;
};

struct Limits {
    ParseLimits parse;
    EvaluationLimits evaluation;
};

}  // namespace oa::core::cel
