#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <boost/json/memory_resource.hpp>
#include <boost/json/value.hpp>

#include "core/secret/secret.hpp"

namespace oa::host {

/// Memory for JSON values that is overwritten before it is given back.
class WipedMemory final : public boost::json::memory_resource {
private:
    void* do_allocate(std::size_t size, std::size_t alignment) override;
    void do_deallocate(void* memory, std::size_t size, std::size_t alignment) override;
    [[nodiscard]] bool do_is_equal(
        const boost::json::memory_resource& other) const noexcept override;
};

/// A secret that grows at its end. What it outgrows is overwritten.
class SecretBuilder {
public:
    void append(std::string_view text);
    void append(char byte) { append(std::string_view(&byte, 1)); }
    [[nodiscard]] std::size_t size() const noexcept { return used_; }
    [[nodiscard]] std::string_view reveal() const noexcept {
        return buffer_.reveal().substr(0, used_);
    }
    /// Starts anew.
    [[nodiscard]] core::Secret take();

private:
    core::Secret buffer_;
    std::size_t used_ = 0;
};

/// Reads JSON text into `memory`, which has to outlive the value. Invalid UTF-8, what nests deeper
/// than 32 and what follows the value are refused; of equal keys the last one counts. Throws
/// std::invalid_argument, which says nothing of the text.
[[nodiscard]] boost::json::value parse_secret_json(std::string_view text, WipedMemory& memory);

enum class JsonLetters {
    Utf8,  ///< as they are
    Ascii  ///< escaped when they are not ASCII
};
/// Appends a JSON string with its quotes. `text` is valid UTF-8.
void append_json_string(SecretBuilder& out, std::string_view text, JsonLetters letters);
/// The texts of the values in a JSON object, in their order: of all of them, where names are equal.
/// `object` is valid JSON text. Numbers are there with every digit, as no number type has them.
[[nodiscard]] std::vector<std::string_view> member_texts(std::string_view object);
/// Appends valid JSON text without the blanks in it.
void append_compact_json(SecretBuilder& out, std::string_view json);

/// Whether text is valid UTF-8.
[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;

/// Overwrites the part of the stack that calls which have returned may have left secrets in.
void wipe_stack() noexcept;

}  // namespace oa::host
