#pragma once

#include <any>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "host/http/http_message.hpp"

namespace oa::host {

/// The rest of an answer whose end is not known when it begins: events, a log that is followed, a
/// file. Thread safe; holds no thread. What is written waits in memory until the client takes it.
class HttpStream {
public:
    virtual ~HttpStream() = default;

    /// Never blocks. False: the client has gone, or had more than HttpServerSettings::backlog_max
    /// waiting and was cut off; nothing that is written from then on reaches anybody.
    virtual bool write(std::string_view bytes) = 0;
    /// The answer is whole. Who lets go of the last reference without this has the connection
    /// broken off, so that nobody takes the answer for a whole one.
    virtual void end() = 0;
    /// Bytes that wait for the client.
    [[nodiscard]] virtual std::size_t backlog() const = 0;
    /// Called once when less than `low` bytes wait, from a worker; at once where that is so
    /// already, or the client has gone. For those who write much: write until backlog() is high,
    /// then come back.
    virtual void when_below(std::size_t low, std::function<void()> call) = 0;
    /// Called once when the client has gone, from a worker; at once where it has.
    virtual void on_gone(std::function<void()> call) = 0;

protected:
    HttpStream() = default;
    HttpStream(const HttpStream&) = delete;
    HttpStream& operator=(const HttpStream&) = delete;
};

/// A WebSocket (RFC 6455) after its handshake. Thread safe; holds no thread. Frames are checked,
/// pings answered, and a ping sent every HttpServerSettings::ping_every; who does not answer before
/// the next one is cut off.
class WebSocket {
public:
    virtual ~WebSocket() = default;

    /// A text message. Never blocks. False as in HttpStream::write.
    virtual bool send(std::string_view text) = 0;
    /// Starts the closing handshake; 1000: all is well, 1001: going away, 1008: not allowed.
    virtual void close(std::uint16_t code, std::string_view reason) = 0;
    [[nodiscard]] virtual std::size_t backlog() const = 0;

protected:
    WebSocket() = default;
    WebSocket(const WebSocket&) = delete;
    WebSocket& operator=(const WebSocket&) = delete;
};

/// What a WebSocket brings. Called by workers, one at a time and in order for a socket.
struct WebSocketListener {
    std::function<void(std::string text)> on_text;  ///< a whole message, valid UTF-8
    std::function<void()> on_closed;                ///< called once, last, however it came about
};

/// A request and the duty to answer it, once, in one of three ways, at any time and from any
/// thread. Who lets go of the last reference without an answer has answered 500; so has who gives
/// an answer that cannot be sent: a field with control characters, a status that is none.
class HttpExchange {
public:
    virtual ~HttpExchange() = default;

    [[nodiscard]] virtual const HttpRequest& request() const = 0;
    /// What HttpApplication::admit has put there.
    [[nodiscard]] virtual const std::any& context() const = 0;

    virtual void respond(HttpResponse response) = 0;
    /// `head.body` is the beginning.
    [[nodiscard]] virtual std::shared_ptr<HttpStream> stream(HttpResponse head) = 0;
    /// Ends the handshake. Null: the request is not one for a WebSocket (answered 400 or 426 with
    /// the reason), or the client has gone; the listener then hears nothing. `protocol`: the
    /// subprotocol that was chosen; empty: none.
    [[nodiscard]] virtual std::shared_ptr<WebSocket> upgrade(WebSocketListener listener,
                                                             std::string_view protocol) = 0;
    /// Called once when the client has gone before the answer, from a worker; at once where it has.
    virtual void on_gone(std::function<void()> call) = 0;

protected:
    HttpExchange() = default;
    HttpExchange(const HttpExchange&) = delete;
    HttpExchange& operator=(const HttpExchange&) = delete;
};

/// What is decided of a request from its head, before its body is read.
struct HttpAdmission {
    /// In place of the body and the call of handle().
    std::optional<HttpResponse> refusal = {};
    std::size_t body_max = 1U << 20U;  ///< bytes; more is 413
    bool is_quick = false;             ///< handle() does not block: no worker is asked
    std::any context = {};             ///< for HttpExchange::context()
};

class HttpApplication {
public:
    virtual ~HttpApplication() = default;

    /// By the thread that serves all connections: it looks at memory, and at nothing else. What it
    /// throws is answered 500.
    [[nodiscard]] virtual HttpAdmission admit(const HttpRequest& head) = 0;
    /// By a worker. What it throws is answered 500, where there is no answer yet.
    virtual void handle(std::shared_ptr<HttpExchange> exchange) = 0;
    /// An answer for what the server itself refuses: 400, 408, 411, 413, 414, 417, 426, 431, 500,
    /// 503, 505. `detail` is a sentence without its end. `request` has what is known of it. By any
    /// thread.
    [[nodiscard]] virtual HttpResponse refusal(int status,
                                               std::string_view detail,
                                               const HttpRequest& request) = 0;
    /// Adds to the head of an answer what follows from its request, whoever answers it and however.
    /// By any thread; looks at memory, and at nothing else.
    virtual void complete(const HttpRequest& /*request*/, HttpFields& /*fields*/) const {}
    /// An answer has been sent, or its beginning; for the access log and counters. By any thread.
    virtual void answered(const HttpRequest& request,
                          int status,
                          std::size_t bytes,
                          std::chrono::nanoseconds took) noexcept = 0;

protected:
    HttpApplication() = default;
    HttpApplication(const HttpApplication&) = default;
    HttpApplication& operator=(const HttpApplication&) = default;
};

}  // namespace oa::host
