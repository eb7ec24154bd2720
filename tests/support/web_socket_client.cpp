#include "tests/support/web_socket_client.hpp"

namespace oa::test {
namespace {

std::string big_endian(std::uint64_t number, int bytes) {
    std::string out;
    for (int i = bytes - 1; i >= 0; --i) {
        out += static_cast<char>((number >> (8 * static_cast<unsigned>(i))) & 0xFFU);
    }
    return out;
}

std::uint64_t number_of(std::string_view bytes) {
    std::uint64_t out = 0;
    for (const char c : bytes) {
        out = out * 256 + static_cast<unsigned char>(c);
    }
    return out;
}

}  // namespace

std::string frame(unsigned opcode, std::string_view payload, FrameBits bits) {
    const int fewest = payload.size() < 126 ? 0 : payload.size() < 65536 ? 2 : 8;
    const int length_bytes = bits.length_bytes < 0 ? fewest : bits.length_bytes;
    const unsigned length = length_bytes == 0   ? static_cast<unsigned>(payload.size())
                            : length_bytes == 2 ? 126U
                                                : 127U;
    std::string out;
    out += static_cast<char>((bits.final ? 0x80U : 0U) | (bits.reserved << 4U) | opcode);
    out += static_cast<char>((bits.masked ? 0x80U : 0U) | length);
    out += big_endian(payload.size(), length_bytes);
    constexpr std::string_view mask = "\x12\xAB\x34\xCD";
    if (bits.masked) {
        out += mask;
    }
    for (std::size_t i = 0; i < payload.size(); ++i) {
        out += bits.masked ? static_cast<char>(payload[i] ^ mask[i % 4]) : payload[i];
    }
    return out;
}

std::string close_payload(unsigned code, std::string_view reason) {
    return big_endian(code, 2) + std::string(reason);
}

int ServerFrame::close_code() const {
    return payload.size() < 2 ? 1005 : static_cast<int>(number_of(payload.substr(0, 2)));
}

std::string handshake_request(std::string_view path) {
    return "GET " + std::string(path) +
           " HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

WebSocketClient::WebSocketClient(int port, std::string_view path, int receive_buffer)
    : client_(port, receive_buffer) {
    client_.send(handshake_request(path));
    if (const auto answer = client_.answer()) {
        status_ = answer->status;
    }
}

std::optional<ServerFrame> WebSocketClient::next() {
    const std::string start = client_.read_bytes(2);
    if (start.size() < 2) {
        return std::nullopt;
    }
    const auto first = static_cast<unsigned char>(start[0]);
    std::uint64_t size = static_cast<unsigned char>(start[1]);  // a server does not mask
    if (size == 126 || size == 127) {
        size = number_of(client_.read_bytes(size == 126 ? 2 : 8));
    }
    ServerFrame out{first & 0x0FU, (first & 0x80U) != 0,
                    client_.read_bytes(static_cast<std::size_t>(size))};
    return out.payload.size() == size ? std::optional(out) : std::nullopt;
}

}  // namespace oa::test
