// A plug-in in C that is linked into the test program, as authors do it: sdk/examples/echo.

#include <string>

#include <gtest/gtest.h>

#include "oa/testing.hpp"

namespace {

TEST(TestingCTest, RunsAPluginInCThatIsLinkedIn) {
    oa::testing::FakeHost host;

    const auto result = host.run("echo", R"({"x": [1, 2]})");

    EXPECT_TRUE(result.ok()) << result;
    EXPECT_EQ(result.json["x"], oa::Json::array({1, 2}));
    EXPECT_STREQ(host.module().id, "com.example.echo");
}

}  // namespace
