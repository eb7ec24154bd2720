#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oa::host {

[[nodiscard]] bool is_utf8(std::string_view text);

/// Text of a plug-in, made safe to store and show: invalid bytes become U+FFFD, and what exceeds
/// `bytes_max` is cut between characters.
[[nodiscard]] std::string clean_utf8(std::string_view text, std::size_t bytes_max);

[[nodiscard]] bool is_module_id(std::string_view text);      ///< com.acme.http
[[nodiscard]] bool is_module_name(std::string_view text);    ///< [a-z][a-z0-9_-]*
[[nodiscard]] bool is_function_name(std::string_view text);  ///< [a-z][a-z0-9_]*
/// Letters, digits, '_', '-' and, where allowed, dots between them: older names were freer.
enum class Dots { Allowed, Refused };
[[nodiscard]] bool is_alias(std::string_view text, Dots dots);
[[nodiscard]] bool is_semver(std::string_view text);

}  // namespace oa::host
