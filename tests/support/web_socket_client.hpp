#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tests/support/raw_client.hpp"

namespace oa::test {

/// What can be wrong with a frame of a client.
struct FrameBits {
    bool final = true;
    bool masked = true;
    unsigned reserved = 0;  ///< 0 to 7
    int length_bytes = -1;  ///< of the length, besides the first: 0, 2 or 8; -1: as few as do
};

/// The bytes of a frame. `opcode`: 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong.
[[nodiscard]] std::string frame(unsigned opcode, std::string_view payload, FrameBits bits = {});
/// The payload of a close.
[[nodiscard]] std::string close_payload(unsigned code, std::string_view reason = "");

struct ServerFrame {
    unsigned opcode = 0;
    bool final = false;
    std::string payload;

    /// Of a close: its code, 1005 where it has none.
    [[nodiscard]] int close_code() const;
};

/// A WebSocket, from the client's side.
class WebSocketClient {
public:
    /// The handshake; status() tells how it went.
    explicit WebSocketClient(int port, std::string_view path = "/", int receive_buffer = 0);

    /// After a handshake of the caller's own.
    explicit WebSocketClient(RawClient open) : client_(std::move(open)), status_(101) {}

    [[nodiscard]] int status() const { return status_; }
    bool send(std::string_view bytes) const { return client_.send(bytes); }
    /// The next frame; nothing at the end of the connection, or after ten seconds.
    [[nodiscard]] std::optional<ServerFrame> next();
    /// The connection itself.
    [[nodiscard]] RawClient& raw() { return client_; }

private:
    RawClient client_;
    int status_ = 0;
};

/// A request for a WebSocket that RFC 6455 has nothing against.
[[nodiscard]] std::string handshake_request(std::string_view path = "/");

}  // namespace oa::test
