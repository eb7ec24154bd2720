#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "tests/plugins/http/http_fixture.hpp"
#include "tests/support/http_server.hpp"

namespace oa::test {
namespace {

using oa::Json;

/// The functions of version 3, by the names that older documents use.
struct HttpOlderTest : HttpFixture {
    Reply run(std::string_view function, const Json& params) { return http.run(function, params); }
    Json local(Json params) const {
        params["host"] = "127.0.0.1";
        params["port"] = server.port();
        return params;
    }
    /// What the server saw of a request.
    Json saw(std::string_view function, const Json& params) {
        const Reply reply = run(function, params);
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
        return reply.json["json"];
    }
};

TEST_F(HttpOlderTest, AnswersToEveryName) {
    for (const char* name : {"oa-network.httpget", "os-network.httpget", "oahttp.httpget",
                             "oa-network.httpsget", "os-network.httpsget", "oa-network.httppost",
                             "os-network.httppost", "oa-network.httpspost", "os-network.httpspost",
                             "oa-network.httpput", "oahttp.get_request"}) {
        const oa_function& function = http.function(name);
        ASSERT_NE(function.deprecated, nullptr) << name;
        EXPECT_EQ(std::string(function.deprecated->replace_with).substr(0, 5), "http.") << name;
    }
}

TEST_F(HttpOlderTest, GetsAPage) {
    const Reply reply =
        run("oa-network.httpget", local({{"get", "/echo?q=1"}, {"headers", {{"X-One", "1"}}}}));
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json["status_code"], Json(200));
    EXPECT_EQ(reply.json["reason"], Json("OK"));
    EXPECT_EQ(reply.json["url"], Json(server.url("/echo?q=1")));
    EXPECT_EQ(reply.json["headers"]["Content-Type"], Json("application/json"));
    EXPECT_EQ(reply.json["json"]["target"], Json("/echo?q=1"));
    EXPECT_EQ(reply.json["json"]["headers"]["x-one"], Json("1"));
    EXPECT_EQ(reply.json["size"], Json(reply.json["content"].as_string().size()));
    EXPECT_FALSE(reply.json.contains("elapsed_ms"));
}

TEST_F(HttpOlderTest, CountsCharactersAndLeavesOutWhatIsNoText) {
    const std::string path =
        server.raw("HTTP/1.1 200 OK\r\nX-a: 1\r\nX-a: 2\r\n\r\ngr\xC3\xBC\xFFn")
            .substr(server.url("").size());
    const Reply reply = run("httpget", local({{"get", path}}));
    EXPECT_EQ(reply.json["content"], Json("grün"));
    EXPECT_EQ(reply.json["size"], Json(4));
    EXPECT_EQ(reply.json["headers"]["X-a"], Json("1, 2"));
}

TEST_F(HttpOlderTest, InputFillsWhatIsMissing) {
    const Json url{{"url", server.url("/echo?kept=1")}};
    EXPECT_EQ(saw("httpget", {{"input", url}})["target"], Json("/echo?kept=1"));
    EXPECT_EQ(saw("httpget", {{"input", url}, {"get", "/echo/own"}})["target"], Json("/echo/own"));
    const Json parts{{"host", "127.0.0.1"}, {"port", std::to_string(server.port())}};
    EXPECT_EQ(saw("httpget", {{"input", parts}})["target"], Json("/"));
    EXPECT_EQ(saw("httpget", local({{"input", {{"url", "http://other.example/echo"}}}}))["target"],
              Json("/echo"));
    EXPECT_EQ(run("httpget", {{"input", "text"}}).pointer, "/host");
    EXPECT_EQ(run("httpget", {{"host", "a"}}).pointer, "/port");
    EXPECT_EQ(run("httpget", {{"host", "a b"}, {"port", 80}}).pointer, "/host");
}

TEST_F(HttpOlderTest, OnlyHttpsFollowsRedirects) {
    const HttpServer nginx;
    const int port = std::stoi(nginx.http("").substr(nginx.http("").rfind(':') + 1));
    const Reply plain =
        run("httpget", {{"host", "localhost"}, {"port", port}, {"get", "/moved/302"}});
    EXPECT_EQ(plain.json["status_code"], Json(302)) << plain.message;
    const Json secure{{"host", "localhost"},
                      {"port", nginx.tls_port()},
                      {"get", "/moved/302"},
                      {"verify", nginx.authority()}};
    const Reply followed = run("oa-network.httpsget", secure);
    EXPECT_EQ(followed.json["content"], Json("Hello\n")) << followed.message;
    EXPECT_TRUE(followed.json["elapsed_ms"].is_integer());
    EXPECT_EQ(followed.json["url"], Json(nginx.tls("/moved/302"))) << "as it was asked";
    Json careless = secure;
    careless["verify"] = false;
    EXPECT_EQ(run("httpsget", careless).status, OA_OK);
    careless["verify"] = true;
    EXPECT_EQ(run("httpsget", careless).status, OA_UNAUTHENTICATED);
    const Reply posted = run("httpspost", {{"host", "localhost"},
                                           {"port", nginx.tls_port()},
                                           {"path", "/taken"},
                                           {"data", "x"},
                                           {"verify", "false"}});
    EXPECT_EQ(posted.json["status_code"], Json(201)) << posted.message;
}

TEST_F(HttpOlderTest, FailsByStatusWithTheOutputThere) {
    const std::string path =
        server.raw("HTTP/1.1 404 No\r\n\r\ngone").substr(server.url("").size());
    const Reply reply = run("httpget", local({{"get", path}}));
    EXPECT_EQ(reply.status, OA_NOT_FOUND);
    EXPECT_EQ(reply.json["status_code"], Json(404));
    EXPECT_EQ(reply.json["content"], Json("gone"));
}

TEST_F(HttpOlderTest, SendsData) {
    const auto body = [&](Json params) {
        params["path"] = "/echo";
        return saw("oa-network.httppost", local(std::move(params)))["body"];
    };
    EXPECT_EQ(body({{"data", {{"a", 1}}}}), Json("7b2261223a317d"));  // {"a":1}
    EXPECT_EQ(body({{"data", Json::array({1, 2})}}), Json("5b312c325d"));
    EXPECT_EQ(body({{"data", "hi"}}), Json("6869"));
    EXPECT_EQ(body({{"data", 5}}), Json("35"));
    EXPECT_EQ(body({{"input", {{"json", {{"a", 1}}}, {"more", 2}}}}), Json("7b2261223a317d"));
    EXPECT_EQ(body({{"input", {{"a", 1}}}}), Json("7b2261223a317d"));
    EXPECT_EQ(body({{"input", "hi"}}), Json("6869"));
    EXPECT_EQ(run("httppost", local({{"path", "/echo"}, {"input", 5}})).pointer, "/data");
    const Json typed = saw("httppost", local({{"path", "/echo"},
                                              {"data", "x"},
                                              {"content_type", "text/plain"},
                                              {"headers", {{"content-type", "a/b"}}}}));
    EXPECT_EQ(typed["headers"]["content-type"], Json("text/plain"));
    const Json put = saw("oa-network.httpput", local({{"path", "/echo"}, {"data", "x"}}));
    EXPECT_EQ(put["method"], Json("PUT"));
    EXPECT_EQ(put["headers"]["content-type"], Json("application/json"));
}

TEST_F(HttpOlderTest, TakesAnAddress) {
    const Json seen = saw("oahttp.get_request",
                          {{"url", server.url("/echo?a=1")}, {"params", {{"q", "x y"}, {"n", 5}}}});
    EXPECT_EQ(seen["target"], Json("/echo?a=1&q=x%20y&n=5"));
    EXPECT_EQ(run("get_request", {{"url", "ftp://a/"}}).pointer, "/url");
}

TEST_F(HttpOlderTest, WritesTheBodyToTheLog) {
    const Reply reply = run("httpget", local({{"get", "/ready/log/0"}, {"printout", true}}));
    ASSERT_EQ(reply.logs.size(), 1U) << reply.message;
    EXPECT_NE(reply.logs.at(0).message.find("\"up\""), std::string::npos);
}

}  // namespace
}  // namespace oa::test
