#include <string>

#include <gtest/gtest.h>

#include "host/log/logger.hpp"

namespace oa::host {
namespace {

TEST(PrintableTest, LeavesWordsOfAllLanguagesAndTabsAlone) {
    EXPECT_EQ(printable("naïve\tcafé 東京 😀"), "naïve\tcafé 東京 😀");
}

TEST(PrintableTest, ShowsWhatWouldMoveTheCursorOrColourTheTerminal) {
    EXPECT_EQ(printable("a\nb\r"), "a\\nb\\r");
    EXPECT_EQ(printable("\x1b[31mred\x1b]52;c;aGk=\x07"), "\\x1b[31mred\\x1b]52;c;aGk=\\x07");
    EXPECT_EQ(printable("\x7f"), "\\x7f");
    EXPECT_EQ(printable("\xc2\x9b"
                        "31m"),
              "\\x9b31m")
        << "the one-character form of ESC [";
    EXPECT_EQ(printable(std::string("\0", 1)), "\\x00");
}

TEST(PrintableTest, ShowsWhatWouldTurnTheReadingDirection) {
    EXPECT_EQ(printable("a\xe2\x80\xae"
                        "b\xe2\x81\xa6\xef\xbb\xbf"),
              "a\\u{202e}b\\u{2066}\\u{feff}");
}

TEST(PrintableTest, ShowsBytesThatAreNoText) {
    EXPECT_EQ(printable("a\xff\xc0\xaf\xe2\x82"), "a\\xff\\xc0\\xaf\\xe2\\x82");
    EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a lone surrogate";
    EXPECT_EQ(printable("\xf5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80");
}

TEST(SplitLinesTest, GivesEveryLineWithoutItsEnd) {
    using Lines = std::vector<std::string_view>;
    EXPECT_EQ(split_lines("one\r\n\ntwo\n"), (Lines{"one", "", "two"}));
    EXPECT_EQ(split_lines("\none"), (Lines{"", "one"}));
    EXPECT_EQ(split_lines(""), Lines{});
}

TEST(LogLevelTest, KnowsItsNames) {
    EXPECT_EQ(log_level_from("warn"), LogLevel::Warn);
    EXPECT_EQ(log_level_from("loud"), std::nullopt);
    EXPECT_EQ(log_format_from("json"), LogFormat::Json);
    EXPECT_EQ(log_format_from("xml"), std::nullopt);
}

}  // namespace
}  // namespace oa::host
