#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/http/http_exchange.hpp"

namespace oa::host {

class Logger;

struct TlsSettings {
    std::filesystem::path certificate;  ///< PEM, with the chain
    std::filesystem::path key;          ///< PEM
};

struct HttpServerSettings {
    struct Address {
        std::string host;        ///< an address, not a name: "127.0.0.1", "::1", "0.0.0.0"
        std::uint16_t port = 0;  ///< 0: any that is free
    };
    std::vector<Address> addresses;
    std::optional<TlsSettings> tls = {};  ///< TLS 1.2 and newer
    HttpFields fields = {};               ///< that every answer has

    std::size_t workers_max = 16;             ///< threads that handle requests
    std::size_t requests_waiting_max = 1024;  ///< for a worker; more are answered 503
    std::size_t connections_max = 10'000;     ///< more are answered 503 with Retry-After
    std::size_t connections_per_peer_max = 10'000;
    std::size_t request_line_max = 8U << 10U;  ///< bytes, without its end
    std::size_t fields_max = 100;
    std::size_t bodies_max = 256U << 20U;          ///< bytes of all bodies in memory; more is 503
    std::size_t head_bytes_max = 16U << 10U;       ///< of all field lines, their ends included
    std::chrono::milliseconds head_time{10'000};   ///< for the whole head, handshake included
    std::chrono::milliseconds body_grace{10'000};  ///< for a body, and a second more for each
    std::size_t body_rate_min = 1024;              ///< so many bytes of it
    std::chrono::milliseconds send_time{30'000};   ///< without a byte taken by the client
    std::chrono::milliseconds idle_time{60'000};   ///< of a connection between requests
    std::size_t requests_per_connection = 100'000;
    std::size_t backlog_max = 1U << 20U;   ///< of a stream or a WebSocket
    std::size_t message_max = 64U << 10U;  ///< that a WebSocket brings
    std::chrono::milliseconds ping_every{30'000};
};

struct HttpServerStatistics {
    std::uint64_t accepted = 0;      ///< connections
    std::uint64_t refused = 0;       ///< of them: 503
    std::uint64_t requests = 0;      ///< whole ones
    std::uint64_t bad_requests = 0;  ///< what was none
    std::uint64_t cut_off = 0;       ///< too slow, in either direction
    std::size_t connections = 0;     ///< now
    std::size_t streams = 0;         ///< now
    std::size_t web_sockets = 0;     ///< now
};

/// An HTTP/1.1 server. One thread serves all connections and holds them while a request comes in or
/// an answer goes out; a worker is taken only for a whole request, so a slow client costs memory
/// and nothing else. Thread safe.
class HttpServer {
public:
    /// Listens and serves. `application` and `logger` are borrowed; without a logger nothing is
    /// said. Throws std::runtime_error, which names the address or the file and says what is wrong
    /// with it.
    HttpServer(const HttpServerSettings& settings,
               HttpApplication& application,
               Logger* logger = nullptr);
    /// Stops at once, if stop() has not been called.
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    /// Where it listens, with the ports that were free.
    [[nodiscard]] std::vector<HttpServerSettings::Address> addresses() const;
    /// Reads certificate and key anew; connections that are there keep theirs. Throws
    /// std::runtime_error, and the ones before stay.
    void reload_tls();
    /// Accepts no more, lets requests that are coming in or being handled end for so long, breaks
    /// off streams and closes WebSockets (1001), then all else. Returns when the application is not
    /// called any more. Not to be called by the application from within a call of the server.
    void stop(std::chrono::milliseconds grace);
    [[nodiscard]] HttpServerStatistics statistics() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace oa::host
