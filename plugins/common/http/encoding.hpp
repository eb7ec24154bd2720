#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oa::http {

[[nodiscard]] std::string base64_encode(std::string_view bytes);
/// Nothing for a text that is not base64.
[[nodiscard]] std::optional<std::string> base64_decode(const std::string& text);
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace oa::http
