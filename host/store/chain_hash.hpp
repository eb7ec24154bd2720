#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace oa::host {

/// A SHA-256.
using ChainHash = std::array<std::byte, 32>;

/// One link of a run's chain.
struct ChainLink {
    std::string_view run_id;
    std::uint64_t number = 0;
    std::int64_t at = 0;  ///< nanoseconds since 1970
    ChainHash content{};  ///< of the event's bytes
};

[[nodiscard]] ChainHash hash_of(std::string_view bytes);

/// The hash of an event that follows another one; `before` is all zeroes for the first of a run. A
/// link that is changed, exchanged, moved or left out changes it and all that follow.
[[nodiscard]] ChainHash next_in_chain(const ChainHash& before, const ChainLink& link);

}  // namespace oa::host
