#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/secret/secret.hpp"

namespace oa::host {

/// What a value is, beside its bytes.
enum class ValueKind {
    Text,    ///< UTF-8
    Binary,  ///< any bytes, since they are no UTF-8
    Json     ///< JSON text of something that is no string; only the older formats have such values
};

struct WalletEntry {
    core::Secret value;
    ValueKind kind = ValueKind::Text;
    std::uint64_t version = 1;  ///< grows by one with each new value
    std::int64_t created = 0;   ///< seconds since 1970; 0 in the older formats, which have no times
    std::int64_t updated = 0;   ///< the same, of the newest value
    std::string note;           ///< UTF-8, for people; no secret

    [[nodiscard]] WalletEntry clone() const;
};

/// By name, in alphabetical order of the bytes.
using WalletEntries = std::map<std::string, WalletEntry, std::less<>>;
[[nodiscard]] WalletEntries clone(const WalletEntries& entries);

constexpr std::size_t wallet_entries_max = 10'000;
constexpr std::size_t wallet_value_bytes_max = 1U << 20U;
constexpr std::size_t wallet_name_bytes_max = 256;
constexpr std::size_t wallet_note_bytes_max = 4096;
/// A shorter secret cannot be told from other text when it has to be masked.
constexpr std::size_t wallet_value_bytes_min = 6;

/// Why a name cannot be one, as the rest of a sentence that begins with the name: it has 1 to 256
/// bytes of UTF-8, no control characters, no `}` and no `>`, no `:-`, no blanks at its ends, so
/// that
/// `${WALLET:name}` means it. Nothing when it can.
[[nodiscard]] std::optional<std::string> problem_of_name(std::string_view name);
/// The same for a note.
[[nodiscard]] std::optional<std::string> problem_of_note(std::string_view note);

/// Text when it is UTF-8.
[[nodiscard]] ValueKind kind_of_value(std::string_view value) noexcept;

}  // namespace oa::host
