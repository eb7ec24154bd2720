#include "plugins/common/http/encoding.hpp"

#include <iterator>
#include <sstream>

#include <Poco/Base64Decoder.h>
#include <Poco/Base64Encoder.h>
#include <Poco/Exception.h>
#include <Poco/UTF8Encoding.h>

namespace oa::http {

namespace {

constexpr std::string_view base64_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n\t ";

}  // namespace

std::string base64_encode(std::string_view bytes) {
    std::ostringstream out;
    Poco::Base64Encoder encoder(out);
    encoder.rdbuf()->setLineLength(0);
    encoder.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    encoder.close();
    return out.str();
}

std::optional<std::string> base64_decode(const std::string& text) {
    // The decoder skips what it does not know.
    std::size_t count = 0;
    for (const char c : text) {
        if (base64_letters.find(c) == std::string_view::npos) {
            return std::nullopt;
        }
        count += c == ' ' || c == '\t' || c == '\r' || c == '\n' ? 0 : 1;
    }
    if (count % 4 != 0) {
        return std::nullopt;
    }
    try {
        std::istringstream in(text);
        Poco::Base64Decoder decoder(in);
        decoder.exceptions(std::ios::badbit);
        return std::string(std::istreambuf_iterator<char>(decoder), {});
    } catch (const Poco::Exception&) {
        return std::nullopt;
    }
}

bool is_utf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const auto* first = reinterpret_cast<const unsigned char*>(text.data()) + at;
        if (*first < 0x80) {
            ++at;
            continue;
        }
        const int length = *first >= 0xF0 ? 4 : *first >= 0xE0 ? 3 : 2;
        if (at + static_cast<std::size_t>(length) > text.size() ||
            !Poco::UTF8Encoding::isLegal(first, length)) {
            return false;
        }
        at += static_cast<std::size_t>(length);
    }
    return true;
}

}  // namespace oa::http
