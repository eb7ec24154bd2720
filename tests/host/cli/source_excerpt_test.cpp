#include "host/cli/source_excerpt.hpp"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace oa::host {
namespace {

core::Diagnostic finding(std::uint32_t line, std::uint32_t column, std::string hint = "") {
    core::Diagnostic diagnostic;
    diagnostic.file = "f.yaml";
    diagnostic.position = {line, column};
    diagnostic.message = "wrong";
    diagnostic.hint = std::move(hint);
    return diagnostic;
}

/// What is shown below a finding in that text; nothing where there is nothing to show.
std::string excerpt(const std::string& text,
                    const core::Diagnostic& diagnostic,
                    const Terminal& terminal = {}) {
    SourceTexts texts(1'000);
    texts.put("f.yaml", text);
    const auto place = texts.find(diagnostic);
    return place ? '\n' + source_excerpt(diagnostic, *place, terminal) : "";
}

/// What is marked there.
std::string marked(const std::string& line, std::uint32_t column) {
    SourceTexts texts(1'000);
    texts.put("f.yaml", line);
    const auto place = texts.find(finding(1, column));
    return place ? std::string(place->line.substr(place->offset, place->length)) : "nothing";
}

TEST(SourceExcerptTest, ShowsTheLineAndMarksTheWord) {
    EXPECT_EQ(excerpt("tasks:\n  - neds: build\n", finding(2, 5, "did you mean 'needs'?")), R"(
  |
2 |   - neds: build
  |     ^^^^ did you mean 'needs'?
)");
}

TEST(SourceExcerptTest, MakesRoomForTheNumberOfTheLine) {
    EXPECT_EQ(excerpt(std::string(99, '\n') + "x: 1\n", finding(100, 1)), R"(
    |
100 | x: 1
    | ^
)");
}

TEST(SourceExcerptTest, PutsTheMarkBelowWideCharactersAndTabs) {
    EXPECT_EQ(excerpt("部署: 🚀 bad", finding(1, 7)), R"(
  |
1 | 部署: 🚀 bad
  |          ^^^
)");
    EXPECT_EQ(excerpt("\tx: bad", finding(1, 5)), R"(
  |
1 |     x: bad
  |        ^^^
)");
}

TEST(SourceExcerptTest, LetsNothingSteerTheTerminal) {
    const auto text = excerpt("a: \x1b[31m b", finding(1, 4));
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_NE(text.find("\\x1b[31m"), std::string::npos) << text;
}

TEST(SourceExcerptTest, CutsALongLineAroundThePlace) {
    const std::string line = std::string(200, 'a') + " bad " + std::string(200, 'b');
    EXPECT_EQ(excerpt(line, finding(1, 202), {.columns = 44}), R"(
  |
1 | …aaaaaaaaaaaaaaaaaaa bad bbbbbbbbbbbbbb…
  |                      ^^^
)");
    EXPECT_EQ(excerpt(line, finding(1, 1), {.columns = 44}), R"(
  |
1 | aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
)");
}

TEST(SourceExcerptTest, PutsAHintThatDoesNotFitBelow) {
    EXPECT_EQ(
        excerpt("timeout: 5parsecs", finding(1, 10, "write 250ms, 30s, 5m or 2h"), {.columns = 40}),
        R"(
  |
1 | timeout: 5parsecs
  |          ^^^^^^^^
  = write 250ms, 30s, 5m or 2h
)");
}

TEST(SourceExcerptTest, ColoursTheMarkWhereColoursAreWanted) {
    EXPECT_NE(excerpt("bad", finding(1, 1), {.colours = true}).find("\x1b[31m^^^"),
              std::string::npos);
    auto warning = finding(1, 1);
    warning.severity = core::Severity::Warning;
    EXPECT_NE(excerpt("bad", warning, {.colours = true}).find("\x1b[33m^^^"), std::string::npos);
}

TEST(SourceExcerptTest, MarksWhatBeginsAtThePlace) {
    EXPECT_EQ(marked("needs: [build, x]", 1), "needs");
    EXPECT_EQ(marked("needs: [build, x]", 9), "build");
    EXPECT_EQ(marked("when: \"a b\" # c", 7), "\"a b\"");
    EXPECT_EQ(marked("when: 'a b", 7), "'a b");
    EXPECT_EQ(marked("text: to ${vars[\"a\"]} and", 10), "${vars[\"a\"]}");
    EXPECT_EQ(marked("text: ${ {'a': 1}.a } b", 7), "${ {'a': 1}.a }");
    EXPECT_EQ(marked("text: $<vars.a> b", 7), "$<vars.a>");
    EXPECT_EQ(marked("text: ${open", 7), "${open");
    EXPECT_EQ(marked("{a: 1}", 1), "{");
    EXPECT_EQ(marked("größe: 1", 1), "größe");
    EXPECT_EQ(marked("ab", 3), "") << "behind the end of the line";
}

TEST(SourceExcerptTest, KnowsNoPlaceThatIsNotThere) {
    EXPECT_EQ(excerpt("a\n", finding(0, 0)), "");
    EXPECT_EQ(excerpt("a\n", finding(7, 1)), "");
    EXPECT_EQ(excerpt("a\n", finding(1, 0)), "");
    auto other = finding(1, 1);
    other.file = "/there/is/no/such/file.yaml";
    EXPECT_EQ(excerpt("a\n", other), "");
}

TEST(SourceExcerptTest, ReadsOtherFilesThatFindingsAreAbout) {
    const test::TemporaryFolder folder;
    auto other = finding(2, 1);
    other.file = folder.write("inner.yaml", "tasks:\nbad: 1\n");
    EXPECT_NE(excerpt("a\n", other).find("2 | bad: 1"), std::string::npos);
}

TEST(SourceExcerptTest, CountsInUtf16AndInCharacters) {
    const std::string line = "a: \"🚀\" größe";
    SourceTexts texts(1'000);
    texts.put("f.yaml", line);
    const auto place = texts.find(finding(1, 8)).value();
    EXPECT_EQ(place.utf16_start(), 9U);
    EXPECT_EQ(place.utf16_end(), 14U);
    EXPECT_EQ(place.character_end(), 13U);
}

TEST(SourceExcerptTest, SplitsTextIntoLines) {
    const SourceLines lines("\xEF\xBB\xBFone\r\ntwo\n\nfour");
    EXPECT_EQ(lines.line(1), "one");
    EXPECT_EQ(lines.line(2), "two");
    EXPECT_EQ(lines.line(3), "");
    EXPECT_EQ(lines.line(4), "four");
    EXPECT_EQ(lines.line(5), std::nullopt);
    EXPECT_EQ(lines.line(0), std::nullopt);
}

}  // namespace
}  // namespace oa::host
