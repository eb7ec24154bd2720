#include <gtest/gtest.h>

#include "tests/host/http/box.hpp"
#include "tests/host/http/echo_application.hpp"
#include "tests/host/http/eventually.hpp"
#include "tests/support/raw_client.hpp"

namespace oa::test {
namespace {

using ExchangePtr = std::shared_ptr<host::HttpExchange>;
using StreamPtr = std::shared_ptr<host::HttpStream>;

constexpr const char* request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

struct Scene {
    explicit Scene(const host::HttpServerSettings& settings = local_settings()) {
        application.on_handle = [this](const ExchangePtr& exchange) {
            streams.put(exchange->stream({.body = "begin\n"}));
        };
        server = std::make_unique<host::HttpServer>(settings, application);
    }
    [[nodiscard]] RawClient client(const std::string& bytes, int receive_buffer = 0) const {
        RawClient out(port_of(*server), receive_buffer);
        EXPECT_TRUE(out.send(bytes));
        return out;
    }

    EchoApplication application;
    Box<StreamPtr> streams;
    std::unique_ptr<host::HttpServer> server;
};

TEST(HttpStream, ReachesTheClientPieceByPiece) {
    Scene scene;
    RawClient client = scene.client(std::string(request) + request);
    const StreamPtr stream = scene.streams.take();
    ASSERT_TRUE(stream);
    const std::string head = client.read_to("\r\n\r\n");
    EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
    EXPECT_EQ(client.read_to("begin\n\r\n"), "6\r\nbegin\n\r\n");
    EXPECT_TRUE(stream->write("one\n"));
    EXPECT_EQ(client.read_to("one\n\r\n"), "4\r\none\n\r\n");
    EXPECT_TRUE(stream->write(""));
    EXPECT_TRUE(stream->write("two\n"));
    EXPECT_EQ(client.read_to("two\n\r\n"), "4\r\ntwo\n\r\n");
    EXPECT_EQ(stream->backlog(), 0U);
    EXPECT_EQ(scene.server->statistics().streams, 1U);
    stream->end();
    EXPECT_FALSE(stream->write("three\n"));
    EXPECT_EQ(client.read_to("0\r\n\r\n"), "0\r\n\r\n");
    // The second request has waited for that.
    const StreamPtr next = scene.streams.take();
    ASSERT_TRUE(next);
    next->end();
    EXPECT_EQ(client.answer()->body, "begin\n");
    EXPECT_FALSE(stream->write("four\n")) << "it is not its connection any more";
    EXPECT_EQ(scene.server->statistics().streams, 0U);
}

TEST(HttpStream, EndsWithTheConnectionOfAnOlderClient) {
    Scene scene;
    RawClient client = scene.client("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const StreamPtr stream = scene.streams.take();
    EXPECT_TRUE(stream->write("one\n"));
    stream->end();
    const auto answer = client.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->fields.count("transfer-encoding"), 0U);
    EXPECT_EQ(answer->fields.at("connection"), "close");
    EXPECT_EQ(answer->body, "begin\none\n");
}

TEST(HttpStream, OfHeadHasNoBody) {
    Scene scene;
    RawClient client = scene.client("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    const StreamPtr stream = scene.streams.take();
    EXPECT_TRUE(stream->write("one\n"));
    stream->end();
    EXPECT_EQ(client.answer(true)->status, 200);
    EXPECT_TRUE(client.send(request));
    scene.streams.take()->end();
    EXPECT_EQ(client.answer()->body, "begin\n");
}

TEST(HttpStream, ThatIsLetGoOfIsNotTakenForAWholeOne) {
    Scene scene;
    RawClient client = scene.client(request);
    scene.streams.take().reset();
    const auto answer = client.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "begin\n");
    EXPECT_FALSE(answer->whole);
}

TEST(HttpStream, TellsWhenTheClientHasGone) {
    Scene scene;
    Box<int> gone;
    auto client = std::make_unique<RawClient>(scene.client(request));
    const StreamPtr stream = scene.streams.take();
    stream->on_gone([&] { gone.put(1); });
    stream->when_below(0, [&] { gone.put(2); });
    EXPECT_TRUE(gone.empty());
    client.reset();
    EXPECT_EQ(gone.take() + gone.take(), 3);
    EXPECT_FALSE(stream->write("one\n"));
    stream->on_gone([&] { gone.put(4); });
    EXPECT_EQ(gone.take(), 4);
    EXPECT_TRUE(eventually([&] { return scene.server->statistics().connections == 0; }));
}

TEST(HttpStream, CallsWhenTheClientHasCaughtUp) {
    auto settings = local_settings();
    settings.backlog_max = 64U << 20U;
    Scene scene(settings);
    Box<int> below;
    RawClient client = scene.client(request, 4096);
    const StreamPtr stream = scene.streams.take();
    stream->when_below(1, [&] { below.put(1); });
    EXPECT_EQ(below.take(), 1) << "nothing waits";
    const std::string piece(100'000, 'x');
    std::size_t pieces = 0;
    while (stream->backlog() < 1'000'000) {
        ASSERT_TRUE(stream->write(piece));
        ++pieces;
    }
    stream->when_below(500'000, [&] { below.put(2); });
    EXPECT_TRUE(below.empty());
    stream->end();
    const auto answer = client.answer();
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->whole);
    EXPECT_EQ(answer->body.size(), 6 + pieces * piece.size());
    EXPECT_EQ(below.take(), 2);
}

TEST(HttpStream, CutsOffWhoTakesItTooSlowlyAndNobodyElse) {
    auto settings = local_settings();
    settings.backlog_max = 100'000;
    Scene scene(settings);
    RawClient slow = scene.client(request, 4096);
    const StreamPtr slow_stream = scene.streams.take();
    RawClient fast = scene.client(request);
    const StreamPtr fast_stream = scene.streams.take();
    Box<int> gone;
    slow_stream->on_gone([&] { gone.put(1); });
    const std::string piece(10'000, 'x');
    EXPECT_NE(fast.read_to("begin\n\r\n"), "");
    std::size_t written = 0;
    bool slow_is_there = true;
    for (int i = 0; i < 2000 && slow_is_there; ++i) {
        slow_is_there = slow_stream->write(piece);
        written += piece.size();
        EXPECT_LE(slow_stream->backlog(), settings.backlog_max);
        ASSERT_TRUE(fast_stream->write(piece));
        ASSERT_EQ(fast.read_to("x\r\n").size(), piece.size() + 8);
    }
    EXPECT_FALSE(slow_is_there);
    EXPECT_GE(written, settings.backlog_max);
    EXPECT_EQ(gone.take(), 1);
    EXPECT_EQ(slow_stream->backlog(), 0U);
    fast_stream->end();
    EXPECT_EQ(fast.read_to("0\r\n\r\n"), "0\r\n\r\n");
    EXPECT_EQ(scene.server->statistics().cut_off, 1U);
}

}  // namespace
}  // namespace oa::test
