#include "core/nearest.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace oa::core {
namespace {

using Words = std::vector<std::string>;

TEST(NearestTest, FindsATypo) {
    const Words words = {"name", "module", "function", "needs", "timeout"};
    EXPECT_EQ(nearest("nmae", words), "name");
    EXPECT_EQ(nearest("fucntion", words), "function");
    EXPECT_EQ(nearest("timeuot", words), "timeout");
    EXPECT_EQ(nearest("need", words), "needs");
}

TEST(NearestTest, FindsNothingWhenNothingIsNear) {
    EXPECT_EQ(nearest("colour", Words{"name", "module"}), std::nullopt);
    EXPECT_EQ(nearest("", Words{"a"}), std::nullopt);
    EXPECT_EQ(nearest("x", Words{}), std::nullopt);
    EXPECT_EQ(nearest("abc", Words{"axy"}), std::nullopt);
}

TEST(NearestTest, AllowsOneMistakeInAShortWord) {
    EXPECT_EQ(nearest("ip", Words{"io"}), "io");
    EXPECT_EQ(nearest("ab", Words{"xy"}), std::nullopt);
}

TEST(NearestTest, CountsLetterCaseHalf) {
    EXPECT_EQ(nearest("URL", Words{"uri", "url"}), "url");
    EXPECT_EQ(nearest("Name", Words{"game", "name"}), "name");
}

TEST(NearestTest, PrefersTheNearest) {
    EXPECT_EQ(nearest("readfil", Words{"writefile", "read_file", "readfile"}), "readfile");
}

TEST(NearestTest, IgnoresWordsThatAreTooLongToBeTyped) {
    EXPECT_EQ(nearest(std::string(100'000, 'a'), Words{std::string(100'000, 'a')}), std::nullopt);
}

TEST(NearestTest, WordsTheQuestion) {
    EXPECT_EQ(did_you_mean("htpp", Words{"http"}), "did you mean 'http'?");
    EXPECT_EQ(did_you_mean("zzz", Words{"http"}), "");
}

}  // namespace
}  // namespace oa::core
