#pragma once

#include <string_view>
#include <vector>

#include "core/expression/template.hpp"

namespace oa::core {

struct SplitText {
    std::vector<TextTemplate::Part> parts;
    std::vector<ExpressionError> errors;
};

/// Splits a text at its placeholders; see TextTemplate::parse.
[[nodiscard]] SplitText split_text(std::string_view text, TextDialect dialect);

}  // namespace oa::core
