#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/plugins/http/http_fixture.hpp"
#include "tests/plugins/support/cancelling.hpp"
#include "tests/plugins/support/open_files.hpp"
#include "tests/support/http_server.hpp"

namespace oa::test {
namespace {

using oa::Json;

std::string bytes_of(const std::string& hex) {
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    }
    return out;
}

struct HttpUploadTest : HttpFixture {
    Reply upload(Json params) {
        if (!params.contains("url")) {
            params["url"] = server.url("/echo");
        }
        params["max_bytes"] = 10'000'000;
        return http.run("upload", params);
    }
    [[nodiscard]] std::string large_file() const {
        std::string path = folder.write("a.bin", "");
        std::filesystem::resize_file(path, 20'000'000);
        return path;
    }
    /// What the server saw.
    Json saw(Json params) {
        const Reply reply = upload(std::move(params));
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
        return reply.json["json"];
    }
};

TEST_F(HttpUploadTest, SendsAFileAsTheBody) {
    std::string content;
    for (int i = 0; i < 1'000'000; ++i) {
        content += static_cast<char>(i % 251);
    }
    const std::string path = folder.write("data.json", content);
    const Reply reply =
        upload({{"path", path}, {"headers", {{"X-One", "1"}}}, {"bearer_token", "t"}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    const Json& seen = reply.json["json"];
    EXPECT_EQ(seen["method"], Json("PUT"));
    EXPECT_EQ(bytes_of(seen["body"].as_string()), content);
    EXPECT_EQ(seen["headers"]["content-length"], Json("1000000"));
    EXPECT_EQ(seen["headers"]["content-type"], Json("application/json"));
    EXPECT_EQ(seen["headers"]["x-one"], Json("1"));
    EXPECT_EQ(seen["headers"]["authorization"], Json("Bearer t"));
    EXPECT_EQ(reply.json["bytes_sent"], Json(1'000'000));
    const std::string empty = folder.write("no ending", "");
    const Json none = saw({{"path", empty}, {"method", "POST"}});
    EXPECT_EQ(none["method"], Json("POST"));
    EXPECT_EQ(none["headers"]["content-length"], Json("0"));
    EXPECT_EQ(none["headers"]["content-type"], Json("application/octet-stream"));
    EXPECT_EQ(saw({{"path", empty}, {"content_type", "a/b"}})["headers"]["content-type"],
              Json("a/b"));
}

TEST_F(HttpUploadTest, SendsAForm) {
    const std::string picture = folder.write("pïcture \"1\".png", std::string("\x89P\0G", 4));
    const std::string table = folder.write("t.csv", "a,b\r\n");
    const Json seen = saw(
        {{"fields", {{"month", "2024-05"}, {"list", Json::array({1, true})}, {"none", nullptr}}},
         {"files", Json::array({Json{{"path", picture}}, Json{{"path", table},
                                                              {"field", "ta\"ble"},
                                                              {"filename", "o\r\n.csv"},
                                                              {"content_type", "text/x"}}})}});
    EXPECT_EQ(seen["method"], Json("POST"));
    const std::string type = seen["headers"].get<std::string>("content-type");
    const std::string start = "multipart/form-data; boundary=";
    ASSERT_EQ(type.substr(0, start.size()), start);
    const std::string mark = "--" + type.substr(start.size());
    const std::string form = mark + "\r\nContent-Disposition: form-data; name=";
    EXPECT_EQ(
        bytes_of(seen["body"].as_string()),
        form + "\"month\"\r\n\r\n2024-05\r\n" + form + "\"list\"\r\n\r\n1\r\n" + form +
            "\"list\"\r\n\r\ntrue\r\n" + form +
            "\"file\"; filename=\"pïcture %221%22.png\"\r\nContent-Type: image/png\r\n\r\n" +
            std::string("\x89P\0G", 4) + "\r\n" + form +
            "\"ta%22ble\"; filename=\"o%0D%0A.csv\"\r\nContent-Type: text/x\r\n\r\na,b\r\n\r\n" +
            mark + "--\r\n");
    EXPECT_EQ(std::to_string(seen["body"].as_string().size() / 2),
              seen["headers"]["content-length"].as_string());
}

TEST_F(HttpUploadTest, SendsTheBodyAgainAfterARedirect) {
    const std::string path = folder.write("a.txt", "hello");
    // "/echo"
    const Json kept = saw({{"url", server.url("/redirect/307/2f6563686f")}, {"path", path}});
    EXPECT_EQ(kept["method"], Json("PUT"));
    EXPECT_EQ(kept["body"], Json("68656c6c6f"));
    const Json turned =
        saw({{"url", server.url("/redirect/303/2f6563686f")}, {"path", path}, {"method", "POST"}});
    EXPECT_EQ(turned["method"], Json("GET"));
    EXPECT_EQ(turned["body"], Json(""));
    EXPECT_FALSE(turned["headers"].contains("content-type"));
}

TEST_F(HttpUploadTest, RefusesWhatCannotBeSent) {
    const std::string path = folder.write("a.txt", "hello");
    const Json files = Json::array({Json{{"path", path}}});
    EXPECT_EQ(upload(Json::object()).pointer, "/path");
    EXPECT_EQ(upload({{"path", path}, {"files", files}}).pointer, "/files");
    EXPECT_EQ(upload({{"path", path}, {"fields", {{"a", 1}}}}).pointer, "/fields");
    EXPECT_EQ(upload({{"files", files}, {"fields", {{"a", {{"b", 1}}}}}}).pointer, "/fields/a");
    EXPECT_EQ(upload({{"path", path}, {"content_type", "a/b\r\nX: y"}}).pointer, "/content_type");
    EXPECT_EQ(upload({{"path", path}, {"headers", {{"Content-Type", "a/b"}}}}).pointer, "/headers");
    EXPECT_EQ(upload({{"path", path}, {"method", "GET"}}).pointer, "/method");
    EXPECT_EQ(upload({{"path", folder.at("none")}}).status, OA_NOT_FOUND);
    EXPECT_EQ(upload({{"path", folder.at("")}}).status, OA_PRECONDITION);
    EXPECT_EQ(upload({{"path", "/dev/zero"}}).status, OA_PRECONDITION);
    EXPECT_EQ(upload({{"files", Json::array({Json{{"path", path}}, Json{{"path", ""}}})}}).pointer,
              "/files/1/path");
}

TEST_F(HttpUploadTest, GivesTheAnswerOfTheServer) {
    const HttpServer nginx;
    const std::string path = folder.write("a.bin", std::string(3'000'000, 'x'));
    const Reply taken =
        upload({{"url", nginx.tls("/taken")}, {"path", path}, {"ca_file", nginx.authority()}});
    EXPECT_EQ(taken.json["status"], Json(201)) << taken.message;
    const Reply refused = upload({{"url", nginx.http("/status/507")}, {"path", path}});
    EXPECT_EQ(refused.status, OA_EXHAUSTED) << refused.message;
    EXPECT_EQ(refused.details["status"].is_null(), false);
    const Reply kept = upload({{"url", nginx.http("/status/409")},
                               {"path", folder.write("b", "b")},
                               {"fail_on_status", false}});
    EXPECT_EQ(kept.json["status"], Json(409)) << kept.message;
    EXPECT_EQ(upload({{"url", nginx.tls("/taken")}, {"path", path}}).status, OA_UNAUTHENTICATED);
}

TEST_F(HttpUploadTest, TellsWhenTheServerIsAwayOrLeaves) {
    const std::string path = large_file();
    const std::string nobody = "http://127.0.0.1:" + std::to_string(refusing_port()) + "/";
    const Reply down = upload({{"url", nobody}, {"path", path}});
    EXPECT_EQ(down.status, OA_UNAVAILABLE);
    EXPECT_EQ(down.retry, OA_RETRY_YES);
    const Reply early = upload({{"url", server.url("/refuse")}, {"path", path}});
    EXPECT_TRUE(early.status == OA_EXHAUSTED || early.status == OA_UNAVAILABLE) << early.message;
    const Reply stalled =
        upload({{"url", server.url("/stall")}, {"path", path}, {"idle_timeout", "200ms"}});
    EXPECT_EQ(stalled.status, OA_UNAVAILABLE) << stalled.message;
    EXPECT_NE(stalled.message.find("idle_timeout"), std::string::npos) << stalled.message;
    const Reply late =
        upload({{"url", server.url("/stall")}, {"path", path}, {"request_timeout", "300ms"}});
    EXPECT_EQ(late.status, OA_DEADLINE) << late.message;
}

TEST_F(HttpUploadTest, EndsWithinASecondOfBeingCancelled) {
    const std::string path = large_file();
    const CancelledCall call =
        run_and_cancel(http, "upload", {{"url", server.url("/stall")}, {"path", path}},
                       [](const FakeCall& fake) { return fake.has_callbacks(); });
    EXPECT_EQ(call.reply.status, OA_CANCELLED) << call.reply.message;
    EXPECT_LT(call.taken, std::chrono::seconds(1));
}

TEST_F(HttpUploadTest, AThousandOfThemLeaveNothingBehind) {
    const Json params{{"url", server.url("/seen/none")},
                      {"files", Json::array({Json{{"path", folder.write("a.txt", "hello")}}})}};
    ASSERT_EQ(upload(params).status, OA_OK);
    const std::size_t files = open_files();
    const long memory = most_memory();
    for (int i = 0; i < 1000; ++i) {
        ASSERT_EQ(upload(params).status, OA_OK);
    }
    EXPECT_EQ(open_files(), files);
    EXPECT_LT(most_memory() - memory, 8 * 1024) << "KiB";
}

TEST_F(HttpUploadTest, HoldsNoFileInMemory) {
    const HttpServer nginx;
    const std::string path = folder.write("large", "");
    std::filesystem::resize_file(path, 100'000'000);
    ASSERT_EQ(upload({{"url", nginx.http("/taken")}, {"path", folder.write("s", "s")}}).status,
              OA_OK);
    const long memory = most_memory();
    const Reply reply = upload({{"url", nginx.http("/taken")}, {"path", path}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_LT(most_memory() - memory, 8 * 1024) << "KiB";
}

}  // namespace
}  // namespace oa::test
