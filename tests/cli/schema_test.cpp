#include "core/schema/schema.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <boost/json.hpp>

#include "tests/cli/cli_test.hpp"
#include "tests/cli/doc_pages.hpp"
#include "tests/support/yaml_json.hpp"

namespace oa::test {
namespace {

namespace fs = std::filesystem;

std::string slurp(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

struct SchemaTest : CliTest {
    core::Schema schema = [] {
        // It has a pattern for each function that can be written in several ways.
        const auto compiled = core::Schema::compile(core::parse_json(oa({"schema"}).out),
                                                    core::SchemaLimits{.patterns_max = 1'000});
        for (const auto& mistake : compiled.mistakes) {
            ADD_FAILURE() << to_string(mistake);
        }
        return compiled.schema.value();
    }();

    [[nodiscard]] std::string problems(const std::string& yaml) const {
        std::string text;
        for (const auto& problem : schema.validate(json_of(yaml))) {
            text += to_string(problem) + '\n';
        }
        return text;
    }
};

TEST_F(SchemaTest, FitsEveryExample) {
    int count = 0;
    const fs::path root = OA_SOURCE_DIR;
    for (const auto& entry : fs::directory_iterator(root / "workflows")) {
        EXPECT_EQ(problems(slurp(entry.path())), "") << entry.path();
        ++count;
    }
    // Some examples show mistakes, and some need other files: what counts is what the reader takes.
    for (const fs::path& page : doc_pages()) {
        for (const DocBlock& block : doc_blocks(page)) {
            if (block.language != "yaml" || block.title.empty()) {
                continue;
            }
            const auto file = folder.write(block.title, block.text);
            if (oa({"validate", file}).exit_status == 0) {
                EXPECT_EQ(problems(block.text), "") << page << '\n' << block.text;
                ++count;
            }
        }
    }
    EXPECT_GE(count, 60);
}

TEST_F(SchemaTest, RefusesTypicalMistakes) {
    for (const char* document : {
             "tasks: [{name: a, utils.noop: {}, need: b}]",
             "tasks: [{utils.print: {tetx: a}}]",
             "tasks: [{utils.pritn: {text: a}}]",
             "tasks: [{http.get: {}}]",
             "tasks: [{http.get: {url: x, max_redirects: many}}]",
             "tasks: [{module: utils, function: prnt, with: {}}]",
             "tasks: [{utils.noop: {}}]\ntimeot: 5",
         }) {
        EXPECT_NE(problems(document), "") << document;
    }
}

TEST_F(SchemaTest, IsWrittenToAFile) {
    const auto file = folder.at("oa.schema.json");
    const auto result = oa({"schema", "--output", file});
    EXPECT_EQ(result.exit_status, 0) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(slurp(file), oa({"schema"}).out);

    const auto wrong = oa({"schema", "--output", folder.at("none/oa.schema.json")});
    EXPECT_EQ(wrong.exit_status, 2);
    EXPECT_NE(wrong.err.find("cannot be written: No such file or directory"), std::string::npos)
        << wrong.err;
}

}  // namespace
}  // namespace oa::test
