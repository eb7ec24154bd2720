#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "core/duration.hpp"
#include "core/port/clock.hpp"
#include "host/engine/timers.hpp"

namespace oa::test {

/// Time that passes only when everything has been done that is due. What is due at the same time is
/// done in the order in which it was planned.
class Timeline final : public core::Clock, public host::Timers {
public:
    Timeline() = default;
    explicit Timeline(std::chrono::system_clock::time_point wall) : wall_start_(wall) {}

    [[nodiscard]] Time now() const override { return now_; }
    [[nodiscard]] std::chrono::system_clock::time_point wall() const override {
        return wall_start_ + now_.time_since_epoch() + wall_offset_;
    }
    /// The wall clock is set, forward or back.
    void set_wall(core::Milliseconds by) { wall_offset_ += by; }
    Token set(Time when, std::function<void()> fire) override {
        const Token token{std::max(when, now_), number_++};
        due_.emplace(token, std::move(fire));
        return token;
    }
    void drop(const Token& token) override { due_.erase(token); }
    /// Does what is due next. False: nothing is.
    bool step() {
        if (due_.empty()) {
            return false;
        }
        auto first = due_.extract(due_.begin());
        now_ = first.key().first;
        first.mapped()();
        return true;
    }
    /// Does all that is due within that time.
    void advance(core::Milliseconds by) {
        const Time end = now_ + by;
        while (!due_.empty() && due_.begin()->first.first <= end) {
            step();
        }
        now_ = end;
    }
    /// Time that passes while nobody is there who set a timer.
    void pass_unseen(core::Milliseconds by) {
        due_.clear();
        now_ += by;
    }
    [[nodiscard]] std::size_t timers() const { return due_.size(); }
    [[nodiscard]] std::int64_t milliseconds() const {
        return std::chrono::duration_cast<core::Milliseconds>(now_.time_since_epoch()).count();
    }

private:
    Time now_{};
    std::chrono::system_clock::time_point wall_start_{std::chrono::hours(24 * 365 * 50)};
    core::Milliseconds wall_offset_{0};
    std::uint64_t number_ = 0;
    std::map<Token, std::function<void()>> due_;
};

}  // namespace oa::test
