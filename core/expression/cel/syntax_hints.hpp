#pragma once

#include <string_view>

#include "core/expression/cel/lexer.hpp"

namespace oa::core::cel {

/// What to say of a token that cannot stand where it does: what it is, and what its author may have
/// meant, going by other languages.
[[nodiscard]] SyntaxError unexpected_token(std::string_view text, const Token& token);

}  // namespace oa::core::cel
