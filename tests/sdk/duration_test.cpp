#include "oa/duration.hpp"

#include <gtest/gtest.h>

namespace oa {
namespace {

using std::chrono::milliseconds;

TEST(DurationTest, ReadsEveryUnit) {
    EXPECT_EQ(parse_duration("250ms"), milliseconds(250));
    EXPECT_EQ(parse_duration("30s"), milliseconds(30'000));
    EXPECT_EQ(parse_duration("5m"), milliseconds(300'000));
    EXPECT_EQ(parse_duration("2h"), milliseconds(7'200'000));
    EXPECT_EQ(parse_duration("1d"), milliseconds(86'400'000));
    EXPECT_EQ(parse_duration("1.5"), milliseconds(1500));
    EXPECT_EQ(parse_duration("0"), milliseconds(0));
    EXPECT_EQ(parse_duration("366d"), milliseconds(31'622'400'000));
}

TEST(DurationTest, RefusesEverythingElse) {
    for (const char* text : {"", "s", "-1", "-1s", "+1s", "1x", "1 s", " 1s", "1s ", "1.", ".5",
                             "1m30s", "1e3", "367d", "99999999999999999999ms", "1.5.5", "inf"}) {
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
    }
}

TEST(DurationTest, ReadsJsonNumbersAsSeconds) {
    EXPECT_EQ(Json(2).as<milliseconds>(), milliseconds(2000));
    EXPECT_EQ(Json(0.25).as<milliseconds>(), milliseconds(250));
    EXPECT_EQ(Json("1m").as<milliseconds>(), milliseconds(60'000));
    for (const Json& json : {Json(-1), Json(1e300), Json("soon"), Json(true), Json()}) {
        EXPECT_THROW(static_cast<void>(json.as<milliseconds>()), JsonError);
    }
}

}  // namespace
}  // namespace oa
