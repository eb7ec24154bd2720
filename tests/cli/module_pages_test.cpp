#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/cli/cli_test.hpp"
#include "tests/cli/doc_pages.hpp"

namespace oa::test {
namespace {

namespace fs = std::filesystem;

/// What a page says: not by which compiler this very file was made, but where there is more.
std::string page_of(const std::string& name, std::string text) {
    const std::size_t build = text.find("| build |");
    text.erase(build, text.find('\n', build) + 1 - build);
    const std::size_t table = text.find("\n| ");
    text.insert(table,
                "\nIn more words: [plugins/" + name + "](../../plugins/" + name + "/README.md).\n");
    return text;
}

struct ModulePagesTest : CliTest, testing::WithParamInterface<const char*> {};

// docs/modules is what the modules say of themselves. OA_GOLDEN_UPDATE=1 writes it anew.
TEST_P(ModulePagesTest, AreWhatTheModulesSayOfThemselves) {
    const std::string name = GetParam();
    const ProcessResult said = oa({"plugin", "describe", name, "--format", "md"});
    ASSERT_EQ(said.exit_status, 0) << said.err;
    const std::string text = page_of(name, said.out);
    const fs::path page = fs::path(OA_SOURCE_DIR) / "docs" / "modules" / (name + ".md");
    if (std::getenv("OA_GOLDEN_UPDATE") != nullptr) {
        fs::create_directories(page.parent_path());
        std::ofstream(page) << text;
    }
    EXPECT_TRUE(text == slurp(page))
        << page << " is not what the module says; OA_GOLDEN_UPDATE=1 writes it anew";
}

INSTANTIATE_TEST_SUITE_P(
    Modules,
    ModulePagesTest,
    testing::Values(
        "database", "docker", "git", "notify", "files", "http", "json", "ssh", "system", "utils"),
    [](const auto& module) { return std::string(module.param); });

}  // namespace
}  // namespace oa::test
