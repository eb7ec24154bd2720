#include <string>

#include <gtest/gtest.h>

#include "tests/core/reader_fixture.hpp"

namespace oa::core {
namespace {

struct ReaderMistakesTest : ReaderFixture {};

TEST_F(ReaderMistakesTest, ReportsEveryMistakeOfAFileWithItsPlace) {
    const std::string text = R"(name: report
descripton: typo
inputs:
  count: {type: integer, default: many}
  mail: {type: string, pattern: "(["}
variables:
  url: "http://${hots}/x"
tasks:
  - name: fetch
    module: htpp
    function: get
    with: {url: "${url}"}
  - name: read
    io.raed:
      path: x
  - name: fetch
    io.read:
      pth: x
  - name: show
    needs: [raed]
    util.print:
      text: "a ${tasks.fetch.output} and ${inputs.cuont}"
    timeout: soon
)";
    EXPECT_EQ(diagnostics(text),
              "f.yaml:2:1: error: the key 'descripton' is unknown here; did you mean "
              "'description'?\n"
              "f.yaml:4:35: error: the default does not fit: the input 'count' takes an integer, "
              "not the text 'many'\n"
              "f.yaml:5:33: error: the pattern '([' is no regular expression: missing ]: [; its "
              "syntax is that of RE2, which has no look-ahead and no back-references\n"
              "f.yaml:7:16: error: ${hots}: 'hots' is unknown here\n"
              "f.yaml:10:13: error: there is no module 'htpp'; did you mean 'http'?\n"
              "f.yaml:14:5: error: the module 'io' has no function 'raed'; did you mean 'read'?\n"
              "f.yaml:16:11: error: another task is named 'fetch'; it is in line 9, column 11\n"
              "f.yaml:17:5: error: the parameter 'path' of io.read is missing\n"
              "f.yaml:18:7: error: io.read has no parameter 'pth'; did you mean 'path'?\n"
              "f.yaml:20:13: error: there is no task 'raed'; did you mean 'read'?\n"
              "f.yaml:22:42: error: ${inputs.cuont}: there is no input 'cuont'; did you mean "
              "'count'?\n"
              "f.yaml:23:14: error: 'timeout' takes a duration, not the text 'soon'; write 250ms, "
              "30s, 5m, 2h, 1d or a number of seconds, at most 366d\n");
    EXPECT_EQ(read(text).diagnostics.size(), 12U);
    EXPECT_FALSE(read(text).workflow);
}

TEST_F(ReaderMistakesTest, GoesOnAfterADuplicateKey) {
    EXPECT_EQ(diagnostics("tasks:\n"
                          "  - util.print: {text: a, text: b}\n"
                          "    tmeout: 3\n"
                          "tags: [a]\n"
                          "tags: [b]\n"),
              "f.yaml:2:27: error: the key 'text' stands twice in this mapping; the first one is "
              "in line 2, column 18\n"
              "f.yaml:3:5: error: the key 'tmeout' is unknown here; did you mean 'timeout'?\n"
              "f.yaml:5:1: error: the key 'tags' stands twice in this mapping; the first one is in "
              "line 4, column 1\n");
}

TEST_F(ReaderMistakesTest, PlacesPlaceholdersInEveryKindOfScalar) {
    EXPECT_EQ(of_tasks("  - util.any:\n"
                       "      plain: a ${p1} b ${p2}\n"
                       "      folded: one\n"
                       "        two ${p3}\n"
                       "      double: \"\\t\\u00e9 é \\\"x\\\" ${p4}\\\n"
                       "         more ${p5}\"\n"
                       "      single: 'it''s ${p6}'\n"
                       "      block: |\n"
                       "        first\n"
                       "\n"
                       "          $${p0} ${p7}\n"
                       "      fold: >-\n"
                       "        some\n"
                       "        text ${p8}\n"
                       "      tagged: !!str &anchor ${p9}\n"),
              "f.yaml:3:16: error: ${p1}: 'p1' is unknown here\n"
              "f.yaml:3:24: error: ${p2}: 'p2' is unknown here\n"
              "f.yaml:5:13: error: ${p3}: 'p3' is unknown here\n"
              "f.yaml:6:33: error: ${p4}: 'p4' is unknown here\n"
              "f.yaml:7:15: error: ${p5}: 'p5' is unknown here\n"
              "f.yaml:8:22: error: ${p6}: 'p6' is unknown here\n"
              "f.yaml:12:18: error: ${p7}: 'p7' is unknown here\n"
              "f.yaml:15:14: error: ${p8}: 'p8' is unknown here\n"
              "f.yaml:16:29: error: ${p9}: 'p9' is unknown here\n");
}

TEST_F(ReaderMistakesTest, FillsInThePlaceOfEveryPlaceholder) {
    const Workflow read = workflow(
        "variables: {a: 1}\n"
        "tasks:\n"
        "  - util.any:\n"
        "      x: ${a}\n"
        "      list: [\"- $<a>\", {y: '${ENV:HOME}'}]\n");
    std::string places;
    read.tasks[0].params.for_each_placeholder([&places](const Placeholder& placeholder) {
        places += placeholder.text + "@" + std::to_string(placeholder.position.line) + ":" +
                  std::to_string(placeholder.position.column) + " ";
    });
    EXPECT_EQ(places, "${a}@4:10 $<a>@5:17 ${ENV:HOME}@5:29 ");
}

TEST_F(ReaderMistakesTest, PlacesAMistakeInsideAPlaceholder) {
    EXPECT_EQ(of_tasks("  - util.any:\n"
                       "      x: \"é ${inputs.}\"\n")
                  .substr(0, 20),
              "f.yaml:3:22: error: ");
    EXPECT_EQ(of_tasks("  - util.any:\n"
                       "      x: |\n"
                       "        echo\n"
                       "        echo ${open\n")
                  .substr(0, 20),
              "f.yaml:5:14: error: ");
}

TEST_F(ReaderMistakesTest, ReportsAMistakeOfARepeatedNodeOnce) {
    EXPECT_EQ(of_tasks("  - util.any: &p\n"
                       "      x: ${nope}\n"
                       "  - util.any: *p\n"
                       "  - util.any: *p\n"),
              "f.yaml:3:10: error: ${nope}: 'nope' is unknown here\n");
}

TEST_F(ReaderMistakesTest, CountsColumnsInCharacters) {
    EXPECT_EQ(diagnostics("\xef\xbb\xbfnäme: x\ntasks: [{\"é.é\": {}}]\n"),
              "f.yaml:1:1: error: the key 'näme' is unknown here\n"
              "f.yaml:2:10: error: there is no module 'é'\n");
    EXPECT_EQ(diagnostics("tasks: [{util.print: {text: \"ééé ${x}\"}}]\r\n"),
              "f.yaml:1:34: error: ${x}: 'x' is unknown here\n");
}

TEST_F(ReaderMistakesTest, StopsListingAfterAThousand) {
    std::string text = "tasks:\n  - util.print: {}\n    needs:\n";
    for (int i = 0; i < 3'000; ++i) {
        text += "      - unknown" + std::to_string(i) + "\n";
    }
    const ReadResult result = read(text);
    ASSERT_EQ(result.diagnostics.size(), 1'001U);
    EXPECT_EQ(result.diagnostics.back().message, "2000 further mistakes are not shown");
}

TEST_F(ReaderMistakesTest, StopsReadingTasksAfterAThousandMistakes) {
    std::string text = "tasks:\n";
    for (int i = 0; i < 3'000; ++i) {
        text += "  - {util.print: , timeout: x}\n";
    }
    const ReadResult result = read(text);
    ASSERT_EQ(result.diagnostics.size(), 1'001U);
    EXPECT_EQ(result.diagnostics.back().message, "further mistakes are not shown");
}

TEST_F(ReaderMistakesTest, NeverDropsAnErrorForWarnings) {
    std::string text = "tasks:\n";
    for (int i = 0; i < 3'000; ++i) {
        text += "  - {util.old: }\n";
    }
    ReadResult result = read(text);
    EXPECT_TRUE(result.workflow);
    ASSERT_EQ(result.diagnostics.size(), 1'001U);
    EXPECT_EQ(result.diagnostics.back().message, "2000 further warnings are not shown");
    result = read(text + "wrong: 1\n");
    EXPECT_FALSE(result.workflow);
    EXPECT_EQ(result.diagnostics[1'000].message, "the key 'wrong' is unknown here");
}

}  // namespace
}  // namespace oa::core
