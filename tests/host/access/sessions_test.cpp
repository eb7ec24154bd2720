#include "host/access/sessions.hpp"

#include "tests/host/access/access_fixture.hpp"

namespace oa::host::access {
namespace {

Sessions::Time after(seconds passed) {
    return Sessions::Time(hours(1) + passed);
}

struct SessionsTest : testing::Test {
    static SessionSettings small() {
        SessionSettings settings;
        settings.count_max = 5;
        settings.per_token_max = 3;
        return settings;
    }
    Sessions sessions{small(), seeded()};

    std::string sign_in(const std::string& token_id, seconds passed = seconds(0)) {
        const auto cookie = sessions.sign_in(token_id, after(passed));
        return cookie ? std::string(cookie->reveal()) : "";
    }
};

TEST_F(SessionsTest, StandsForItsToken) {
    const std::string cookie = sign_in("a");
    EXPECT_EQ(cookie.size(), 43U);
    EXPECT_EQ(sessions.use(cookie, after(seconds(1))), "a");
    EXPECT_EQ(sessions.use(sign_in("b"), after(seconds(1))), "b");
    EXPECT_EQ(sessions.use("", after(seconds(1))), std::nullopt);
    std::string wrong = cookie;
    wrong.back() = wrong.back() == '0' ? '1' : '0';
    EXPECT_EQ(sessions.use(wrong, after(seconds(1))), std::nullopt);
}

TEST_F(SessionsTest, EndsWhenNobodyUsesIt) {
    const std::string cookie = sign_in("a");
    EXPECT_EQ(sessions.use(cookie, after(minutes(60) - seconds(1))), "a");
    EXPECT_TRUE(sessions.is_open(session_of(cookie), after(minutes(120) - seconds(2))));
    EXPECT_FALSE(sessions.is_open(session_of(cookie), after(minutes(120) - seconds(1))));
    EXPECT_EQ(sessions.use(cookie, after(minutes(120) - seconds(1))), std::nullopt);
    EXPECT_EQ(sessions.count(), 0U);
}

TEST_F(SessionsTest, EndsAfterTwelveHoursWhateverIsDone) {
    const std::string cookie = sign_in("a");
    for (minutes passed{0}; passed < hours(12); passed += minutes(30)) {
        EXPECT_EQ(sessions.use(cookie, after(passed)), "a");
    }
    EXPECT_EQ(sessions.use(cookie, after(hours(12) - seconds(1))), "a");
    EXPECT_EQ(sessions.use(cookie, after(hours(12))), std::nullopt);
}

TEST_F(SessionsTest, EndsWhenToldTo) {
    const std::string one = sign_in("a");
    const std::string two = sign_in("a");
    const std::string other = sign_in("b");
    EXPECT_TRUE(sessions.sign_out(one));
    EXPECT_FALSE(sessions.sign_out(one));
    EXPECT_EQ(sessions.use(one, after(seconds(1))), std::nullopt);
    EXPECT_EQ(sessions.use(two, after(seconds(1))), "a");
    sessions.end_those_of("a");
    EXPECT_EQ(sessions.use(two, after(seconds(1))), std::nullopt);
    EXPECT_EQ(sessions.use(other, after(seconds(1))), "b");
}

TEST_F(SessionsTest, GivesATokenSoManyAndNotAllOfThem) {
    const std::string first = sign_in("a", seconds(0));
    const std::string second = sign_in("a", seconds(1));
    EXPECT_TRUE(sessions.use(first, after(seconds(2))));
    sign_in("a", seconds(3));
    sign_in("a", seconds(4));  // in place of the one that was used longest ago
    EXPECT_EQ(sessions.count(), 3U);
    EXPECT_FALSE(sessions.use(second, after(seconds(5))));
    EXPECT_TRUE(sessions.use(first, after(seconds(5))));
    sign_in("b", seconds(5));
    sign_in("b", seconds(5));
    EXPECT_EQ(sign_in("c", seconds(5)), "");              // there are five
    EXPECT_NE(sign_in("c", hours(1) + seconds(10)), "");  // which have ended
    EXPECT_EQ(sessions.count(), 1U);
}

TEST_F(SessionsTest, HasACsrfTokenOfItsOwn) {
    const std::string one = sign_in("a");
    const std::string two = sign_in("a");
    EXPECT_NE(csrf_token_for(one), csrf_token_for(two));
    EXPECT_NE(csrf_token_for(one), one);
    EXPECT_TRUE(is_csrf_token_for(one, csrf_token_for(one)));
    EXPECT_FALSE(is_csrf_token_for(one, csrf_token_for(two)));
    EXPECT_FALSE(is_csrf_token_for(one, csrf_token_for(one) + "0"));
    EXPECT_FALSE(is_csrf_token_for(one, ""));
}

}  // namespace
}  // namespace oa::host::access
