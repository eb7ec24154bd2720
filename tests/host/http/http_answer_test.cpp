// How a server answers: what it adds, in which order, and what it makes of an application that does
// not do its part.
#include <algorithm>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "host/log/logger.hpp"
#include "tests/host/http/box.hpp"
#include "tests/host/http/echo_application.hpp"
#include "tests/support/raw_client.hpp"

namespace oa::test {
namespace {

using host::HttpExchange;
using host::HttpResponse;
using ExchangePtr = std::shared_ptr<HttpExchange>;

std::string get(const std::string& target, const std::string& fields = "") {
    return "GET " + target + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

/// An application that answers `response`, a server for it, and a client of that.
struct Scene {
    explicit Scene(std::function<void(ExchangePtr)> handle,
                   const host::HttpServerSettings& settings = local_settings()) {
        application.on_handle = std::move(handle);
        server = std::make_unique<host::HttpServer>(settings, application);
        client = std::make_unique<RawClient>(port_of(*server));
    }
    [[nodiscard]] RawAnswer ask(const std::string& bytes, bool is_head = false) const {
        EXPECT_TRUE(client->send(bytes));
        return client->answer(is_head).value_or(RawAnswer{});
    }

    EchoApplication application;
    std::unique_ptr<host::HttpServer> server;
    std::unique_ptr<RawClient> client;
};

std::function<void(ExchangePtr)> answering(const HttpResponse& response) {
    return [response](const ExchangePtr& exchange) { exchange->respond(response); };
}

TEST(HttpAnswer, HasTheServersFields) {
    HttpResponse response{.body = "{}"};
    response.fields.add("Content-Type", "application/json");
    response.fields.add("Content-Length", "99");
    response.fields.add("date", "never");
    response.fields.add("Transfer-Encoding", "chunked");
    response.fields.add("X-Frame-Options", "SAMEORIGIN");
    auto settings = local_settings();
    settings.fields.add("X-Frame-Options", "DENY");
    settings.fields.add("X-Content-Type-Options", "nosniff");
    const Scene scene(answering(response), settings);
    const auto answer = scene.ask(get("/", "X-Request-Id: abc\r\n"));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "{}");
    auto fields = answer.fields;
    EXPECT_EQ(fields["date"].size(), std::string("Wed, 01 Oct 2025 12:00:00 GMT").size());
    EXPECT_EQ(fields["date"].substr(25), " GMT");
    fields.erase("date");
    EXPECT_EQ(fields, (std::map<std::string, std::string>{{"content-type", "application/json"},
                                                          {"content-length", "2"},
                                                          {"x-frame-options", "SAMEORIGIN"},
                                                          {"x-content-type-options", "nosniff"},
                                                          {"x-request-id", "abc"}}));
}

TEST(HttpAnswer, TellsWhenItCloses) {
    HttpResponse response;
    response.close = true;
    const Scene scene(answering(response));
    EXPECT_EQ(scene.ask(get("/")).fields["connection"], "close");
    EXPECT_TRUE(scene.client->is_closed());

    const Scene older(answering({}));
    EXPECT_EQ(older.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").fields["connection"],
              "keep-alive");
}

TEST(HttpAnswer, HasNoBodyWhereThereIsNone) {
    const Scene scene([](const ExchangePtr& exchange) {
        const std::string& path = exchange->request().raw_path;
        exchange->respond({.status = path == "/204"   ? 204
                                     : path == "/304" ? 304
                                                      : 200,
                           .body = "body"});
    });
    EXPECT_EQ(scene.ask(get("/204")).fields.count("content-length"), 0U);
    EXPECT_EQ(scene.ask(get("/304")).fields.count("content-length"), 0U);
    const auto head = scene.ask("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", true);
    EXPECT_EQ(head.fields.at("content-length"), "4");
    EXPECT_EQ(scene.ask(get("/")).body, "body");
}

TEST(HttpAnswer, ConnectionEndsAfterSoManyRequests) {
    auto settings = local_settings();
    settings.requests_per_connection = 3;
    const Scene scene(answering({}), settings);
    EXPECT_EQ(scene.ask(get("/")).fields.count("connection"), 0U);
    EXPECT_EQ(scene.ask(get("/")).fields.count("connection"), 0U);
    EXPECT_EQ(scene.ask(get("/")).fields["connection"], "close");
    EXPECT_TRUE(scene.client->is_closed());
}

TEST(HttpAnswer, MayBeLarge) {
    const std::string large(20U << 20U, 'x');
    const Scene scene(answering({.body = large}));
    EXPECT_EQ(scene.ask(get("/")).body, large);
    EXPECT_EQ(scene.ask(get("/")).body, large);
}

TEST(HttpAnswer, IsGivenLaterByAnotherThread) {
    Box<ExchangePtr> exchanges;
    const Scene scene([&](ExchangePtr exchange) { exchanges.put(std::move(exchange)); });
    // Both requests are there; the second one waits for the first one's answer.
    EXPECT_TRUE(scene.client->send(get("/a") + get("/b")));
    const ExchangePtr first = exchanges.take();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->request().target, "/a");
    EXPECT_TRUE(exchanges.empty());
    std::thread([&] { first->respond({.body = "a"}); }).join();
    EXPECT_EQ(scene.client->answer()->body, "a");
    exchanges.take()->respond({.body = "b"});
    EXPECT_EQ(scene.client->answer()->body, "b");
}

TEST(HttpAnswer, OnlyTheFirstOneCounts) {
    Scene scene([](const ExchangePtr& exchange) {
        exchange->respond({.status = 201});
        exchange->respond({.status = 202});
        exchange->stream({.status = 203})->end();
    });
    EXPECT_EQ(scene.ask(get("/")).status, 201);
    EXPECT_EQ(scene.ask(get("/")).status, 201);
    EXPECT_EQ(scene.application.answered().take(), 201);
    EXPECT_EQ(scene.application.answered().take(), 201);
}

TEST(HttpAnswer, IsAnErrorWhenTheApplicationFails) {
    const auto status = [](std::function<void(ExchangePtr)> handle) {
        const Scene scene(std::move(handle));
        const int out = scene.ask(get("/")).status;
        EXPECT_EQ(scene.ask(get("/")).status, out) << "the connection goes on";
        return out;
    };
    EXPECT_EQ(status([](const ExchangePtr&) { throw std::runtime_error("no"); }), 500);
    EXPECT_EQ(status([](const ExchangePtr&) { throw 1; }), 500);
    EXPECT_EQ(status([](const ExchangePtr&) {}), 500) << "left without an answer";
    EXPECT_EQ(status([](const ExchangePtr& exchange) {
                  exchange->respond({.status = 201});
                  throw std::runtime_error("too late");
              }),
              201);
    EXPECT_EQ(status([](const ExchangePtr& exchange) { exchange->respond({.status = 99}); }), 500);
    EXPECT_EQ(status([](const ExchangePtr& exchange) {
                  HttpResponse response;
                  response.fields.add("Location", "/a\r\nSet-Cookie: b");
                  exchange->respond(response);
              }),
              500);
    EXPECT_EQ(status([](const ExchangePtr& exchange) {
                  HttpResponse response;
                  response.fields.add("Na me", "a");
                  exchange->respond(response);
              }),
              500);
}

// However often it fails, the log has a line of it each second.
TEST(HttpAnswer, FailuresAreLoggedNotTooOften) {
    testing::internal::CaptureStderr();
    {
        host::Logger logger(host::LogLevel::Debug, host::LogFormat::Text);
        EchoApplication application;
        application.on_handle = [](const ExchangePtr& exchange) {
            throw std::runtime_error("no " + exchange->request().target);
        };
        host::HttpServer server(local_settings(), application, &logger);
        RawClient client(port_of(server));
        for (int i = 0; i < 100; ++i) {
            EXPECT_TRUE(client.send(get("/a")));
            EXPECT_EQ(client.answer()->status, 500);
        }
    }
    const std::string log = testing::internal::GetCapturedStderr();
    EXPECT_NE(log.find("a request could not be handled"), std::string::npos);
    EXPECT_NE(log.find("no /a"), std::string::npos);
    EXPECT_LT(std::count(log.begin(), log.end(), '\n'), 50);
}

TEST(HttpAdmission, FailsAreAnswered) {
    EchoApplication application;
    application.on_admit = [](const host::HttpRequest&) -> host::HttpAdmission {
        throw std::runtime_error("no");
    };
    host::HttpServer server(local_settings(), application);
    RawClient client(port_of(server));
    EXPECT_TRUE(client.send(get("/")));
    EXPECT_EQ(client.answer()->status, 500);
    EXPECT_TRUE(application.seen().empty());
}

TEST(HttpAdmission, ContextReachesTheHandler) {
    Box<int> contexts;
    EchoApplication application;
    application.on_admit = [](const host::HttpRequest& head) {
        EXPECT_TRUE(head.body.empty());
        return host::HttpAdmission{.context = 42};
    };
    application.on_handle = [&](const ExchangePtr& exchange) {
        contexts.put(std::any_cast<int>(exchange->context()));
        exchange->respond({});
    };
    host::HttpServer server(local_settings(), application);
    RawClient client(port_of(server));
    EXPECT_TRUE(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"));
    EXPECT_EQ(contexts.take(), 42);
}

TEST(HttpAdmission, QuickOnesNeedNoWorker) {
    Box<std::thread::id> admitted;
    Box<std::thread::id> handled;
    EchoApplication application;
    application.on_admit = [&](const host::HttpRequest&) {
        admitted.put(std::this_thread::get_id());
        return host::HttpAdmission{.is_quick = true};
    };
    application.on_handle = [&](const ExchangePtr& exchange) {
        handled.put(std::this_thread::get_id());
        exchange->respond({});
    };
    host::HttpServer server(local_settings(), application);
    RawClient client(port_of(server));
    EXPECT_TRUE(client.send(get("/")));
    EXPECT_EQ(client.answer()->status, 200);
    EXPECT_EQ(admitted.take(), handled.take());
}

TEST(HttpAdmission, ComesBeforeTheClientMaySendItsBody) {
    EchoApplication application;
    application.on_admit = [](const host::HttpRequest& head) {
        host::HttpAdmission out;
        if (head.raw_path == "/no") {
            out.refusal = HttpResponse{.status = 403};
        }
        return out;
    };
    host::HttpServer server(local_settings(), application);
    const std::string rest =
        " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
    RawClient yes(port_of(server));
    EXPECT_TRUE(yes.send("POST /yes" + rest));
    EXPECT_EQ(yes.read_to("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_TRUE(yes.send("hi"));
    EXPECT_EQ(yes.answer()->body, "POST /yes hi");
    RawClient no(port_of(server));
    EXPECT_TRUE(no.send("POST /no" + rest));
    EXPECT_EQ(no.read_to("\r\n").substr(0, 12), "HTTP/1.1 403");
}

TEST(HttpAdmission, TooManyForTheWorkersAreRefused) {
    auto settings = local_settings();
    settings.workers_max = 1;
    settings.requests_waiting_max = 1;
    Box<ExchangePtr> exchanges;
    Box<int> go;
    EchoApplication application;
    application.on_handle = [&](const ExchangePtr& exchange) {
        exchanges.put(exchange);
        static_cast<void>(go.take());
        exchange->respond({});
    };
    host::HttpServer server(settings, application);
    RawClient busy(port_of(server));
    EXPECT_TRUE(busy.send(get("/busy")));
    ASSERT_TRUE(exchanges.take());
    RawClient one(port_of(server));
    RawClient other(port_of(server));
    EXPECT_TRUE(one.send(get("/one")));
    EXPECT_TRUE(other.send(get("/other")));
    // One of the two waits; the other one is told to come again.
    RawClient third(port_of(server));
    EXPECT_TRUE(third.send(get("/third")));
    const auto answer = third.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 503);
    EXPECT_EQ(answer->fields.at("retry-after"), "1");
    for (int i = 0; i < 4; ++i) {
        go.put(1);
    }
    EXPECT_EQ(busy.answer()->status, 200);
}

TEST(HttpClient, ThatHasGoneIsNoticed) {
    Box<ExchangePtr> exchanges;
    Box<int> gone;
    const auto keep = [&](ExchangePtr exchange) {
        exchange->on_gone([&] { gone.put(1); });
        exchanges.put(std::move(exchange));
    };
    {
        Scene scene(keep);
        EXPECT_TRUE(scene.client->send(get("/")));
        const ExchangePtr exchange = exchanges.take();
        EXPECT_TRUE(gone.empty());
        scene.client.reset();
        EXPECT_EQ(gone.take(), 1);
        exchange->on_gone([&] { gone.put(2); });
        EXPECT_EQ(gone.take(), 2) << "it has gone already";
        exchange->respond({});
    }
    {
        Scene scene(keep);
        EXPECT_TRUE(scene.client->send(get("/")));
        const ExchangePtr exchange = exchanges.take();
        scene.client->reset();
        EXPECT_EQ(gone.take(), 1);
    }
    {
        const Scene scene(keep);
        EXPECT_TRUE(scene.client->send(get("/")));
        exchanges.take()->respond({});
        EXPECT_EQ(scene.client->answer()->status, 200);
    }
    EXPECT_TRUE(gone.empty()) << "not after the answer";
}

TEST(HttpClient, ThatSendsNoMoreIsStillAnswered) {
    const Scene scene([](const ExchangePtr& exchange) {
        exchange->respond({.body = exchange->request().target});
    });
    EXPECT_TRUE(scene.client->send(get("/a") + get("/b")));
    scene.client->end_sending();
    EXPECT_EQ(scene.client->answer()->body, "/a");
    EXPECT_EQ(scene.client->answer()->body, "/b");
    EXPECT_TRUE(scene.client->is_closed());
}

// Answers wait in memory only up to a limit: then the next request of the same client has to wait.
TEST(HttpClient, ThatDoesNotReadIsNotServedOn) {
    const std::string large(1U << 20U, 'x');
    const Scene scene(answering({.body = large}));
    std::string requests;
    for (int i = 0; i < 50; ++i) {
        requests += get("/");
    }
    EXPECT_TRUE(scene.client->send(requests));
    std::size_t handled_unread = 0;
    for (int i = 0; i < 50; ++i) {
        ASSERT_EQ(scene.client->answer()->body.size(), large.size());
        handled_unread =
            std::max(handled_unread, scene.application.seen().size() - static_cast<std::size_t>(i));
    }
    // What the buffers of the system hold (some megabytes), and a few.
    EXPECT_LT(handled_unread, 20U);
}

TEST(HttpServer, RefusesAddressesThatAreNone) {
    EchoApplication application;
    const auto message = [&](const std::vector<host::HttpServerSettings::Address>& addresses) {
        host::HttpServerSettings settings;
        settings.addresses = addresses;
        try {
            const host::HttpServer server(settings, application);
        } catch (const std::runtime_error& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_EQ(message({}), "there is no address to listen on");
    EXPECT_EQ(message({{"localhost", 0}}),
              "cannot listen on localhost:0: the host is no IP address, such as 127.0.0.1 or ::1");
    EXPECT_NE(message({{"192.0.2.1", 0}}).find("cannot listen on 192.0.2.1:0: "),
              std::string::npos);
    const host::HttpServer server(local_settings(), application);
    const auto taken = server.addresses().front();
    EXPECT_NE(message({taken}).find("cannot listen on 127.0.0.1:" + std::to_string(taken.port)),
              std::string::npos);
}

TEST(HttpServer, ListensOnSeveralAddresses) {
    EchoApplication application;
    auto settings = local_settings();
    settings.addresses.push_back({"127.0.0.1", 0});
    settings.addresses.push_back({"::1", 0});
    const host::HttpServer server(settings, application);
    const auto addresses = server.addresses();
    ASSERT_EQ(addresses.size(), 3U);
    EXPECT_EQ(addresses[2].host, "::1");
    for (const int i : {0, 1}) {
        RawClient client(addresses[static_cast<std::size_t>(i)].port);
        EXPECT_TRUE(client.send(get("/")));
        EXPECT_EQ(client.answer()->status, 200);
    }
}

}  // namespace
}  // namespace oa::test
