#include "tests/cli/doc_pages.hpp"

#include <cctype>
#include <fstream>
#include <regex>
#include <sstream>

namespace oa::test {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view fence = "```";

std::string attribute(const std::string& line, const std::string& name) {
    const std::size_t start = line.find(name + "=\"");
    if (start == std::string::npos) {
        return "";
    }
    const std::size_t from = start + name.size() + 2;
    return line.substr(from, line.find('"', from) - from);
}

DocBlock open_block(const std::string& line) {
    const std::string words = line.substr(fence.size());
    DocBlock block;
    block.language = words.substr(0, words.find(' '));
    block.title = attribute(words, "title");
    block.file = attribute(words, "file");
    block.part = attribute(words, "part");
    block.inner = std::regex_search(words, std::regex(" inner( |$)"));
    return block;
}

/// As GitHub makes them: small letters, hyphens for spaces, no punctuation.
std::string anchor_of(const std::string& heading) {
    std::string anchor;
    for (const char c : heading) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == ' ') {
            anchor += '-';
        } else if (std::isalnum(byte) != 0 || c == '-' || c == '_' || byte >= 0x80U) {
            anchor += static_cast<char>(std::tolower(byte));
        }
    }
    return anchor;
}

}  // namespace

std::string slurp(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

std::vector<fs::path> doc_pages() {
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

std::vector<DocBlock> doc_blocks(const fs::path& page) {
    std::vector<DocBlock> found;
    std::istringstream stream(slurp(page));
    bool inside = false;
    for (std::string line; std::getline(stream, line);) {
        if (line.rfind(fence, 0) == 0) {
            inside = !inside;
            if (inside) {
                found.push_back(open_block(line));
            }
        } else if (inside) {
            found.back().text += line + "\n";
        }
    }
    return found;
}

NamedTests named_tests(const fs::path& page) {
    std::string sources;
    for (const auto& entry : fs::recursive_directory_iterator(OA_SOURCE_DIR "/tests")) {
        const fs::path& file = entry.path();
        if (file.extension() == ".cpp" || file.filename() == "CMakeLists.txt") {
            sources += slurp(file);
        }
    }
    NamedTests named;
    const std::string text = slurp(page);
    const std::regex name("`([A-Z][A-Za-z]+|crash)\\.([A-Za-z0-9-]+)`");
    for (std::sregex_iterator found(text.begin(), text.end(), name), end; found != end; ++found) {
        const std::string suite = (*found)[1];
        const std::string test = (*found)[2];
        std::string written = "\"" + test;  // a scenario of crash_driver
        if (suite != "crash") {
            written = "(" + suite;
            written.append(", ").append(test).append(") {");
        }
        ++named.count;
        if (sources.find(written) == std::string::npos) {
            named.missing.push_back((*found)[0]);
        }
    }
    return named;
}

std::set<std::string> doc_anchors(const fs::path& page) {
    std::set<std::string> anchors;
    std::istringstream stream(slurp(page));
    bool inside = false;
    for (std::string line; std::getline(stream, line);) {
        inside = inside != (line.rfind(fence, 0) == 0);
        const std::size_t level = line.find_first_not_of('#');
        if (!inside && level != 0 && level != std::string::npos && line[level] == ' ') {
            anchors.insert(anchor_of(line.substr(level + 1)));
        }
    }
    return anchors;
}

}  // namespace oa::test
