#include "host/api/open_socket.hpp"

#include <utility>

#include "core/json/json.hpp"
#include "host/access/request_fields.hpp"

namespace oa::host {

namespace {

constexpr std::chrono::seconds look_who{2};
constexpr std::uint16_t going_away = 1001;
constexpr std::uint16_t not_allowed = 1008;

/// The subprotocol, if the client offers it; the one that shows its token is never chosen.
std::string_view protocol_of(const HttpRequest& request) {
    static constexpr std::string_view ours = "oa";
    const auto offered = request.fields.find("Sec-WebSocket-Protocol");
    return offered && access::offers_protocol(*offered, ours) ? ours : std::string_view();
}

}  // namespace

OpenSocket::OpenSocket(Caller caller, IsValid is_valid)
    : caller_(std::move(caller)), is_valid_(std::move(is_valid)) {}

bool OpenSocket::open(HttpExchange& exchange) {
    const std::shared_ptr<OpenSocket> self = shared_from_this();
    std::shared_ptr<WebSocket> made =
        exchange.upgrade({.on_text =
                              [self](const std::string& text) {
                                  if (const auto open = self->socket()) {
                                      self->take(*open, text);
                                  }
                              },
                          .on_closed = [self] { self->end(); }},
                         protocol_of(exchange.request()));
    if (!made) {
        return false;
    }
    {
        const std::lock_guard lock(mutex_);
        if (!is_closed_) {
            socket_ = made;
        }
    }
    opened(*made);
    return true;
}

bool OpenSocket::tick(std::chrono::steady_clock::time_point now) {
    if (const auto open = socket()) {
        if (now - looked_ >= look_who) {
            looked_ = now;
            if (!is_valid_(caller_)) {
                open->close(not_allowed, "the token is not valid any more");
            }
        }
        tend(*open);
    }
    const std::lock_guard lock(mutex_);
    return !is_closed_;
}

void OpenSocket::close() {
    if (const auto open = socket()) {
        open->close(going_away, "the host stops");
    }
}

void OpenSocket::end() {
    std::shared_ptr<WebSocket> socket;
    {
        const std::lock_guard lock(mutex_);
        is_closed_ = true;
        socket.swap(socket_);
    }
    closed();
}

void OpenSocket::send(WebSocket& socket, const boost::json::object& message) {
    socket.send(core::write_json(message));
}

std::shared_ptr<WebSocket> OpenSocket::socket() const {
    const std::lock_guard lock(mutex_);
    return socket_;
}

}  // namespace oa::host
