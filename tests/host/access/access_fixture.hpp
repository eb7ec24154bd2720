#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/port/clock.hpp"
#include "host/access/token_book.hpp"

namespace oa::host::access {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

inline core::WallTime at(std::int64_t second) {
    return core::WallTime(seconds(1'800'000'000 + second));
}

/// The same bytes each time.
inline Randomness seeded(std::uint64_t seed = 1) {
    return [random = std::make_shared<std::mt19937_64>(seed)](std::span<std::byte> bytes) {
        for (std::byte& byte : bytes) {
            byte = static_cast<std::byte>((*random)());
        }
    };
}

/// Time goes when a test says so, on both clocks.
class SetClock final : public core::Clock {
public:
    [[nodiscard]] std::chrono::steady_clock::time_point now() const override {
        return std::chrono::steady_clock::time_point(hours(1) + passed);
    }
    [[nodiscard]] std::chrono::system_clock::time_point wall() const override {
        return at(0) + passed;
    }
    seconds passed{0};
};

class MemoryStorage final : public TokenStorage {
public:
    std::vector<TokenRecord> load() override { return tokens; }
    void keep(const TokenRecord& token) override {
        fail_if_broken();
        tokens.push_back(token);
    }
    void revoke(const std::string& id, core::WallTime now) override {
        fail_if_broken();
        for (TokenRecord& token : tokens) {
            if (token.info.id == id) {
                token.info.revoked = now;
            }
        }
    }
    void note_used(std::span<const TokenUse> uses) override {
        fail_if_broken();
        ++flushes;
        for (const auto& [id, time] : uses) {
            for (TokenRecord& token : tokens) {
                if (token.info.id == id) {
                    token.info.last_used = time;
                }
            }
        }
    }
    void forget_ended(core::WallTime before) override {
        fail_if_broken();
        forgotten_before = before;
    }

    std::vector<TokenRecord> tokens;
    std::optional<core::WallTime> forgotten_before;
    int flushes = 0;
    bool is_broken = false;

private:
    void fail_if_broken() const {
        if (is_broken) {
            throw std::runtime_error("the disk is full");
        }
    }
};

}  // namespace oa::host::access
