#include "host/access/access_policy.hpp"

#include <array>
#include <cmath>
#include <functional>
#include <iomanip>
#include <iostream>
#include <random>
#include <set>
#include <thread>

#include "host/access/request_fields.hpp"
#include "host/access/token_text.hpp"
#include "tests/host/access/access_fixture.hpp"

namespace oa::host::access {
namespace {

struct AccessPolicyTest : testing::Test {
    MemoryStorage storage;
    SetClock clock;
    TokenBook book{storage, seeded()};
    Sessions sessions{{}, seeded(2)};
    FailureLimiter limiter;
    OriginRules origins{{.port = 8080, .names = {}, .cross_origins = {"https://dash.example"}}};
    AccessPolicy policy{{book, sessions, limiter, origins, clock}};

    struct Made {
        std::string id;
        std::string text;
    };
    Made token(ScopeSet scopes, seconds lifetime = hours(24)) {
        const CreatedToken made = book.create({"of ada", scopes, lifetime, "ops"}, clock.wall());
        return {made.info.id, std::string(made.text.reveal())};
    }
    /// A request of a program, which shows nothing yet.
    static Credentials request(std::string_view method = "GET") {
        Credentials shown;
        shown.peer = "192.0.2.7";
        shown.method = method;
        shown.host = "localhost:8080";
        return shown;
    }
    [[nodiscard]] std::string outcome(RouteAccess route, const Credentials& shown) const {
        const auto found = policy.decide(route, shown);
        if (const auto* refusal = std::get_if<Refusal>(&found)) {
            return std::to_string(refusal->status) + ' ' + refusal->code;
        }
        const auto& admission = std::get<Admission>(found);
        return admission.who ? "in as " + to_string(admission.who->scopes) : "in";
    }
    [[nodiscard]] std::string outcome(Scope needed, const Credentials& shown) const {
        return outcome(RouteAccess::needs(needed), shown);
    }
    [[nodiscard]] Refusal refusal(Scope needed, const Credentials& shown) const {
        return std::get<Refusal>(policy.decide(RouteAccess::needs(needed), shown));
    }
    [[nodiscard]] SignedIn sign_in(std::string_view text) const {
        return std::get<SignedIn>(policy.sign_in(text, "192.0.2.7"));
    }
};

/// A page's request: the texts that it borrows.
struct PageRequest {
    explicit PageRequest(const SignedIn& signed_in, std::string_view method = "POST")
        : cookie("oa_session=" + std::string(signed_in.cookie.reveal())),
          csrf(signed_in.csrf_token) {
        shown = AccessPolicyTest::request(method);
        shown.cookie = cookie;
        shown.csrf_token = csrf;
        shown.origin = "http://localhost:8080";
    }
    std::string cookie;
    std::string csrf;
    Credentials shown;
};

// Every kind of credentials, against every scope that a route may need, by method and transport.
TEST_F(AccessPolicyTest, LetsInWhoHasTheScope) {
    const std::array all{Scope::Read, Scope::Run, Scope::Edit, Scope::Secrets, Scope::Admin};
    std::size_t cases = 0;
    for (const Scope has : all) {
        const std::string text = token({has}).text;
        const std::string bearer = "Bearer " + text;
        const std::string protocols = "oa.v1, oa.token." + text;
        const SignedIn signed_in = sign_in(text);
        for (const Scope needed : all) {
            const std::string expected =
                ScopeSet{has}.allows(needed) ? "in as " + std::string(to_string(has)) : "403 scope";
            for (const char* method : {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE"}) {
                Credentials by_bearer = request(method);
                by_bearer.authorization = bearer;
                EXPECT_EQ(outcome(needed, by_bearer), expected);
                EXPECT_EQ(outcome(needed, PageRequest(signed_in, method).shown), expected);
                EXPECT_EQ(outcome(needed, request(method)), "401 unauthorized");
                cases += 3;
            }
            Credentials socket = request();
            socket.is_web_socket = true;
            EXPECT_EQ(outcome(needed, socket), "401 unauthorized");
            socket.web_socket_protocols = protocols;
            EXPECT_EQ(outcome(needed, socket), expected);
            PageRequest page(signed_in, "GET");
            page.shown.is_web_socket = true;
            EXPECT_EQ(outcome(needed, page.shown), expected);
            cases += 3;
        }
    }
    std::cout << cases << " combinations of scope, need, method and transport\n";
}

TEST_F(AccessPolicyTest, LetsAnybodyInWhereARouteSaysSo) {
    const RouteAccess open = RouteAccess::open_to_all();
    EXPECT_EQ(outcome(open, request()), "in");
    Credentials wrong = request();
    wrong.authorization = "Bearer nonsense";
    EXPECT_EQ(outcome(open, wrong), "in");  // nobody looks
    Credentials foreign = request("POST");
    foreign.origin = "https://evil.example";
    EXPECT_EQ(outcome(open, foreign), "403 origin");
    Credentials rebound = request();
    rebound.host = "evil.example:8080";
    EXPECT_EQ(outcome(open, rebound), "421 host");
}

TEST_F(AccessPolicyTest, LooksAtHostAndOriginBeforeAnythingElse) {
    const std::string bearer = "Bearer " + token({Scope::Admin}).text;
    Credentials shown = request();
    shown.authorization = bearer;
    EXPECT_EQ(outcome(Scope::Read, shown), "in as admin");
    shown.host.reset();
    EXPECT_EQ(outcome(Scope::Read, shown), "400 host");
    shown.host = "evil.example";
    EXPECT_EQ(outcome(Scope::Read, shown), "421 host");
    shown.host = "localhost:8080";
    for (const char* origin : {"https://evil.example", "null", "http://localhost:9999"}) {
        shown.origin = origin;
        EXPECT_EQ(outcome(Scope::Read, shown), "403 origin") << origin;
    }
    shown.origin = "https://dash.example";
    EXPECT_EQ(outcome(Scope::Read, shown), "in as admin");
    shown.is_web_socket = true;
    shown.origin = "null";
    EXPECT_EQ(outcome(Scope::Read, shown), "403 origin");
}

TEST_F(AccessPolicyTest, LetsOnlyItsOwnPagesUseASession) {
    const SignedIn signed_in = sign_in(token({Scope::Admin}).text);
    PageRequest page(signed_in);
    EXPECT_EQ(outcome(Scope::Run, page.shown), "in as admin");
    page.shown.origin.reset();
    EXPECT_EQ(outcome(Scope::Run, page.shown), "403 origin");
    page.shown.method = "GET";  // as when a link is followed
    EXPECT_EQ(outcome(Scope::Run, page.shown), "in as admin");
    page.shown.is_web_socket = true;
    EXPECT_EQ(outcome(Scope::Run, page.shown), "403 origin");
    // Even those that may use the API with a token.
    page.shown.origin = "https://dash.example";
    EXPECT_EQ(outcome(Scope::Run, page.shown), "403 origin");
    page.shown.is_web_socket = false;
    EXPECT_EQ(outcome(Scope::Run, page.shown), "403 origin");
}

TEST_F(AccessPolicyTest, AsksAPageForItsCsrfTokenForEveryChange) {
    const std::string text = token({Scope::Admin}).text;
    const SignedIn signed_in = sign_in(text);
    const SignedIn another = sign_in(text);
    for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "TRACE", "get", ""}) {
        PageRequest page(signed_in, method);
        EXPECT_EQ(outcome(Scope::Read, page.shown), "in as admin") << method;
        page.shown.csrf_token = another.csrf_token;
        EXPECT_EQ(outcome(Scope::Read, page.shown), "403 csrf") << method;
        page.shown.csrf_token.reset();
        EXPECT_EQ(outcome(Scope::Read, page.shown), "403 csrf") << method;
    }
    PageRequest page(signed_in, "GET");
    page.shown.csrf_token.reset();
    EXPECT_EQ(outcome(Scope::Read, page.shown), "in as admin");
}

TEST_F(AccessPolicyTest, TellsClientsTheSameOfAllTokensThatDoNotCount) {
    const Made revoked = token({Scope::Read});
    book.revoke(revoked.id, clock.wall());
    const Made expired = token({Scope::Read}, seconds(1));
    clock.passed += seconds(1);
    std::string unknown = token({Scope::Read}).text;
    {
        MemoryStorage elsewhere;
        TokenBook others(elsewhere, seeded(77));
        unknown = others.create({"x", {Scope::Admin}, {}, ""}, at(0)).text.reveal();
    }
    std::vector<std::string> reasons;
    std::set<std::string> told;
    for (const std::string& text : {revoked.text, expired.text, unknown, std::string("nonsense")}) {
        Credentials shown = request();
        const std::string bearer = "Bearer " + text;
        shown.authorization = bearer;
        const Refusal found = refusal(Scope::Read, shown);
        told.insert(std::to_string(found.status) + found.code + found.detail);
        reasons.push_back(found.reason + ' ' + found.token_id);
    }
    EXPECT_EQ(told.size(), 1U);
    EXPECT_EQ(reasons,
              (std::vector<std::string>{"revoked " + revoked.id, "expired " + expired.id,
                                        "unknown " + unknown.substr(4, 10), "malformed "}));
}

TEST_F(AccessPolicyTest, MakesWhoGuessesWait) {
    const std::string good = "Bearer " + token({Scope::Read}).text;
    Credentials shown = request();
    shown.authorization = "Bearer nonsense";
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(outcome(Scope::Read, shown), "401 unauthorized");
    }
    const Refusal found = refusal(Scope::Read, shown);
    EXPECT_EQ(found.status, 429);
    EXPECT_EQ(found.retry_after, seconds(60));
    EXPECT_EQ(found.detail, "too many tokens that do not count were shown; try again in 60 s");
    EXPECT_EQ(std::get<Refusal>(policy.sign_in("nonsense", shown.peer)).status, 429);
    shown.peer = "192.0.2.8";
    EXPECT_EQ(outcome(Scope::Read, shown), "401 unauthorized");
    shown.peer = "192.0.2.7";
    shown.authorization = good;  // of somebody behind the same address
    EXPECT_EQ(outcome(Scope::Read, shown), "in as read");
    shown.authorization = "Bearer nonsense";
    EXPECT_EQ(outcome(Scope::Read, shown), "429 too_many_failures");
    clock.passed += seconds(60);
    EXPECT_EQ(outcome(Scope::Read, shown), "401 unauthorized");
}

TEST_F(AccessPolicyTest, MakesNobodyWaitForWhatIsNoGuess) {
    const std::string cookie = "oa_session=" + std::string(43, 'x');
    for (int i = 0; i < 30; ++i) {
        Credentials page = request();
        page.cookie = cookie;
        EXPECT_EQ(outcome(Scope::Read, page), "401 unauthorized");
        EXPECT_EQ(outcome(Scope::Read, request()), "401 unauthorized");
    }
}

TEST_F(AccessPolicyTest, EndsASessionWithItsToken) {
    const Made made = token({Scope::Admin});
    const Made other = token({Scope::Admin}, seconds(100));
    const SignedIn one = sign_in(made.text);
    const SignedIn two = sign_in(other.text);
    EXPECT_EQ(outcome(Scope::Read, PageRequest(one).shown), "in as admin");
    EXPECT_TRUE(policy.still_admits(made.id, session_of(one.cookie.reveal())));
    EXPECT_TRUE(policy.still_admits(made.id, std::nullopt));
    book.revoke(made.id, clock.wall());
    EXPECT_FALSE(policy.still_admits(made.id, session_of(one.cookie.reveal())));
    EXPECT_FALSE(policy.still_admits(made.id, std::nullopt));
    EXPECT_EQ(refusal(Scope::Read, PageRequest(one).shown).reason,
              "session of a token that has ended");
    EXPECT_EQ(sessions.count(), 1U);
    clock.passed += seconds(100);
    EXPECT_EQ(outcome(Scope::Read, PageRequest(two).shown), "401 unauthorized");
    EXPECT_EQ(sessions.count(), 0U);
}

TEST_F(AccessPolicyTest, EndsWhatASessionOpenedWithTheSession) {
    const Made made = token({Scope::Admin});
    const SignedIn signed_in = sign_in(made.text);
    const Hash session = session_of(signed_in.cookie.reveal());
    EXPECT_EQ(std::get<Admission>(
                  policy.decide(RouteAccess::needs(Scope::Read), PageRequest(signed_in).shown))
                  .session,
              session);
    sessions.sign_out(signed_in.cookie.reveal());
    EXPECT_FALSE(policy.still_admits(made.id, session));
    EXPECT_TRUE(policy.still_admits(made.id, std::nullopt));
}

TEST_F(AccessPolicyTest, LooksForTheCookieThatHttpsHas) {
    const OriginRules by_https({.port = 443, .is_https = true});
    const AccessPolicy behind_tls{{book, sessions, limiter, by_https, clock}};
    const SignedIn signed_in = sign_in(token({Scope::Read}).text);
    Credentials shown = request();
    shown.host = "localhost";
    for (const bool is_bound : {true, false}) {
        const std::string cookie = std::string(session_cookie_name(is_bound)) + '=' +
                                   std::string(signed_in.cookie.reveal());
        shown.cookie = cookie;
        EXPECT_EQ(std::holds_alternative<Admission>(
                      behind_tls.decide(RouteAccess::needs(Scope::Read), shown)),
                  is_bound);
    }
}

TEST_F(AccessPolicyTest, RefusesTwoTokensAtOnce) {
    const std::string text = token({Scope::Admin}).text;
    const std::string bearer = "Bearer " + text;
    const std::string protocols = "oa.token." + text;
    Credentials shown = request();
    shown.is_web_socket = true;
    shown.authorization = bearer;
    shown.web_socket_protocols = protocols;
    EXPECT_EQ(outcome(Scope::Read, shown), "400 credentials");
    shown.authorization.reset();
    shown.is_web_socket = false;  // a field that means nothing then
    EXPECT_EQ(outcome(Scope::Read, shown), "401 unauthorized");
}

TEST_F(AccessPolicyTest, SignsInAsManyAsThereIsRoomFor) {
    Sessions few({.count_max = 1}, seeded(3));
    const AccessPolicy narrow{{book, few, limiter, origins, clock}};
    const std::string one = token({Scope::Read}).text;
    const std::string two = token({Scope::Read}).text;
    EXPECT_TRUE(std::holds_alternative<SignedIn>(narrow.sign_in(one, "192.0.2.7")));
    EXPECT_EQ(std::get<Refusal>(narrow.sign_in(two, "192.0.2.7")).status, 503);
}

// For the thread sanitizer: all that a host does at the same time.
TEST_F(AccessPolicyTest, ServesManyThreads) {
    const Made admin = token({Scope::Admin});
    const std::string bearer = "Bearer " + admin.text;
    const SignedIn signed_in = sign_in(admin.text);
    constexpr int rounds = 200;
    const std::vector<std::function<void()>> work{
        [&] {
            Credentials shown = request();
            shown.authorization = bearer;
            EXPECT_EQ(outcome(Scope::Read, shown), "in as admin");
        },
        [&] { EXPECT_EQ(outcome(Scope::Edit, PageRequest(signed_in).shown), "in as admin"); },
        [&] {
            const Made made = token({Scope::Read});
            const SignedIn another = sign_in(made.text);
            EXPECT_TRUE(policy.still_admits(made.id, session_of(another.cookie.reveal())));
            EXPECT_EQ(book.revoke(made.id, clock.wall()), Revocation::Done);
            EXPECT_FALSE(policy.still_admits(made.id, std::nullopt));
        },
        [&] {
            Credentials shown = request();
            shown.peer = "192.0.2.9";
            shown.authorization = "Bearer nonsense";
            EXPECT_NE(outcome(Scope::Read, shown), "in as read");
        },
        [&] {
            book.flush();
            static_cast<void>(book.list());
            book.forget_ended(at(-1));
        }};
    std::vector<std::thread> threads;
    threads.reserve(work.size());
    for (const auto& one : work) {
        threads.emplace_back([&one] {
            for (int i = 0; i < rounds; ++i) {
                one();
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

// Prints Welch's t for the time that a token takes which there is not, against one whose secret is
// wrong: it is the id that is told apart, which is public, and nothing of the secret. Not asserted,
// as the machine has others to serve.
TEST_F(AccessPolicyTest, TakesAsLongForATokenThatThereIsNot) {
    const Made made = token({Scope::Read});
    const auto with_secret = [](std::string_view id, char letter) {
        return std::string(write_token(id, std::string(secret_text_size, letter)).reveal());
    };
    const std::array<std::string, 2> texts{with_secret(made.id, 'a'),
                                           with_secret("0000000000", 'a')};
    constexpr int samples = 20'000;
    std::array<double, 2> sums{};
    std::array<double, 2> squares{};
    std::mt19937_64 random(1);
    std::array<int, 2> counts{};
    for (int i = 0; i < samples; ++i) {
        const std::size_t which = random() % 2;
        const auto begin = std::chrono::steady_clock::now();
        const auto found = book.authenticate(texts.at(which), clock.wall());
        const std::chrono::duration<double, std::nano> took =
            std::chrono::steady_clock::now() - begin;
        ASSERT_TRUE(std::holds_alternative<TokenRefusal>(found));
        if (took.count() < 100'000) {  // another was served meanwhile
            sums.at(which) += took.count();
            squares.at(which) += took.count() * took.count();
            ++counts.at(which);
        }
    }
    std::array<double, 2> means{};
    double variance = 0;
    for (std::size_t i = 0; i < 2; ++i) {
        means.at(i) = sums.at(i) / counts.at(i);
        variance += (squares.at(i) / counts.at(i) - means.at(i) * means.at(i)) / counts.at(i);
    }
    std::cout << std::fixed << std::setprecision(0) << "a wrong secret takes " << means[0]
              << " ns, a token that there is not " << means[1]
              << " ns; t = " << std::setprecision(1) << (means[0] - means[1]) / std::sqrt(variance)
              << '\n';
}

}  // namespace
}  // namespace oa::host::access
