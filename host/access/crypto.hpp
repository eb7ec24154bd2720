#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

/// The cryptography of host/access, and the only part of it that knows the library that does it.
namespace oa::host::access {

using Hash = std::array<std::byte, 32>;

/// Fills what it is given with bytes that nobody can foresee. Thread safe.
using Randomness = std::function<void(std::span<std::byte> bytes)>;

/// The system's.
[[nodiscard]] Randomness system_randomness();

/// SHA-256 of two texts, one after the other: the first tells what the hash is for.
[[nodiscard]] Hash hash_of(std::string_view purpose, std::string_view text);
/// In a time that does not depend on where they differ.
[[nodiscard]] bool are_equal(const Hash& left, const Hash& right) noexcept;

/// The CRC-32 of zip and PNG: for slips of the hand, not against anybody.
[[nodiscard]] std::uint32_t crc32(std::string_view text);

}  // namespace oa::host::access
