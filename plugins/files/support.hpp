#pragma once

#include <cstddef>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include <sys/stat.h>

#include "io.hpp"
#include "oa/plugin.hpp"

namespace oa::files {

/// The parameter `name` as a path: not empty, no NUL byte.
[[nodiscard]] std::string path_param(Call& call, std::string_view name);

/// The checkpoint of a call.
[[nodiscard]] Checkpoint checkpoint(const Call& call);

/// A size in bytes from 1 up.
[[nodiscard]] std::size_t size_param(Call& call, std::string_view name, std::size_t fallback);

/// Permissions written as "0644"; nothing where the parameter is missing.
[[nodiscard]] std::optional<mode_t> mode_param(Call& call, std::string_view name);
[[nodiscard]] std::string mode_text(mode_t mode);

enum class Encoding { Utf8, Base64 };
[[nodiscard]] Encoding encoding_param(Call& call);
[[nodiscard]] std::string_view encoding_name(Encoding encoding);

[[nodiscard]] std::string base64_encode(std::string_view bytes);
/// Nothing for a text that is not base64; blanks and line breaks are skipped.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

/// The offset of the first byte that is not UTF-8; npos where all of it is.
[[nodiscard]] std::size_t find_invalid_utf8(std::string_view text);
/// Throws, naming the file and the offset, when the text is not UTF-8.
void require_utf8(std::string_view text, const std::string& path, std::string_view advice);

/// "2024-05-01T12:00:00.123Z"
[[nodiscard]] std::string time_text(const timespec& time);
/// "file", "directory", "symlink" or "other".
[[nodiscard]] std::string_view type_name(mode_t mode);

}  // namespace oa::files
