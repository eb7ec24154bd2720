#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "functions.hpp"

namespace oa::utils {
namespace {

constexpr std::string_view alphabet_standard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view alphabet_url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode_base64(std::string_view bytes, bool url_safe) {
    const std::string_view alphabet = url_safe ? alphabet_url : alphabet_standard;
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char c : bytes) {
        bits = (bits << 8U) | static_cast<unsigned char>(c);
        for (held += 8; held >= 6; held -= 6) {
            out += alphabet[(bits >> (held - 6)) & 0x3FU];
        }
    }
    if (held > 0) {
        out += alphabet[(bits << (6 - held)) & 0x3FU];
    }
    if (!url_safe) {
        out.append((4 - out.size() % 4) % 4, '=');
    }
    return out;
}

std::optional<std::uint32_t> digit_value(char c) {
    const std::size_t standard = alphabet_standard.find(c);
    const std::size_t value = standard != std::string_view::npos ? standard : alphabet_url.find(c);
    return value != std::string_view::npos ? std::optional(static_cast<std::uint32_t>(value))
                                           : std::nullopt;
}

/// Both alphabets, padding or not; nothing for anything else.
std::optional<std::string> decode_base64(std::string_view text) {
    if (text.size() % 4 == 0 && text.ends_with('=')) {
        text.remove_suffix(text.ends_with("==") ? 2 : 1);
    }
    if (text.size() % 4 == 1) {
        return std::nullopt;
    }
    std::string out;
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char c : text) {
        const auto digit = digit_value(c);
        if (!digit) {
            return std::nullopt;
        }
        bits = (bits << 6U) | *digit;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out += static_cast<char>(static_cast<unsigned char>(bits >> held));
        }
    }
    const bool clean = (bits & ((1U << held) - 1U)) == 0;  // no bits that belong to nothing
    return clean ? std::optional(std::move(out)) : std::nullopt;
}

std::string decode_param(std::string_view name, std::string_view text) {
    auto bytes = decode_base64(text);
    if (!bytes) {
        throw invalid_params(pointer_to(name), "the text is not base64");
    }
    return *std::move(bytes);
}

std::string hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += digits[byte >> 4U];
        out += digits[byte & 0xFU];
    }
    return out;
}

struct Digest {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;

    [[nodiscard]] std::string_view view() const {
        return {reinterpret_cast<const char*>(bytes.data()), size};
    }
};

Digest digest(const EVP_MD* method, std::string_view data) {
    Digest out;
    if (EVP_Digest(data.data(), data.size(), out.bytes.data(), &out.size, method, nullptr) != 1) {
        throw unimplemented("the system's cryptography refuses this algorithm");
    }
    return out;
}

Digest keyed_digest(const EVP_MD* method, std::string_view key, std::string_view data) {
    if (key.size() > 1U << 20U) {
        throw invalid_params("/key", "the key is longer than 1 MiB");
    }
    Digest out;
    const auto* bytes = reinterpret_cast<const unsigned char*>(data.data());
    // A key of no bytes still has to be a pointer: without one the last key is used again.
    const char* key_data = key.empty() ? "" : key.data();
    if (HMAC(method, key_data, static_cast<int>(key.size()), bytes, data.size(), out.bytes.data(),
             &out.size) == nullptr) {
        throw unimplemented("the system's cryptography refuses this algorithm");
    }
    return out;
}

}  // namespace

Json hash(Call& call) {
    using Method = const EVP_MD* (*)();
    const auto method = call.choice<Method>("algorithm",
                                            {{"sha256", EVP_sha256},
                                             {"sha512", EVP_sha512},
                                             {"sha384", EVP_sha384},
                                             {"sha1", EVP_sha1},
                                             {"md5", EVP_md5}},
                                            EVP_sha256);
    const bool as_base64 = call.choice<bool>("encoding", {{"hex", false}, {"base64", true}}, false);
    const auto encoded = call.find_param<std::string_view>("base64");
    if (encoded && call.find_param<std::string_view>("text")) {
        throw invalid_params("/base64", "give either text or base64");
    }
    const std::string data =
        encoded ? decode_param("base64", *encoded) : std::string(text_or_input(call, "text"));

    const auto key = call.find_param<std::string_view>("key");
    const Digest result = key ? keyed_digest(method(), *key, data) : digest(method(), data);
    return {{"hash", as_base64 ? encode_base64(result.view(), false) : hex(result.view())},
            {"algorithm", call.param<std::string>("algorithm", "sha256")}};
}

Json base64(Call& call) {
    const bool decode =
        call.choice<bool>("operation", {{"encode", false}, {"decode", true}}, false);
    const std::string_view text = text_or_input(call, "text");
    if (!decode) {
        return {{"text", encode_base64(text, call.param<bool>("url_safe", false))}};
    }
    std::string bytes = decode_param("text", text);
    if (!is_utf8(bytes)) {
        throw invalid_params("/text",
                             "what it decodes to is not UTF-8 text, which an output has to be");
    }
    return {{"text", std::move(bytes)}};
}

}  // namespace oa::utils
