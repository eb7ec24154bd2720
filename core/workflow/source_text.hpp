#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"

namespace oa::core {

/// Bytes of a byte order mark in UTF-8 at the start of a text: 3 or 0.
[[nodiscard]] std::size_t byte_order_mark_length(std::string_view text);

struct TextProblem {
    std::size_t offset = 0;
    std::string message;
    std::string hint = {};
};

/// What keeps a text from being read as YAML before its grammar is looked at: invalid UTF-8,
/// UTF-16, control characters, a carriage return without line feed.
[[nodiscard]] std::optional<TextProblem> find_bad_character(std::string_view text);

/// A text, cut for a message: at most 60 bytes, whole characters, no line breaks.
[[nodiscard]] std::string excerpt(std::string_view text);

/// Finds lines and columns of byte offsets. The text must outlive it and be valid UTF-8.
class SourceText {
public:
    explicit SourceText(std::string_view text);

    [[nodiscard]] std::string_view text() const noexcept { return text_; }
    [[nodiscard]] SourcePosition position(std::size_t offset) const;

private:
    /// Characters in the first `offset` bytes.
    [[nodiscard]] std::size_t characters_before(std::size_t offset) const;

    std::string_view text_;
    std::vector<std::uint32_t> line_starts_;
    std::vector<std::uint32_t> block_characters_;  // characters before each block of bytes
};

}  // namespace oa::core
