#pragma once

#include <string>
#include <string_view>

#include "core/expression/cel/state.hpp"

namespace oa::core::cel {

/// "%s and %.2f": puts the arguments in. False after a failure.
[[nodiscard]] bool format_text(State& state,
                               std::string_view pattern,
                               const Value& arguments,
                               std::string& out);

}  // namespace oa::core::cel
