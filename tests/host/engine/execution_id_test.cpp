#include "host/engine/execution_id.hpp"

#include <gtest/gtest.h>

namespace oa::host {
namespace {

TEST(ExecutionIdTest, TellsByTheIdOfARunWithinARunWhichTaskItIsOf) {
    EXPECT_EQ(label_of_inner_run("01AB", inner_run_id("01AB", "deploy", 3, {}, 2)), "deploy");
    const core::Element element{.loop = 3, .index = 7};
    EXPECT_EQ(label_of_inner_run("01AB", inner_run_id("01AB", "deploy", 9, element, 1)),
              "deploy[7]");
    const std::string inner = inner_run_id("01AB", "a/b c", 0, {}, 1);
    EXPECT_EQ(label_of_inner_run("01AB", inner), "a/b c");
    EXPECT_EQ(label_of_inner_run(inner, inner_run_id(inner, "deep", 0, element, 1)), "deep[7]");
}

TEST(ExecutionIdTest, KnowsWhatIsNoRunWithinARun) {
    EXPECT_EQ(label_of_inner_run("01AB", "01AB"), "");
    EXPECT_EQ(label_of_inner_run("01AB", "01ABC/deploy/0/1"), "");
    EXPECT_EQ(label_of_inner_run("01AB", "01AB/deploy"), "");
    EXPECT_EQ(label_of_inner_run("01AB", "01AB/deploy/x/1"), "");
    EXPECT_EQ(label_of_inner_run("01AB", "01AB/0/1"), "");
}

}  // namespace
}  // namespace oa::host
