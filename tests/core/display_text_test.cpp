#include "core/display_text.hpp"

#include <gtest/gtest.h>

namespace oa::core {
namespace {

TEST(DisplayTextTest, KeepsPlainTextAsItIs) {
    EXPECT_EQ(single_line("größe 部署 🚀"), "größe 部署 🚀");
}

TEST(DisplayTextTest, EscapesWhatSteersATerminal) {
    EXPECT_EQ(single_line("a\nb\tc\r"), "a\\nb\\tc\\r");
    EXPECT_EQ(single_line("\x1b[31m\x7f"), "\\x1b[31m\\x7f");
    EXPECT_EQ(single_line("\xC2\x9B"), "\\x9b");
    EXPECT_EQ(single_line("abc\xE2\x80\xAE def"), "abc\\u{202e} def");
    EXPECT_EQ(single_line("\xFF\xC3"), "\\xff\\xc3");
}

TEST(DisplayTextTest, CountsColumnsAndNotBytes) {
    EXPECT_EQ(display_width(""), 0U);
    EXPECT_EQ(display_width("größe"), 5U);
    EXPECT_EQ(display_width("部署"), 4U);
    EXPECT_EQ(display_width("🚀"), 2U);
    EXPECT_EQ(display_width("한글"), 4U);
    EXPECT_EQ(display_width("e\xCC\x81"), 1U) << "a combining accent";
    EXPECT_EQ(display_width("\xEF\xBC\xA1"), 2U) << "a full-width A";
}

TEST(DisplayTextTest, ShortensToColumns) {
    EXPECT_EQ(shorten("inputs.amount > 50", 40), "inputs.amount > 50");
    EXPECT_EQ(shorten("  a\n   b  ", 40), "a b");
    EXPECT_EQ(shorten("abcdef", 6), "abcdef");
    EXPECT_EQ(shorten("abcdefg", 6), "abcde…");
    EXPECT_EQ(shorten("部署部署", 6), "部署…") << "half a wide character cannot be shown";
    EXPECT_EQ(shorten("abc", 1), "…");
    EXPECT_EQ(shorten("abc", 0), "");
    EXPECT_EQ(shorten("\x1b[2J", 40), "\\x1b[2J");
}

}  // namespace
}  // namespace oa::core
