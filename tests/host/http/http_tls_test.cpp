#include <array>
#include <atomic>
#include <iostream>
#include <thread>

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/StreamCopier.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "tests/host/http/box.hpp"
#include "tests/host/http/echo_application.hpp"
#include "tests/host/http/eventually.hpp"
#include "tests/host/http/throwaway_authority.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/support/subprocess.hpp"
#include "tests/support/web_socket_client.hpp"

namespace oa::test {
namespace {

using namespace std::chrono_literals;
using Poco::Net::Context;

Context::Ptr trusting(const ThrowawayAuthority& authority) {
    Context::Params params;
    params.verificationMode = Context::VERIFY_STRICT;
    params.caLocation = authority.file();
    return new Context(Context::TLS_CLIENT_USE, params);
}

/// Poco's client, which shares nothing with the server but OpenSSL.
class Client {
public:
    Client(int port, const Context::Ptr& context)
        : session_("127.0.0.1", static_cast<Poco::UInt16>(port), context) {
        session_.setKeepAlive(true);
        session_.setTimeout(Poco::Timespan(10, 0));
    }
    /// The body of the answer; throws where there is none.
    std::string ask(const std::string& method, const std::string& path, const std::string& body) {
        Poco::Net::HTTPRequest request(method, path, "HTTP/1.1");
        request.setContentLength(static_cast<std::streamsize>(body.size()));
        session_.sendRequest(request) << body;
        Poco::Net::HTTPResponse response;
        std::string out;
        Poco::StreamCopier::copyToString(session_.receiveResponse(response), out);
        return out;
    }
    std::string subject() { return session_.serverCertificate().commonName(); }

private:
    Poco::Net::HTTPSClientSession session_;
};

struct Scene {
    explicit Scene(const std::function<void(host::HttpServerSettings&)>& change = [](auto&) {}) {
        auto settings = local_settings();
        settings.tls = authority.make("first");
        change(settings);
        server = std::make_unique<host::HttpServer>(settings, application);
    }
    [[nodiscard]] int port() const { return port_of(*server); }

    ThrowawayAuthority authority;
    EchoApplication application;
    std::unique_ptr<host::HttpServer> server;
};

TEST(HttpTls, ServesRequests) {
    Scene scene;
    Box<std::string> schemes;
    scene.application.on_handle = [&](const std::shared_ptr<host::HttpExchange>& exchange) {
        schemes.put(exchange->request().scheme);
        exchange->respond({.body = EchoApplication::line_of(exchange->request())});
    };
    Client client(scene.port(), trusting(scene.authority));
    EXPECT_EQ(client.ask("GET", "/a", ""), "GET /a");
    EXPECT_EQ(client.ask("POST", "/b", "body"), "POST /b body");
    EXPECT_EQ(schemes.take(), "https");
    EXPECT_EQ(scene.server->statistics().accepted, 1U) << "the connection is kept";
}

TEST(HttpTls, TakesAndGivesMuch) {
    Scene scene;
    scene.application.on_admit = [](const host::HttpRequest&) {
        return host::HttpAdmission{.body_max = 32U << 20U};
    };
    Client client(scene.port(), trusting(scene.authority));
    std::string large(5U << 20U, 'x');
    for (std::size_t i = 0; i < large.size(); ++i) {
        large[i] = static_cast<char>('a' + i % 23);
    }
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(client.ask("POST", "/large", large), "POST /large " + large);
    }
}

TEST(HttpTls, StreamsToClients) {
    Scene scene;
    Box<std::shared_ptr<host::HttpStream>> streams;
    scene.application.on_handle = [&](const std::shared_ptr<host::HttpExchange>& exchange) {
        streams.put(exchange->stream({}));
    };
    // The stream is written by a thread that is not the server's.
    std::thread writer([&] {
        const auto stream = streams.take();
        for (int i = 0; i < 100; ++i) {
            EXPECT_TRUE(stream->write(std::string(1000, 'x')));
        }
        stream->end();
    });
    Client client(scene.port(), trusting(scene.authority));
    EXPECT_EQ(client.ask("GET", "/", "").size(), 100'000U);
    writer.join();
}

// OpenSSL writes without a word against SIGPIPE, which would end the process.
TEST(HttpTls, AClientThatBreaksOffEndsItsStreamAndNothingElse) {
    Scene scene;
    Box<std::shared_ptr<host::HttpStream>> streams;
    scene.application.on_handle = [&](const std::shared_ptr<host::HttpExchange>& exchange) {
        streams.put(exchange->stream({}));
    };
    for (int i = 0; i < 20; ++i) {
        std::shared_ptr<host::HttpStream> stream;
        {
            Poco::Net::SecureStreamSocket client(
                Poco::Net::SocketAddress("127.0.0.1", static_cast<Poco::UInt16>(scene.port())),
                trusting(scene.authority));
            const std::string request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
            client.sendBytes(request.data(), static_cast<int>(request.size()));
            stream = streams.take();
            ASSERT_TRUE(stream);
            client.setLinger(true, 0);
            client.abort();
        }
        EXPECT_TRUE(eventually([&] { return !stream->write(std::string(1000, 'x')); }));
    }
}

/// Whether `openssl s_client` comes to an agreement with that.
bool agrees(const Scene& scene, const std::string& version) {
    return run_program(
               {"/usr/bin/env", "openssl", "s_client", "-connect",
                "127.0.0.1:" + std::to_string(scene.port()), "-CAfile", scene.authority.file(),
                "-verify_return_error", version, "-cipher", "ALL:@SECLEVEL=0"},
               {.input = "Q\n"})
               .exit_status == 0;
}

TEST(HttpTls, IsNewEnough) {
    const Scene scene;
    EXPECT_TRUE(agrees(scene, "-tls1_3"));
    EXPECT_TRUE(agrees(scene, "-tls1_2"));
    EXPECT_FALSE(agrees(scene, "-tls1_1"));
    EXPECT_FALSE(agrees(scene, "-tls1"));
}

// "R" asks openssl for a new handshake within the connection, as only TLS 1.2 had.
TEST(HttpTls, DoesNotRenegotiate) {
    const Scene scene;
    const auto result = run_program({"/usr/bin/env", "openssl", "s_client", "-connect",
                                     "127.0.0.1:" + std::to_string(scene.port()), "-tls1_2"},
                                    {.input = "R\n"});
    EXPECT_NE((result.out + result.err).find("no renegotiation"), std::string::npos)
        << result.out << result.err;
}

TEST(HttpTls, HandshakeHasNoMoreTimeThanAHead) {
    const Scene scene([](auto& settings) { settings.head_time = 100ms; });
    RawClient silent(scene.port());
    EXPECT_TRUE(silent.is_closed());
    RawClient plain(scene.port());
    EXPECT_TRUE(plain.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    EXPECT_TRUE(plain.read_to_end());
    EXPECT_TRUE(eventually([&] { return scene.server->statistics().connections == 0; }));
    EXPECT_TRUE(scene.application.seen().empty());
}

TEST(HttpTls, PastTheLimitIsToldToComeAgain) {
    Scene scene([](auto& settings) { settings.connections_max = 1; });
    Client one(scene.port(), trusting(scene.authority));
    EXPECT_EQ(one.ask("GET", "/a", ""), "GET /a");
    Client two(scene.port(), trusting(scene.authority));
    EXPECT_EQ(two.ask("GET", "/b", ""), "there are too many connections");
}

TEST(HttpTls, NeedsACertificateAndItsKey) {
    const ThrowawayAuthority authority;
    EchoApplication application;
    const auto good = authority.make("good");
    const auto other = authority.make("other");
    const auto message = [&](host::TlsSettings tls) {
        auto settings = local_settings();
        settings.tls = std::move(tls);
        try {
            const host::HttpServer server(settings, application);
        } catch (const std::runtime_error& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_EQ(message(good), "");
    EXPECT_NE(message({"/nowhere.pem", good.key}).find("/nowhere.pem cannot be read"),
              std::string::npos);
    EXPECT_NE(message({good.key, good.key}).find("no PEM file with a certificate"),
              std::string::npos);
    EXPECT_NE(message({good.certificate, "/nowhere.key"}).find("/nowhere.key cannot be read"),
              std::string::npos);
    EXPECT_NE(message({good.certificate, other.key}).find("is not that of"), std::string::npos);
    const std::string locked = authority.folder().at("locked.key");
    EXPECT_EQ(run_program({"/usr/bin/env", "openssl", "ec", "-in", good.key.string(), "-aes256",
                           "-passout", "pass:x", "-out", locked})
                  .exit_status,
              0);
    EXPECT_NE(message({good.certificate, locked}).find("has a password"), std::string::npos);
}

TEST(HttpTls, AReloadThatFailsChangesNothing) {
    Scene scene;
    scene.authority.folder().write("first.pem", "broken");
    EXPECT_THROW(scene.server->reload_tls(), std::runtime_error);
    Client client(scene.port(), trusting(scene.authority));
    EXPECT_EQ(client.ask("GET", "/a", ""), "GET /a");
}

// Clients on connections that they keep, and on new ones, while the certificate is replaced again
// and again.
TEST(HttpTls, ReloadUnderLoadDropsNoRequest) {
    constexpr int reloads = 50;
    Scene scene;
    const host::TlsSettings used{scene.authority.folder().at("first.pem"),
                                 scene.authority.folder().at("first.key")};
    const std::array<host::TlsSettings, 2> others{scene.authority.make("second"),
                                                  scene.authority.make("third")};
    const Context::Ptr context = trusting(scene.authority);
    std::atomic<bool> go_on{true};
    std::atomic<int> asked{0};
    std::atomic<int> answered{0};
    const auto load = [&](bool is_kept) {
        auto client = std::make_unique<Client>(scene.port(), context);
        while (go_on) {
            ++asked;
            try {
                answered += client->ask("GET", "/a", "") == "GET /a" ? 1 : 0;
            } catch (const Poco::Exception& error) {
                ADD_FAILURE() << error.displayText();
                return;
            }
            if (!is_kept) {
                client = std::make_unique<Client>(scene.port(), context);
            }
        }
    };
    std::vector<std::thread> threads;
    for (const bool is_kept : {true, true, false, false}) {
        threads.emplace_back(load, is_kept);
    }
    for (int i = 0; i < reloads; ++i) {
        const int before = answered;
        scene.authority.replace(used, others[static_cast<std::size_t>(i) % others.size()]);
        scene.server->reload_tls();
        EXPECT_TRUE(eventually([&] { return answered > before + 4; }));
    }
    go_on = false;
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(asked, answered);
    EXPECT_GT(answered, reloads * 4);
    Client client(scene.port(), context);
    EXPECT_EQ(client.ask("GET", "/a", ""), "GET /a");
    EXPECT_EQ(client.subject(), "third");
    std::cout << answered << " requests, " << reloads << " reloads, none dropped\n";
}

}  // namespace
}  // namespace oa::test
