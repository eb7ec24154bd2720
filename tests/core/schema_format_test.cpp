#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "core/schema/format.hpp"
#include "core/schema/uri_format.hpp"

namespace oa::core::schema {
namespace {

struct SchemaFormatTest : testing::Test {
    static void fits(std::string_view format, const std::vector<std::string_view>& texts) {
        for (const std::string_view text : texts) {
            EXPECT_TRUE(find_format(format)->fits(text)) << format << " " << text;
        }
    }
    static void refuses(std::string_view format, const std::vector<std::string_view>& texts) {
        for (const std::string_view text : texts) {
            EXPECT_FALSE(find_format(format)->fits(text)) << format << " " << text;
        }
    }
};

TEST_F(SchemaFormatTest, KnowsNoOthers) {
    EXPECT_EQ(find_format("colour"), nullptr);
}

TEST_F(SchemaFormatTest, Dates) {
    fits("date", {"2024-02-29", "2000-02-29", "1963-06-19", "2020-12-31"});
    refuses("date", {"", "2023-02-29", "1900-02-29", "2020-13-01", "2020-00-10", "2020-01-00",
                     "2020-04-31", "2020-1-1", "20200101", "2020-01-01Z", "2020-01-01 "});
}

TEST_F(SchemaFormatTest, Times) {
    fits("time", {"08:30:06Z", "08:30:06.283185z", "23:59:60Z", "00:29:60+00:30", "15:59:60-08:00",
                  "00:00:00+23:59"});
    refuses("time",
            {"08:30:06", "24:00:00Z", "00:60:00Z", "00:00:61Z", "22:59:60Z", "23:59:60+01:00",
             "01:02:03+24:00", "01:02:03+00:60", "08:30:06.Z", "8:3:6Z", "08:30:06 PST", "08:30Z"});
    fits("date-time",
         {"1963-06-19T08:30:06.283185Z", "1990-12-31t15:59:50.123-08:00", "1998-12-31T23:59:60Z"});
    refuses("date-time", {"1990-02-31T15:59:59Z", "1963-06-19 08:30:06Z", "1963-06-19",
                          "1963-06-19T08:30:06", "2013-350T01:01:01"});
}

TEST_F(SchemaFormatTest, Durations) {
    fits("duration", {"P4DT12H30M5S", "P4Y", "PT0S", "P0D", "P1M", "PT1M", "PT36H", "P1DT12H",
                      "P2W", "PT1H5S"});
    refuses("duration", {"", "P", "PT", "PT1D", "4DT12H", "P1", "P2D1Y", "P1D2H", "P2S", "P1Y2W",
                         "P1YT", "PT1H ", "P১Y"});
}

TEST_F(SchemaFormatTest, MailAddresses) {
    fits("email",
         {"joe.bloggs@example.com", "te~st@example.com", "~test@example.com",
          "\"joe bloggs\"@example.com", "\"joe..bloggs\"@example.com", "\"joe@bloggs\"@example.com",
          "joe.bloggs@[127.0.0.1]", "joe.bloggs@[IPv6:::1]"});
    refuses("email", {"2962", ".test@example.com", "test.@example.com", "te..st@example.com",
                      "joe.bloggs@invalid=domain.com", "joe.bloggs@[127.0.0.300]", "a@", "@b",
                      "a@b c", "\"a\\\"@b.org"});
    fits("idn-email", {"실례@실례.테스트", "a@b.org"});
    refuses("idn-email", {"실례", "실례@", "a@.é"});
}

TEST_F(SchemaFormatTest, Hosts) {
    fits("hostname", {"www.example.com", "xn--4gbwdl.xn--wgbh1c", "a", "1host", "a-b"});
    refuses("hostname", {"", "-a", "a-", "not_a_host", "a..b", ".a", "a.", "a b", "é"});
    refuses("hostname",
            {std::string_view("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                              "aa.com")});
    fits("ipv4", {"192.168.0.1", "0.0.0.0", "255.255.255.255"});
    refuses("ipv4", {"127.0.0.0.1", "256.1.1.1", "127.0", "0x7f.1.1.1", "087.10.0.1", "1.2.3.",
                     "1২7.0.0.1", "192.168.1.0/24"});
    fits("ipv6", {"::1", "::", "1:2:3:4:5:6:7:8", "::abcd", "1::", "1::2:3", "::ffff:192.168.0.1",
                  "1:2::192.168.0.1", "::42:ff:1", "1:2:3:4:5:6:1.2.3.4", "d6::"});
    refuses("ipv6", {"", ":", "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", ":2:3::8",
                     "1:2:3:4:5:6:7:", "::laptop", "1:2:3:4:5:::8", "127.0.0.1", "fe80::a%eth1",
                     "1:2:3:4:1.2.3.4", "1.2.3.4::1", "::1.2.3", "1:2:3:4:5:6:7::8", "  ::1"});
}

TEST_F(SchemaFormatTest, Uris) {
    fits("uri", {"http://foo.bar/?baz=qux#quux", "http://foo.com/blah_(wikipedia)_blah#cite-1",
                 "http://user:pw@example.com:8080/a%20b", "urn:oasis:names:specification",
                 "ldap://[2001:db8::7]/c=GB?objectClass?one", "mailto:John.Doe@example.com",
                 "tel:+1-816-555-1212", "http://[v1.a]/", "a:", "http://"});
    refuses("uri",
            {"//foo.bar/?baz=qux#quux", "/abc", "\\\\WINDOWS\\fileshare", "abc",
             "http:// shouldfail.com", ":// should fail", "bar,baz:foo", "http://a%2/",
             "https://[@example.org/test.txt", "https://example.org/foobar<>.txt",
             "https://example.org/foobar\\.txt", "http://a:b/", "http://é/", "http://a#b#c"});
    fits("uri-reference",
         {"", "/abc", "//foo.bar/?baz=qux", "abc", "#fragment", "../a?b", "./a:b"});
    refuses("uri-reference", {"\\\\WINDOWS\\fileshare", "#frag\\ment", "a b", "1a:b"});
    fits("iri", {"http://ƒøø.ßår/?∂éœ=πîx#πîüx"});
    refuses("iri", {"âππ", "http://2001:0db8:85a3::8a2e:0370:7334"});
    fits("iri-reference", {"âππ", "#ƒrägmênt"});
    refuses("iri-reference", {"\\\\WINDOWS\\filëßåré"});
    fits("uri-template",
         {"http://example.com/dictionary/{term:1}/{term}", "/a", "{+x}{?y,z*}", ""});
    refuses("uri-template", {"/{term:1}/{term", "/a}", "{}", "{a b}", "a b"});
}

TEST_F(SchemaFormatTest, TheRest) {
    fits("uuid", {"2EB8AA08-aa98-11ea-b4aa-73b441d16380", "00000000-0000-0000-0000-000000000000"});
    refuses("uuid",
            {"2eb8aa08-aa98-11ea-b4aa-73b441d1638", "2eb8aa08aa9811eab4aa73b441d16380",
             "2eb8aa08-aa98-11ea-b4ga-73b441d16380", "2eb8-aa08-aa98-11ea-b4aa73b44-1d16380"});
    fits("json-pointer", {"", "/foo/0", "/", "/a~1b", "/~01", "/é"});
    refuses("json-pointer", {"foo", "/foo/bar~", "/~2", "#/", "0/a"});
    fits("relative-json-pointer", {"1", "0/foo/bar", "120/a", "0#"});
    refuses("relative-json-pointer", {"", "/foo", "-1/a", "01/a", "0##", "1a", "+1/a"});
    fits("regex", {"([abc])+\\s+$", "^\\u0041(?<a>b)"});
    refuses("regex", {"^(abc]", "(?=a)", "(a)\\1"});
}

TEST_F(SchemaFormatTest, ResolvesReferencesAsRfc3986Does) {
    const std::string_view base = "http://a/b/c/d;p?q";
    const std::vector<std::pair<std::string_view, std::string_view>> examples = {
        {"g:h", "g:h"},
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"", "http://a/b/c/d;p?q"},
        {"#s", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},
        {"../../../g", "http://a/g"},
        {"/./g", "http://a/g"},
        {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},
        {"./g/.", "http://a/b/c/g/"},
        {"g;x=1/../y", "http://a/b/c/y"}};
    for (const auto& [reference, target] : examples) {
        EXPECT_EQ(resolve_uri(base, reference), target) << reference;
    }
    EXPECT_EQ(resolve_uri("http://a", "g"), "http://a/g");
    EXPECT_EQ(resolve_uri("", "g#x"), "g");
    EXPECT_EQ(percent_decoded("a%20b%4"), "a b%4");
}

}  // namespace
}  // namespace oa::core::schema
