#include "host/client/server_url.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace oa::test {
namespace {

using host::client::parse_server_url;
using host::client::url_encoded;

TEST(ServerUrl, TheSameServerHasTheSameText) {
    EXPECT_EQ(parse_server_url("https://oa.example").text(), "https://oa.example:443");
    EXPECT_EQ(parse_server_url("HTTPS://oa.example:443/").text(), "https://oa.example:443");
    EXPECT_EQ(parse_server_url("http://127.0.0.1:8080").text(), "http://127.0.0.1:8080");
    EXPECT_EQ(parse_server_url("http://[::1]:8080").text(), "http://[::1]:8080");
    EXPECT_EQ(parse_server_url("http://localhost").text(), "http://localhost:80");
}

TEST(ServerUrl, RefusesWhatIsNoAddressOrInTheClear) {
    for (const char* wrong :
         {"", "oa.example", "oa.example:8080", "ftp://oa.example", "https://", "https://a/b",
          "https://a?b", "https://a#b", "https://user@a", "http://oa.example",
          "http://10.0.0.1:8080", "http://localhost.example", "https://a:b"}) {
        EXPECT_THROW(static_cast<void>(parse_server_url(wrong)), std::invalid_argument) << wrong;
    }
}

TEST(ServerUrl, EncodesAllThatMeansSomethingInAUrl) {
    EXPECT_EQ(url_encoded("deploy[2]/ask"), "deploy%5B2%5D%2Fask");
    EXPECT_EQ(url_encoded("a b&c=%?#+"), "a%20b%26c%3D%25%3F%23%2B");
}

}  // namespace
}  // namespace oa::test
