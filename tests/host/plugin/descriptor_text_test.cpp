#include "host/plugin/descriptor_text.hpp"

#include <gtest/gtest.h>

namespace oa::host {
namespace {

TEST(DescriptorTextTest, TellsValidUtf8) {
    for (const char* text : {"", "abc", "\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
                             "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
        EXPECT_TRUE(is_utf8(text)) << text;
    }
    // Over-long forms, surrogates, beyond the last code point, cut off, stray bytes.
    for (const char* text : {"\xC0\x80", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                             "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\x80", "a\xFF"}) {
        EXPECT_FALSE(is_utf8(text)) << text;
    }
}

TEST(DescriptorTextTest, CleansAndCutsBetweenCharacters) {
    EXPECT_EQ(clean_utf8("a\xFF"
                         "b",
                         100),
              "a\xEF\xBF\xBD"
              "b");
    EXPECT_EQ(clean_utf8("äöü", 5), "äö");
    EXPECT_EQ(clean_utf8("äöü", 6), "äöü");
    EXPECT_EQ(clean_utf8("", 0), "");
}

TEST(DescriptorTextTest, KnowsIdsNamesAndAliases) {
    EXPECT_TRUE(is_module_id("com.acme.http-2"));
    EXPECT_FALSE(is_module_id("com..acme"));
    EXPECT_FALSE(is_module_id("com.acme."));
    EXPECT_FALSE(is_module_id("Com.acme"));
    EXPECT_TRUE(is_module_name("oa-io_2"));
    EXPECT_FALSE(is_module_name("2oa"));
    EXPECT_FALSE(is_module_name(std::string(200, 'a')));
    EXPECT_TRUE(is_function_name("read_file2"));
    EXPECT_FALSE(is_function_name("read-file"));
    EXPECT_TRUE(is_alias("readFile", Dots::Refused));
    EXPECT_FALSE(is_alias("oa-io.readfile", Dots::Refused));
    EXPECT_TRUE(is_alias("oa-io.readfile", Dots::Allowed));
    EXPECT_FALSE(is_alias(".readfile", Dots::Allowed));
    EXPECT_FALSE(is_alias("oa-io.", Dots::Allowed));
    EXPECT_FALSE(is_alias("", Dots::Allowed));
}

TEST(DescriptorTextTest, KnowsSemanticVersions) {
    for (const char* text : {"0.0.1", "10.20.30", "1.0.0-rc.1", "1.0.0+build-5", "1.0.0-a+b"}) {
        EXPECT_TRUE(is_semver(text)) << text;
    }
    for (const char* text :
         {"", "1", "1.0", "1.0.", "01.0.0", "1.0.0-", "1.0.0+", "1.0.0 ", "v1.0.0"}) {
        EXPECT_FALSE(is_semver(text)) << text;
    }
}

}  // namespace
}  // namespace oa::host
