#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oa::common {

/// The text with U+FFFD in place of every byte that is not UTF-8.
[[nodiscard]] std::string as_utf8(std::string_view bytes);

/// The longest start of the text that has at most `size` bytes and cuts no character in two.
[[nodiscard]] std::string_view cut_text(std::string_view text, std::size_t size);

/// As a word of a POSIX shell, which takes it for nothing but itself.
[[nodiscard]] std::string shell_quoted(std::string_view word);

}  // namespace oa::common
