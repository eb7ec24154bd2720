#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "oa/plugin.hpp"

namespace oa::files {

/// How the bytes of a text file stand for characters.
enum class Charset { Auto, Utf8, Utf16, Utf16Le, Utf16Be, Latin1, Windows1252 };

/// What the start of a text tells: a byte order mark; else UTF-8 where it is that, UTF-16 where
/// every other byte is NUL, and else Windows-1252. `whole` says that nothing follows.
[[nodiscard]] Charset detect_charset(std::string_view start, bool whole);

/// Turns text that arrives in pieces into UTF-8. UTF-8 passes as it is, also where it is wrong.
/// Memory: 64 KiB, which Charset::Auto looks at.
class TextDecoder {
public:
    /// `path` is for messages.
    TextDecoder(Charset charset, std::string path);
    ~TextDecoder();
    TextDecoder(const TextDecoder&) = delete;
    TextDecoder& operator=(const TextDecoder&) = delete;

    /// Appends what is complete. Throws PRECONDITION, with the offset, for what is no text.
    void feed(std::string_view piece, std::string& out);
    /// Appends the rest.
    void finish(std::string& out);

private:
    struct Conversion;
    void decide(bool whole);
    void convert(std::string& out);

    Charset charset_;
    std::string path_;
    std::string held_;  // what is not converted yet
    std::size_t offset_ = 0;
    std::unique_ptr<Conversion> conversion_;
};

/// A whole text at once.
[[nodiscard]] std::string decode_text(std::string_view text,
                                      Charset charset,
                                      const std::string& path);

/// The other way round. Throws PRECONDITION for a character that the charset lacks. Charset::Utf16
/// has a byte order mark at its start, which `first` asks for, and is little endian.
[[nodiscard]] std::string encode_text(std::string_view text, Charset charset, bool first);

}  // namespace oa::files
