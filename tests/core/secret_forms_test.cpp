// The expected texts were written by other programs: Python, bash, openssl.
#include "core/secret/secret_forms.hpp"

#include <cstddef>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "core/secret/masker.hpp"
#include "core/secret/secret.hpp"

namespace oa::core {
namespace {

/// Something that everybody escapes in a different way.
constexpr std::string_view odd = "k9\"Q'z\\<&>/+ \xc3\xa9%=$";

std::string masked(std::string_view secret, std::string_view text) {
    Masker masker;
    masker.add(Secret(secret));
    return masker.mask(text);
}

std::string masked(std::string_view text) {
    return masked(odd, text);
}

TEST(SecretFormsTest, AsItIs) {
    EXPECT_EQ(masked("<k9\"Q'z\\<&>/+ \xc3\xa9%=$>"), "<***>");
}

TEST(SecretFormsTest, Base64) {
    EXPECT_EQ(masked("<azkiUSd6XDwmPi8rIMOpJT0k>"), "<***>");
    EXPECT_EQ(masked("\xff\xfe\xfd\xfb\xff\xbf", "<//79+/+/> <__79-_-_>"), "<***> <***>");
}

TEST(SecretFormsTest, Base64WithAndWithoutPadding) {
    EXPECT_EQ(masked("hunter2!", "<aHVudGVyMiE=> <aHVudGVyMiE>"), "<***> <***>");
    EXPECT_EQ(masked("hunter2", "<aHVudGVyMg==> <aHVudGVyMg>"), "<***> <***>");
}

TEST(SecretFormsTest, BasicHeadersWhoeverTheUserIs) {
    EXPECT_EQ(masked("Basic YWRtaW46azkiUSd6XDwmPi8rIMOpJT0k"), "Basic YWRtaW46***");
    EXPECT_EQ(masked("Basic Ym9iOms5IlEnelw8Jj4vKyDDqSU9JA=="), "Basic Ym9iOm***");
    EXPECT_EQ(masked("Basic cm9vdDprOSJRJ3pcPCY+Lysgw6klPSQ="), "Basic cm9vdDp***");
}

TEST(SecretFormsTest, Base64WithinMoreText) {
    // of "user:hunter2!;more"
    EXPECT_EQ(masked("hunter2!", "dXNlcjpodW50ZXIyITttb3Jl"), "dXNlcjp***Tttb3Jl");
}

TEST(SecretFormsTest, Base64InLines) {
    const std::string_view secret =
        "0123456789abcdefghij-KLMNOP=0123456789abcdefghij-KLMNOP=0123456789abcdefghij-KLMNOP="
        "0123456789abcdefghij-KLMNOP=0123456789abcdefghij-KLMNOP=";
    EXPECT_EQ(
        masked(secret,
               "MDEyMzQ1Njc4OWFiY2RlZmdoaWotS0xNTk9QPTAxMjM0NTY3ODlhYmNkZWZnaGlqLUtMTU5PUD0w\n"
               "MTIzNDU2Nzg5YWJjZGVmZ2hpai1LTE1OT1A9MDEyMzQ1Njc4OWFiY2RlZmdoaWotS0xNTk9QPTAx\n"
               "MjM0NTY3ODlhYmNkZWZnaGlqLUtMTU5PUD0=\n"),
        "***\n***\n***\n");
    EXPECT_EQ(masked(secret,
                     "MDEyMzQ1Njc4OWFiY2RlZmdoaWotS0xNTk9QPTAxMjM0NTY3ODlhYmNkZWZnaGlq\n"
                     "LUtMTU5PUD0wMTIzNDU2Nzg5YWJjZGVmZ2hpai1LTE1OT1A9MDEyMzQ1Njc4OWFi\n"
                     "Y2RlZmdoaWotS0xNTk9QPTAxMjM0NTY3ODlhYmNkZWZnaGlqLUtMTU5PUD0=\n"),
              "***\n***\n***\n");
}

TEST(SecretFormsTest, Base64OfUtf16) {
    EXPECT_EQ(masked("<awA5ACIAUQAnAHoAXAA8ACYAPgAvACsAIADpACUAPQAkAA==>"), "<***>");
}

TEST(SecretFormsTest, Base64WithEscapedSigns) {
    const std::string_view secret = "\xff\xfe\xfd\xfb\xff\xbf!!";  // //79+/+/ISE=
    EXPECT_EQ(masked(secret, "<%2F%2F79%2B%2F%2B%2FISE%3D>"), "<***%3D>");
    EXPECT_EQ(masked(secret, "<%2f%2f79%2b%2f%2b%2fISE%3d>"), "<***%3d>");
    EXPECT_EQ(masked(secret, "<\\/\\/79+\\/+\\/ISE=>"), "<***=>");
}

TEST(SecretFormsTest, Hex) {
    EXPECT_EQ(masked("<6b392251277a5c3c263e2f2b20c3a9253d24>"), "<***>");
    EXPECT_EQ(masked("<6B392251277A5C3C263E2F2B20C3A9253D24>"), "<***>");
    EXPECT_EQ(masked("<6b:39:22:51:27:7a:5c:3c:26:3e:2f:2b:20:c3:a9:25:3d:24>"), "<***>");
    EXPECT_EQ(masked("<6B:39:22:51:27:7A:5C:3C:26:3E:2F:2B:20:C3:A9:25:3D:24>"), "<***>");
    EXPECT_EQ(
        masked(R"(<\x6b\x39\x22\x51\x27\x7a\x5c\x3c\x26\x3e\x2f\x2b\x20\xc3\xa9\x25\x3d\x24>)"),
        "<***>");
}

TEST(SecretFormsTest, PercentEncoding) {
    EXPECT_EQ(masked("<k9%22Q%27z%5C%3C%26%3E%2F%2B%20%C3%A9%25%3D%24>"), "<***>");
    EXPECT_EQ(masked("<k9%22Q%27z%5c%3c%26%3e%2f%2b%20%c3%a9%25%3d%24>"), "<***>");
    EXPECT_EQ(masked("<k9%22Q%27z%5C%3C%26%3E/%2B%20%C3%A9%25%3D%24>"), "<***>");
}

TEST(SecretFormsTest, PercentEncodingOfAsLittleAsPossible) {
    EXPECT_EQ(masked("<k9%22Q'z%5C%3C%26%3E%2F%2B%20%C3%A9%25%3D%24>"), "<***>");  // component
    EXPECT_EQ(masked("<k9%22Q'z%5C%3C&%3E/+%20%C3%A9%25=$>"), "<***>");            // whole address
}

TEST(SecretFormsTest, PercentEncodingOfEverything) {
    EXPECT_EQ(masked("<%6B%39%22%51%27%7A%5C%3C%26%3E%2F%2B%20%C3%A9%25%3D%24>"), "<***>");
    EXPECT_EQ(masked("<%6b%39%22%51%27%7a%5c%3c%26%3e%2f%2b%20%c3%a9%25%3d%24>"), "<***>");
}

TEST(SecretFormsTest, FormEncoding) {
    EXPECT_EQ(masked("<k9%22Q%27z%5C%3C%26%3E%2F%2B+%C3%A9%25%3D%24>"), "<***>");
    EXPECT_EQ(masked("<k9%22Q%27z%5c%3c%26%3e%2f%2b+%c3%a9%25%3d%24>"), "<***>");
}

TEST(SecretFormsTest, UserinfoOfAnAddress) {
    EXPECT_EQ(masked("https://me:k9%22Q'z%5C%3C&%3E%2F+%20%C3%A9%25=$@example.org/"),
              "https://me:***@example.org/");
}

TEST(SecretFormsTest, Json) {
    EXPECT_EQ(masked("\"k9\\\"Q'z\\\\<&>/+ \xc3\xa9%=$\""), "\"***\"");
    EXPECT_EQ(masked(R"("k9\"Q'z\\<&>/+ \u00e9%=$")"), "\"***\"");
    EXPECT_EQ(masked(R"("k9\"Q'z\\<&>/+ \u00E9%=$")"), "\"***\"");
    EXPECT_EQ(masked(R"("k9\"Q'z\\<&>\/+ \u00e9%=$")"), "\"***\"");
    EXPECT_EQ(masked("\"k9\\\"Q'z\\\\\\u003c\\u0026\\u003e/+ \xc3\xa9%=$\""), "\"***\"");
    EXPECT_EQ(masked(R"("k9\u0022Q\u0027z\\\u003C\u0026\u003E/\u002B \u00E9%=$")"), "\"***\"");
    EXPECT_EQ(masked("tab\tand\x01"
                     "more",
                     R"("tab\tand\u0001more")"),
              "\"***\"");
}

TEST(SecretFormsTest, JsonWithSurrogates) {
    EXPECT_EQ(masked("key \xf0\x9f\x94\x91 key", R"("key \ud83d\udd11 key")"), "\"***\"");
    EXPECT_EQ(masked("key \xf0\x9f\x94\x91 key", R"("key \uD83D\uDD11 key")"), "\"***\"");
}

TEST(SecretFormsTest, JsonOfEscapesAlone) {
    EXPECT_EQ(masked(R"("\u006b\u0039\u0022\u0051\u0027\u007a\u005c\u003c\u0026\u003e\u002f\u002b)"
                     R"(\u0020\u00e9\u0025\u003d\u0024")"),
              "\"***\"");
    EXPECT_EQ(masked(R"("\u006B\u0039\u0022\u0051\u0027\u007A\u005C\u003C\u0026\u003E\u002F\u002B)"
                     R"(\u0020\u00E9\u0025\u003D\u0024")"),
              "\"***\"");
}

TEST(SecretFormsTest, JsonWithinJson) {
    EXPECT_EQ(masked("\\\"k9\\\\\\\"Q'z\\\\\\\\<&>/+ \xc3\xa9%=$\\\""), "\\\"***\\\"");
    EXPECT_EQ(masked(R"(\"k9\\\"Q'z\\\\<&>/+ \\u00e9%=$\")"), R"(\"***\")");
}

TEST(SecretFormsTest, XmlAndHtml) {
    EXPECT_EQ(masked("<k9\"Q'z\\&lt;&amp;&gt;/+ \xc3\xa9%=$>"), "<***>");
    EXPECT_EQ(masked("<k9&quot;Q&apos;z\\&lt;&amp;&gt;/+ \xc3\xa9%=$>"), "<***>");
}

TEST(SecretFormsTest, XmlAndHtmlWithNumbers) {
    EXPECT_EQ(masked("<k9&quot;Q&#x27;z\\&lt;&amp;&gt;/+ \xc3\xa9%=$>"), "<***>");  // Python
    EXPECT_EQ(masked("<k9&#34;Q&#39;z\\&lt;&amp;&gt;/+ \xc3\xa9%=$>"), "<***>");    // Go
    EXPECT_EQ(masked("<k9&quot;Q&#039;z\\&lt;&amp;&gt;/+ \xc3\xa9%=$>"), "<***>");  // PHP
    EXPECT_EQ(masked("<k9\"Q'z\\&lt;&amp;&gt;/+ &#233;%=$>"), "<***>");
}

TEST(SecretFormsTest, BetweenSingleQuotesOfAShell) {
    EXPECT_EQ(masked("'k9\"Q'\\''z\\<&>/+ \xc3\xa9%=$'"), "'***'");
    EXPECT_EQ(masked("'k9\"Q'\"'\"'z\\<&>/+ \xc3\xa9%=$'"), "'***'");
}

TEST(SecretFormsTest, BetweenDoubleQuotesOfAShell) {
    EXPECT_EQ(masked("\"k9\\\"Q'z\\\\<&>/+ \xc3\xa9%=\\$\""), "\"***\"");
}

TEST(SecretFormsTest, BackslashesOfAShell) {
    EXPECT_EQ(masked("<k9\\\"Q\\'z\\\\\\<\\&\\>/+\\ \xc3\xa9%=\\$>"), "<***>");
    EXPECT_EQ(masked(R"($'k9"Q\'z\\<&>/+ \303\251%=$')"), "$'***'");
    EXPECT_EQ(masked("a\tb\a'c'd", R"($'a\tb\a\'c\'d')"), "$'***'");
}

TEST(SecretFormsTest, C) {
    EXPECT_EQ(masked("\"k9\\\"Q'z\\\\<&>/+ \xc3\xa9%=$\""), "\"***\"");
    EXPECT_EQ(masked(R"("k9\"Q'z\\<&>/+ \xc3\xa9%=$")"), "\"***\"");
    EXPECT_EQ(masked(R"("k9\"Q'z\\<&>/+ \303\251%=$")"), "\"***\"");
    EXPECT_EQ(masked("a\tb\x01"
                     "c-d-e",
                     R"("a\tb\001c-d-e" "a\tb\x01c-d-e")"),
              "\"***\" \"***\"");
}

TEST(SecretFormsTest, PythonRepr) {
    EXPECT_EQ(masked("'k9\"Q\\'z\\\\<&>/+ \xc3\xa9%=$'"), "'***'");
    EXPECT_EQ(masked(R"(b'k9"Q\'z\\<&>/+ \xc3\xa9%=$')"), "b'***'");
    EXPECT_EQ(masked(R"('k9"Q\'z\\<&>/+ \xe9%=$')"), "'***'");
    EXPECT_EQ(masked("line one\nline 2", R"('line one\nline 2')"), "'***'");
    EXPECT_EQ(masked("key \xf0\x9f\x94\x91 key", R"('key \U0001f511 key')"), "'***'");
}

TEST(SecretFormsTest, YamlBetweenDoubleQuotes) {
    EXPECT_EQ(masked(R"("k9\"Q'z\\<&>/+ \xE9%=$")"), "\"***\"");
    EXPECT_EQ(masked("\"k9\\\"Q'z\\\\<&>/+ \xc3\xa9%=$\""), "\"***\"");
    EXPECT_EQ(masked("esc\x1b nul\x02 end", R"("esc\e nul\x02 end")"), "\"***\"");
}

TEST(SecretFormsTest, DoubledQuotes) {
    EXPECT_EQ(masked("'k9\"Q''z\\<&>/+ \xc3\xa9%=$'"), "'***'");
    EXPECT_EQ(masked("\"k9\"\"Q'z\\<&>/+ \xc3\xa9%=$\""), "\"***\"");
}

TEST(SecretFormsTest, Utf16) {
    using namespace std::string_view_literals;
    EXPECT_EQ(masked("k9-Q\xc3\xa9z",
                     "<k\0"
                     "9\0-\0Q\0\xe9\0z\0>"sv),
              "<***>");
    EXPECT_EQ(masked("k9-Q\xc3\xa9z",
                     "<\0k\0"
                     "9\0-\0Q\0\xe9\0z>"sv),
              "<***>");
}

TEST(SecretFormsTest, QuotedPrintable) {
    EXPECT_EQ(masked("<k9\"Q'z\\<&>/+ =C3=A9%=3D$>"), "<***>");
    const std::string_view secret =
        "0123456789abcdefghij-KLMNOP=0123456789abcdefghij-KLMNOP=0123456789abcdefghij-KLMNOP="
        "0123456789abcdefghij-KLMNOP=0123456789abcdefghij-KLMNOP=";
    EXPECT_EQ(
        masked(secret,
               "0123456789abcdefghij-KLMNOP=3D0123456789abcdefghij-KLMNOP=3D0123456789abcde=\n"
               "fghij-KLMNOP=3D0123456789abcdefghij-KLMNOP=3D0123456789abcdefghij-KLMNOP=3D"),
        "***=\n***");
}

TEST(SecretFormsTest, EachLineOfAValueWithLines) {
    const std::string_view secret =
        "-----BEGIN KEY-----\r\n  MIIEpAIBAAKC\r\nshort\r\nQmFzZTY0U2Vj\r\n-----END KEY-----\r\n";
    EXPECT_EQ(masked(secret, "<MIIEpAIBAAKC> <QmFzZTY0U2Vj> short"), "<***> <***> short");
    EXPECT_EQ(masked(secret, "<4d4949457041494241414b43>"), "<***>");  // hex of a line
    EXPECT_EQ(masked(secret, "-----BEGIN KEY-----"), "-----BEGIN KEY-----");
}

TEST(SecretFormsTest, AValueWithoutTheWhiteSpaceAroundIt) {
    EXPECT_EQ(masked(" hunter2!\n", "<hunter2!> <aHVudGVyMiE=>"), "<***> <***>");
}

TEST(SecretFormsTest, StringsWithinJson) {
    const std::string_view secret =
        R"({"user": "service-account", "key": {"list": ["deep\tsecret", "tiny"]}, "n": 1234567})";
    EXPECT_EQ(masked(secret, "<service-account> <deep\tsecret> <deep\\tsecret> tiny 1234567"),
              "<***> <***> <***> tiny 1234567");
}

TEST(SecretFormsTest, WhatOnlyLooksLikeJsonIsText) {
    EXPECT_EQ(masked("{\"key\": \"open-ended", "<{\"key\": \"open-ended>"), "<***>");
    const std::string deep(10'000, '[');
    EXPECT_EQ(masked(deep, "<" + deep + ">"), "<***>");
}

TEST(SecretFormsTest, AnyBytesHaveForms) {
    std::string all;
    for (int i = 0; i < 256; ++i) {
        all += static_cast<char>(i);
    }
    const SecretForms forms(all);
    EXPECT_GT(forms.size(), 30U);
    for (std::size_t i = 0; i < forms.size(); ++i) {
        EXPECT_GE(forms[i].size(), mask_bytes_min);
        for (std::size_t j = 0; j < i; ++j) {
            EXPECT_NE(forms[i], forms[j]);
        }
    }
}

TEST(SecretFormsTest, OrdinaryTextStaysAsItIs) {
    Masker masker;
    for (const std::string_view secret :
         {"hunter2-secret", "correct horse battery staple", "AKIAIOSFODNN7EXAMPLE", "12345678"}) {
        masker.add(Secret(secret));
    }
    masker.add(Secret(odd));
    for (const std::string_view text :
         {"The correct answer is a horse, with a battery and a staple.", "hunter2-secre hunter2",
          "AKIAIOSFODNN7EXAMPL", "1234567 2345678", "k9 Q z <&> /+ %=$", "\\u006b\\u0039",
          "aHVudGVy", "%20%20%20%20", "0000000000000000", "======", "\"\"\"\"\"\""}) {
        EXPECT_EQ(masker.mask(text), text);
    }
}

}  // namespace
}  // namespace oa::core
