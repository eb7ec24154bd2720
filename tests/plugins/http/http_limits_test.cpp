#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/echo_server.hpp"

namespace oa::test {
namespace {

using oa::Json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t large = 12'000'000;

/// What must not hang, grow or be cut off.
struct HttpLimitsTest : ::testing::Test {
    EchoServer server;
    PluginHarness http{OA_PLUGIN_FILE};

    Reply get(const std::string& url, Json params = Json::object()) {
        params["url"] = url;
        return http.run("get", params);
    }

    /// Runs, cancels as soon as the call waits, and tells how long it took to return after that.
    Reply cancelled(std::string_view function, const Json& params, milliseconds& taken) {
        CallOptions options;
        options.params = params.dump();
        FakeCall call(std::move(options));
        steady_clock::time_point asked;
        std::thread canceller([&] {
            while (!call.has_callbacks()) {
                std::this_thread::yield();
            }
            asked = steady_clock::now();
            call.cancel();
        });
        Reply reply = http.run(function, call);
        const auto returned = steady_clock::now();
        canceller.join();
        taken = std::chrono::duration_cast<milliseconds>(returned - asked);
        return reply;
    }
};

TEST_F(HttpLimitsTest, EndsAtItsTimeoutHoweverSlowTheServerIs) {
    for (const char* path : {"/hang", "/drip", "/drip-head"}) {
        const auto started = steady_clock::now();
        const Reply reply = get(server.url(path), {{"request_timeout", "300ms"}});
        const auto taken = steady_clock::now() - started;
        EXPECT_EQ(reply.status, OA_DEADLINE) << path << ": " << reply.message;
        EXPECT_NE(reply.message.find("request_timeout"), std::string::npos) << reply.message;
        EXPECT_GE(taken, milliseconds(290)) << path;
        EXPECT_LT(taken, milliseconds(3000)) << path;
    }
}

TEST_F(HttpLimitsTest, EndsAtItsTimeoutWhileItSends) {
    // Without care writing on raises SIGPIPE, whose default ends the process. The host's threads
    // are as here; Poco blocks the signal only in the thread that loads it.
    ASSERT_NE(std::signal(SIGPIPE, SIG_DFL), SIG_ERR);
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    ASSERT_EQ(pthread_sigmask(SIG_UNBLOCK, &pipe, nullptr), 0);
    const Reply reply = http.run("post", {{"url", server.url("/stall")},
                                          {"body", std::string(large, 'x')},
                                          {"request_timeout", 0.3}});
    EXPECT_EQ(reply.status, OA_DEADLINE) << reply.message;
}

TEST_F(HttpLimitsTest, EndsWhenTheCallHasNoMoreTime) {
    CallOptions options;
    options.remaining_ms = 300;
    const Reply reply = http.run("get", {{"url", server.url("/hang")}}, options);
    EXPECT_EQ(reply.status, OA_DEADLINE) << reply.message;
}

TEST_F(HttpLimitsTest, EndsWithinASecondOfBeingCancelled) {
    for (const char* path : {"/hang", "/drip", "/drip-head"}) {
        milliseconds taken{};
        const Reply reply = cancelled("get", {{"url", server.url(path)}}, taken);
        EXPECT_EQ(reply.status, OA_CANCELLED) << path << ": " << reply.message;
        EXPECT_LT(taken, milliseconds(1000)) << path;
    }
    milliseconds taken{};
    const Reply sending = cancelled(
        "post", {{"url", server.url("/stall")}, {"body", std::string(large, 'x')}}, taken);
    EXPECT_EQ(sending.status, OA_CANCELLED) << sending.message;
    EXPECT_LT(taken, milliseconds(1000));
    // TLS with a server that never answers the greeting.
    const std::string secure = "https" + server.url("/hang").substr(4);
    const Reply greeting = cancelled("get", {{"url", secure}}, taken);
    EXPECT_EQ(greeting.status, OA_CANCELLED) << greeting.message;
    EXPECT_LT(taken, milliseconds(1000));
}

TEST_F(HttpLimitsTest, DoesNotStartWhenCancelledBefore) {
    CallOptions options;
    options.cancelled = true;
    EXPECT_EQ(http.run("get", {{"url", server.url("/echo")}}, options).status, OA_CANCELLED);
}

TEST_F(HttpLimitsTest, BoundsTheBody) {
    const std::string body(1000, 'x');
    const std::string sized = server.raw("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + body);
    const std::string open = server.raw("HTTP/1.1 200 OK\r\n\r\n" + body);
    const std::string chunked = server.raw(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" + body + "\r\n0\r\n\r\n");
    for (const std::string& url : {sized, open, chunked}) {
        EXPECT_EQ(get(url, {{"max_bytes", 1000}}).status, OA_OK);
        const Reply reply = get(url, {{"max_bytes", 999}});
        EXPECT_EQ(reply.status, OA_EXHAUSTED);
        EXPECT_NE(reply.message.find("999 bytes"), std::string::npos) << reply.message;
        EXPECT_EQ(reply.retry, OA_RETRY_NO);
    }
    EXPECT_EQ(get(server.raw("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n")).status,
              OA_EXHAUSTED);
    EXPECT_EQ(
        get(server.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff0\r\n"))
            .status,
        OA_EXHAUSTED);
}

TEST_F(HttpLimitsTest, BoundsWhatGzipUnpacks) {
    EXPECT_EQ(get(server.url("/zip/1000"), {{"max_bytes", 1000}}).json["body"].as_string().size(),
              1000U);
    EXPECT_EQ(get(server.url("/zip/1001"), {{"max_bytes", 1000}}).status, OA_EXHAUSTED);
    const Reply bomb = get(server.url("/zip/50000000"));
    EXPECT_EQ(bomb.status, OA_EXHAUSTED);
    EXPECT_NE(bomb.message.find("unpacked"), std::string::npos) << bomb.message;
    const Reply broken =
        get(server.raw("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nthis is not gzip at all"));
    EXPECT_EQ(broken.status, OA_UNAVAILABLE);
}

TEST_F(HttpLimitsTest, BoundsWhatDeflateUnpacks) {
    for (const std::string path : {"/deflate/", "/deflate-raw/"}) {
        const Reply reply = get(server.url(path + "1000"), {{"max_bytes", 1000}});
        EXPECT_EQ(reply.json["body"], Json(std::string(1000, '\0'))) << path << reply.message;
        EXPECT_EQ(get(server.url(path + "1001"), {{"max_bytes", 1000}}).status, OA_EXHAUSTED);
        EXPECT_EQ(get(server.url(path + "0")).json["body"], Json("")) << path;
        const Reply bomb = get(server.url(path + "50000000"));
        EXPECT_EQ(bomb.status, OA_EXHAUSTED);
        EXPECT_NE(bomb.message.find("unpacked"), std::string::npos) << bomb.message;
    }
    for (const std::string body : {"x", "this is not deflate at all"}) {
        const Reply broken =
            get(server.raw("HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n" + body));
        EXPECT_EQ(broken.status, OA_UNAVAILABLE) << broken.message;
    }
}

TEST_F(HttpLimitsTest, UnpacksGzipThatCameInParts) {
    // Two files of gzip in a row, "a" and "b"; whole, with a byte that is wrong, and cut.
    const std::string a("\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\x04\0\x43\xbe\xb7\xe8\x01\0\0\0", 21);
    const std::string b("\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\x02\0\xf9\xef\xbe\x71\x01\0\0\0", 21);
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n";
    EXPECT_EQ(get(server.raw(head + a + b)).json["body"], Json("ab"));
    std::string wrong = a + b;
    wrong[38] ^= 1;
    EXPECT_EQ(get(server.raw(head + wrong)).status, OA_UNAVAILABLE);
    EXPECT_EQ(get(server.raw(head + a + b.substr(0, 20))).status, OA_UNAVAILABLE);
    EXPECT_EQ(get(server.raw(head + a + "garbage")).status, OA_UNAVAILABLE);
    std::string chunked =
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const char byte : a) {
        chunked += std::string("1\r\n") + byte + "\r\n";
    }
    EXPECT_EQ(get(server.raw(chunked + "0\r\n\r\n")).json["body"], Json("a"));
}

TEST_F(HttpLimitsTest, TellsWhoRefusedTheConnection) {
    const std::string url = "http://127.0.0.1:" + std::to_string(refusing_port()) + "/";
    const Reply reply = get(url);
    EXPECT_EQ(reply.status, OA_UNAVAILABLE);
    EXPECT_EQ(reply.retry, OA_RETRY_YES);
    EXPECT_NE(reply.message.find(url.substr(7, url.size() - 8) + ": connection refused"),
              std::string::npos)
        << reply.message;
}

TEST_F(HttpLimitsTest, TellsWhichNameIsUnknown) {
    const Reply reply = get("http://no-such-host.invalid/");
    EXPECT_EQ(reply.status, OA_UNAVAILABLE);
    EXPECT_NE(reply.message.find("no-such-host.invalid"), std::string::npos) << reply.message;
}

TEST_F(HttpLimitsTest, OffersARetryOnlyWhereItDoesNoHarm) {
    const std::string closes = server.raw("");
    EXPECT_EQ(get(closes).retry, OA_RETRY_YES);
    EXPECT_EQ(http.run("post", {{"url", closes}, {"body", "x"}}).retry, OA_RETRY_UNKNOWN);
    const std::string nobody = "http://127.0.0.1:" + std::to_string(refusing_port()) + "/";
    EXPECT_EQ(http.run("post", {{"url", nobody}, {"body", "x"}}).retry, OA_RETRY_YES)
        << "nothing was sent";
}

TEST_F(HttpLimitsTest, ReadsTheAnswerOfAServerThatClosesEarly) {
    for (int i = 0; i < 3; ++i) {
        const Reply reply = http.run(
            "post", {{"url", server.url("/refuse")}, {"body", std::string(5'000'000, 'x')}});
        EXPECT_TRUE(reply.status == OA_EXHAUSTED || reply.status == OA_UNAVAILABLE)
            << reply.message;
    }
}

TEST_F(HttpLimitsTest, ManyCallsRunAtOnce) {
    std::vector<std::thread> callers;
    std::vector<int> good(8, 0);
    for (int& own : good) {
        callers.emplace_back([&] {
            for (int n = 0; n < 10; ++n) {
                own += get(server.url("/echo")).status == OA_OK ? 1 : 0;
            }
        });
    }
    for (auto& caller : callers) {
        caller.join();
    }
    EXPECT_EQ(good, std::vector<int>(8, 10));
}

}  // namespace
}  // namespace oa::test
