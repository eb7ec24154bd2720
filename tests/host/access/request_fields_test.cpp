#include "host/access/request_fields.hpp"

#include <gtest/gtest.h>

namespace oa::host::access {
namespace {

TEST(RequestFieldsTest, FindsTheTokenOfAnAuthorization) {
    EXPECT_EQ(bearer_token("Bearer oat_x"), "oat_x");
    EXPECT_EQ(bearer_token(" bEARER   oat_x "), "oat_x");
    for (const char* field :
         {"", "Bearer", "Basic oat_x", "oat_x", "Bearer2 oat_x", "Beare oat_x"}) {
        EXPECT_EQ(bearer_token(field), std::nullopt) << field;
    }
}

TEST(RequestFieldsTest, FindsTheCookieOfASession) {
    EXPECT_EQ(session_cookie("oa_session=abc", false), "abc");
    EXPECT_EQ(session_cookie("x=1; oa_session=abc; y=2", false), "abc");
    EXPECT_EQ(session_cookie("__Host-oa_session=abc", true), "abc");
    EXPECT_EQ(session_cookie("oa_session=abc", true), std::nullopt);
    EXPECT_EQ(session_cookie("oa_session=abc; oa_session=def", false), std::nullopt);
    EXPECT_EQ(session_cookie("xoa_session=abc", false), std::nullopt);
    EXPECT_EQ(session_cookie("OA_SESSION=abc", false), std::nullopt);
    EXPECT_EQ(session_cookie("", false), std::nullopt);
}

TEST(RequestFieldsTest, WritesTheCookieOfASession) {
    EXPECT_EQ(set_session_cookie("abc", true, std::chrono::hours(12)),
              "__Host-oa_session=abc; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200; Secure");
    EXPECT_EQ(set_session_cookie("abc", false, std::chrono::hours(1)),
              "oa_session=abc; Path=/; HttpOnly; SameSite=Strict; Max-Age=3600");
    EXPECT_EQ(clear_session_cookie(true),
              "__Host-oa_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0; Secure");
}

TEST(RequestFieldsTest, FindsTheTokenAmongTheProtocols) {
    EXPECT_EQ(protocol_token("oa.v1, oa.token.oat_x"), "oat_x");
    EXPECT_EQ(protocol_token("oa.token.oat_x,oa.v1"), "oat_x");
    EXPECT_EQ(protocol_token("oa.v1"), std::nullopt);
    EXPECT_EQ(protocol_token("oa.token.a, oa.token.b"), std::nullopt);
}

}  // namespace
}  // namespace oa::host::access
