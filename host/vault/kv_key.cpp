#include "host/vault/kv_key.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <stdexcept>
#include <system_error>

#include "core/display_text.hpp"

namespace oa::host::vault {
namespace {

constexpr std::size_t key_bytes_max = 1024;

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

void append_encoded(std::string& out, std::string_view segment) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : segment) {
        if (is_unreserved(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += digits[byte >> 4U];
        out += digits[byte & 0x0FU];
    }
}

[[noreturn]] void refuse(std::string_view key, const std::string& why) {
    throw std::runtime_error("'" + core::single_line(key) + "' names no secret of a vault: " + why +
                             "; write it as path#field, such as team/database#password");
}

/// Takes the version off the end of `path`.
std::optional<std::uint32_t> take_version(std::string_view key, std::string_view& path) {
    const auto at = path.rfind('@');
    if (at == std::string_view::npos || at + 1 == path.size()) {
        return std::nullopt;
    }
    const std::string_view digits = path.substr(at + 1);
    if (!std::all_of(digits.begin(), digits.end(), is_digit)) {
        return std::nullopt;
    }
    std::uint32_t version = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), version);
    if (read.ec != std::errc{} || version == 0) {
        refuse(key, "versions are numbers from 1 on");
    }
    path = path.substr(0, at);
    return version;
}

}  // namespace

std::string KvKey::asked() const {
    return version ? path + '@' + std::to_string(*version) : path;
}

std::optional<std::string> encode_path(std::string_view path) {
    std::string out;
    for (;;) {
        const auto end = std::min(path.find('/'), path.size());
        const std::string_view segment = path.substr(0, end);
        if (segment.empty() || segment == "." || segment == ".." ||
            std::any_of(segment.begin(), segment.end(), is_control)) {
            return std::nullopt;
        }
        append_encoded(out, segment);
        if (end == path.size()) {
            return out;
        }
        out += '/';
        path.remove_prefix(end + 1);
    }
}

KvKey parse_kv_key(std::string_view key) {
    if (key.size() > key_bytes_max) {
        refuse(key.substr(0, 64), "it has more than 1024 bytes");
    }
    KvKey out;
    std::string_view path = key;
    if (const auto hash = key.find('#'); hash != std::string_view::npos) {
        const std::string_view field = key.substr(hash + 1);
        if (field.empty() || std::any_of(field.begin(), field.end(), is_control)) {
            refuse(key, "no field stands behind the #");
        }
        out.field = std::string(field);
        path = key.substr(0, hash);
    }
    out.version = take_version(key, path);
    auto encoded = encode_path(path);
    if (!encoded) {
        refuse(key, "its path has an empty part, one that is . or .., or control characters");
    }
    out.path = std::string(path);
    out.encoded_path = std::move(*encoded);
    return out;
}

}  // namespace oa::host::vault
