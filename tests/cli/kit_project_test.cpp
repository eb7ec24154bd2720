// New plug-in projects, built, tested and checked as they are, by what is installed alone.

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/subprocess.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {
namespace {

struct KitProjectTest : testing::TestWithParam<const char*> {
    TemporaryFolder folder;

    [[nodiscard]] ProcessResult type(const std::string& commands) const {
        const std::string prefix = OA_PREFIX;
        return run_program({"/bin/sh", "-euc", commands},
                           {.environment = {{"PATH", prefix + "/bin:/usr/bin:/bin"},
                                            {"CMAKE_PREFIX_PATH", prefix},
                                            {"HOME", folder.path().string()}},
                            .folder = folder.path().string()});
    }
};

TEST_P(KitProjectTest, IsGreenAsItIsWritten) {
    const ProcessResult result = type(
        "oa plugin new com.acme.greeter --lang " + std::string(GetParam()) +
        "\ngreeter/.ci/run 2>&1\n"
        "oa plugin run greeter/build/greeter.so greet --params @greeter/examples/greet.json\n");
    EXPECT_EQ(result.exit_status, 0) << result.out << result.err;
    EXPECT_NE(result.out.find("Passed: 0 errors, 0 warnings"), std::string::npos) << result.out;
    EXPECT_NE(result.out.find("\"text\": \"Hello, Ada!\""), std::string::npos) << result.out;
    // A compiler that warns about an example teaches people to ignore warnings.
    EXPECT_EQ(result.out.find("warning:"), std::string::npos) << result.out;
}

INSTANTIATE_TEST_SUITE_P(Languages,
                         KitProjectTest,
                         testing::Values("c", "cpp", "rust"),
                         [](const auto& language) { return std::string(language.param); });

}  // namespace
}  // namespace oa::test
