#include "core/workflow/cron.hpp"

#include <string>

#include <gtest/gtest.h>

namespace oa::core {
namespace {

Cron cron(std::string_view text) {
    auto result = parse_cron(text);
    if (const auto* error = std::get_if<CronError>(&result)) {
        ADD_FAILURE() << text << ": " << error->message;
        return {};
    }
    return std::get<Cron>(result);
}

/// "offset: message; hint"
std::string mistake(std::string_view text) {
    const auto result = parse_cron(text);
    const auto* error = std::get_if<CronError>(&result);
    if (error == nullptr) {
        return "none";
    }
    return std::to_string(error->offset) + ": " + error->message +
           (error->hint.empty() ? "" : "; " + error->hint);
}

template <std::size_t size>
std::string set_bits(const std::bitset<size>& bits) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) {
        text += bits[i] ? std::to_string(i) + " " : "";
    }
    return text;
}

TEST(CronTest, ReadsNumbersRangesStepsAndLists) {
    const Cron read = cron("5,10-12,50-59/4 */6 1,15 2-12/5 1-5");
    EXPECT_EQ(set_bits(read.minutes), "5 10 11 12 50 54 58 ");
    EXPECT_EQ(set_bits(read.hours), "0 6 12 18 ");
    EXPECT_EQ(set_bits(read.days), "1 15 ");
    EXPECT_EQ(set_bits(read.months), "2 7 12 ");
    EXPECT_EQ(set_bits(read.weekdays), "1 2 3 4 5 ");
    EXPECT_FALSE(read.any_day);
    EXPECT_FALSE(read.any_weekday);
}

TEST(CronTest, ReadsNames) {
    const Cron read = cron(" 0  0 * jan,MAR-May\tsun,Fri-SAT ");
    EXPECT_EQ(set_bits(read.months), "1 3 4 5 ");
    EXPECT_EQ(set_bits(read.weekdays), "0 5 6 ");
    EXPECT_TRUE(read.any_day);
}

TEST(CronTest, TakesSevenForSundayAndAStepFromANumberOn) {
    EXPECT_EQ(set_bits(cron("0 0 * * 7").weekdays), "0 ");
    EXPECT_EQ(set_bits(cron("0 0 * * 5-7").weekdays), "0 5 6 ");
    EXPECT_EQ(set_bits(cron("50/4 0 * * *").minutes), "50 54 58 ");
    EXPECT_EQ(cron("* * * * *").minutes.count(), 60U);
    EXPECT_EQ(cron("* * * * *").weekdays.count(), 7U);
    EXPECT_EQ(cron("* * * * *").days.count(), 31U);
    EXPECT_TRUE(cron("* * */2 * *").any_day);
}

TEST(CronTest, KnowsTheWordsForCommonTimes) {
    EXPECT_EQ(set_bits(cron("@hourly").minutes), "0 ");
    EXPECT_EQ(cron("@hourly").hours.count(), 24U);
    EXPECT_EQ(set_bits(cron("@daily").hours), "0 ");
    EXPECT_EQ(set_bits(cron("@midnight").hours), "0 ");
    EXPECT_EQ(set_bits(cron("@weekly").weekdays), "0 ");
    EXPECT_EQ(set_bits(cron("@monthly").days), "1 ");
    EXPECT_EQ(set_bits(cron("@yearly").months), "1 ");
    EXPECT_EQ(set_bits(cron("@annually").months), "1 ");
}

TEST(CronTest, NamesTheFieldAndItsRange) {
    EXPECT_EQ(mistake("60 * * * *"), "0: the field 'minute' takes 0 to 59, not '60'");
    EXPECT_EQ(mistake("0 24 * * *"), "2: the field 'hour' takes 0 to 23, not '24'");
    EXPECT_EQ(mistake("0 0 0 * *"), "4: the field 'day of the month' takes 1 to 31, not '0'");
    EXPECT_EQ(mistake("0 0 1 1-13 *"),
              "8: the field 'month' takes 1 to 12 or JAN to DEC, not '13'");
    EXPECT_EQ(mistake("0 0 * * MON,FRY"),
              "12: the field 'day of the week' takes 0 to 7 or SUN to SAT, not 'FRY'");
    EXPECT_EQ(mistake("0 0 * * L"),
              "8: the field 'day of the week' takes 0 to 7 or SUN to SAT, not 'L'");
    EXPECT_EQ(mistake("1--2 0 * * *"), "0: the field 'minute' takes 0 to 59, not '1'");
    EXPECT_EQ(mistake(", 0 * * *"), "0: the field 'minute' takes 0 to 59, not ''");
    EXPECT_EQ(mistake("0 0 ? * *"), "4: the field 'day of the month' takes 1 to 31, not '?'");
    EXPECT_EQ(mistake("30-20 0 * * *"),
              "0: the field 'minute' takes a range that rises, not '30-20'");
    EXPECT_EQ(mistake("*/0 0 * * *"),
              "2: the field 'minute' takes a step of 1 or more behind '/', not '0'");
    EXPECT_EQ(mistake("*/5/5 0 * * *"),
              "4: the field 'minute' takes a step of 1 or more behind '/', not '5'");
}

TEST(CronTest, WantsFiveFields) {
    const std::string fields =
        "0: a schedule has five fields (minute, hour, day of the month, "
        "month, day of the week), and this one has ";
    const std::string hint =
        "; such as '30 6 * * MON-FRI', or @hourly, @daily, @weekly, @monthly or @yearly";
    EXPECT_EQ(mistake("0 0 * *"), fields + "4" + hint);
    EXPECT_EQ(mistake(""), fields + "0" + hint);
    EXPECT_EQ(mistake("0 0 0 * * *"), fields + "6; there is no field for seconds");
    EXPECT_EQ(mistake("@dayly"), "0: there is no schedule '@dayly'; did you mean '@daily'?");
    EXPECT_EQ(mistake("@reboot"),
              "0: there is no schedule '@reboot'; known are @hourly, @daily, @midnight, @weekly, "
              "@monthly, @yearly and @annually");
}

TEST(CronTest, RefusesDaysThatNeverCome) {
    EXPECT_EQ(mistake("0 0 30 2 *"), "4: none of these months ever has such a day");
    EXPECT_EQ(mistake("0 0 31 4,6 *"), "4: none of these months ever has such a day");
    EXPECT_EQ(mistake("0 0 29 2 *"), "none");
    EXPECT_EQ(mistake("0 0 30 2 MON"), "none");  // then every Monday of February
    EXPECT_EQ(mistake("0 0 31 2-3 *"), "none");
}

TEST(CronTest, StaysBoundedForLongTexts) {
    EXPECT_NE(mistake(std::string(1'000'000, '*')), "none");
    std::string list = "0";
    for (int i = 0; i < 200'000; ++i) {
        list += ",*/1";
    }
    EXPECT_EQ(cron(list + " * * * *").minutes.count(), 60U);
}

}  // namespace
}  // namespace oa::core
