#include "core/duration.hpp"

#include <gtest/gtest.h>

namespace oa::core {
namespace {

using namespace std::chrono_literals;

TEST(DurationTest, ReadsEveryUnit) {
    EXPECT_EQ(parse_duration("250ms"), 250ms);
    EXPECT_EQ(parse_duration("30s"), 30s);
    EXPECT_EQ(parse_duration("5m"), 5min);
    EXPECT_EQ(parse_duration("2h"), 2h);
    EXPECT_EQ(parse_duration("1d"), 24h);
    EXPECT_EQ(parse_duration("0"), 0ms);
}

TEST(DurationTest, TakesANumberAsSeconds) {
    EXPECT_EQ(parse_duration("90"), 90s);
    EXPECT_EQ(parse_duration("1.5"), 1500ms);
    EXPECT_EQ(parse_duration("1.5h"), 90min);
}

TEST(DurationTest, RefusesEverythingElse) {
    for (const char* text : {"", " 5s", "5 s", "5s ", "-1", "+1", "5S", "5sec", "1h30m", ".5", "1.",
                             "1e3", "0x10", "s", "1.2.3", "nan", "inf", "1,5"}) {
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
    }
}

TEST(DurationTest, EndsAt366Days) {
    EXPECT_EQ(parse_duration("366d"), 366 * 24h);
    EXPECT_EQ(parse_duration("367d"), std::nullopt);
    EXPECT_EQ(parse_duration("99999999999999999999999999"), std::nullopt);
    EXPECT_EQ(parse_duration(std::string(10'000, '9')), std::nullopt);
}

TEST(DurationTest, IsWrittenForPeople) {
    EXPECT_EQ(format_duration(0ms), "0ms");
    EXPECT_EQ(format_duration(250ms), "250ms");
    EXPECT_EQ(format_duration(1500ms), "1.5s");
    EXPECT_EQ(format_duration(1050ms), "1.05s");
    EXPECT_EQ(format_duration(2s), "2s");
    EXPECT_EQ(format_duration(125s), "2m 5s");
    EXPECT_EQ(format_duration(1h), "1h 0m");
    EXPECT_EQ(format_duration(26h), "1d 2h");
    EXPECT_EQ(format_duration(-5s), "-5s");
}

}  // namespace
}  // namespace oa::core
