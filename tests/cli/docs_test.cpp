// What the documentation says is there, is there: quoted files, links, commands, the keys of the
// language.

#include <map>
#include <regex>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/workflow/language_names.hpp"
#include "core/workflow/language_schema_keys.hpp"
#include "tests/cli/cli_test.hpp"
#include "tests/cli/doc_pages.hpp"

namespace oa::test {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

/// The lines between "// [part]" and the next "// [end]"; the whole text where no part is named.
std::string part_of(const std::string& text, const std::string& part) {
    if (part.empty()) {
        return text;
    }
    const std::string mark = "// [" + part + "]\n";
    const std::size_t start = text.find(mark);
    if (start == std::string::npos) {
        return "there is no part '" + part + "'";
    }
    const std::size_t from = start + mark.size();
    const std::size_t end = text.find("// [end]\n", from);
    const std::size_t to = text.rfind('\n', end);
    return text.substr(from, to + 1 - from);
}

/// The page without what stands in fences: code may look like a link, as [](unsigned char c) does.
std::string prose(const fs::path& page) {
    return std::regex_replace(slurp(page), std::regex("```[^`]*```"), "");
}

/// The keys of a mapping that a schema describes, and of the mappings within it. A key that only
/// says `true` is a word of JSON Schema, which has a page of its own.
void collect_keys(const json::value& schema, std::set<std::string>& keys) {
    const json::object* object = schema.if_object();
    if (object == nullptr) {
        return;
    }
    if (const json::value* properties = object->if_contains("properties")) {
        for (const auto& property : properties->as_object()) {
            if (property.value() != true) {
                keys.insert(property.key());
                collect_keys(property.value(), keys);
            }
        }
    }
}

std::set<std::string> language_keys() {
    std::set<std::string> keys{"module", "function"};
    for (const std::string_view text : {core::document_key_schemas(), core::task_key_schemas()}) {
        collect_keys(json::object{{"properties", core::parse_json(text)}}, keys);
    }
    const json::value all_shared = core::parse_json(core::shared_schemas());
    for (const auto& shared : all_shared.as_object()) {
        collect_keys(shared.value(), keys);
    }
    return keys;
}

struct DocsTest : CliTest {
    const fs::path root = OA_SOURCE_DIR;
};

TEST_F(DocsTest, QuoteFilesAsTheyAre) {
    int count = 0;
    for (const fs::path& page : doc_pages()) {
        for (const DocBlock& block : doc_blocks(page)) {
            if (!block.file.empty()) {
                ++count;
                EXPECT_EQ(block.text, part_of(slurp(root / block.file), block.part)) << page;
            }
        }
    }
    EXPECT_GE(count, 3);
}

TEST_F(DocsTest, LinkToFilesAndHeadingsThatAreThere) {
    const std::regex link(R"(\]\(([^)#:]*)(#([^)]*))?\))");
    int count = 0;
    for (const fs::path& page : doc_pages()) {
        const std::string text = prose(page);
        for (std::sregex_iterator match(text.begin(), text.end(), link), end; match != end;
             ++match) {
            ++count;
            const std::string file = (*match)[1];
            const std::string anchor = (*match)[3];
            const fs::path target = file.empty() ? page : page.parent_path() / file;
            EXPECT_TRUE(fs::exists(target)) << page << " links to " << file;
            EXPECT_TRUE(anchor.empty() || doc_anchors(target).count(anchor) > 0)
                << page << " links to " << (*match)[0];
        }
    }
    EXPECT_GE(count, 50);
}

TEST_F(DocsTest, SpeakOfEveryCommand) {
    const std::string text = slurp(root / "docs/command-line.md");
    for (const char* command : {"oa run", "oa validate", "oa graph", "oa expr", "oa schema",
                                "oa plugin list", "oa plugin describe", "oa version"}) {
        EXPECT_NE(text.find(command), std::string::npos) << command;
    }
}

TEST_F(DocsTest, SpeakOfEveryWorkflow) {
    const std::string text = slurp(root / "docs/workflows.md");
    for (const auto& entry : fs::directory_iterator(root / "workflows")) {
        const std::string name = entry.path().stem().string();
        EXPECT_NE(text.find("](../workflows/" + name + ".yaml)"), std::string::npos) << name;
    }
}

TEST_F(DocsTest, SpeakOfEveryKeyOfTheLanguage) {
    const std::string text = slurp(root / "docs/workflow-reference.md");
    const std::set<std::string> keys = language_keys();
    EXPECT_GE(keys.size(), 45U);
    for (const std::string& key : keys) {
        EXPECT_NE(text.find("`" + key + "`"), std::string::npos) << key;
    }
}

TEST_F(DocsTest, SpeakOfEveryNameInExpressions) {
    const std::string text = slurp(root / "docs/workflow-reference.md");
    for (const std::string& name : core::language_names()) {
        EXPECT_TRUE(std::regex_search(text, std::regex("`" + name + "(`|\\.|\\()"))) << name;
    }
}

// A promise is as good as the test of it.
TEST_F(DocsTest, NameTestsThatThereAre) {
    for (const auto& [page, count] :
         std::map<std::string, std::size_t>{{"docs/durability.md", 30}, {"docs/attacks.md", 150}}) {
        const NamedTests named = named_tests(root / page);
        EXPECT_EQ(named.missing, std::vector<std::string>()) << page;
        EXPECT_GT(named.count, count) << page;
    }
}

}  // namespace
}  // namespace oa::test
