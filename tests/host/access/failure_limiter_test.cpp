#include "host/access/failure_limiter.hpp"

#include <deque>
#include <iostream>

#include "tests/host/access/access_fixture.hpp"

namespace oa::host::access {
namespace {

using Limiter = FailureLimiter;

Limiter::Time after(std::chrono::milliseconds passed) {
    return Limiter::Time(hours(1) + passed);
}

TEST(SourceTest, IsAnAddressOrANetwork) {
    EXPECT_EQ(source_of("192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(source_of("::ffff:192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(source_of("::FFFF:c000:207"), "192.0.2.7");
    EXPECT_EQ(source_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
    EXPECT_EQ(source_of("2001:0DB8:1:2::"), "2001:db8:1:2::/64");
    EXPECT_EQ(source_of("fe80::1%eth0"), "fe80::/64");
    EXPECT_EQ(source_of("::1"), "::/64");
    EXPECT_EQ(source_of("@socket"), "@socket");
    EXPECT_EQ(source_of(std::string(500, 'x')).size(), 128U);
}

TEST(FailureLimiterTest, LetsASourceFailTenTimesAMinute) {
    Limiter limiter;
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(limiter.wait("192.0.2.7", after(seconds(i))), std::nullopt) << i;
        limiter.note_failure("192.0.2.7", after(seconds(i)));
    }
    EXPECT_EQ(limiter.wait("192.0.2.7", after(seconds(10))), seconds(50));
    EXPECT_EQ(limiter.wait("::ffff:192.0.2.7", after(seconds(10))), seconds(50));
    EXPECT_EQ(limiter.wait("192.0.2.8", after(seconds(10))), std::nullopt);
    EXPECT_EQ(limiter.wait("192.0.2.7", after(std::chrono::milliseconds(59'999))), seconds(1));
    EXPECT_EQ(limiter.wait("192.0.2.7", after(seconds(60))), std::nullopt);
    limiter.note_failure("192.0.2.7", after(seconds(60)));
    EXPECT_EQ(limiter.wait("192.0.2.7", after(seconds(60))), seconds(1));  // the second of the ten
}

TEST(FailureLimiterTest, LimitsAllOfThemTogether) {
    Limiter limiter({.per_source = 10, .in_all = 30});
    for (int i = 0; i < 30; ++i) {
        const std::string source = "192.0.2." + std::to_string(i);
        EXPECT_EQ(limiter.wait(source, after(seconds(1))), std::nullopt);
        limiter.note_failure(source, after(seconds(1)));
    }
    EXPECT_EQ(limiter.wait("198.51.100.1", after(seconds(2))), seconds(59));
    EXPECT_EQ(limiter.wait("198.51.100.1", after(seconds(61))), std::nullopt);
}

TEST(FailureLimiterTest, RemembersOnlySoMany) {
    Limiter limiter({.per_source = 2, .in_all = 1'000'000, .sources_max = 100});
    for (int i = 0; i < 10'000; ++i) {
        limiter.note_failure("2001:db8:0:" + std::to_string(i % 10'000) + "::1", after(seconds(1)));
        EXPECT_LE(limiter.sources(), 100U);
    }
    static_cast<void>(limiter.wait("x", after(minutes(2))));
    EXPECT_EQ(limiter.sources(), 0U);
}

TEST(FailureLimiterTest, RefusesALimitOfNothing) {
    EXPECT_THROW(Limiter({.per_source = 0}), std::invalid_argument);
    EXPECT_THROW(Limiter({.in_all = 0}), std::invalid_argument);
    EXPECT_THROW(Limiter({.sources_max = 0}), std::invalid_argument);
}

// What it should do, without any care for memory or time.
class Model {
public:
    explicit Model(FailureLimits limits) : limits_(limits) {}
    [[nodiscard]] bool may_try(const std::string& source, Limiter::Time now) const {
        std::size_t own = 0;
        std::size_t all = 0;
        for (const auto& [name, time] : failures_) {
            if (now - time < limits_.window) {
                ++all;
                own += name == source ? 1 : 0;
            }
        }
        return own < limits_.per_source && all < limits_.in_all;
    }
    void note_failure(const std::string& source, Limiter::Time now) {
        failures_.emplace_back(source, now);
    }

private:
    FailureLimits limits_;
    std::deque<std::pair<std::string, Limiter::Time>> failures_;
};

// Sources that fail at random, as far as they may; one that waits as long as it is told may go on,
// and not a second before.
TEST(FailureLimiterTest, DoesWhatTheModelDoes) {
    constexpr int histories = 200;
    std::size_t refused = 0;
    std::size_t tries = 0;
    for (int seed = 0; seed < histories; ++seed) {
        std::mt19937_64 random(static_cast<std::uint64_t>(seed));
        const auto below = [&](std::uint64_t limit) { return random() % limit; };
        FailureLimits limits{.per_source = 1 + below(5), .in_all = 2 + below(20)};
        limits.window = seconds(1 + below(60));
        limits.sources_max = limits.in_all;
        Limiter limiter(limits);
        Model model(limits);
        auto now = after(seconds(0));
        for (int i = 0; i < 200; ++i) {
            now += std::chrono::milliseconds(below(5000));
            const std::string source = "192.0.2." + std::to_string(below(30));
            const auto wait = limiter.wait(source, now);
            ASSERT_EQ(!wait, model.may_try(source, now)) << "seed " << seed << ", try " << i;
            ++tries;
            if (!wait) {
                limiter.note_failure(source, now);
                model.note_failure(source, now);
            } else {
                ++refused;
                ASSERT_TRUE(model.may_try(source, now + *wait)) << "seed " << seed;
                ASSERT_FALSE(model.may_try(source, now + *wait - seconds(1))) << "seed " << seed;
            }
            ASSERT_LE(limiter.sources(), limits.sources_max);
        }
    }
    std::cout << tries << " tries, " << refused << " of them refused, all as in the model\n";
}

}  // namespace
}  // namespace oa::host::access
