#include "host/engine/timer_queue.hpp"

#include <latch>
#include <mutex>
#include <vector>

#include <gtest/gtest.h>

#include "host/engine/ulid.hpp"

namespace oa::host {
namespace {

using namespace std::chrono_literals;

TEST(TimerQueueTest, FiresInTheOrderOfTheTimesAndNotBefore) {
    TimerQueue timers;
    std::mutex mutex;
    std::vector<int> fired;
    std::latch all(3);
    const auto now = std::chrono::steady_clock::now();
    const auto fire = [&](int number, std::chrono::milliseconds after) {
        timers.set(now + after, [&, number, after] {
            EXPECT_GE(std::chrono::steady_clock::now(), now + after);
            const std::lock_guard lock(mutex);
            fired.push_back(number);
            all.count_down();
        });
    };
    fire(3, 30ms);
    fire(1, 5ms);
    fire(2, 15ms);
    all.wait();
    EXPECT_EQ(fired, (std::vector<int>{1, 2, 3}));
}

TEST(TimerQueueTest, DoesNotFireWhatWasDropped) {
    TimerQueue timers;
    bool wrong = false;
    std::latch later(1);
    const auto now = std::chrono::steady_clock::now();
    const auto token = timers.set(now + 5ms, [&] { wrong = true; });
    timers.set(now + 10ms, [&] { later.count_down(); });
    timers.drop(token);
    later.wait();
    EXPECT_FALSE(wrong);
}

TEST(TimerQueueTest, MaySetTimersWhileFiring) {
    TimerQueue timers;
    std::latch second(1);
    timers.set(std::chrono::steady_clock::now(),
               [&] { timers.set(std::chrono::steady_clock::now(), [&] { second.count_down(); }); });
    second.wait();
}

TEST(TimerQueueTest, FiresInTimeAfterAnEarlierOneWasDropped) {
    TimerQueue timers;
    const auto now = std::chrono::steady_clock::now();
    // The thread sleeps for the dropped one, and has to look again when it wakes.
    timers.drop(timers.set(now + 5ms, [] {}));
    std::latch later(2);
    timers.set(now + 20ms, [&] { later.count_down(); });
    timers.set(now + 10ms, [&] { later.count_down(); });
    later.wait();
    EXPECT_GE(std::chrono::steady_clock::now(), now + 20ms);
}

TEST(TimerQueueTest, WakesForWhatComesBeforeAllOthers) {
    TimerQueue timers;
    std::latch soon(50);
    timers.set(std::chrono::steady_clock::now() + 1h, [] {});
    for (int i = 0; i < 50; ++i) {
        timers.set(std::chrono::steady_clock::now() + 1ms * (50 - i), [&] { soon.count_down(); });
    }
    soon.wait();  // the suite's time limit ends it where one is forgotten
}

TEST(UlidTest, HasTwentySixDigitsThatSortByTimeAndNeverRepeat) {
    const auto time = std::chrono::system_clock::time_point{1'469'918'176'385ms};
    const std::string id = make_ulid(time);
    EXPECT_EQ(id.size(), 26U);
    EXPECT_EQ(id.substr(0, 10), "01ARYZ6S41") << "the example of the specification";
    EXPECT_LT(id, make_ulid(time + 1ms));
    EXPECT_NE(id, make_ulid(time));
}

}  // namespace
}  // namespace oa::host
