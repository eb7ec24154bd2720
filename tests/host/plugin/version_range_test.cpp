#include "host/plugin/version_range.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace oa::host {
namespace {

using Texts = std::vector<const char*>;

TEST(SemanticVersionTest, ReadsItsParts) {
    const auto version = parse_version("1.20.3-rc.1+build.5");

    ASSERT_TRUE(version);
    EXPECT_EQ(version->major, 1U);
    EXPECT_EQ(version->minor, 20U);
    EXPECT_EQ(version->patch, 3U);
    EXPECT_EQ(version->pre_release, (std::vector<std::string>{"rc", "1"}));
    EXPECT_FALSE(version->is_release());
}

TEST(SemanticVersionTest, RefusesWhatIsNoVersion) {
    for (const char* text : {"",
                             "1",
                             "1.2",
                             "1.2.3.4",
                             "01.2.3",
                             "1.02.3",
                             "v1.2.3",
                             "1.2.3-",
                             "1.2.3-a..b",
                             "1.2.3-01",
                             "1.2.3+",
                             "1.2.3-a.",
                             "1.2.x",
                             "1.2.*",
                             " 1.2.3",
                             "1.2.3 ",
                             "1.2.-3",
                             "1.2.3-ä",
                             "99999999999999999999.0.0",
                             "18446744073709551615.0.0"}) {
        EXPECT_FALSE(parse_version(text)) << text;
    }
}

TEST(SemanticVersionTest, ComparesByPrecedence) {
    const Texts ascending{"0.0.0-0",          "0.0.0",      "0.9.9",        "1.0.0-1",
                          "1.0.0-2",          "1.0.0-11",   "1.0.0-alpha",  "1.0.0-alpha.1",
                          "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
                          "1.0.0-rc.1",       "1.0.0",      "1.0.1",        "1.2.0",
                          "1.10.0",           "2.0.0"};
    for (std::size_t i = 0; i < ascending.size(); ++i) {
        for (std::size_t j = 0; j < ascending.size(); ++j) {
            EXPECT_EQ(*parse_version(ascending[i]) <=> *parse_version(ascending[j]), i <=> j)
                << ascending[i] << ' ' << ascending[j];
        }
    }
}

TEST(SemanticVersionTest, BuildMetadataDoesNotCount) {
    EXPECT_EQ(parse_version("1.0.0+a"), parse_version("1.0.0+b"));
}

struct RangeCase {
    const char* range;
    Texts fitting;
    Texts others;
};

struct VersionRangeTest : testing::TestWithParam<RangeCase> {};

TEST_P(VersionRangeTest, AdmitsWhatFits) {
    const auto range = VersionRange::parse(GetParam().range);
    ASSERT_TRUE(range) << GetParam().range;
    for (const char* text : GetParam().fitting) {
        EXPECT_TRUE(range->admits(parse_version(text).value())) << text;
    }
    for (const char* text : GetParam().others) {
        EXPECT_FALSE(range->admits(parse_version(text).value())) << text;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Ranges,
    VersionRangeTest,
    testing::Values(
        RangeCase{"1.2.3", {"1.2.3", "1.2.3+x"}, {"1.2.2", "1.2.4", "1.2.3-rc"}},
        RangeCase{"=1.2.3", {"1.2.3"}, {"1.2.4"}},
        RangeCase{"1.2", {"1.2.0", "1.2.9"}, {"1.1.9", "1.3.0", "1.3.0-a", "1.2.0-a"}},
        RangeCase{"1.2.x", {"1.2.0", "1.2.9"}, {"1.3.0"}},
        RangeCase{"1", {"1.0.0", "1.99.9"}, {"0.9.9", "2.0.0", "2.0.0-a"}},
        RangeCase{"1.*", {"1.0.0", "1.99.9"}, {"2.0.0"}},
        RangeCase{"*", {"0.0.0", "9.9.9"}, {"1.0.0-a"}},
        RangeCase{"^1.2.3", {"1.2.3", "1.3.0", "1.99.0"}, {"1.2.2", "2.0.0", "2.0.0-0", "1.3.0-a"}},
        RangeCase{"^1.2", {"1.2.0", "1.9.0"}, {"1.1.9", "2.0.0"}},
        RangeCase{"^1", {"1.0.0", "1.9.0"}, {"0.9.0", "2.0.0"}},
        RangeCase{"^0.2.3", {"0.2.3", "0.2.9"}, {"0.2.2", "0.3.0", "1.0.0"}},
        RangeCase{"^0.0.3", {"0.0.3"}, {"0.0.2", "0.0.4"}},
        RangeCase{"^0.0", {"0.0.0", "0.0.9"}, {"0.1.0"}},
        RangeCase{"^0", {"0.0.0", "0.9.0"}, {"1.0.0"}},
        RangeCase{"^0.0.0", {"0.0.0"}, {"0.0.1"}},
        RangeCase{"^1.2.3-beta.2",
                  {"1.2.3-beta.2", "1.2.3-beta.10", "1.2.3", "1.5.0"},
                  {"1.2.3-beta.1", "1.2.4-beta.2", "2.0.0"}},
        RangeCase{"~1.2.3", {"1.2.3", "1.2.9"}, {"1.2.2", "1.3.0", "1.3.0-0"}},
        RangeCase{"~1.2", {"1.2.0", "1.2.9"}, {"1.3.0"}},
        RangeCase{"~1", {"1.0.0", "1.9.0"}, {"2.0.0"}},
        RangeCase{"~1.2.3-beta", {"1.2.3-beta", "1.2.3-rc", "1.2.5"}, {"1.2.4-beta", "1.3.0"}},
        RangeCase{">=1.2 <2", {"1.2.0", "1.9.9"}, {"1.1.9", "2.0.0", "2.0.0-a"}},
        RangeCase{">= 1.2.3 < 1.5.0", {"1.2.3", "1.4.9"}, {"1.2.2", "1.5.0"}},
        RangeCase{">1.2.3", {"1.2.4", "2.0.0"}, {"1.2.3"}},
        RangeCase{">1.2", {"1.3.0"}, {"1.2.9", "1.3.0-a"}},
        RangeCase{">1", {"2.0.0"}, {"1.9.9"}},
        RangeCase{">*", {}, {"0.0.0", "9.9.9"}},
        RangeCase{"<1.2.3", {"1.2.2"}, {"1.2.3", "1.2.3-a"}},
        RangeCase{"<1.2", {"1.1.9"}, {"1.2.0", "1.2.0-a"}},
        RangeCase{"<*", {}, {"0.0.0"}},
        RangeCase{"<=1.2.3", {"1.2.3", "0.1.0"}, {"1.2.4"}},
        RangeCase{"<=1.2", {"1.2.9"}, {"1.3.0"}},
        RangeCase{"<=*", {"0.0.0", "9.0.0"}, {"1.0.0-a"}},
        RangeCase{">=1.0.0-rc.1", {"1.0.0-rc.1", "1.0.0", "3.0.0"}, {"1.0.0-beta", "1.0.1-rc.1"}},
        RangeCase{"^1.2 || ^3", {"1.2.0", "3.1.0"}, {"1.1.0", "2.0.0", "4.0.0"}},
        RangeCase{"1.0.0||2.0.0", {"1.0.0", "2.0.0"}, {"1.0.1"}},
        RangeCase{" ^1 ", {"1.5.0"}, {"2.0.0"}}),
    [](const auto& param) { return "Number" + std::to_string(param.index); });

TEST(VersionRangeTextTest, RefusesWhatIsNoRange) {
    for (const char* text :
         {"",     " ",    "^",     "^^1",   "~>1", "latest", "1.2.3.4", "1.x.3", ">=",     "||",
          "1 ||", "|| 1", "1 | 2", "1.2-a", "^1.", "=>1",    "1,2",     "01",    "1.2.3-", "v1"}) {
        EXPECT_FALSE(VersionRange::parse(text)) << text;
    }
}

}  // namespace
}  // namespace oa::host
