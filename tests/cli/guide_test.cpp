// The guide for plug-in authors, followed to the letter: its commands are typed on a shell that
// knows nothing but the installed program and SDK.

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/subprocess.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {
namespace {

/// The block ```sh guide="<name>" of the guide.
std::string commands_of(const std::string& name) {
    std::ifstream guide(OA_SOURCE_DIR "/docs/plugin-guide.md");
    std::string commands;
    bool inside = false;
    for (std::string line; std::getline(guide, line);) {
        if (line == "```sh guide=\"" + name + "\"") {
            inside = true;
        } else if (line.starts_with("```")) {
            inside = false;
        } else if (inside) {
            commands += line + "\n";
        }
    }
    return commands;
}

struct GuideTest : testing::TestWithParam<const char*> {
    TemporaryFolder folder;

    [[nodiscard]] ProcessResult type(const std::string& commands) const {
        const std::string prefix = OA_PREFIX;
        return run_program({"/bin/bash", "-euo", "pipefail", "-c", commands},
                           {.environment = {{"PATH", prefix + "/bin:/usr/bin:/bin"},
                                            {"HOME", folder.path().string()},
                                            {"OA_STATE_FOLDER", folder.at("state")},
                                            {"OA_RUNTIME_FOLDER", folder.at("runtime")},
                                            {"CMAKE_PREFIX_PATH", prefix}},
                            .folder = folder.path().string()});
    }
};

TEST_P(GuideTest, LeadsFromNothingToAPlugInThatPassesEveryCheck) {
    const std::string commands = commands_of(GetParam());
    ASSERT_NE(commands, "");

    const ProcessResult result = type(commands);

    EXPECT_EQ(result.exit_status, 0) << result.out << result.err;
    EXPECT_NE(result.out.find("Hello, Ada"), std::string::npos) << result.out;
    std::printf("from nothing to a green check in %s: %.1f s\n", GetParam(), result.seconds);
}

INSTANTIATE_TEST_SUITE_P(Languages,
                         GuideTest,
                         testing::Values("c", "cpp", "rust"),
                         [](const auto& language) { return std::string(language.param); });

TEST_F(GuideTest, TheExampleOfTheGuideIsTestedAndSignedAsItSays) {
    const ProcessResult built = type("cp -r " OA_SOURCE_DIR
                                     "/sdk/examples/words . && cd words\n"
                                     "cmake -B build && cmake --build build\n"
                                     "ctest --test-dir build --output-on-failure\n"
                                     "oa plugin check --strict build/words.so\n"
                                     "mv build/words.so build/greeter.so\n" +
                                     commands_of("sign"));

    EXPECT_EQ(built.exit_status, 0) << built.out << built.err;
}

}  // namespace
}  // namespace oa::test
