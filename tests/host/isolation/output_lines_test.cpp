#include "host/isolation/output_lines.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace oa::host::isolation {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

struct OutputLinesTest : testing::Test {
    Words passed;
    OutputLines lines{[this](const std::string& line) { passed.push_back(line); }};
    OutputLines::Time now;
};

TEST_F(OutputLinesTest, JoinsPiecesAndCutsAtLineEnds) {
    lines.add("one\ntw", now);
    lines.add("o\n\nlast", now);
    EXPECT_EQ(passed, (Words{"one", "two", ""}));
    lines.finish(now);
    EXPECT_EQ(passed, (Words{"one", "two", "", "last"}));
    EXPECT_EQ(lines.last(), passed);
}

TEST_F(OutputLinesTest, KeepsTheLastTwenty) {
    for (int i = 0; i < 30; ++i) {
        lines.add(std::to_string(i) + "\n", now);
    }
    ASSERT_EQ(lines.last().size(), 20U);
    EXPECT_EQ(lines.last().front(), "10");
    EXPECT_EQ(lines.last().back(), "29");
}

TEST_F(OutputLinesTest, TheReportOfACrashDoesNotPushTheModulesLinesOut) {
    lines.add("last words\n", now);
    for (int i = 0; i < 50; ++i) {
        lines.add("oa-worker:   frame " + std::to_string(i) + "\n", now);
    }
    ASSERT_EQ(lines.last().size(), 21U);
    EXPECT_EQ(lines.last()[0], "last words");
    EXPECT_EQ(lines.last()[1], "oa-worker:   frame 0");
}

TEST_F(OutputLinesTest, ALongLineIsCutAndBadBytesAreReplaced) {
    lines.add(std::string(10'000, 'a'), now);
    lines.add(std::string(10'000, 'a') + "\nb\xff\n", now);
    ASSERT_EQ(passed.size(), 2U);
    EXPECT_EQ(passed[0].size(), output_line_bytes_max);
    EXPECT_EQ(passed[1], "b\xEF\xBF\xBD");
}

TEST_F(OutputLinesTest, OfAFloodOnlySoManyLinesASecondArePassedOn) {
    for (int i = 0; i < 1'000; ++i) {
        lines.add("line\n", now);
    }
    EXPECT_EQ(passed.size(), output_lines_per_second);
    lines.add("next\n", now + 1s);
    ASSERT_EQ(passed.size(), output_lines_per_second + 2);
    EXPECT_EQ(passed[output_lines_per_second], "800 more lines of output were dropped");
    EXPECT_EQ(passed.back(), "next");
}

}  // namespace
}  // namespace oa::host::isolation
