#pragma once

#include <cstddef>

#include "charset.hpp"
#include "support.hpp"

namespace oa::files {

inline constexpr std::size_t csv_chunk_size = std::size_t{64} * 1024;

/// What separates fields: one ASCII character.
[[nodiscard]] char delimiter_param(Call& call);
/// What quotes fields: one ASCII character, or NUL for none.
[[nodiscard]] char quote_param(Call& call);

/// "utf-8", "auto", "utf-16", "latin-1" or "windows-1252".
[[nodiscard]] Charset charset_param(Call& call);

}  // namespace oa::files
