// What the documentation shows is true: titled YAML examples run, quoted files are what the files
// say, links lead somewhere.

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "tests/cli/cli_test.hpp"

namespace oa::test {
namespace {

namespace fs = std::filesystem;

struct Block {
    std::string page;
    std::string language;
    std::string title;  ///< title="..."
    std::string file;   ///< file="..."
    std::string part;   ///< part="...": what stands between "// [part]" and "// [end]"
    std::string text;
};

std::string slurp(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

std::vector<fs::path> pages() {
    std::vector<fs::path> found;
    const fs::path root = OA_SOURCE_DIR;
    for (const char* page : {"README.md", "CONTRIBUTING.md", "CHANGELOG.md"}) {
        found.push_back(root / page);
    }
    for (const char* folder : {"docs", "plugins", "sdk"}) {
        for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
            if (entry.path().extension() == ".md") {
                found.push_back(entry.path());
            }
        }
    }
    return found;
}

std::string attribute(const std::string& fence, const std::string& name) {
    const std::size_t start = fence.find(name + "=\"");
    if (start == std::string::npos) {
        return "";
    }
    const std::size_t from = start + name.size() + 2;
    return fence.substr(from, fence.find('"', from) - from);
}

std::vector<Block> blocks() {
    std::vector<Block> found;
    for (const fs::path& page : pages()) {
        std::istringstream stream(slurp(page));
        Block* open = nullptr;
        for (std::string line; std::getline(stream, line);) {
            if (line.rfind("```", 0) != 0) {
                if (open != nullptr) {
                    open->text += line + "\n";
                }
                continue;
            }
            if (open != nullptr) {
                open = nullptr;
                continue;
            }
            const std::string fence = line.substr(3);
            found.push_back({page.string(), fence.substr(0, fence.find(' ')),
                             attribute(fence, "title"), attribute(fence, "file"),
                             attribute(fence, "part"), ""});
            open = &found.back();
        }
    }
    return found;
}

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

struct DocsTest : CliTest {};

TEST_F(DocsTest, RunEveryTitledWorkflow) {
    int count = 0;
    for (const Block& block : blocks()) {
        if (block.language != "yaml" || block.title.empty()) {
            continue;
        }
        ++count;
        const ProcessResult result =
            oa({"run", folder.write(block.title, block.text)}, {.folder = folder.path().string()});
        EXPECT_EQ(result.exit_status, 0) << block.page << ": " << block.title << "\n" << result.err;
    }
    EXPECT_GE(count, 10);
}

TEST_F(DocsTest, QuoteFilesAsTheyAre) {
    int count = 0;
    for (const Block& block : blocks()) {
        if (!block.file.empty()) {
            ++count;
            EXPECT_EQ(block.text, part_of(slurp(fs::path(OA_SOURCE_DIR) / block.file), block.part))
                << block.page;
        }
    }
    EXPECT_GE(count, 3);
}

TEST_F(DocsTest, LinkToFilesThatAreThere) {
    const std::regex link(R"(\]\(([^)#:]+)(#[^)]*)?\))");
    int count = 0;
    for (const fs::path& page : pages()) {
        // Code may look like a link: [](unsigned char c).
        const std::string text = std::regex_replace(slurp(page), std::regex("```[^`]*```"), "");
        for (std::sregex_iterator match(text.begin(), text.end(), link), end; match != end;
             ++match) {
            ++count;
            EXPECT_TRUE(fs::exists(page.parent_path() / (*match)[1].str()))
                << page << " links to " << (*match)[1].str();
        }
    }
    EXPECT_GE(count, 10);
}

TEST_F(DocsTest, SpeakOfEveryCommand) {
    const std::string text = slurp(fs::path(OA_SOURCE_DIR) / "docs/command-line.md");
    for (const char* command : {"oa run", "oa validate", "oa graph", "oa expr", "oa plugin list",
                                "oa plugin describe", "oa version"}) {
        EXPECT_NE(text.find(command), std::string::npos) << command;
    }
}

}  // namespace
}  // namespace oa::test
