#include "tests/support/raw_client.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace oa::test {
namespace {

constexpr int patience = 10'000;  // milliseconds

bool wait_for(int socket, short events) {
    pollfd wanted{socket, events, 0};
    return ::poll(&wanted, 1, patience) == 1;
}

void read_fields(std::string_view lines, std::map<std::string, std::string>& fields) {
    while (!lines.empty()) {
        const auto end = lines.find("\r\n");
        const std::string_view line = lines.substr(0, end);
        lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 2);
        const auto colon = std::min(line.find(": "), line.size());
        std::string name(line.substr(0, colon));
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        fields[name] = line.substr(std::min(colon + 2, line.size()));
    }
}

}  // namespace

RawClient::RawClient() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int yes = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
}

RawClient::RawClient(int port, int receive_buffer) : RawClient() {
    if (receive_buffer > 0) {
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
    }
    connect(port);
}

void RawClient::connect(int port) const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
        throw std::runtime_error("nobody listens on port " + std::to_string(port));
    }
}

RawClient::~RawClient() {
    if (socket_ >= 0) {
        ::close(socket_);
    }
}

RawClient::RawClient(RawClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      bytes_(std::move(other.bytes_)),
      ended_(other.ended_) {}

bool RawClient::send(std::string_view bytes) const {
    while (!bytes.empty()) {
        if (!wait_for(socket_, POLLOUT)) {
            return false;
        }
        const ssize_t sent =
            ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            return false;
        }
        bytes.remove_prefix(sent < 0 ? 0 : static_cast<std::size_t>(sent));
    }
    return true;
}

bool RawClient::drip(std::string_view bytes, std::chrono::milliseconds pause) const {
    for (const char& c : bytes) {
        if (!send({&c, 1})) {
            return true;
        }
        pollfd wanted{socket_, POLLIN, 0};
        if (::poll(&wanted, 1, static_cast<int>(pause.count())) == 1) {
            return true;
        }
    }
    return false;
}

void RawClient::end_sending() const {
    ::shutdown(socket_, SHUT_WR);
}

void RawClient::reset() {
    const linger now{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    ::close(std::exchange(socket_, -1));
}

RawClient::Came RawClient::receive() {
    if (ended_) {
        return Came::End;
    }
    if (!wait_for(socket_, POLLIN)) {
        return Came::Late;
    }
    std::array<char, 65536> piece{};
    const ssize_t got = ::recv(socket_, piece.data(), piece.size(), 0);
    if (got <= 0) {
        ended_ = true;
        return Came::End;
    }
    bytes_.append(piece.data(), static_cast<std::size_t>(got));
    return Came::Bytes;
}

bool RawClient::fill(std::size_t count) {
    while (bytes_.size() < count) {
        if (receive() != Came::Bytes) {
            return false;
        }
    }
    return true;
}

std::string RawClient::read_bytes(std::size_t count) {
    static_cast<void>(fill(count));
    std::string out = bytes_.substr(0, count);
    bytes_.erase(0, out.size());
    return out;
}

std::string RawClient::read_to(std::string_view mark) {
    for (;;) {
        if (const auto at = bytes_.find(mark); at != std::string::npos) {
            return read_bytes(at + mark.size());
        }
        if (receive() != Came::Bytes) {
            return std::exchange(bytes_, {});
        }
    }
}

std::optional<std::string> RawClient::read_to_end() {
    for (;;) {
        const Came came = receive();
        if (came == Came::End) {
            return std::exchange(bytes_, {});
        }
        if (came == Came::Late) {
            return std::nullopt;
        }
    }
}

bool RawClient::is_closed() {
    return bytes_.empty() && receive() == Came::End;
}

bool RawClient::read_chunks(std::string& body) {
    for (;;) {
        const std::string line = read_to("\r\n");
        if (line.empty() || line.back() != '\n') {
            return false;
        }
        const std::size_t size = std::strtoul(line.c_str(), nullptr, 16);
        const std::string data = read_bytes(size + 2);
        if (data.size() != size + 2) {
            body += data;
            return false;
        }
        if (size == 0) {
            return true;
        }
        body += data.substr(0, size);
    }
}

std::optional<RawAnswer> RawClient::answer(bool is_head) {
    for (;;) {
        const std::string head = read_to("\r\n\r\n");
        if (head.size() < 16 || head.compare(0, 9, "HTTP/1.1 ") != 0) {
            return std::nullopt;
        }
        RawAnswer out;
        out.status = std::atoi(head.c_str() + 9);
        read_fields(std::string_view(head).substr(head.find("\r\n") + 2,
                                                  head.size() - 2 - head.find("\r\n") - 2),
                    out.fields);
        if (out.status == 100) {
            continue;
        }
        const bool has_none =
            is_head || out.status == 101 || out.status == 204 || out.status == 304;
        if (has_none) {
            out.whole = true;
        } else if (out.fields.count("transfer-encoding") != 0) {
            out.whole = read_chunks(out.body);
        } else if (const auto length = out.fields.find("content-length");
                   length != out.fields.end()) {
            const std::size_t size = std::stoul(length->second);
            out.body = read_bytes(size);
            out.whole = out.body.size() == size;
        } else {
            const auto rest = read_to_end();
            out.body = rest.value_or("");
            out.whole = rest.has_value();
        }
        return out;
    }
}

}  // namespace oa::test
