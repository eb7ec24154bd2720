#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

namespace oa::host::http {

/// When which connection has to be looked at; one entry each. Not thread safe.
class TimerQueue {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// Not later than that; an entry that is earlier stays.
    void at_latest(std::uint64_t id, TimePoint time) {
        const auto [place, is_new] = times_.try_emplace(id, time);
        if (!is_new) {
            if (place->second <= time) {
                return;
            }
            queue_.erase({place->second, id});
            place->second = time;
        }
        queue_.emplace(time, id);
    }
    void erase(std::uint64_t id) {
        if (const auto found = times_.find(id); found != times_.end()) {
            queue_.erase({found->second, id});
            times_.erase(found);
        }
    }
    /// Takes out one that is due.
    [[nodiscard]] std::optional<std::uint64_t> pop_due(TimePoint now) {
        if (queue_.empty() || queue_.begin()->first > now) {
            return std::nullopt;
        }
        const std::uint64_t id = queue_.begin()->second;
        erase(id);
        return id;
    }
    [[nodiscard]] std::optional<TimePoint> next() const {
        return queue_.empty() ? std::nullopt : std::optional(queue_.begin()->first);
    }

private:
    std::set<std::pair<TimePoint, std::uint64_t>> queue_;
    std::unordered_map<std::uint64_t, TimePoint> times_;
};

}  // namespace oa::host::http
