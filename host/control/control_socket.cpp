#include "host/control/control_socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace oa::host::control {
namespace {

using Clock = std::chrono::steady_clock;

/// Waits until the socket can be read or written. False when the time is over.
bool wait_for(int socket, short events, Clock::time_point until) {
    for (;;) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
        if (left < 0) {
            return false;
        }
        pollfd wanted{socket, events, 0};
        const int ready = ::poll(&wanted, 1, static_cast<int>(std::min<long long>(left, 60'000)));
        if (ready > 0) {
            return true;
        }
        if (ready < 0 && errno != EINTR) {
            return false;
        }
    }
}

}  // namespace

Socket::~Socket() {
    if (number_ >= 0) {
        ::close(number_);
    }
}

Socket::Socket(Socket&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Socket make_socket() {
    Socket out(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!out) {
        throw std::system_error(errno, std::generic_category(), "socket");
    }
    return out;
}

sockaddr_un address_of(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.native().size() >= sizeof(address.sun_path)) {
        throw std::runtime_error("the path " + path.string() +
                                 " is too long for a socket; set runtime_folder to a shorter one");
    }
    std::memcpy(address.sun_path, path.c_str(), path.native().size() + 1);
    return address;
}

std::optional<std::string> read_line(int socket, Clock::time_point until) {
    std::string line;
    while (wait_for(socket, POLLIN, until)) {
        std::array<char, 4096> piece{};
        const ssize_t got = ::recv(socket, piece.data(), piece.size(), MSG_DONTWAIT);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        if (got <= 0) {
            return std::nullopt;
        }
        line.append(piece.data(), static_cast<std::size_t>(got));
        if (const auto end = line.find('\n'); end != std::string::npos) {
            line.resize(end);
            return line;
        }
        if (line.size() > line_bytes_max) {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

bool write_line(int socket, std::string_view text, Clock::time_point until) {
    const std::string line = std::string(text) + '\n';
    std::string_view left = line;
    while (!left.empty() && wait_for(socket, POLLOUT, until)) {
        const ssize_t sent = ::send(socket, left.data(), left.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        if (sent < 0) {
            return false;
        }
        left.remove_prefix(static_cast<std::size_t>(sent));
    }
    return left.empty();
}

}  // namespace oa::host::control
