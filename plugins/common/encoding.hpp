#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace oa::common {

[[nodiscard]] std::string base64_encode(std::string_view bytes);
/// Nothing for a text that is not base64; blanks and line breaks are skipped.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

/// The offset of the first byte that is not UTF-8; npos where all of it is.
[[nodiscard]] std::size_t find_invalid_utf8(std::string_view text);

}  // namespace oa::common
