#include <string>

#include <gtest/gtest.h>

#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/http_server.hpp"

namespace oa::test {
namespace {

using oa::Json;

struct HttpTlsTest : ::testing::Test {
    HttpServer server;
    PluginHarness http{OA_PLUGIN_FILE};

    Reply get(const std::string& url, Json params = Json::object()) {
        params["url"] = url;
        return http.run("get", params);
    }
    Reply trusting(const std::string& url) { return get(url, {{"ca_file", server.authority()}}); }
    void expect_refused(const Reply& reply, const std::string& reason) {
        EXPECT_EQ(reply.status, OA_UNAUTHENTICATED) << reply.message;
        EXPECT_EQ(reply.retry, OA_RETRY_NO);
        EXPECT_NE(reply.message.find(reason), std::string::npos) << reply.message;
    }
};

TEST_F(HttpTlsTest, TrustsTheGivenAuthority) {
    const Reply reply = trusting(server.tls("/hello.txt"));
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json["body"], Json("Hello\n"));
    const std::string by_address =
        "https://127.0.0.1:" + std::to_string(server.tls_port()) + "/hello.txt";
    EXPECT_EQ(trusting(by_address).status, OA_OK) << trusting(by_address).message;
    EXPECT_EQ(trusting(server.tls("/large.json")).json["json"].size(), 1U);
}

TEST_F(HttpTlsTest, RefusesAnAuthorityThatTheSystemDoesNotKnow) {
    expect_refused(get(server.tls("/hello.txt")), "certificate");
}

TEST_F(HttpTlsTest, RefusesTheNameOfAnotherHost) {
    expect_refused(trusting(server.wrong_name()), "not made for 'localhost'");
}

TEST_F(HttpTlsTest, RefusesOldAndSelfMadeCertificates) {
    expect_refused(trusting(server.expired()), "expired");
    expect_refused(trusting(server.self_signed()), "certificate");
}

TEST_F(HttpTlsTest, RefusesOldTls) {
    const Reply reply = trusting(server.old_tls());
    EXPECT_EQ(reply.status, OA_PRECONDITION) << reply.message;
    EXPECT_EQ(get(server.old_tls(), {{"verify", false}}).status, OA_PRECONDITION);
}

TEST_F(HttpTlsTest, VerifiesNothingOnlyWhenAsked) {
    for (const std::string& url : {server.wrong_name(), server.expired(), server.self_signed()}) {
        const Reply reply = get(url, {{"verify", false}});
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
        EXPECT_EQ(warnings_of(reply),
                  "the certificate of the server is not checked: verify is false\n");
    }
    // One careless call leaves the next one careful.
    const Reply next = get(server.self_signed());
    EXPECT_EQ(next.status, OA_UNAUTHENTICATED);
    EXPECT_EQ(warnings_of(next), "");
}

TEST_F(HttpTlsTest, TellsWhatIsWrongWithTheAuthority) {
    const Reply missing = get(server.tls("/"), {{"ca_file", "/no/such/file.pem"}});
    EXPECT_EQ(missing.status, OA_NOT_FOUND);
    EXPECT_NE(missing.message.find("/no/such/file.pem"), std::string::npos) << missing.message;
    EXPECT_EQ(get(server.tls("/"), {{"ca_file", "/etc/hostname"}}).status, OA_PRECONDITION);
}

TEST_F(HttpTlsTest, TrustsTheAuthoritiesThatTheEnvironmentNames) {
    EXPECT_EQ(get(server.tls("/hello.txt")).status, OA_UNAUTHENTICATED);
    ::setenv("SSL_CERT_FILE", server.authority().c_str(), 1);
    const Reply trusted = get(server.tls("/hello.txt"));
    EXPECT_EQ(trusted.status, OA_OK) << trusted.message;
    EXPECT_EQ(get(server.self_signed()).status, OA_UNAUTHENTICATED);
    ::unsetenv("SSL_CERT_FILE");
    EXPECT_EQ(get(server.tls("/hello.txt")).status, OA_UNAUTHENTICATED);
}

TEST_F(HttpTlsTest, TellsWhenTheServerSpeaksNoTls) {
    const Reply reply = get("https" + server.http("/hello.txt").substr(4));
    EXPECT_EQ(reply.status, OA_PRECONDITION) << reply.message;
    EXPECT_NE(reply.message.find("TLS"), std::string::npos) << reply.message;
}

TEST_F(HttpTlsTest, KeepsTheBodyFromTravellingUnencrypted) {
    const Reply followed = http.run(
        "post",
        {{"url", server.tls("/moved/303")}, {"body", "x"}, {"ca_file", server.authority()}});
    EXPECT_EQ(followed.status, OA_OK) << followed.message;
    const Reply refused = http.run(
        "post", {{"url", server.tls("/to-http")}, {"body", "x"}, {"ca_file", server.authority()}});
    EXPECT_EQ(refused.status, OA_PRECONDITION) << refused.message;
    EXPECT_NE(refused.message.find("unencrypted"), std::string::npos) << refused.message;
    EXPECT_EQ(trusting(server.tls("/to-http")).json["url"], Json(server.http("/hello.txt")));
}

}  // namespace
}  // namespace oa::test
