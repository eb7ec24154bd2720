#pragma once

#include <string_view>

namespace oa::host::http {

/// Without regard to the case of ASCII letters.
[[nodiscard]] bool same_word(std::string_view a, std::string_view b) noexcept;

/// A character of a token (RFC 9110, 5.6.2).
[[nodiscard]] bool is_token_character(char c) noexcept;
/// One character or more, all of them of a token.
[[nodiscard]] bool is_token(std::string_view text) noexcept;

/// Control characters, tabs excepted, and DEL.
[[nodiscard]] bool is_control(char c) noexcept;

/// Without spaces and tabs at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// Whether a list that commas separate has that word, in any case.
[[nodiscard]] bool list_has(std::string_view list, std::string_view word) noexcept;

/// 0 to 15; -1 for what is no hexadecimal digit.
[[nodiscard]] int hex_value(char c) noexcept;

}  // namespace oa::host::http
