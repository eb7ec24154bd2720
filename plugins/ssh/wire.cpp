#include "wire.hpp"

namespace oa::ssh {

WireWriter& WireWriter::byte(std::uint8_t value) {
    bytes_ += static_cast<char>(value);
    return *this;
}

WireWriter& WireWriter::number(std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        bytes_ += static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xFFU);
    }
    return *this;
}

WireWriter& WireWriter::text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    bytes_ += value;
    return *this;
}

WireWriter& WireWriter::integer(std::string_view bytes) {
    while (bytes.starts_with('\0')) {
        bytes.remove_prefix(1);
    }
    const bool looks_negative =
        !bytes.empty() && (static_cast<unsigned char>(bytes.front()) & 0x80U) != 0;
    return text((looks_negative ? std::string(1, '\0') : std::string()).append(bytes));
}

WireWriter& WireWriter::raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
}

std::optional<std::uint8_t> WireReader::byte() {
    if (rest_.empty()) {
        return std::nullopt;
    }
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
}

std::optional<std::uint32_t> WireReader::number() {
    if (rest_.size() < 4) {
        rest_ = {};
        return std::nullopt;
    }
    std::uint32_t value = 0;
    for (const char c : rest_.substr(0, 4)) {
        value = (value << 8U) | static_cast<unsigned char>(c);
    }
    rest_.remove_prefix(4);
    return value;
}

std::optional<std::string_view> WireReader::text() {
    const auto size = number();
    if (!size || *size > rest_.size()) {
        rest_ = {};
        return std::nullopt;
    }
    const std::string_view value = rest_.substr(0, *size);
    rest_.remove_prefix(*size);
    return value;
}

}  // namespace oa::ssh
