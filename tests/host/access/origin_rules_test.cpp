#include "host/access/origin_rules.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace oa::host::access {
namespace {

OriginRules rules(bool is_https = false, std::uint16_t port = 8080) {
    return OriginRules({.port = port,
                        .is_https = is_https,
                        .names = {"OA.example", "other.example:9000", "[2001:db8::1]"},
                        .cross_origins = {"https://Dashboard.example", "http://localhost:3000"}});
}

TEST(OriginRulesTest, KnowsItsOwnNames) {
    for (const char* host :
         {"localhost:8080", "LocalHost:8080", "127.0.0.1:8080", "[::1]:8080", "oa.example",
          "oa.example:8080", "other.example:9000", "[2001:db8::1]:8080"}) {
        EXPECT_TRUE(rules().allows_host(host)) << host;
    }
}

TEST(OriginRulesTest, KnowsNoOtherName) {
    for (const char* host : {"",
                             "localhost",
                             "localhost:8081",
                             "localhost:08080",
                             "localhost:8080x",
                             "localhost:",
                             "localhost:99999999",
                             "localhost.:8080",
                             "evil.example:8080",
                             "127.0.0.2:8080",
                             "0x7f000001:8080",
                             "2130706433:8080",
                             "0.0.0.0:8080",
                             "other.example",
                             "other.example:8080",
                             "sub.oa.example",
                             "oa.example.evil.example",
                             "oa.example@evil",
                             "evil/localhost:8080",
                             "localhost:8080,evil",
                             "localhost:8080 ",
                             "[::1]",
                             "[::1]8080",
                             "[::1:8080",
                             "::1",
                             "[::ffff:127.0.0.1]:8080",
                             "[]:8080",
                             "oa.example:443"}) {
        EXPECT_FALSE(rules().allows_host(host)) << host;
    }
    using namespace std::string_view_literals;
    EXPECT_FALSE(rules().allows_host("localhost:8080\0"sv));
}

TEST(OriginRulesTest, LeavesOutThePortOfTheScheme) {
    EXPECT_TRUE(rules(true, 443).allows_host("localhost"));
    EXPECT_TRUE(rules(true, 443).allows_host("localhost:443"));
    EXPECT_FALSE(rules(true, 443).allows_host("localhost:80"));
    EXPECT_TRUE(rules(false, 80).allows_host("localhost"));
    EXPECT_TRUE(rules(true, 443).is_same("https://oa.example", "oa.example:443"));
    EXPECT_TRUE(rules(true, 443).is_same("https://oa.example:443", "oa.example"));
}

TEST(OriginRulesTest, TellsItsPagesFromThoseOfOthers) {
    EXPECT_TRUE(rules().is_same("http://localhost:8080", "localhost:8080"));
    EXPECT_TRUE(rules().is_same("http://LOCALHOST:8080", "localhost:8080"));
    EXPECT_TRUE(rules().is_same("http://[::1]:8080", "[::1]:8080"));
    for (const char* origin :
         {"", "null", "https://localhost:8080", "http://localhost", "http://localhost:3000",
          "http://127.0.0.1:8080", "http://localhost:8080/", "http://localhost:8080.evil.example",
          "http://user@localhost:8080", "file://", "http://", "localhost:8080",
          "http://localhost:8080 http://evil.example"}) {
        EXPECT_FALSE(rules().is_same(origin, "localhost:8080")) << origin;
    }
    EXPECT_TRUE(rules(true).is_same("https://oa.example", "oa.example"));
    EXPECT_FALSE(rules(true).is_same("http://oa.example", "oa.example"));
}

TEST(OriginRulesTest, LetsNamedPagesUseIt) {
    EXPECT_TRUE(rules().allows_cross("https://dashboard.example"));
    EXPECT_TRUE(rules().allows_cross("http://localhost:3000"));
    for (const char* origin : {"null", "http://dashboard.example", "https://x.dashboard.example",
                               "https://dashboard.example:444", ""}) {
        EXPECT_FALSE(rules().allows_cross(origin)) << origin;
    }
    EXPECT_FALSE(OriginRules({.port = 8080}).allows_cross("https://dashboard.example"));
}

TEST(OriginRulesTest, RefusesSettingsThatAreNone) {
    const auto refusal = [](const OriginSettings& settings) {
        try {
            const OriginRules made(settings);
        } catch (const std::invalid_argument& error) {
            return std::string(error.what());
        }
        return std::string("nothing was thrown");
    };
    EXPECT_EQ(refusal({.names = {"https://oa.example"}}),
              "'https://oa.example' is no name of a host; one is written oa.example or "
              "oa.example:8443");
    EXPECT_EQ(refusal({.names = {"*"}}),
              "'*' is no name of a host; one is written oa.example or oa.example:8443");
    for (const char* origin :
         {"null", "*", "dashboard.example", "https://a.example/path", "ftp://a"}) {
        EXPECT_EQ(refusal({.cross_origins = {origin}}),
                  '\'' + std::string(origin) +
                      "' is no origin; one is written https://dashboard.example, with nothing "
                      "behind the name but perhaps a port");
    }
}

}  // namespace
}  // namespace oa::host::access
