#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "core/port/clock.hpp"
#include "host/engine/timers.hpp"

namespace oa::test {

/// Time that passes only when a test says so. Timers fire within advance(). Of one thread.
class ManualTime final : public core::Clock, public host::Timers {
public:
    explicit ManualTime(std::chrono::system_clock::time_point wall) : wall_(wall) {}

    [[nodiscard]] Time now() const override { return now_; }
    [[nodiscard]] std::chrono::system_clock::time_point wall() const override { return wall_; }
    Token set(Time when, std::function<void()> fire) override {
        const Token token{std::max(when, now_), number_++};
        due_.emplace(token, std::move(fire));
        return token;
    }
    void drop(const Token& token) override { due_.erase(token); }

    void advance(std::chrono::milliseconds by) {
        const Time end = now_ + by;
        while (!due_.empty() && due_.begin()->first.first <= end) {
            auto first = due_.extract(due_.begin());
            move_to(first.key().first);
            first.mapped()();
        }
        move_to(end);
    }
    /// Time that passes while there is no host: nothing fires.
    void pass_without_host(std::chrono::milliseconds by) {
        due_.clear();
        move_to(now_ + by);
    }
    void set_wall(std::chrono::milliseconds by) { wall_ += by; }
    [[nodiscard]] std::size_t timers() const { return due_.size(); }

private:
    void move_to(Time time) {
        wall_ += std::chrono::duration_cast<std::chrono::system_clock::duration>(time - now_);
        now_ = time;
    }

    Time now_{};
    std::chrono::system_clock::time_point wall_;
    std::uint64_t number_ = 0;
    std::map<Token, std::function<void()>> due_;
};

}  // namespace oa::test
