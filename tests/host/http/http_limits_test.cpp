// Clients that are slow, silent or many.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/host/http/box.hpp"
#include "tests/host/http/echo_application.hpp"
#include "tests/host/http/eventually.hpp"
#include "tests/support/raw_client.hpp"

namespace oa::test {
namespace {

using namespace std::chrono_literals;
using ExchangePtr = std::shared_ptr<host::HttpExchange>;

constexpr const char* request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// Allows this process so many descriptors for as long as it lives; 0: as many as it may have.
class DescriptorLimit {
public:
    explicit DescriptorLimit(rlim_t count) {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit now{count == 0 ? before_.rlim_max : count, before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &now);
    }
    ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    DescriptorLimit(const DescriptorLimit&) = delete;
    DescriptorLimit& operator=(const DescriptorLimit&) = delete;

private:
    rlimit before_{};
};

/// All numbers below this one are taken.
int first_free_descriptor() {
    const int descriptor = ::dup(0);
    ::close(descriptor);
    return descriptor;
}

bool is_served(RawClient& client) {
    if (!client.send(request)) {
        return false;
    }
    const auto answer = client.answer();
    return answer && answer->status == 200;
}

struct Scene {
    explicit Scene(const std::function<void(host::HttpServerSettings&)>& change) {
        auto settings = local_settings();
        change(settings);
        server = std::make_unique<host::HttpServer>(settings, application);
    }
    [[nodiscard]] RawClient client(int receive_buffer = 0) const {
        return RawClient(port_of(*server), receive_buffer);
    }

    EchoApplication application;
    std::unique_ptr<host::HttpServer> server;
};

TEST(SlowClient, WithItsHeadIsTimedOutHoweverOftenItSends) {
    const Scene scene([](auto& settings) { settings.head_time = 200ms; });
    RawClient client = scene.client();
    EXPECT_TRUE(client.drip("GET / HTTP/1.1\r\nX: " + std::string(5000, 'x'), 5ms));
    EXPECT_EQ(client.answer()->status, 408);
    EXPECT_TRUE(client.is_closed());
    EXPECT_EQ(scene.server->statistics().cut_off, 1U);
    EXPECT_TRUE(scene.application.seen().empty());
}

TEST(SlowClient, WithItsSecondHeadIsTimedOut) {
    const Scene scene([](auto& settings) { settings.head_time = 200ms; });
    RawClient client = scene.client();
    EXPECT_TRUE(is_served(client));
    EXPECT_TRUE(client.drip("GET / HTTP/1.1\r\nX: " + std::string(5000, 'x'), 5ms));
    EXPECT_EQ(client.answer()->status, 408);
    EXPECT_TRUE(client.is_closed());
}

TEST(SlowClient, WithItsBodyIsTimedOut) {
    const Scene scene([](auto& settings) {
        settings.body_grace = 200ms;
        settings.body_rate_min = 1'000'000;
    });
    RawClient client = scene.client();
    EXPECT_TRUE(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n"));
    EXPECT_TRUE(client.drip(std::string(9000, 'x'), 5ms));
    EXPECT_EQ(client.answer()->status, 408);
    EXPECT_TRUE(client.is_closed());
    EXPECT_TRUE(scene.application.seen().empty());
}

// A second more for each body_rate_min bytes: with one byte a second the rest may take for ever.
TEST(SlowClient, ThatIsFastEnoughIsServed) {
    const Scene scene([](auto& settings) {
        settings.body_grace = 100ms;
        settings.body_rate_min = 1;
    });
    RawClient client = scene.client();
    EXPECT_TRUE(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n"));
    EXPECT_FALSE(client.drip(std::string(29, 'x'), 10ms));
    EXPECT_TRUE(client.send("x"));
    EXPECT_EQ(client.answer()->status, 200);
}

TEST(SlowClient, ThatSaysNothingIsLetGo) {
    const Scene scene([](auto& settings) { settings.head_time = 50ms; });
    RawClient client = scene.client();
    EXPECT_TRUE(client.is_closed());
}

TEST(SlowClient, ThatIsIdleIsLetGo) {
    const Scene scene([](auto& settings) { settings.idle_time = 50ms; });
    RawClient client = scene.client();
    EXPECT_TRUE(is_served(client));
    EXPECT_TRUE(client.is_closed());
    EXPECT_EQ(scene.server->statistics().cut_off, 0U);
}

// The time for idling begins with the answer, though nobody tells the loop of it.
TEST(SlowClient, IsIdleFromTheAnswerOn) {
    Scene scene([](auto& settings) { settings.idle_time = 50ms; });
    Box<ExchangePtr> exchanges;
    scene.application.on_handle = [&](ExchangePtr exchange) { exchanges.put(std::move(exchange)); };
    RawClient client = scene.client();
    EXPECT_TRUE(client.send(request));
    const ExchangePtr exchange = exchanges.take();
    ASSERT_TRUE(exchange);
    EXPECT_FALSE(client.drip("GET / HTTP/1.1\r\n", 10ms)) << "it is not idle while it waits";
    exchange->respond({.body = "late"});
    EXPECT_EQ(client.answer()->body, "late");
}

TEST(SlowClient, ThatTakesNoBytesIsCutOff) {
    Scene scene([](auto& settings) { settings.send_time = 200ms; });
    const std::string large(30U << 20U, 'x');
    scene.application.on_handle = [&](const ExchangePtr& exchange) {
        exchange->respond({.body = large});
    };
    RawClient client = scene.client(4096);
    EXPECT_TRUE(client.send(request));
    EXPECT_TRUE(eventually([&] { return scene.server->statistics().cut_off == 1; }));
    EXPECT_TRUE(eventually([&] { return scene.server->statistics().connections == 0; }));
}

TEST(SlowClients, HoldNoWorkers) {
    const Scene scene([](auto& settings) { settings.workers_max = 2; });
    std::vector<RawClient> slow;
    for (int i = 0; i < 64; ++i) {
        slow.push_back(scene.client());
        EXPECT_TRUE(slow.back().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx"));
    }
    RawClient client = scene.client();
    EXPECT_TRUE(is_served(client));
}

// However many there are: what they send is bounded all together.
TEST(ManyClients, HaveOneMemoryForTheirBodies) {
    const Scene scene([](auto& settings) { settings.bodies_max = 100; });
    const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 80\r\n\r\n";
    const std::string half(40, 'x');
    RawClient one = scene.client();
    EXPECT_TRUE(one.send(head + half));
    RawClient probe = scene.client();
    EXPECT_TRUE(is_served(probe));  // the loop has read what the one has sent before
    RawClient two = scene.client();
    EXPECT_TRUE(two.send(head + half + half));
    EXPECT_EQ(two.answer()->status, 503);
    EXPECT_TRUE(two.is_closed());
    EXPECT_TRUE(one.send(half));
    EXPECT_EQ(one.answer()->status, 200);
    EXPECT_TRUE(eventually([&] {
        RawClient three = scene.client();
        EXPECT_TRUE(three.send(head + half + half));
        return three.answer()->status == 200;
    })) << "the memory is free again";
}

TEST(ManyClients, AreHeldWhileOthersAreServed) {
    constexpr int count = 2000;
    const DescriptorLimit limit(0);
    const Scene scene([](auto&) {});
    std::vector<RawClient> idle;
    idle.reserve(count);
    for (int i = 0; i < count; ++i) {
        idle.push_back(scene.client());
    }
    EXPECT_TRUE(eventually([&] { return scene.server->statistics().connections == count; }));
    for (RawClient& client : idle) {
        ASSERT_TRUE(is_served(client));
    }
}

TEST(ManyClients, PastTheLimitAreToldToComeAgain) {
    Scene scene([](auto& settings) { settings.connections_max = 2; });
    RawClient one = scene.client();
    EXPECT_TRUE(is_served(one));
    {
        RawClient two = scene.client();
        EXPECT_TRUE(is_served(two));
        RawClient three = scene.client();
        EXPECT_TRUE(three.send(request));
        const auto answer = three.answer();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 503);
        EXPECT_EQ(answer->fields.at("retry-after"), "1");
        EXPECT_EQ(answer->fields.at("connection"), "close");
        EXPECT_TRUE(three.is_closed());
        EXPECT_EQ(scene.server->statistics().refused, 1U);
    }
    EXPECT_TRUE(eventually([&] { return scene.server->statistics().connections == 1; }));
    RawClient four = scene.client();
    EXPECT_TRUE(is_served(four));
    EXPECT_EQ(scene.application.seen().size(), 3U);
}

TEST(ManyClients, OfOnePeerAreLimited) {
    const Scene scene([](auto& settings) { settings.connections_per_peer_max = 1; });
    RawClient one = scene.client();
    EXPECT_TRUE(is_served(one));
    RawClient two = scene.client();
    EXPECT_TRUE(two.send(request));
    EXPECT_EQ(two.answer()->status, 503);
    EXPECT_TRUE(is_served(one));
}

TEST(ManyClients, PastTheLimitInAStormAreNeverLeftHanging) {
    constexpr int count = 1500;  // more than are told why
    const DescriptorLimit limit(0);
    const Scene scene([](auto& settings) { settings.connections_max = 1; });
    RawClient served = scene.client();
    EXPECT_TRUE(is_served(served));
    std::vector<RawClient> others;
    others.reserve(count);
    for (int i = 0; i < count; ++i) {
        others.push_back(scene.client());
    }
    for (RawClient& client : others) {
        ASSERT_TRUE(client.read_to_end());
    }
    EXPECT_TRUE(is_served(served));
    EXPECT_EQ(scene.server->statistics().refused, static_cast<std::uint64_t>(count));
}

TEST(ManyClients, WithoutDescriptorsAreToldToComeAgain) {
    const Scene scene([](auto&) {});
    RawClient warm = scene.client();
    EXPECT_TRUE(is_served(warm));
    std::vector<RawClient> clients(20);
    {
        const DescriptorLimit limit(static_cast<rlim_t>(first_free_descriptor()));
        for (RawClient& client : clients) {
            client.connect(port_of(*scene.server));
            const auto answer = client.answer();
            ASSERT_TRUE(answer);
            EXPECT_EQ(answer->status, 503);
        }
        EXPECT_TRUE(is_served(warm));
    }
    RawClient later = scene.client();
    EXPECT_TRUE(is_served(later));
    EXPECT_EQ(scene.server->statistics().refused, clients.size());
}

}  // namespace
}  // namespace oa::test
