#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/secret/wiped_buffer.hpp"

namespace oa::host {

/// How deep the JSON of wallets and of what is imported may nest.
constexpr std::size_t json_depth_max = 32;

enum class JsonLetters {
    Utf8,  ///< as they are
    Ascii  ///< escaped when they are not ASCII
};
/// Appends a JSON string with its quotes. `text` is valid UTF-8.
void append_json_string(core::WipedBuffer& out, std::string_view text, JsonLetters letters);
/// The texts of the values in a JSON object, in their order: of all of them, where names are equal.
/// `object` is valid JSON text. Numbers are there with every digit, as no number type has them.
[[nodiscard]] std::vector<std::string_view> member_texts(std::string_view object);
/// Appends valid JSON text without the blanks in it.
void append_compact_json(core::WipedBuffer& out, std::string_view json);

/// Whether text is valid UTF-8.
[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;

}  // namespace oa::host
