#include <gtest/gtest.h>

#include "tests/host/http/box.hpp"
#include "tests/host/http/echo_application.hpp"
#include "tests/host/http/eventually.hpp"
#include "tests/support/web_socket_client.hpp"

namespace oa::test {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using SocketPtr = std::shared_ptr<host::WebSocket>;

constexpr std::size_t message_max = 64U << 10U;

/// Sends back what comes, and remembers it.
struct Scene {
    explicit Scene(const host::HttpServerSettings& settings = local_settings()) {
        application.on_handle = [this](const std::shared_ptr<host::HttpExchange>& exchange) {
            auto socket = std::make_shared<SocketPtr>();
            *socket = exchange->upgrade(
                {.on_text = [this](std::string text) { texts.put(std::move(text)); },
                 .on_closed = [this] { closed.put(1); }},
                "");
            sockets.put(*socket);
        };
        server = std::make_unique<host::HttpServer>(settings, application);
    }
    ~Scene() { server.reset(); }
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;
    [[nodiscard]] WebSocketClient client(int receive_buffer = 0) const {
        return WebSocketClient(port_of(*server), "/", receive_buffer);
    }

    EchoApplication application;
    Box<std::string> texts;
    Box<int> closed;
    Box<SocketPtr> sockets;
    std::unique_ptr<host::HttpServer> server;
};

std::string changed(const std::string& from, const std::string& to) {
    std::string request = handshake_request();
    const auto at = request.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return request.replace(at, from.size(), to);
}

TEST(WebSocketHandshake, FollowsTheStandard) {
    struct Case {
        std::string request;
        int status;
    };
    const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    const std::string version = "Sec-WebSocket-Version: 13\r\n";
    const std::vector<Case> cases{
        {handshake_request(), 101},
        {changed("Upgrade: websocket", "Upgrade: WebSocket"), 101},
        {changed("Upgrade: websocket", "Upgrade: h2c, websocket"), 101},
        {changed("keep-alive, Upgrade", "upgrade"), 101},
        {changed("GET / HTTP/1.1", "GET / HTTP/1.0"), 400},
        {changed("GET", "POST"), 400},
        {changed("GET", "DELETE"), 400},
        {changed("Upgrade: websocket\r\n", ""), 426},
        {changed("Upgrade: websocket", "Upgrade: h2c"), 426},
        {changed("keep-alive, Upgrade", "keep-alive"), 426},
        {changed(version, ""), 426},
        {changed(version, "Sec-WebSocket-Version: 8\r\n"), 426},
        {changed(version, "Sec-WebSocket-Version: 14\r\n"), 426},
        {changed(version, version + version), 426},
        {changed(key, ""), 400},
        {changed(key, key + key), 400},
        {changed("dGhlIHNhbXBsZSBub25jZQ==", ""), 400},
        {changed("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ="), 400},
        {changed("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZR=="), 400},
        {changed("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25!ZQ=="), 400},
        {changed("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZTEyMw=="), 400},
    };
    const Scene scene;
    for (const Case& one : cases) {
        RawClient client(port_of(*scene.server));
        EXPECT_TRUE(client.send(one.request));
        const auto answer = client.answer();
        ASSERT_TRUE(answer) << one.request;
        EXPECT_EQ(answer->status, one.status) << one.request;
        if (one.status == 426) {
            EXPECT_EQ(answer->fields.at("sec-websocket-version"), "13");
            EXPECT_EQ(answer->fields.at("upgrade"), "websocket");
        }
        if (one.status == 101) {
            EXPECT_EQ(answer->fields.at("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            EXPECT_EQ(answer->fields.at("upgrade"), "websocket");
            EXPECT_EQ(answer->fields.at("connection"), "Upgrade");
            EXPECT_EQ(answer->fields.count("content-length"), 0U);
        }
    }
}

/// Frames that a client sends, the code of the close that answers, and the messages before it.
struct Exchange {
    std::string name;
    std::string sent;
    int code;
    std::vector<std::string> texts;
};

std::string part(unsigned opcode, std::string_view payload) {
    return frame(opcode, payload, {.final = false});
}

// One line each, so that they can be read as a table.
// clang-format off
std::vector<Exchange> exchanges() {
    const std::string bye = frame(8, close_payload(1000));
    const std::string full(message_max, 'x');
    std::string crumbs = part(1, "");
    for (int i = 0; i < 1000; ++i) {
        crumbs += part(0, "");
        crumbs += part(0, "x");
    }
    crumbs += frame(0, "");
    std::vector<Exchange> out{
        {"close", bye, 1000, {}},
        {"close without a code", frame(8, ""), 1005, {}},
        {"close with a reason", frame(8, close_payload(1001, "going \xc3\xa4")), 1001, {}},
        {"close with half a code", frame(8, "\x03"), 1002, {}},
        {"close with a reason that is not UTF-8", frame(8, close_payload(1000, "\xff")), 1007, {}},
        {"close with the longest reason", frame(8, close_payload(1000, std::string(123, 'r'))), 1000, {}},
        {"nothing is read behind a close", bye + frame(1, "x"), 1000, {}},
        {"text", frame(1, "hello") + bye, 1000, {"hello"}},
        {"empty text", frame(1, "") + bye, 1000, {""}},
        {"two texts", frame(1, "a") + frame(1, "b") + bye, 1000, {"a", "b"}},
        {"text of 125", frame(1, std::string(125, 'x')) + bye, 1000, {std::string(125, 'x')}},
        {"text of 126", frame(1, std::string(126, 'x')) + bye, 1000, {std::string(126, 'x')}},
        {"text of 65535", frame(1, std::string(65535, 'x')) + bye, 1000, {std::string(65535, 'x')}},
        {"text at the limit", frame(1, full) + bye, 1000, {full}},
        {"text past the limit", frame(1, full + "x") + bye, 1009, {}},
        {"parts at the limit", part(1, full.substr(1)) + frame(0, "x") + bye, 1000, {full}},
        {"parts past the limit", part(1, full) + frame(0, "x") + bye, 1009, {}},
        {"length of 2^62", "\x81\xff\x40\0\0\0\0\0\0\0maskx"s, 1009, {}},
        {"length of 2^63", "\x81\xff\x80\0\0\0\0\0\0\0maskx"s, 1002, {}},
        {"length in more bytes than needed (2)", frame(1, "x", {.length_bytes = 2}), 1002, {}},
        {"length in more bytes than needed (8)", frame(1, "x", {.length_bytes = 8}), 1002, {}},
        {"binary", frame(2, "x"), 1003, {}},
        {"parts", part(1, "he") + part(0, "ll") + frame(0, "o") + bye, 1000, {"hello"}},
        {"very many parts", crumbs + bye, 1000, {std::string(1000, 'x')}},
        {"parts that part a character", part(1, "\xe2") + part(0, "\x82") + frame(0, "\xac") + bye, 1000, {"\xe2\x82\xac"}},
        {"parts with a ping between", part(1, "a") + frame(9, "") + frame(0, "b") + bye, 1000, {"ab"}},
        {"parts that end within a character", part(1, "\xe2") + frame(0, "\x82"), 1007, {}},
        {"text that is not UTF-8", frame(1, "\xff"), 1007, {}},
        {"text with a surrogate", frame(1, "\xed\xa0\x80"), 1007, {}},
        {"text that is overlong", frame(1, "\xc0\xaf"), 1007, {}},
        {"text past Unicode", frame(1, "\xf4\x90\x80\x80"), 1007, {}},
        {"text with NUL", frame(1, "\0"s) + bye, 1000, {"\0"s}},
        {"a good text before a bad one", frame(1, "a") + frame(1, "\xff"), 1007, {"a"}},
        {"continuation of nothing", frame(0, "x"), 1002, {}},
        {"continuation of what is whole", frame(1, "a") + frame(0, "x"), 1002, {"a"}},
        {"text within a text", part(1, "a") + frame(1, "b"), 1002, {}},
        {"binary within a text", part(1, "a") + frame(2, "b"), 1002, {}},
        {"text that is not masked", frame(1, "x", {.masked = false}), 1002, {}},
        {"ping that is not masked", frame(9, "", {.masked = false}), 1002, {}},
        {"close that is not masked", frame(8, close_payload(1000), {.masked = false}), 1002, {}},
        {"ping of 126", frame(9, std::string(126, 'x')), 1002, {}},
        {"ping in parts", part(9, "x"), 1002, {}},
        {"close in parts", part(8, close_payload(1000)), 1002, {}},
        {"ping", frame(9, "x") + bye, 1000, {}},
        {"pong that nobody asked for", frame(10, "x") + bye, 1000, {}},
    };
    for (const unsigned reserved : {1U, 2U, 3U, 4U, 7U}) {
        out.push_back({"reserved bits " + std::to_string(reserved), frame(1, "x", {.reserved = reserved}), 1002, {}});
        out.push_back({"reserved bits of a ping " + std::to_string(reserved), frame(9, "", {.reserved = reserved}), 1002, {}});
    }
    for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U}) {
        out.push_back({"opcode " + std::to_string(opcode), frame(opcode, "x"), 1002, {}});
    }
    for (const unsigned code : {1001U, 1002U, 1003U, 1007U, 1008U, 1009U, 1010U, 1011U, 3000U, 3999U, 4000U, 4999U}) {
        out.push_back({"code " + std::to_string(code), frame(8, close_payload(code)), static_cast<int>(code), {}});
    }
    for (const unsigned code : {0U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 1100U, 2000U, 2999U, 5000U, 65535U}) {
        out.push_back({"code that is none " + std::to_string(code), frame(8, close_payload(code)), 1002, {}});
    }
    return out;
}
// clang-format on

void expect(const Exchange& exchange, std::size_t piece_size) {
    Scene scene;
    WebSocketClient client = scene.client();
    ASSERT_EQ(client.status(), 101);
    for (std::size_t at = 0; at < exchange.sent.size(); at += piece_size) {
        static_cast<void>(client.send(std::string_view(exchange.sent).substr(at, piece_size)));
    }
    auto frame = client.next();
    while (frame && frame->opcode == 10) {
        frame = client.next();
    }
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->opcode, 8U);
    EXPECT_EQ(frame->close_code(), exchange.code);
    EXPECT_TRUE(client.raw().is_closed());
    EXPECT_EQ(scene.closed.take(), 1);
    for (const std::string& text : exchange.texts) {
        EXPECT_EQ(scene.texts.take(), text);
    }
    EXPECT_TRUE(scene.texts.empty());
    EXPECT_TRUE(scene.closed.empty());
}

TEST(WebSocketFrames, AreAnsweredAsTheStandardHasIt) {
    for (const Exchange& exchange : exchanges()) {
        SCOPED_TRACE(exchange.name);
        expect(exchange, exchange.sent.size());
    }
}

TEST(WebSocketFrames, MayComeInPieces) {
    for (const Exchange& exchange : exchanges()) {
        SCOPED_TRACE(exchange.name);
        expect(exchange, exchange.sent.size() < 1000 ? 1 : 777);
    }
}

TEST(WebSocketFrames, MayComeWithTheHandshake) {
    Scene scene;
    RawClient client(port_of(*scene.server));
    EXPECT_TRUE(client.send(handshake_request() + frame(1, "early")));
    EXPECT_EQ(client.answer()->status, 101);
    EXPECT_EQ(scene.texts.take(), "early");
}

TEST(WebSocket, SendsTexts) {
    Scene scene;
    WebSocketClient client = scene.client();
    const SocketPtr socket = scene.sockets.take();
    for (const std::size_t size : {0U, 1U, 125U, 126U, 65535U, 65536U, 300'000U}) {
        const std::string text(size, 'x');
        EXPECT_TRUE(socket->send(text));
        const auto frame = client.next();
        ASSERT_TRUE(frame);
        EXPECT_EQ(frame->opcode, 1U);
        EXPECT_TRUE(frame->final);
        EXPECT_EQ(frame->payload, text);
    }
    EXPECT_EQ(scene.server->statistics().web_sockets, 1U);
    EXPECT_TRUE(client.send(frame(9, "are you there")));
    const auto pong = client.next();
    ASSERT_TRUE(pong);
    EXPECT_EQ(pong->opcode, 10U);
    EXPECT_EQ(pong->payload, "are you there");
}

TEST(WebSocket, IsClosedByTheServer) {
    Scene scene;
    WebSocketClient client = scene.client();
    const SocketPtr socket = scene.sockets.take();
    socket->close(1008, std::string(121, 'r') + "\xc3\xa4\xc3\xa4");
    EXPECT_FALSE(socket->send("too late"));
    const auto close = client.next();
    ASSERT_TRUE(close);
    EXPECT_EQ(close->close_code(), 1008);
    EXPECT_EQ(close->payload.substr(2), std::string(121, 'r') + "\xc3\xa4") << "cut to what fits";
    EXPECT_TRUE(scene.closed.empty()) << "the client has not closed yet";
    EXPECT_TRUE(client.send(frame(1, "unheard") + frame(8, close_payload(1008))));
    EXPECT_TRUE(client.raw().is_closed());
    EXPECT_EQ(scene.closed.take(), 1);
    EXPECT_TRUE(scene.texts.empty());
}

TEST(WebSocket, ThatIsNotClosedByTheClientEnds) {
    Scene scene;
    WebSocketClient client = scene.client();
    scene.sockets.take()->close(1000, "");
    EXPECT_TRUE(client.next());
    EXPECT_TRUE(client.raw().is_closed());
    EXPECT_EQ(scene.closed.take(), 1);
}

TEST(WebSocket, ThatBreaksOffEnds) {
    Scene scene;
    {
        WebSocketClient client = scene.client();
        client.raw().reset();
        EXPECT_EQ(scene.closed.take(), 1);
    }
    {
        WebSocketClient client = scene.client();
        EXPECT_TRUE(client.send(part(1, "half")));
        client.raw().end_sending();
        EXPECT_EQ(scene.closed.take(), 1);
    }
    EXPECT_TRUE(scene.texts.empty());
    EXPECT_FALSE(scene.sockets.take()->send("x"));
    EXPECT_EQ(scene.server->statistics().web_sockets, 0U);
}

TEST(WebSocket, ThatAnswersPingsStays) {
    auto settings = local_settings();
    settings.ping_every = 50ms;
    Scene scene(settings);
    WebSocketClient client = scene.client();
    for (int i = 0; i < 4; ++i) {
        const auto ping = client.next();
        ASSERT_TRUE(ping);
        EXPECT_EQ(ping->opcode, 9U);
        EXPECT_TRUE(client.send(frame(10, ping->payload)));
    }
    EXPECT_TRUE(scene.closed.empty());
}

TEST(WebSocket, ThatDoesNotAnswerPingsIsCutOff) {
    auto settings = local_settings();
    settings.ping_every = 50ms;
    Scene scene(settings);
    WebSocketClient client = scene.client();
    EXPECT_EQ(client.next()->opcode, 9U);
    EXPECT_FALSE(client.next());
    EXPECT_EQ(scene.closed.take(), 1);
    EXPECT_EQ(scene.server->statistics().cut_off, 1U);
}

TEST(WebSocket, ThatFloodsWithPingsAndReadsNothingIsCutOff) {
    auto settings = local_settings();
    settings.backlog_max = 100'000;
    Scene scene(settings);
    WebSocketClient client = scene.client(4096);
    const std::string ping = frame(9, std::string(125, 'p'));
    std::string flood;
    for (int i = 0; i < 1000; ++i) {
        flood += ping;
    }
    bool is_there = true;
    for (int i = 0; i < 1000 && is_there; ++i) {
        is_there = client.send(flood);
    }
    EXPECT_FALSE(is_there);
    EXPECT_EQ(scene.closed.take(), 1);
}

TEST(WebSocket, ThatIsSlowIsCutOffAndNobodyElse) {
    auto settings = local_settings();
    settings.backlog_max = 100'000;
    Scene scene(settings);
    WebSocketClient slow = scene.client(4096);
    const SocketPtr slow_socket = scene.sockets.take();
    WebSocketClient fast = scene.client();
    const SocketPtr fast_socket = scene.sockets.take();
    const std::string text(10'000, 'x');
    bool slow_is_there = true;
    for (int i = 0; i < 2000 && slow_is_there; ++i) {
        slow_is_there = slow_socket->send(text);
        ASSERT_TRUE(fast_socket->send(text));
        ASSERT_EQ(fast.next()->payload, text);
    }
    EXPECT_FALSE(slow_is_there);
    EXPECT_EQ(scene.closed.take(), 1);
    EXPECT_TRUE(fast_socket->send("still here"));
    EXPECT_EQ(fast.next()->payload, "still here");
}

// A listener that is slow holds its own client back, and nobody's memory.
TEST(WebSocket, ListenerIsToldInOrderAndNeverTooMuch) {
    auto settings = local_settings();
    Box<int> go;
    Box<std::string> texts;
    EchoApplication application;
    application.on_handle = [&](const std::shared_ptr<host::HttpExchange>& exchange) {
        static_cast<void>(exchange->upgrade({.on_text =
                                                 [&](std::string text) {
                                                     if (text == "wait") {
                                                         static_cast<void>(go.take());
                                                     }
                                                     texts.put(std::move(text));
                                                 },
                                             .on_closed = {}},
                                            ""));
    };
    host::HttpServer server(settings, application);
    WebSocketClient client(port_of(server));
    EXPECT_TRUE(client.send(frame(1, "wait")));
    std::string many;
    for (int i = 0; i < 5000; ++i) {
        many += frame(1, std::to_string(i));
    }
    EXPECT_TRUE(client.send(many));
    go.put(1);
    EXPECT_EQ(texts.take(), "wait");
    for (int i = 0; i < 5000; ++i) {
        ASSERT_EQ(texts.take(), std::to_string(i));
    }
}

TEST(WebSocket, ListenerMayFail) {
    EchoApplication application;
    Box<int> closed;
    application.on_handle = [&](const std::shared_ptr<host::HttpExchange>& exchange) {
        static_cast<void>(exchange->upgrade(
            {.on_text = [](const std::string&) { throw std::runtime_error("no"); },
             .on_closed = [&] { closed.put(1); }},
            "chat"));
    };
    host::HttpServer server(local_settings(), application);
    RawClient client(port_of(server));
    EXPECT_TRUE(client.send(handshake_request()));
    EXPECT_EQ(client.answer()->fields.at("sec-websocket-protocol"), "chat");
    EXPECT_TRUE(client.send(frame(1, "a") + frame(1, "b") + frame(8, "")));
    EXPECT_EQ(closed.take(), 1);
}

}  // namespace
}  // namespace oa::test
