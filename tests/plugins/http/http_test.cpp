#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/echo_server.hpp"
#include "tests/support/http_server.hpp"

namespace oa::test {
namespace {

using oa::Json;

std::string hex(std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const char c : text) {
        out += digits[static_cast<unsigned char>(c) >> 4U];
        out += digits[static_cast<unsigned char>(c) & 15U];
    }
    return out;
}

TEST(HttpModuleTest, DescribesEveryFunction) {
    const PluginHarness http{OA_PLUGIN_FILE};
    EXPECT_EQ(joined(http.check_descriptor()), "");
}

TEST(HttpModuleTest, OffersTheFunctionsThatItsPageNames) {
    const PluginHarness http{OA_PLUGIN_FILE};
    EXPECT_EQ(http.function_names(),
              (std::vector<std::string>{"get", "post", "put", "patch", "delete", "head", "request",
                                        "download", "upload", "wait_for", "httpget", "httpsget",
                                        "httppost", "httpspost", "httpput", "get_request"}));
}

/// Against a server that tells what it was asked.
struct HttpTest : ::testing::Test {
    EchoServer server;
    PluginHarness http{OA_PLUGIN_FILE};

    /// Runs and returns what the server saw.
    Json seen(std::string_view function, Json params) {
        if (!params.contains("url")) {
            params["url"] = server.url("/echo");
        }
        const Reply reply = http.run(function, params);
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
        return reply.json["json"];
    }
    Reply get(const std::string& url, Json params = Json::object()) {
        params["url"] = url;
        return http.run("get", params);
    }
    /// For responses that are too long for an address.
    Reply answer_to_post(const std::string& response) {
        return http.run("post", {{"url", server.url("/answer")}, {"body", response}});
    }
    /// The output of a GET that is answered with these bytes.
    Json answered(const std::string& response, Json params = Json::object()) {
        const Reply reply = get(server.raw(response), std::move(params));
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
        return reply.json;
    }
};

// ---- What is sent

TEST_F(HttpTest, SendsEveryMethod) {
    EXPECT_EQ(seen("get", Json::object())["method"], Json("GET"));
    EXPECT_EQ(seen("post", Json::object())["method"], Json("POST"));
    EXPECT_EQ(seen("put", Json::object())["method"], Json("PUT"));
    EXPECT_EQ(seen("patch", Json::object())["method"], Json("PATCH"));
    EXPECT_EQ(seen("delete", Json::object())["method"], Json("DELETE"));
    EXPECT_EQ(seen("request", {{"method", "options"}})["method"], Json("OPTIONS"));
    EXPECT_EQ(seen("request", {{"method", "PURGE"}, {"body", "x"}})["body"], Json("78"));
    const Reply head = http.run("head", {{"url", server.url("/echo")}});
    EXPECT_EQ(head.status, OA_OK) << head.message;
    EXPECT_EQ(head.json["body"], Json(""));
}

TEST_F(HttpTest, AddsTheQueryEncoded) {
    const auto target = [&](const std::string& path, Json query) {
        return seen("get", {{"url", server.url(path)}, {"query", std::move(query)}})["target"];
    };
    EXPECT_EQ(target("/echo", {{"a", "x y&z"},
                               {"n", 5},
                               {"b", true},
                               {"none", nullptr},
                               {"list", Json::array({1, "ü"})}}),
              Json("/echo?a=x%20y%26z&n=5&b=true&list=1&list=%C3%BC"));
    EXPECT_EQ(target("/echo?p=1", {{"a", 1}}), Json("/echo?p=1&a=1"));
    EXPECT_EQ(target("/echo?", {{"a", 1}}), Json("/echo?a=1"));
    EXPECT_EQ(target("/echo%2Fx", Json::object()), Json("/echo%2Fx"));
    EXPECT_EQ(http.run("get", {{"url", server.url("/")}, {"query", {{"o", {{"k", 1}}}}}}).pointer,
              "/query/o");
}

TEST_F(HttpTest, SendsHeaders) {
    const Json headers = seen(
        "get",
        {{"headers",
          {{"X-One", "1"}, {"X-Two", 2}, {"Accept", "text/csv"}, {"X-None", nullptr}}}})["headers"];
    EXPECT_EQ(headers["x-one"], Json("1"));
    EXPECT_EQ(headers["x-two"], Json("2"));
    EXPECT_EQ(headers["accept"], Json("text/csv"));
    EXPECT_FALSE(headers.contains("x-none"));
    EXPECT_EQ(headers["host"], Json("127.0.0.1:" + std::to_string(server.port())));
    EXPECT_EQ(headers["connection"], Json("close"));
    EXPECT_EQ(headers["accept-encoding"], Json("gzip, deflate"));
}

TEST_F(HttpTest, RefusesHeadersThatWouldAddLines) {
    const auto pointer = [&](const char* name, const char* value) {
        const Reply reply = get(server.url("/echo"), {{"headers", Json::object({{name, value}})}});
        EXPECT_EQ(reply.status, OA_INVALID_PARAMS) << name;
        return reply.pointer;
    };
    EXPECT_EQ(pointer("X-A", "1\r\nX-B: 2"), "/headers/X-A");
    EXPECT_EQ(pointer("X-A", "1\nX-B: 2"), "/headers/X-A");
    EXPECT_EQ(pointer("X\r\nB", "1"), "/headers/X\r\nB");
    EXPECT_EQ(pointer("X A", "1"), "/headers/X A");
    EXPECT_EQ(pointer("", "1"), "/headers/");
    EXPECT_EQ(pointer("Content-Length", "5"), "/headers/Content-Length");
    EXPECT_EQ(pointer("transfer-encoding", "chunked"), "/headers/transfer-encoding");
    EXPECT_EQ(get("http://127.0.0.1/\r\nX: y").pointer, "/url");
    EXPECT_EQ(http.run("request", {{"url", server.url("/")}, {"method", "GET /x"}}).pointer,
              "/method");
    EXPECT_EQ(http.run("request", {{"url", server.url("/")}, {"method", "connect"}}).pointer,
              "/method");
}

TEST_F(HttpTest, SendsBodies) {
    const Json json = seen("post", {{"json", {{"k", Json::array({1, "ü"})}}}});
    EXPECT_EQ(json["body"], Json(hex("{\"k\":[1,\"ü\"]}")));
    EXPECT_EQ(json["headers"]["content-type"], Json("application/json"));
    EXPECT_EQ(seen("post", {{"json", nullptr}})["body"], Json(hex("null")));

    const Json form = seen("put", {{"form", {{"a b", "1&2"}, {"l", Json::array({1, 2})}}}});
    EXPECT_EQ(form["body"], Json(hex("a%20b=1%262&l=1&l=2")));
    EXPECT_EQ(form["headers"]["content-type"], Json("application/x-www-form-urlencoded"));

    const Json text = seen("patch", {{"body", "ü\n"}});
    EXPECT_EQ(text["body"], Json(hex("ü\n")));
    EXPECT_EQ(text["headers"]["content-type"], Json("text/plain; charset=utf-8"));

    const Json bytes = seen("post", {{"body", "/wAB"},
                                     {"body_encoding", "base64"},
                                     {"headers", {{"content-type", "image/png"}}}});
    EXPECT_EQ(bytes["body"], Json("ff0001"));
    EXPECT_EQ(bytes["headers"]["content-type"], Json("image/png"));

    const Json none = seen("post", Json::object());
    EXPECT_EQ(none["headers"]["content-length"], Json("0"));
    EXPECT_FALSE(seen("get", Json::object())["headers"].contains("content-length"));

    const std::string large(3'000'000, 'x');
    const Reply reply = http.run(
        "post", {{"url", server.url("/echo")}, {"body", large}, {"max_bytes", 10'000'000}});
    EXPECT_EQ(reply.json["json"]["body"], Json(hex(large)));
}

TEST_F(HttpTest, TakesOneBodyOnly) {
    const Reply two = http.run("post", {{"url", server.url("/echo")}, {"json", 1}, {"body", "x"}});
    EXPECT_EQ(two.status, OA_INVALID_PARAMS);
    EXPECT_EQ(two.pointer, "/body");
    const Reply wrong = http.run(
        "post", {{"url", server.url("/echo")}, {"body", "!"}, {"body_encoding", "base64"}});
    EXPECT_EQ(wrong.pointer, "/body");
}

TEST_F(HttpTest, SendsCredentials) {
    EXPECT_EQ(
        seen("get", {{"basic_auth",
                      {{"username", "ada"}, {"password", "se:cret"}}}})["headers"]["authorization"],
        Json("Basic YWRhOnNlOmNyZXQ="));
    EXPECT_EQ(seen("get", {{"bearer_token", "abc.def"}})["headers"]["authorization"],
              Json("Bearer abc.def"));
    const auto pointer = [&](Json params) {
        return get(server.url("/echo"), std::move(params)).pointer;
    };
    EXPECT_EQ(pointer({{"bearer_token", "a"}, {"basic_auth", {{"username", "u"}}}}),
              "/bearer_token");
    EXPECT_EQ(pointer({{"bearer_token", "a"}, {"headers", {{"authorization", "x"}}}}),
              "/bearer_token");
    EXPECT_EQ(pointer({{"bearer_token", "a\r\nX: y"}}), "/bearer_token");
    EXPECT_EQ(pointer({{"basic_auth", {{"username", "a:b"}}}}), "/basic_auth/username");
}

TEST_F(HttpTest, ReachesIpv6Hosts) {
    if (server.port6() == 0) {
        GTEST_SKIP() << "this machine has no IPv6";
    }
    const Reply reply = get(server.url6("/echo"));
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json["json"]["headers"]["host"],
              Json("[::1]:" + std::to_string(server.port6())));
    EXPECT_EQ(reply.json["url"], Json(server.url6("/echo")));
}

// ---- What comes back

TEST_F(HttpTest, GivesTheWholeAnswer) {
    const Json output = answered(
        "HTTP/1.1 203 Not Quite\r\nX-A: 1\r\nx-a: 2\r\nContent-Type: text/plain\r\nContent-Length: "
        "5\r\n\r\nhellotrash");
    EXPECT_EQ(output["status"], Json(203));
    EXPECT_EQ(output["reason"], Json("Not Quite"));
    EXPECT_EQ(output["headers"]["x-a"], Json("1, 2"));
    EXPECT_EQ(output["body"], Json("hello"));
    EXPECT_EQ(output["redirects"], Json(0));
    EXPECT_FALSE(output.contains("json"));
    EXPECT_FALSE(output.contains("body_encoding"));
}

TEST_F(HttpTest, GivesBytesAsBase64) {
    const Json output =
        answered(std::string("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\xFF\x00\x01", 41));
    EXPECT_EQ(output["body"], Json("/wAB"));
    EXPECT_EQ(output["body_encoding"], Json("base64"));
}

TEST_F(HttpTest, ReadsJsonWhereItIsJson) {
    const auto json = [&](const std::string& type, const std::string& body) {
        return answered("HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\n\r\n" + body);
    };
    EXPECT_EQ(json("application/json; charset=utf-8", "{\"a\":1}")["json"]["a"], Json(1));
    EXPECT_EQ(json("application/problem+json", "\xEF\xBB\xBF[1]")["json"], Json::array({1}));
    EXPECT_FALSE(json("application/json", "{broken").contains("json"));
    EXPECT_EQ(json("application/json", "{broken")["body"], Json("{broken"));
    EXPECT_FALSE(json("text/html", "{\"a\":1}").contains("json"));
    const Json large =
        answer_to_post("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n\"" +
                       std::string(300'000, 'x') + "\"")
            .json;
    EXPECT_TRUE(large["body"].is_null());
    EXPECT_EQ(large["json"].as_string().size(), 300'000U);
}

TEST_F(HttpTest, ReadsEveryFraming) {
    EXPECT_EQ(answered("HTTP/1.1 200 OK\r\n\r\nuntil close")["body"], Json("until close"));
    EXPECT_EQ(answered("HTTP/1.0 200\r\n\r\nold")["body"], Json("old"));
    EXPECT_EQ(answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "3;ext=1\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Trailer: t\r\n\r\n")["body"],
              Json("abc0123456789"));
    EXPECT_EQ(answered("HTTP/1.1 204 No Content\r\n\r\n")["body"], Json(""));
    EXPECT_EQ(answered("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n")["status"],
              Json(304));
    EXPECT_EQ(answered("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                       "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")["body"],
              Json("ok"));
    EXPECT_EQ(answered("HTTP/1.1 200 OK\nContent-Length: 2\n\nok")["body"], Json("ok"));
}

TEST_F(HttpTest, NeverTakesAPartForTheWhole) {
    for (const char* response :
         {"", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
          "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08"}) {
        const Reply reply = get(server.raw(response));
        EXPECT_EQ(reply.status, OA_UNAVAILABLE) << response;
        EXPECT_NE(reply.message.find("127.0.0.1:"), std::string::npos) << reply.message;
    }
}

TEST_F(HttpTest, RefusesWhatIsNoHttp) {
    std::string many = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 2000; ++i) {
        many += "X-" + std::to_string(i) + ": 1\r\n";
    }
    for (const std::string& response :
         {std::string("SSH-2.0-OpenSSH_9\r\n\r\n"), std::string("HTTP/2.0 200 OK\r\n\r\n"),
          std::string("HTTP/1.1 abc OK\r\n\r\n"), std::string("HTTP/1.1 99 OK\r\n\r\n"),
          std::string("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"),
          std::string("HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nabcde"),
          std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
          std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n"),
          std::string(
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n")}) {
        EXPECT_EQ(get(server.raw(response)).status, OA_UNAVAILABLE) << response.substr(0, 100);
    }
    EXPECT_EQ(answer_to_post(many + "\r\n").status, OA_UNAVAILABLE);
    EXPECT_EQ(
        answer_to_post("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n").status,
        OA_UNAVAILABLE);
}

// ---- Status

TEST_F(HttpTest, FailsByStatusWithTheOutputThere) {
    const auto reply = [&](const std::string& status, const std::string& more = "") {
        return get(server.raw("HTTP/1.1 " + status + " Reason\r\nContent-Type: text/plain\r\n" +
                              more + "\r\nwhy it is so\nmore"));
    };
    const Reply missing = reply("404");
    EXPECT_EQ(missing.status, OA_NOT_FOUND);
    EXPECT_EQ(missing.retry, OA_RETRY_NO);
    EXPECT_EQ(missing.json["status"], Json(404));
    EXPECT_EQ(missing.details["status"], Json(404));
    EXPECT_NE(missing.message.find("404 Reason: why it is so"), std::string::npos)
        << missing.message;
    EXPECT_EQ(missing.message.find("more"), std::string::npos) << missing.message;

    EXPECT_EQ(reply("400").status, OA_PRECONDITION);
    EXPECT_EQ(reply("401").status, OA_UNAUTHENTICATED);
    EXPECT_EQ(reply("403").status, OA_PERMISSION);
    EXPECT_EQ(reply("408").status, OA_DEADLINE);
    EXPECT_EQ(reply("409").status, OA_CONFLICT);
    EXPECT_EQ(reply("410").status, OA_NOT_FOUND);
    EXPECT_EQ(reply("412").status, OA_PRECONDITION);
    EXPECT_EQ(reply("413").status, OA_EXHAUSTED);
    EXPECT_EQ(reply("501").status, OA_UNIMPLEMENTED);
    EXPECT_EQ(reply("504").status, OA_DEADLINE);
    EXPECT_EQ(reply("504").retry, OA_RETRY_YES);
    for (const char* status : {"500", "502", "503", "599"}) {
        EXPECT_EQ(reply(status).status, OA_UNAVAILABLE) << status;
        EXPECT_EQ(reply(status).retry, OA_RETRY_YES) << status;
    }
}

TEST_F(HttpTest, ReadsRetryAfter) {
    const auto wait = [&](const std::string& status, const std::string& value) {
        const Reply reply =
            get(server.raw("HTTP/1.1 " + status + " X\r\nRetry-After: " + value + "\r\n\r\n"));
        EXPECT_EQ(reply.status, status == "429" ? OA_EXHAUSTED : OA_UNAVAILABLE);
        EXPECT_EQ(reply.retry, OA_RETRY_YES);
        return reply.retry_after_ms;
    };
    EXPECT_EQ(wait("429", "7"), 7000U);
    EXPECT_EQ(wait("503", "0"), 0U);
    EXPECT_EQ(wait("429", "soon"), 0U);
    EXPECT_EQ(wait("429", "Sun, 06 Nov 1994 08:49:37 GMT"), 0U);
    EXPECT_EQ(wait("429", "Sun, 06 Nov 2094 08:49:37 GMT"), 86'400'000U);
    EXPECT_EQ(wait("429", "99999999999999999999"), 86'400'000U);
}

TEST_F(HttpTest, GivesTheStatusInsteadOfFailingWhenAsked) {
    const Json output = answered("HTTP/1.1 500 No\r\n\r\n", {{"fail_on_status", false}});
    EXPECT_EQ(output["status"], Json(500));
}

// ---- Redirects

TEST_F(HttpTest, ChangesTheMethodAsTheStatusTells) {
    const auto after = [&](const char* status, const char* method) {
        const Json saw =
            seen("request",
                 {{"method", method},
                  {"url", server.url(std::string("/redirect/") + status + "/" + hex("/echo"))},
                  {"json", 1}});
        return saw.get<std::string>("method") + " " + saw.get<std::string>("body") + " " +
               saw["headers"].get<std::string>("content-type", "-");
    };
    for (const char* status : {"301", "302", "303"}) {
        EXPECT_EQ(after(status, "POST"), "GET  -") << status;
    }
    EXPECT_EQ(after("303", "PUT"), "GET  -");
    EXPECT_EQ(after("301", "PUT"), "PUT 31 application/json");
    EXPECT_EQ(after("307", "POST"), "POST 31 application/json");
    EXPECT_EQ(after("308", "PATCH"), "PATCH 31 application/json");
}

// Where clouds tell machines their secrets; by a name, an odd spelling or a redirect, too.
TEST_F(HttpTest, NeverAsksTheMetadataAddresses) {
    for (const std::string& url :
         {std::string("http://169.254.169.254/latest/meta-data/"),
          std::string("http://[::ffff:169.254.169.254]/"), std::string("http://[fd00:ec2::254]/"),
          server.url("/redirect/302/" + hex("http://169.254.169.254/"))}) {
        const Reply reply = get(url);
        EXPECT_EQ(reply.status, OA_PERMISSION) << url << ": " << reply.message;
    }
}

TEST_F(HttpTest, LeavesCredentialsBehindWhenTheOriginChanges) {
    const EchoServer other;
    const Json secrets{{"bearer_token", "abc"},
                       {"headers", {{"Cookie", "c=1"}, {"X-Api-Key", "k"}, {"X-Plain", "p"}}}};
    Json params = secrets;
    params["url"] = server.url("/redirect/302/" + hex(other.url("/echo")));
    const Json away = seen("get", params)["headers"];
    EXPECT_FALSE(away.contains("authorization"));
    EXPECT_FALSE(away.contains("cookie"));
    EXPECT_FALSE(away.contains("x-api-key"));
    EXPECT_EQ(away["x-plain"], Json("p"));

    params["url"] = server.url("/redirect/302/" + hex("/echo"));
    EXPECT_EQ(seen("get", params)["headers"]["authorization"], Json("Bearer abc"));

    // Away and back again: they stay away.
    params["url"] =
        server.url("/redirect/302/" + hex(other.url("/redirect/302/" + hex(server.url("/echo")))));
    EXPECT_FALSE(seen("get", params)["headers"].contains("authorization"));
}

TEST_F(HttpTest, CountsAndLimitsRedirects) {
    std::string path = "/echo";
    for (int i = 0; i < 3; ++i) {
        path = "/redirect/302/" + hex(path);
    }
    const Reply followed = get(server.url(path), {{"max_redirects", 3}});
    EXPECT_EQ(followed.json["redirects"], Json(3));
    EXPECT_EQ(followed.json["url"], Json(server.url("/echo")));
    EXPECT_EQ(get(server.url(path), {{"max_redirects", 2}}).status, OA_PRECONDITION);
    const Reply kept = get(server.url(path), {{"follow_redirects", false}});
    EXPECT_EQ(kept.json["status"], Json(302));
    EXPECT_EQ(kept.json["body"], Json("elsewhere"));
}

TEST_F(HttpTest, RefusesRedirectsToOtherSchemes) {
    for (const char* location :
         {"file:///etc/passwd", "ftp://127.0.0.1/", "http://user:pw@127.0.0.1/", "gopher://x"}) {
        const Reply reply = get(server.url("/redirect/302/" + hex(location)));
        EXPECT_EQ(reply.status, OA_PRECONDITION) << location;
        EXPECT_EQ(reply.retry, OA_RETRY_NO);
    }
}

// ---- nginx

struct HttpServerTest : ::testing::Test {
    HttpServer server;
    PluginHarness http{OA_PLUGIN_FILE};
    Reply get(const std::string& url, Json params = Json::object()) {
        params["url"] = url;
        return http.run("get", params);
    }
};

TEST_F(HttpServerTest, GetsFilesAndJson) {
    const Reply text = get(server.http("/hello.txt"));
    ASSERT_EQ(text.status, OA_OK) << text.message;
    EXPECT_EQ(text.json["body"], Json("Hello\n"));
    EXPECT_EQ(text.json["headers"]["content-type"], Json("text/plain"));
    EXPECT_EQ(get(server.http("/orders.json")).json["json"].at(0)["customer"], Json("Ada"));
    const Reply head = http.run("head", {{"url", server.http("/hello.txt")}});
    EXPECT_EQ(head.json["headers"]["content-length"], Json("6"));
}

TEST_F(HttpServerTest, UnpacksGzip) {
    const Reply reply = get(server.http("/large.json"));
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json["headers"]["content-encoding"], Json("gzip"));
    EXPECT_EQ(reply.json["json"].at(0).as_string().size(), 50'000U);
}

TEST_F(HttpServerTest, LogsInWithBasicAuth) {
    EXPECT_EQ(get(server.http("/private/page.txt")).status, OA_UNAUTHENTICATED);
    const Json wrong{{"username", "ada"}, {"password", "no"}};
    EXPECT_EQ(get(server.http("/private/page.txt"), {{"basic_auth", wrong}}).status,
              OA_UNAUTHENTICATED);
    const Json right{{"username", "ada"}, {"password", "secret"}};
    const Reply reply = get(server.http("/private/page.txt"), {{"basic_auth", right}});
    EXPECT_EQ(reply.json["body"], Json("for Ada\n")) << reply.message;
}

TEST_F(HttpServerTest, FollowsEveryRedirect) {
    for (const char* status : {"301", "302", "303", "307", "308"}) {
        const Reply reply = get(server.http(std::string("/moved/") + status));
        EXPECT_EQ(reply.json["body"], Json("Hello\n")) << status << reply.message;
        EXPECT_EQ(reply.json["url"], Json(server.http("/hello.txt")));
    }
    EXPECT_EQ(get(server.http("/loop")).status, OA_PRECONDITION);
}

TEST_F(HttpServerTest, MapsItsStatuses) {
    EXPECT_EQ(get(server.http("/none")).status, OA_NOT_FOUND);
    EXPECT_EQ(get(server.http("/status/500")).status, OA_UNAVAILABLE);
    const Reply slow = get(server.http("/slow-down"));
    EXPECT_EQ(slow.status, OA_EXHAUSTED);
    EXPECT_EQ(slow.retry_after_ms, 7000U);
    EXPECT_EQ(http.run("post", {{"url", server.http("/status/409")}, {"body", "x"}}).status,
              OA_CONFLICT);
}

}  // namespace
}  // namespace oa::test
