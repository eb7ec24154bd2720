#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "oa/plugin.hpp"

namespace oa::http {

/// Tells the host how far a transfer is, four times a second at most.
class Progress {
public:
    explicit Progress(const Call& call) : call_(call) {}

    void start(std::uint64_t done, std::optional<std::uint64_t> total);
    /// Throws Cancelled when the call was cancelled.
    void add(std::uint64_t bytes);

private:
    const Call& call_;
    std::uint64_t done_ = 0;
    std::optional<std::uint64_t> total_;
    std::chrono::steady_clock::time_point next_;
};

}  // namespace oa::http
