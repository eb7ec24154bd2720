#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace oa::host::access {

struct FailureLimits {
    std::size_t per_source = 10;  ///< failures in a window; then it has to wait
    std::size_t in_all = 600;     ///< of all sources; then everybody has to
    std::chrono::seconds window = std::chrono::minutes(1);
    std::size_t sources_max = 10'000;  ///< that are remembered; at least `in_all`, or some get away
};

/// Who counts as one: an IPv4 address (also one that is written as IPv6), the /64 network of an
/// IPv6 address; what is neither is one of its own.
[[nodiscard]] std::string source_of(std::string_view peer);

/// Counts sign-ins that failed, so that nobody can try many. What succeeds changes nothing: one who
/// has a token cannot use it to try others. Bounded memory; thread safe.
class FailureLimiter {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// Throws std::invalid_argument for a limit of 0.
    explicit FailureLimiter(FailureLimits limits = {});
    FailureLimiter(const FailureLimiter&) = delete;
    FailureLimiter& operator=(const FailureLimiter&) = delete;

    /// How long that source has to wait before it may try, a second at least; nothing: it may. Time
    /// does not go back from call to call.
    [[nodiscard]] std::optional<std::chrono::seconds> wait(std::string_view peer, Time now);
    void note_failure(std::string_view peer, Time now);
    /// That are remembered.
    [[nodiscard]] std::size_t sources() const;

private:
    using Failures = std::deque<Time>;  // the last ones, as many as the limit is, the oldest first
    struct Source {
        std::string name;
        Failures failures;
    };
    using Sources = std::list<Source>;  // the one that failed last first

    void forget_old(Time now);
    static void add(Failures& failures, std::size_t limit, Time now);
    [[nodiscard]] std::chrono::seconds rest_of(const Failures& failures,
                                               std::size_t limit,
                                               Time now) const;

    const FailureLimits limits_;
    mutable std::mutex mutex_;
    Sources sources_;
    std::unordered_map<std::string_view, Sources::iterator> by_name_;  // names are in sources_
    Failures all_;
};

}  // namespace oa::host::access
