#include "charset.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <iconv.h>

#include "support.hpp"

namespace oa::files {

namespace {

constexpr std::size_t sample_size = std::size_t{64} * 1024;

const char* name_of_charset(Charset charset) {
    switch (charset) {
        case Charset::Utf16: return "UTF-16";
        case Charset::Utf16Le: return "UTF-16LE";
        case Charset::Utf16Be: return "UTF-16BE";
        case Charset::Latin1: return "ISO-8859-1";
        case Charset::Windows1252: return "WINDOWS-1252";
        case Charset::Auto:
        case Charset::Utf8: break;
    }
    return "UTF-8";
}

class Iconv {
public:
    Iconv(const char* to, const char* from) : handle_(::iconv_open(to, from)) {
        // iconv_open answers with what is no pointer.
        if (reinterpret_cast<std::intptr_t>(handle_) == -1) {  // NOLINT(*-reinterpret-cast)
            throw failed_precondition(std::string("the system has no conversion between ") + from +
                                      " and " + to + " (Debian package libc-bin)");
        }
    }
    ~Iconv() { ::iconv_close(handle_); }
    Iconv(const Iconv&) = delete;
    Iconv& operator=(const Iconv&) = delete;

    /// Appends what can be converted and returns how many bytes that were; errno is 0 when it was
    /// all, EINVAL when the rest is the start of a character, EILSEQ when it is none.
    std::size_t run(std::string_view text, std::string& out) const {
        // iconv takes a pointer to what it does not change.
        char* from = const_cast<char*>(text.data());  // NOLINT(*-const-cast)
        std::size_t left = text.size();
        std::array<char, 16384> buffer{};
        while (true) {
            char* to = buffer.data();
            std::size_t room = buffer.size();
            errno = 0;
            const auto done = ::iconv(handle_, &from, &left, &to, &room);
            const int error = done == static_cast<std::size_t>(-1) ? errno : 0;
            out.append(buffer.data(), buffer.size() - room);
            if (error != E2BIG) {
                errno = error;
                return text.size() - left;
            }
        }
    }

private:
    iconv_t handle_;
};

/// Whether all but the end of it, where a character may be cut, is UTF-8.
bool is_utf8(std::string_view text, bool whole) {
    const auto bad = find_invalid_utf8(text);
    return bad == std::string_view::npos || (!whole && text.size() - bad < 4);
}

}  // namespace

struct TextDecoder::Conversion {
    explicit Conversion(Charset charset) : iconv("UTF-8", name_of_charset(charset)) {}
    Iconv iconv;
};

Charset detect_charset(std::string_view start, bool whole) {
    if (start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF")) {
        return Charset::Utf16;
    }
    std::array<std::size_t, 2> zeros{};  // at even and odd places
    for (std::size_t i = 0; i < start.size(); ++i) {
        zeros[i % 2] += start[i] == '\0' ? 1U : 0U;
    }
    if (zeros[0] + zeros[1] > start.size() / 4) {
        return zeros[0] > zeros[1] ? Charset::Utf16Be : Charset::Utf16Le;
    }
    if (is_utf8(start, whole)) {
        return Charset::Utf8;
    }
    // Five bytes mean nothing in Windows-1252.
    constexpr std::string_view undefined = "\x81\x8D\x8F\x90\x9D";
    return start.find_first_of(undefined) == std::string_view::npos ? Charset::Windows1252
                                                                    : Charset::Latin1;
}

TextDecoder::TextDecoder(Charset charset, std::string path)
    : charset_(charset), path_(std::move(path)) {
    if (charset != Charset::Auto) {
        decide(false);
    }
}

TextDecoder::~TextDecoder() = default;

void TextDecoder::decide(bool whole) {
    if (charset_ == Charset::Auto) {
        charset_ = detect_charset(std::string_view(held_).substr(0, sample_size), whole);
    }
    if (charset_ != Charset::Utf8) {
        conversion_ = std::make_unique<Conversion>(charset_);
    }
}

void TextDecoder::feed(std::string_view piece, std::string& out) {
    held_ += piece;
    if (charset_ == Charset::Auto && held_.size() < sample_size) {
        return;
    }
    if (charset_ == Charset::Auto) {
        decide(false);
    }
    convert(out);
}

void TextDecoder::convert(std::string& out) {
    if (!conversion_) {
        out += held_;
        held_.clear();
        return;
    }
    const auto used = conversion_->iconv.run(held_, out);
    if (errno == EILSEQ) {
        throw failed_precondition("'" + path_ + "' is not " + name_of_charset(charset_) +
                                  " text: byte " + std::to_string(offset_ + used) + " is wrong");
    }
    held_.erase(0, used);
    offset_ += used;
}

void TextDecoder::finish(std::string& out) {
    if (charset_ == Charset::Auto) {
        decide(true);
    }
    convert(out);
    if (!held_.empty()) {
        throw failed_precondition("'" + path_ + "' ends in the middle of a character of " +
                                  name_of_charset(charset_));
    }
}

std::string decode_text(std::string_view text, Charset charset, const std::string& path) {
    std::string out;
    TextDecoder decoder(charset, path);
    decoder.feed(text, out);
    decoder.finish(out);
    return out;
}

std::string encode_text(std::string_view text, Charset charset, bool first) {
    if (charset == Charset::Utf8) {
        return std::string(text);
    }
    const bool marked = charset == Charset::Utf16;
    std::string out = marked && first ? "\xFF\xFE" : "";
    const Iconv conversion(marked ? "UTF-16LE" : name_of_charset(charset), "UTF-8");
    const auto used = conversion.run(text, out);
    if (used < text.size()) {
        throw failed_precondition(std::string(name_of_charset(charset)) +
                                  " has no such character: '" + with_marks(text.substr(used, 4)) +
                                  "'");
    }
    return out;
}

}  // namespace oa::files
