#include "plugins/common/http/url.hpp"

#include <string>

#include <gtest/gtest.h>

namespace oa::http {
namespace {

std::string failure(std::string_view text) {
    try {
        return "no failure: " + parse_url(text).text();
    } catch (const UrlError& error) {
        return error.what();
    }
}

TEST(UrlTest, ReadsTheParts) {
    EXPECT_EQ(parse_url("http://Example.COM"),
              (Url{.secure = false, .host = "example.com", .port = 80, .target = "/"}));
    EXPECT_EQ(parse_url("HTTPS://h:8443/a/b?c=d#part"),
              (Url{.secure = true, .host = "h", .port = 8443, .target = "/a/b?c=d"}));
    EXPECT_EQ(parse_url("https://h?q"),
              (Url{.secure = true, .host = "h", .port = 443, .target = "/?q"}));
    EXPECT_EQ(parse_url("http://h:/x").port, 80);
    EXPECT_EQ(parse_url("http://[::1]:8080/x"), (Url{.host = "::1", .port = 8080, .target = "/x"}));
}

TEST(UrlTest, KeepsEncodedBytesAndEncodesTheRest) {
    EXPECT_EQ(parse_url("http://h/a%2Fb%20c").target, "/a%2Fb%20c");
    EXPECT_EQ(parse_url("http://h/a b/ü?x=<y>").target, "/a%20b/%C3%BC?x=%3Cy%3E");
}

TEST(UrlTest, WritesItselfBack) {
    EXPECT_EQ(parse_url("http://h:80/a").text(), "http://h/a");
    EXPECT_EQ(parse_url("https://[::1]:1234").text(), "https://[::1]:1234/");
    EXPECT_EQ(parse_url("https://[::1]").host_header(), "[::1]");
    EXPECT_EQ(parse_url("https://h").authority(), "h:443");
}

TEST(UrlTest, RefusesWhatItCannotReach) {
    EXPECT_NE(failure("ftp://h/").find("http://"), std::string::npos);
    EXPECT_NE(failure("file:///etc/passwd").find("http://"), std::string::npos);
    for (const char* text : {"",
                             "h",
                             "/path",
                             "http:/h",
                             "http:h",
                             "http://",
                             "http:///x",
                             "http://?q",
                             "http://h:0/",
                             "http://h:65536/",
                             "http://h:-1/",
                             "http://h:8x/",
                             "http://h h/",
                             "http://[::1",
                             "http://[::1]x/",
                             "http://[hello]/",
                             "http://h/\r\nX: y",
                             "http://h/\t",
                             "http://h\\@x/",
                             "http://h%41/",
                             "http://ü.example/"}) {
        EXPECT_EQ(failure(text).find("no failure"), std::string::npos) << text;
    }
    EXPECT_NE(failure("http://user:pass@h/").find("basic_auth"), std::string::npos);
    EXPECT_NE(failure("http://" + std::string(300, 'h')).find("253"), std::string::npos);
    EXPECT_NE(failure("http://h/" + std::string(20'000, 'p')).find("16384"), std::string::npos);
}

TEST(UrlTest, ResolvesReferences) {
    // RFC 3986, section 5.4.
    const Url base = parse_url("http://a/b/c/d?q");
    const auto resolved = [&](std::string_view reference) {
        return resolve_url(base, reference).text();
    };
    EXPECT_EQ(resolved("g"), "http://a/b/c/g");
    EXPECT_EQ(resolved("./g"), "http://a/b/c/g");
    EXPECT_EQ(resolved("g/"), "http://a/b/c/g/");
    EXPECT_EQ(resolved("/g"), "http://a/g");
    EXPECT_EQ(resolved("//g"), "http://g/");
    EXPECT_EQ(resolved("?y"), "http://a/b/c/d?y");
    EXPECT_EQ(resolved("g?y"), "http://a/b/c/g?y");
    EXPECT_EQ(resolved("g#s"), "http://a/b/c/g");
    EXPECT_EQ(resolved("."), "http://a/b/c/");
    EXPECT_EQ(resolved(".."), "http://a/b/");
    EXPECT_EQ(resolved("../g"), "http://a/b/g");
    EXPECT_EQ(resolved("../../../g"), "http://a/g");
    EXPECT_EQ(resolved("/a/../b/./c/.."), "http://a/b/");
    EXPECT_EQ(resolved("https://other:1/x"), "https://other:1/x");
    EXPECT_THROW(static_cast<void>(resolved("ftp://h/")), UrlError);
    EXPECT_THROW(static_cast<void>(resolved("/x\ny")), UrlError);
}

TEST(UrlTest, KnowsTheOrigin) {
    const Url url = parse_url("https://h/a");
    EXPECT_TRUE(url.same_origin(parse_url("https://H:443/b")));
    EXPECT_FALSE(url.same_origin(parse_url("http://h/a")));
    EXPECT_FALSE(url.same_origin(parse_url("https://h:444/a")));
    EXPECT_FALSE(url.same_origin(parse_url("https://x.h/a")));
}

TEST(UrlTest, EncodesComponents) {
    EXPECT_EQ(encode_component("a b&c=ü/~"), "a%20b%26c%3D%C3%BC%2F~");
}

}  // namespace
}  // namespace oa::http
