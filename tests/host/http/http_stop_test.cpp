#include <atomic>
#include <iostream>
#include <thread>

#include <gtest/gtest.h>

#include "tests/host/http/box.hpp"
#include "tests/host/http/echo_application.hpp"
#include "tests/host/http/eventually.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/support/web_socket_client.hpp"

namespace oa::test {
namespace {

using namespace std::chrono_literals;
using ExchangePtr = std::shared_ptr<host::HttpExchange>;

constexpr const char* request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

struct Scene {
    explicit Scene(std::function<void(ExchangePtr)> handle = nullptr) {
        application.on_handle = std::move(handle);
        server = std::make_unique<host::HttpServer>(local_settings(), application);
    }

    EchoApplication application;
    std::unique_ptr<host::HttpServer> server;
};

TEST(HttpStop, EndsIdleConnectionsAtOnce) {
    const Scene scene;
    RawClient client(port_of(*scene.server));
    EXPECT_TRUE(client.send(request));
    EXPECT_EQ(client.answer()->status, 200);
    RawClient silent(port_of(*scene.server));
    std::thread stop([&] { scene.server->stop(1h); });
    EXPECT_TRUE(client.is_closed());
    EXPECT_TRUE(silent.is_closed());
    stop.join();
    EXPECT_THROW(RawClient(port_of(*scene.server)), std::runtime_error);
}

TEST(HttpStop, LetsRequestsEnd) {
    Box<ExchangePtr> exchanges;
    Scene scene([&](ExchangePtr exchange) { exchanges.put(std::move(exchange)); });
    RawClient handled(port_of(*scene.server));
    EXPECT_TRUE(handled.send(request));
    const ExchangePtr first = exchanges.take();
    RawClient coming(port_of(*scene.server));
    EXPECT_TRUE(coming.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n1"));
    EXPECT_TRUE(eventually([&] { return scene.server->statistics().connections == 2; }));
    std::thread stop([&] { scene.server->stop(1h); });
    EXPECT_TRUE(eventually([&] {
        try {
            const RawClient probe(port_of(*scene.server));
            return false;
        } catch (const std::runtime_error&) {
            return true;
        }
    })) << "nobody is accepted any more";
    EXPECT_TRUE(coming.send("2"));
    exchanges.take()->respond({.body = "came"});
    first->respond({.body = "handled"});
    for (RawClient* const client : {&coming, &handled}) {
        const auto answer = client->answer();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->body, client == &coming ? "came" : "handled");
        EXPECT_EQ(answer->fields.at("connection"), "close");
        EXPECT_TRUE(client->is_closed());
    }
    stop.join();
}

TEST(HttpStop, WaitsNoLongerThanItMay) {
    Box<ExchangePtr> exchanges;
    Box<int> gone;
    Scene scene([&](ExchangePtr exchange) {
        exchange->on_gone([&] { gone.put(1); });
        exchanges.put(std::move(exchange));
    });
    RawClient client(port_of(*scene.server));
    EXPECT_TRUE(client.send(request));
    const ExchangePtr exchange = exchanges.take();
    scene.server->stop(10ms);
    EXPECT_FALSE(client.answer());
    EXPECT_EQ(gone.take(), 1);
    scene.server.reset();
    exchange->respond({});  // nobody hears it
    exchange->on_gone([&] { gone.put(2); });
    EXPECT_TRUE(gone.empty()) << "an answer has been given";
}

TEST(HttpStop, ClosesWebSocketsAndBreaksOffStreams) {
    Box<int> closed;
    Box<std::shared_ptr<host::HttpStream>> streams;
    Scene scene([&](const ExchangePtr& exchange) {
        if (exchange->request().raw_path == "/stream") {
            streams.put(exchange->stream({.body = "begin"}));
        } else {
            static_cast<void>(
                exchange->upgrade({.on_text = {}, .on_closed = [&] { closed.put(1); }}, ""));
        }
    });
    WebSocketClient socket(port_of(*scene.server));
    RawClient client(port_of(*scene.server));
    EXPECT_TRUE(client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"));
    const auto stream = streams.take();
    std::thread stop([&] { scene.server->stop(1h); });
    const auto close = socket.next();
    ASSERT_TRUE(close);
    EXPECT_EQ(close->close_code(), 1001);
    EXPECT_TRUE(socket.send(frame(8, close->payload)));
    EXPECT_TRUE(socket.raw().is_closed());
    const auto answer = client.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "begin");
    EXPECT_FALSE(answer->whole);
    stop.join();
    EXPECT_EQ(closed.take(), 1);
    EXPECT_FALSE(stream->write("more"));
}

TEST(HttpStop, MayBeAskedTwice) {
    const Scene scene;
    std::thread other([&] { scene.server->stop(1s); });
    scene.server->stop(0s);
    other.join();
    scene.server->stop(0s);
}

// What the application has handled is what clients have got whole answers for.
TEST(HttpStop, UnderLoadLosesNoAnswer) {
    std::size_t total = 0;
    for (int round = 0; round < 10; ++round) {
        const Scene scene;
        std::atomic<std::size_t> whole{0};
        std::atomic<std::size_t> broken{0};
        const int port = port_of(*scene.server);
        const auto load = [&] {
            try {
                for (;;) {
                    RawClient client(port);
                    for (int i = 0; i < 10; ++i) {
                        if (!client.send(request)) {
                            break;
                        }
                        const auto answer = client.answer();
                        if (!answer) {
                            break;
                        }
                        ++(answer->whole && answer->status == 200 ? whole : broken);
                    }
                }
            } catch (const std::runtime_error&) {
                return;  // nobody listens any more
            }
        };
        std::vector<std::thread> threads;
        threads.reserve(4);
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back(load);
        }
        EXPECT_TRUE(eventually([&] { return whole > 200; }));
        scene.server->stop(10s);
        for (std::thread& thread : threads) {
            thread.join();
        }
        EXPECT_EQ(broken, 0U);
        EXPECT_EQ(whole, scene.application.seen().size());
        total += whole;
    }
    std::cout << total << " answers around 10 stops, none lost\n";
}

}  // namespace
}  // namespace oa::test
