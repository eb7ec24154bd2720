#include "host/client/event_socket_client.hpp"

#include <string_view>

#include <Poco/Buffer.h>
#include <Poco/Exception.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/WebSocket.h>

#include "core/json/json.hpp"

namespace oa::host::client {

namespace json = boost::json;

namespace {

using Poco::Net::WebSocket;

constexpr int message_bytes_max = 16 << 20;
constexpr int opcode_mask = 0x0F;
constexpr long quiet_seconds = 30;  // then the host is asked whether it is still there

void send(WebSocket& socket, const json::object& message) {
    const std::string text = core::write_json(message);
    socket.sendFrame(text.data(), static_cast<int>(text.size()));
}

/// The next message; nothing at the end of the connection. Asks for a sign of life when the host is
/// quiet, and throws Poco::TimeoutException when there is none.
std::optional<std::string> receive(WebSocket& socket) {
    std::string message;
    bool was_asked = false;
    for (;;) {
        Poco::Buffer<char> frame(0);
        int flags = 0;
        try {
            const int count = socket.receiveFrame(frame, flags);
            if (count == 0 && flags == 0) {
                return std::nullopt;
            }
        } catch (const Poco::TimeoutException&) {
            if (was_asked) {
                throw;
            }
            was_asked = true;
            send(socket, {{"type", "ping"}});
            continue;
        }
        const int opcode = flags & opcode_mask;
        if (opcode == WebSocket::FRAME_OP_CLOSE) {
            return std::nullopt;
        }
        if (opcode == WebSocket::FRAME_OP_PING) {
            socket.sendFrame(frame.begin(), static_cast<int>(frame.size()),
                             static_cast<int>(WebSocket::FRAME_FLAG_FIN) |
                                 static_cast<int>(WebSocket::FRAME_OP_PONG));
            continue;
        }
        if (opcode == WebSocket::FRAME_OP_PONG) {
            continue;
        }
        message.append(frame.begin(), frame.size());
        if ((flags & WebSocket::FRAME_FLAG_FIN) != 0) {
            return message;
        }
    }
}

}  // namespace

void EventSocketClient::follow(const OnEvent& on_event, const Notes& notes) {
    Outage outage(interruption_, notes);
    while (!interruption_.is_raised()) {
        std::string why = client_.url().text() + ": the events broke off";
        try {
            listen(outage, on_event, notes);
        } catch (const NotReached& error) {
            why = error.what();
        } catch (const ApiError& error) {
            if (!error.passes()) {
                throw;
            }
            why = error.what();
        }
        if (!outage.wait(why)) {
            return;
        }
    }
}

void EventSocketClient::listen(Outage& outage, const OnEvent& on_event, const Notes& notes) {
    // A WebSocket is refused as any request is, and Poco's does not say how: so this asks first.
    static_cast<void>(client_.get("/api/v1/session"));
    try {
        const auto session = client_.make_session();
        Poco::Net::HTTPRequest request = client_.make_request("GET", "/api/v1/events");
        Poco::Net::HTTPResponse response;
        WebSocket socket(*session, request, response);
        socket.setMaxPayloadSize(message_bytes_max);
        socket.setReceiveTimeout(Poco::Timespan(quiet_seconds, 0));
        const SocketWatch watch(interruption_, socket.impl()->sockfd());
        outage.end();
        while (const std::optional<std::string> text = receive(socket)) {
            take(socket, core::parse_json(*text).as_object(), on_event, notes);
        }
    } catch (const Poco::Exception&) {
        client_.throw_not_reached();
    }
}

void EventSocketClient::take(WebSocket& socket,
                             const json::object& message,
                             const OnEvent& on_event,
                             const Notes& notes) {
    const std::string_view type = message.at("type").as_string();
    if (type == "hello") {
        json::object subscribe{{"type", "subscribe"}, {"id", "events"}};
        if (workflow_) {
            subscribe["workflow"] = *workflow_;
        }
        if (!epoch_.empty()) {
            subscribe["epoch"] = epoch_;
            subscribe["after"] = sequence_;
        }
        send(socket, subscribe);
        if (const std::string epoch(message.at("epoch").as_string()); epoch != epoch_) {
            epoch_ = epoch;
            sequence_ = message.at("sequence").to_number<std::int64_t>();
        }
    } else if (type == "subscribed" && !has_listened_) {
        has_listened_ = true;
        notes("listening; Ctrl-C ends it");
    } else if (type == "gap") {
        notes("events are missing here; oa runs list shows how the runs stand");
    } else if (type == "error") {
        throw ApiError(422, std::string(message.at("code").as_string()),
                       std::string(message.at("message").as_string()));
    } else if (type == "event") {
        if (const json::value* sequence = message.if_contains("sequence")) {
            sequence_ = sequence->to_number<std::int64_t>();
        }
        on_event(message.at("event").as_object());
    }
}

}  // namespace oa::host::client
