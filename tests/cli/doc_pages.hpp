#pragma once

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace oa::test {

/// What stands between two fences of a page.
struct DocBlock {
    std::string language;
    std::string title;   ///< title="...": the file that a reader would put it into
    std::string file;    ///< file="...": what it quotes
    std::string part;    ///< part="...": what stands between "// [part]" and "// [end]" of it
    bool inner = false;  ///< "inner": a workflow that only others run
    std::string text;
};

[[nodiscard]] std::string slurp(const std::filesystem::path& path);

/// Every page that users and authors read.
[[nodiscard]] std::vector<std::filesystem::path> doc_pages();

[[nodiscard]] std::vector<DocBlock> doc_blocks(const std::filesystem::path& page);

/// The tests that a page names: `Suite.Name`, or `crash.NAME` for a scenario of the host that is
/// killed over and over.
struct NamedTests {
    std::size_t count = 0;
    std::vector<std::string> missing;  ///< those that there are not
};
[[nodiscard]] NamedTests named_tests(const std::filesystem::path& page);

/// What links to the headings of a page end with, behind the '#'.
[[nodiscard]] std::set<std::string> doc_anchors(const std::filesystem::path& page);

}  // namespace oa::test
