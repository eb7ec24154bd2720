#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <boost/json/fwd.hpp>

#include "core/expression/cel/limits.hpp"
#include "core/expression/cel/value.hpp"

namespace oa::core::cel {

/// What a value cannot become JSON for.
struct ConversionProblem {
    std::string message;
    std::string hint;
};

/// The value as JSON: timestamps as RFC 3339 text, durations as "3.5s", bytes in base64, types by
/// their names, keys as text. Numbers that are not finite have no JSON. What the expression built
/// is bounded by the limits; a value that is borrowed as a whole is copied whatever its size.
[[nodiscard]] std::optional<ConversionProblem> to_json(const Value& value,
                                                       const EvaluationLimits& limits,
                                                       boost::json::value& out);

}  // namespace oa::core::cel
