#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "host/crash/crash_point.hpp"

namespace oa::test {

/// How a program dies at a crash point.
enum class Death {
    Kill,   ///< SIGKILL: nothing of it runs any more
    Exit,   ///< _exit(1): no destructor runs, but the system closes what is open in order
    Abort,  ///< SIGABRT: as if a promise within it had been found broken
};

struct PlannedDeath {
    std::size_t point = 0;  ///< position in host::crash_points
    std::uint64_t hit = 1;  ///< the how many-th one, from 1, in this process
    Death death = Death::Kill;

    friend bool operator==(const PlannedDeath&, const PlannedDeath&) = default;
};

/// Reads `name:hit[:kill|exit|abort]`, several separated by commas; or says what is wrong with it.
[[nodiscard]] std::variant<std::vector<PlannedDeath>, std::string> parse_crash_plan(
    std::string_view text);

[[nodiscard]] std::string_view to_string(Death death);

/// Counts the hits of each point. Thread safe.
class CrashCounter {
public:
    explicit CrashCounter(std::vector<PlannedDeath> plan) : plan_(std::move(plan)) {}

    struct Hit {
        std::uint64_t number = 0;  ///< from 1
        std::optional<Death> death;
    };
    /// Each number is given once, so that one thread alone dies of it.
    [[nodiscard]] Hit hit(host::CrashPoint point) noexcept;

private:
    const std::vector<PlannedDeath> plan_;
    std::array<std::atomic<std::uint64_t>, host::crash_points.size()> hits_{};
};

}  // namespace oa::test
