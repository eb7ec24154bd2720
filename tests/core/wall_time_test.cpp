#include "core/wall_time.hpp"

#include <gtest/gtest.h>

namespace oa::core {
namespace {

std::string through(const char* text) {
    const auto time = parse_time(text);
    return time ? format_time(*time) : "none";
}

TEST(WallTimeTest, ReadsWhatItWrites) {
    EXPECT_EQ(through("2027-01-01T08:00:00Z"), "2027-01-01T08:00:00.000Z");
    EXPECT_EQ(through("2027-01-01T08:00:00.1239+02:00"), "2027-01-01T06:00:00.123Z");
    EXPECT_EQ(through("2027-01-01 08:00:00Z"), "2027-01-01T08:00:00.000Z");
    EXPECT_EQ(through("2028-02-29T23:30:00-01:00"), "2028-03-01T00:30:00.000Z");
}

TEST(WallTimeTest, HasLimits) {
    EXPECT_EQ(through("0001-01-01T00:00:00Z"), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(through("2199-12-31T23:59:59.999Z"), "2199-12-31T23:59:59.999Z");
    EXPECT_EQ(through("2200-01-01T00:00:00Z"), "none");
    EXPECT_EQ(through("9999-01-01T00:00:00Z"), "none");
}

TEST(WallTimeTest, RefusesWhatIsNoTime) {
    for (const char* text : {"", "now", "2027-01-01", "2027-01-01T08:00:00", "2027-13-01T08:00:00Z",
                             "2027-01-01T08:00Z"}) {
        EXPECT_EQ(through(text), "none") << text;
    }
}

}  // namespace
}  // namespace oa::core
