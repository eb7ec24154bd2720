#include "host/audit/audit_chain.hpp"

#include <charconv>
#include <cstring>

#include <botan/hash.h>

namespace oa::host {
namespace {

constexpr std::string_view digits = "0123456789abcdef";
constexpr std::size_t hex_size = 2 * std::tuple_size_v<AuditHash>;

constexpr std::string_view number_mark = "{\"seq\":";
constexpr std::string_view hash_mark = ",\"hash\":\"";
constexpr std::string_view hash_end = "\"}";
constexpr std::size_t seal_size = hash_mark.size() + hex_size + hash_end.size();

/// A number without a sign or leading zeros; what comes behind it goes to `rest`.
std::optional<std::uint64_t> number_from(std::string_view text, std::string_view& rest) {
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [last, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || text.front() == '0') {
        return std::nullopt;
    }
    rest = text.substr(static_cast<std::size_t>(last - text.data()));
    return number;
}

}  // namespace

struct AuditHasher::Library {
    std::unique_ptr<Botan::HashFunction> hash = Botan::HashFunction::create_or_throw("SHA-256");
};

AuditHasher::AuditHasher() : library_(std::make_unique<Library>()) {}
AuditHasher::~AuditHasher() = default;

void AuditHasher::add(std::string_view bytes) {
    library_->hash->update(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

AuditHash AuditHasher::finish() {
    AuditHash hash;
    library_->hash->final(reinterpret_cast<std::uint8_t*>(hash.data()));
    return hash;
}

std::string to_hex(const AuditHash& hash) {
    std::string text;
    text.reserve(hex_size);
    for (const std::byte byte : hash) {
        text += digits[std::to_integer<std::size_t>(byte >> 4U)];
        text += digits[std::to_integer<std::size_t>(byte & std::byte{0x0F})];
    }
    return text;
}

std::optional<AuditHash> hash_from_hex(std::string_view text) {
    AuditHash hash;
    if (text.size() != hex_size) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < hash.size(); ++i) {
        const std::size_t high = digits.find(text[2 * i]);
        const std::size_t low = digits.find(text[2 * i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) {
            return std::nullopt;
        }
        hash[i] = static_cast<std::byte>(high << 4U | low);
    }
    return hash;
}

std::optional<ChainedLine> parse_chained(std::string_view line) {
    if (line.size() < number_mark.size() + seal_size || !line.starts_with(number_mark) ||
        !line.ends_with(hash_end)) {
        return std::nullopt;
    }
    ChainedLine parsed;
    parsed.content = line.substr(0, line.size() - seal_size);
    const std::string_view seal = line.substr(parsed.content.size());
    const auto hash = hash_from_hex(seal.substr(hash_mark.size(), hex_size));
    std::string_view rest;
    const auto number = number_from(line.substr(number_mark.size()), rest);
    if (!seal.starts_with(hash_mark) || !hash || !number || !rest.starts_with(',')) {
        return std::nullopt;
    }
    parsed.number = *number;
    parsed.hash = *hash;
    return parsed;
}

bool looks_chained(std::string_view line) {
    return line.starts_with(number_mark) ||
           (line.size() >= seal_size &&
            line.substr(line.size() - seal_size).starts_with(hash_mark));
}

AuditHash next_in_chain(AuditHasher& hasher, const AuditHash& before, std::string_view content) {
    hasher.add({reinterpret_cast<const char*>(before.data()), before.size()});
    hasher.add(content);
    hasher.add("}");
    return hasher.finish();
}

std::string chained_line(std::string_view content, const AuditHash& hash) {
    std::string line;
    line.reserve(content.size() + seal_size + 1);
    line += content;
    line += hash_mark;
    line += to_hex(hash);
    line += hash_end;
    return line;
}

std::filesystem::path head_file(const std::filesystem::path& log) {
    std::filesystem::path file = log;
    file += ".head";
    return file;
}

std::string head_text(const ChainPlace& place) {
    std::string text = std::to_string(place.number) + ' ' + to_hex(place.hash);
    text.resize(head_size - 1, ' ');
    return text + '\n';
}

std::optional<ChainPlace> parse_head(std::string_view text) {
    std::string_view rest;
    if (text.size() != head_size) {
        return std::nullopt;
    }
    const auto number = number_from(text, rest);
    if (!number || rest.size() < 1 + hex_size) {
        return std::nullopt;
    }
    const auto hash = hash_from_hex(rest.substr(1, hex_size));
    if (!hash) {
        return std::nullopt;
    }
    ChainPlace place{*number, *hash};
    return head_text(place) == text ? std::optional(place) : std::nullopt;
}

}  // namespace oa::host
