#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/http_server.hpp"

namespace oa::test {
namespace {

using oa::Json;

struct HttpClientCertificateTest : ::testing::Test {
    HttpServer server;
    PluginHarness http{OA_PLUGIN_FILE};

    Reply get(const std::string& url, Json params = Json::object()) {
        params["url"] = url;
        params["ca_file"] = server.authority();
        return http.run("get", params);
    }
    static std::string text_of(const std::string& path) {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }
};

TEST_F(HttpClientCertificateTest, IsShownToTheServer) {
    const std::string url = server.mutual("/hello.txt");
    EXPECT_EQ(get(url).json["status"], Json(400));
    const Reply files = get(url, {{"client_certificate", server.client_certificate()},
                                  {"client_key", server.client_key()}});
    EXPECT_EQ(files.json["body"], Json("Hello\n")) << files.message;
    const Reply texts = get(url, {{"client_certificate", text_of(server.client_certificate())},
                                  {"client_key", text_of(server.client_key())}});
    EXPECT_EQ(texts.status, OA_OK) << texts.message;
    const Reply one = get(url, {{"client_certificate", text_of(server.client_certificate()) +
                                                           text_of(server.client_key())}});
    EXPECT_EQ(one.status, OA_OK) << one.message;
}

TEST_F(HttpClientCertificateTest, ReadsALockedKey) {
    Json params{{"client_certificate", server.client_certificate()},
                {"client_key", server.locked_key()},
                {"client_key_passphrase", "opens it"}};
    EXPECT_EQ(get(server.mutual("/hello.txt"), params).status, OA_OK);
    for (const char* wrong : {"", "hunter2"}) {
        params["client_key_passphrase"] = wrong;
        const Reply reply = get(server.mutual("/hello.txt"), params);
        EXPECT_EQ(reply.pointer, "/client_key") << reply.message;
        EXPECT_EQ(reply.message.find("hunter2"), std::string::npos) << reply.message;
    }
}

TEST_F(HttpClientCertificateTest, TellsWhatIsWrong) {
    const auto reply = [&](const std::string& certificate, const std::string& key) {
        return get(server.mutual("/hello.txt"),
                   {{"client_certificate", certificate}, {"client_key", key}});
    };
    EXPECT_EQ(reply("/no/such/file", "").status, OA_NOT_FOUND);
    EXPECT_EQ(reply("/etc/hostname", "").pointer, "/client_certificate");
    EXPECT_EQ(reply(server.client_certificate(), "").pointer, "/client_key");
    EXPECT_EQ(reply(server.authority(), server.client_key()).pointer, "/client_key");
    EXPECT_EQ(reply("", server.client_key()).pointer, "/client_key");
}

TEST_F(HttpClientCertificateTest, StaysBehindWhenTheOriginChanges) {
    const Reply reply = get(
        server.tls("/to-mutual"),
        {{"client_certificate", server.client_certificate()}, {"client_key", server.client_key()}});
    EXPECT_EQ(reply.json["url"], Json(server.mutual("/hello.txt"))) << reply.message;
    EXPECT_EQ(reply.json["status"], Json(400));
}

}  // namespace
}  // namespace oa::test
