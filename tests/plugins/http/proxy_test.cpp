#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/plugins/http/http_fixture.hpp"
#include "tests/plugins/support/cancelling.hpp"
#include "tests/support/http_server.hpp"

namespace oa::test {
namespace {

using oa::Json;

/// A real proxy on a free port; it connects to 127.0.0.1 whatever host is named.
class ProxyServer {
public:
    explicit ProxyServer(const std::string& credentials = "") : process_(command(credentials)) {
        address_ = "127.0.0.1:" + process_.first_line();
    }
    [[nodiscard]] const std::string& address() const { return address_; }

private:
    static std::vector<std::string> command(const std::string& credentials) {
        std::vector<std::string> out{"python3", "-I", "-S",
                                     OA_SOURCE_DIR "/tests/support/proxy_server.py"};
        if (!credentials.empty()) {
            out.push_back(credentials);
        }
        return out;
    }
    ServerProcess process_;
    std::string address_;
};

/// A variable of the environment, as long as this object lives.
class Variable {
public:
    Variable(const char* name, const std::string& value) : name_(name) {
        ::setenv(name, value.c_str(), 1);
    }
    ~Variable() { ::unsetenv(name_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    const char* name_;
};

struct HttpProxyTest : HttpFixture {
    HttpServer nginx;
    ProxyServer proxy;

    Reply get(const std::string& url, Json params = Json::object()) {
        params["url"] = url;
        params["ca_file"] = nginx.authority();
        if (!params.contains("proxy")) {
            params["proxy"] = "http://" + proxy.address();
        }
        return http.run("get", params);
    }
    Json asked(const ProxyServer& which) {
        const Reply reply = http.run("get", {{"url", "http://" + which.address() + "/seen"}});
        return Json::parse(reply.json.get<std::string>("body"));
    }
    std::string unknown(const std::string& path) const {
        return "http://far.example:" + std::to_string(server.port()) + path;
    }
};

TEST_F(HttpProxyTest, PassesRequestsOn) {
    const Reply reply = get(unknown("/echo?a=1"), {{"headers", {{"X-One", "1"}}}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json["url"], Json(unknown("/echo?a=1")));
    const Json& saw = reply.json["json"];
    EXPECT_EQ(saw["target"], Json("/echo?a=1"));
    EXPECT_EQ(saw["headers"]["host"], Json(unknown("").substr(7)));
    EXPECT_EQ(saw["headers"]["x-one"], Json("1"));
    EXPECT_EQ(asked(proxy), Json::array({Json("GET " + unknown("/echo?a=1") + " HTTP/1.1")}));
}

TEST_F(HttpProxyTest, OpensTunnelsForHttps) {
    const Reply reply = get(nginx.tls("/hello.txt"), {{"bearer_token", "secret"}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json["body"], Json("Hello\n"));
    const std::string host = "localhost:" + std::to_string(nginx.tls_port());
    EXPECT_EQ(asked(proxy), Json::array({Json("CONNECT " + host + " HTTP/1.1")}));
    // The certificate is still the server's.
    EXPECT_EQ(get(nginx.wrong_name()).status, OA_UNAUTHENTICATED);
    const Reply file = http.run("download", {{"url", nginx.tls("/large.bin")},
                                             {"ca_file", nginx.authority()},
                                             {"proxy", proxy.address()},
                                             {"path", folder.at("file")}});
    EXPECT_EQ(file.json["size"], Json(1 << 20)) << file.message;
}

TEST_F(HttpProxyTest, SaysWhoItIs) {
    const ProxyServer closed("ada:p@ss:word");
    const std::string& address = closed.address();
    for (const std::string& url : {unknown("/echo"), nginx.tls("/hello.txt")}) {
        EXPECT_EQ(get(url, {{"proxy", "http://ada:p%40ss%3Aword@" + address}}).status, OA_OK);
        EXPECT_EQ(get(url, {{"proxy", "http://" + address},
                            {"proxy_auth", {{"username", "ada"}, {"password", "p@ss:word"}}}})
                      .status,
                  OA_OK);
        const Reply unknown_user = get(url, {{"proxy", "http://ada:hunter2@" + address}});
        EXPECT_EQ(unknown_user.status, OA_UNAUTHENTICATED) << unknown_user.message;
        EXPECT_EQ(unknown_user.message.find("hunter2"), std::string::npos) << unknown_user.message;
    }
    const Reply passed = get(unknown("/echo"), {{"proxy", "http://ada:p%40ss%3Aword@" + address}});
    EXPECT_FALSE(passed.json["json"]["headers"].contains("proxy-authorization"));
}

TEST_F(HttpProxyTest, TellsWhatTheProxySays) {
    const Reply refused = get("https://closed.example/");
    EXPECT_EQ(refused.status, OA_PERMISSION) << refused.message;
    EXPECT_NE(refused.message.find("CONNECT closed.example:443 by the proxy"), std::string::npos)
        << refused.message;
    EXPECT_NE(refused.message.find("not that one"), std::string::npos) << refused.message;
    const std::string nobody = "127.0.0.1:" + std::to_string(refusing_port());
    const Reply down = get(unknown("/echo"), {{"proxy", nobody}});
    EXPECT_EQ(down.status, OA_UNAVAILABLE);
    EXPECT_EQ(down.retry, OA_RETRY_YES);
    EXPECT_NE(down.message.find("by the proxy " + nobody), std::string::npos) << down.message;
    // A server that is no proxy, and one that never answers.
    EXPECT_NE(get("https://far.example/", {{"proxy", server.url("/")}}).status, OA_OK);
}

TEST_F(HttpProxyTest, RefusesWhatIsNoProxy) {
    for (const char* wrong : {"https://127.0.0.1:1", "socks5://127.0.0.1:1", "http://", "a b",
                              "http://u:hunter2@:80"}) {
        const Reply reply = get(unknown("/echo"), {{"proxy", wrong}});
        EXPECT_EQ(reply.pointer, "/proxy") << wrong;
        EXPECT_EQ(reply.message.find("hunter2"), std::string::npos) << reply.message;
    }
    const Json who{{"username", "ada"}};
    EXPECT_EQ(get(unknown("/"), {{"proxy", ""}, {"proxy_auth", who}}).pointer, "/proxy_auth");
    EXPECT_EQ(get(unknown("/"), {{"proxy", "environment"}, {"proxy_auth", who}}).pointer,
              "/proxy_auth");
}

// A proxy is no way around what may not be asked, in whatever spelling.
TEST_F(HttpProxyTest, NeverAsksTheMetadataAddresses) {
    for (const char* url :
         {"http://169.254.169.254/", "https://169.254.169.254/", "http://[::ffff:a9fe:a9fe]/",
          "http://2852039166/", "http://0xa9fea9fe/", "http://0251.0376.0251.0376/",
          "http://169.254.43518/"}) {
        const Reply reply = get(url);
        EXPECT_EQ(reply.status, OA_PERMISSION) << url << ": " << reply.message;
    }
    EXPECT_EQ(get(unknown("/"), {{"proxy", "http://169.254.169.254:80"}}).status, OA_PERMISSION);
    EXPECT_TRUE(asked(proxy).empty());
}

TEST_F(HttpProxyTest, HeedsTheEnvironmentOnlyWhenAsked) {
    const ProxyServer other;
    const Variable plain("http_proxy", proxy.address());
    const Variable secure("HTTPS_PROXY", "http://" + other.address());
    const auto count = [this](const ProxyServer& which) { return asked(which).size(); };

    EXPECT_EQ(get(nginx.http("/hello.txt"), {{"proxy", ""}}).status, OA_OK);
    EXPECT_EQ(count(proxy), 0U);
    const Json yes{{"proxy", "environment"}};
    EXPECT_EQ(get(nginx.http("/hello.txt"), yes).status, OA_OK);
    EXPECT_EQ(count(proxy), 1U);
    // Each hop goes its own way.
    EXPECT_EQ(get(nginx.tls("/to-http"), yes).status, OA_OK);
    EXPECT_EQ(count(proxy), 2U);
    EXPECT_EQ(count(other), 1U);
    for (const char* straight : {"localhost", "example.com, LOCALHOST", "*"}) {
        const Variable except("no_proxy", straight);
        EXPECT_EQ(get(nginx.http("/hello.txt"), yes).status, OA_OK);
        EXPECT_EQ(count(proxy), 2U) << straight;
    }
    for (const char* through : {"ocalhost", "localhost.example", "example"}) {
        const std::size_t before = count(proxy);
        const Variable except("no_proxy", through);
        EXPECT_EQ(get(nginx.http("/hello.txt"), yes).status, OA_OK);
        EXPECT_EQ(count(proxy), before + 1) << through;
    }
    const Variable domain("no_proxy", ".example");
    EXPECT_EQ(get(unknown("/echo"), yes).status, OA_UNAVAILABLE) << "far.example is asked itself";
}

TEST_F(HttpProxyTest, EndsWithinASecondOfBeingCancelled) {
    const CancelledCall slow =
        run_and_cancel(http, "get", {{"url", unknown("/hang")}, {"proxy", proxy.address()}},
                       [](const FakeCall& fake) { return fake.has_callbacks(); });
    EXPECT_EQ(slow.reply.status, OA_CANCELLED) << slow.reply.message;
    EXPECT_LT(slow.taken, std::chrono::seconds(1));
}

}  // namespace
}  // namespace oa::test
