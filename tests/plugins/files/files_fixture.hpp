#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {

inline std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline void put_file(const std::string& path, std::string_view content) {
    std::ofstream file(path, std::ios::binary);
    file << content;
}

/// How many names a folder holds: none may be left over from a write that failed.
inline std::size_t count_names(const std::filesystem::path& folder) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

/// The plug-in and a folder to work in.
struct FilesFixture : ::testing::Test {
    TemporaryFolder folder;
    PluginHarness files{OA_PLUGIN_FILE};
};

}  // namespace oa::test
